"""A mapping with all that changes it, a process with its steps -> how it finally stands, each line with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from engine.frozen import dataclass
from engine.run.actions.nodes import nodes
from engine.source import Span
from engine.syntax import ast

if TYPE_CHECKING:
    from engine.model.facts import MappingFacts
    from engine.pipeline import Rules

FORMAT_VERSION = 1
Declared = TypeVar("Declared", ast.Process, ast.Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One statement of a mapping. text: as written, without its indent. place: `file:line`. remark: why it does not
    count now, or what it replaced; blank otherwise."""

    text: str
    place: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One variant of a mapping, a process, or a step. head: up to the brace. active: does it exist under the present
    settings?"""

    head: Shown
    active: bool
    items: tuple[Shown, ...]


def variants(rules: Rules, name: str) -> tuple[Variant, ...]:
    """Every variant of the mapping of a name; empty when there is none."""
    return tuple(_variant(rules, one) for one in rules.facts.mappings if one.mapping.name == name)


def process(rules: Rules, name: str) -> tuple[Variant, ...]:
    """The process of a name, and below it every step that it does, directly or not, in the order in which they are
    first done; empty when there is none. What a file of one's own replaces is not shown."""
    found = _standing(rules, ast.Process, name)
    if found is None:
        return ()
    shown = [_declared(rules, found, active=name in rules.model.processes)]
    waiting = _done(found)
    known: set[str] = set()
    while waiting:
        step_name = waiting.pop(0)
        step = _standing(rules, ast.Step, step_name)
        if step is None or step_name in known:
            continue
        known.add(step_name)
        shown.append(_declared(rules, step, active=True))
        waiting = [*_done(step), *waiting]
    return tuple(shown)


def _standing(rules: Rules, kind: type[Declared], name: str) -> Declared | None:
    """The declaration that counts: one's own instead of the shipped one."""
    found = [
        one for file in rules.files for one in file.declarations if isinstance(one, kind) and one.name.text == name
    ]
    own = [one for one in found if one.span.path not in rules.shipped]
    return next(reversed(own or found), None)


def _declared(rules: Rules, node: ast.Process | ast.Step, *, active: bool) -> Variant:
    head = " ".join(node.span.text[: node.block.span.start - node.span.start].split())
    instead = [
        one
        for file in rules.files
        for one in file.declarations
        if isinstance(one, type(node)) and one.name.text == node.name.text and one is not node
    ]
    remark = f"instead of {_place(instead[0].span)}" if instead else ""
    items = (Shown(text=_dedented(one.span), place=_place(one.span), remark="") for one in node.block.statements)
    return Variant(head=Shown(text=head, place=_place(node.span), remark=remark), active=active, items=tuple(items))


def _done(node: ast.Process | ast.Step) -> list[str]:
    """The steps that a declaration does, in the order of the text."""
    return list(dict.fromkeys(one.step.text for one in nodes(node.block, ast.Do)))


def _variant(rules: Rules, facts: MappingFacts) -> Variant:
    node = facts.written
    replaced = {_key(one.shipped): one.by for one in rules.facts.replaced if one.mapping == node.name.text}
    instead = {_key(by): shipped for shipped, by in ((one.shipped, one.by) for one in rules.facts.replaced) if by}
    idle = {_key(one.written.span) for one in facts.lines if not one.active}
    idle |= {_key(one.written.span) for one in facts.filters if not one.active}
    items = []
    for item in (*node.items, *added(rules, node.name.text)):
        if _key(item.span) in replaced:
            continue
        remark = "off now" if _key(item.span) in idle else ""
        if _key(item.span) in instead:
            remark = f"instead of {_place(instead[_key(item.span)])}"
        items.append(Shown(text=_dedented(item.span), place=_place(item.span), remark=remark))
    head = node.span.text.partition("{")[0].strip()
    return Variant(
        head=Shown(text=" ".join(head.split()), place=_place(node.span), remark=""),
        active=facts.active,
        items=tuple(items),
    )


def added(rules: Rules, name: str) -> Iterator[ast.MappingItem]:
    """What the `change mapping` of a name adds, in the order of the files."""
    for file in rules.files:
        for declaration in file.declarations:
            if isinstance(declaration, ast.ChangeMapping) and declaration.name.text == name:
                yield from (one for one in declaration.items if not isinstance(one, ast.Drop))


def names_to_json(names: Sequence[tuple[str, str]]) -> str:
    """Names and titles of mappings and processes, for other programs."""
    body = {"format_version": FORMAT_VERSION, "names": [{"name": name, "title": title} for name, title in names]}
    return json.dumps(body, indent=2, ensure_ascii=False)


def variants_to_json(shown: Sequence[Variant]) -> str:
    """What is shown of a mapping or process, for other programs."""
    told = [
        {"head": _as_object(one.head), "active": one.active, "items": [_as_object(item) for item in one.items]}
        for one in shown
    ]
    return json.dumps({"format_version": FORMAT_VERSION, "variants": told}, indent=2, ensure_ascii=False)


def _as_object(one: Shown) -> dict[str, object]:
    file, _, line = one.place.rpartition(":")
    return {"text": one.text, "file": file, "line": int(line), "remark": one.remark}


def _key(span: Span) -> tuple[str, int]:
    return span.path, span.start


def _place(span: Span) -> str:
    return f"{span.path}:{span.line}"


def _dedented(span: Span) -> str:
    """The text of a statement, its later lines moved left by as much as the first one is."""
    indent = span.column - 1
    first, *rest = span.text.rstrip().splitlines() or [""]
    return "\n".join([first, *(line[min(indent, len(line) - len(line.lstrip())) :] for line in rest)])
