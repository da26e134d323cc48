"""Law: what a line looks up is coupled before: the mapping stands among the dependencies."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, mappings, walk
from engine.diagnostic import Diagnostic
from engine.model import facts as f
from engine.syntax import ast


def check(context: Context) -> Iterator[Diagnostic]:
    before = _before(context)
    for facts in mappings(context):
        name = facts.mapping.name
        forgiving = _forgiving(facts)
        for look_up in facts.look_ups:
            if look_up.mapping not in before:
                continue  # told already: there is no such mapping
            if look_up.on_line and look_up.active and look_up.mapping not in before[name] | {name}:
                if (look_up.span.path, look_up.span.start) in forgiving:
                    continue
                message = f"{name} looks up through {look_up.mapping}, which need not have run before it"
                hint = f"add `depends on {look_up.mapping}` to the mapping"
                if name in before.get(look_up.mapping, ()):
                    hint = f"{look_up.mapping} depends on {name}; write `, else keep` for what is not there yet"
                yield finding("W314", "look-up-without-dependency", "warning", look_up.span, message, hint)


def _forgiving(facts: f.MappingFacts) -> set[tuple[str, int]]:
    """The places of mapping names after `via` on lines that say what becomes of a record without partner."""
    told = [one.written for one in facts.lines if one.written.options.else_blank or one.written.options.else_keep]
    return {(name.span.path, name.span.start) for via in walk(tuple(told), ast.Via) for name in via.mappings}


def _before(context: Context) -> dict[str, set[str]]:
    """The mappings that run before each one, by its dependencies and theirs, under any settings."""
    direct: dict[str, set[str]] = {}
    for facts in mappings(context):
        direct.setdefault(facts.mapping.name, set()).update(one.mapping for one in facts.depends)
    found: dict[str, set[str]] = {}
    for name in direct:
        waiting, reached = [name], set[str]()
        while waiting:
            new = direct.get(waiting.pop(), set()) - reached
            reached |= new
            waiting += new
        found[name] = reached
    return found
