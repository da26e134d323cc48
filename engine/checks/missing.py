"""Findings -> findings in which a name that is missing is told once, and what only follows from it is not told.

Whoever misspells a name where it is given leaves it missing wherever it is used, and unused where it stands; whoever
misspells a table or a field leaves everything unused that went there. One slip, one finding: the first place that
misses the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.catalog.suggest import suggest
from engine.checks.context import walk
from engine.diagnostic import Diagnostic
from engine.source import Span
from engine.syntax import ast

_HERE = frozenset(("E207", "E225", "E234"))
"""A name of a record or value is missing; such names belong to one declaration, or to all when given at the top."""

_DECLARED = {"E202": "mapping", "E231": "mapping", "E203": "step", "E220": "values"}
"""A declaration is missing; its name is the same everywhere."""

_UNUSED = {"W318": "values", "W319": "step", "W320": "name"}
_OF_JOBS = frozenset(("W350", "W353", "W356", "W357"))
"""Laws about a job that ask what its mappings read, and whether they exist."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a finding about a name is told of: the region in which the name means one thing, and the name."""

    kind: str
    path: str
    start: int
    name: str


def once(found: Sequence[Diagnostic], files: Sequence[ast.RuleFile]) -> tuple[Diagnostic, ...]:
    """The findings without the followers of a missing or misunderstood name; the first says how many there are."""
    errors = [one for one in found if one.span is not None and one.severity == "error"]
    if not errors:
        return tuple(found)
    everything = tuple(node for file in files for node in file.declarations)
    misspelt = {
        one.span.text.strip('"')
        for one in found
        if one.span is not None and one.code == "W320" and _region(everything, one.span) is None
    }
    counts: dict[_Place, int] = {}
    for one in found:
        place = _missing(one, everything, misspelt)
        if place is not None:
            counts[place] = counts.get(place, 0) + 1
    told: set[_Place] = set()
    kept: list[Diagnostic] = []
    for one in found:
        place = _missing(one, everything, misspelt)
        if place is None:
            if not _follows(one, errors, everything):
                kept.append(one)
        elif place not in told:
            told.add(place)
            kept.append(_with_count(one, counts[place] - 1))
    return tuple(kept)


def _with_count(one: Diagnostic, more: int) -> Diagnostic:
    if not more:
        return one
    return replace(one, message=f"{one.message}, and {more} more place{'s' if more > 1 else ''} {_verb(more)} it")


def _verb(more: int) -> str:
    return "use" if more > 1 else "uses"


def _missing(one: Diagnostic, everything: Sequence[ast.Node], misspelt: set[str]) -> _Place | None:
    """The missing name that a finding tells of."""
    if one.span is None:
        return None
    name = one.span.text.strip('"')
    if one.code in _DECLARED:
        return _Place(_DECLARED[one.code], "", 0, name)
    if one.code not in _HERE:
        return None
    region = _region(everything, one.span)
    if one.code == "E225" and region is not None and not any(used == name for used in _uses(region, one.span)):
        return None
    if region is None or any(suggest(name, (given,)) for given in misspelt):
        return _Place("name", "", 0, name)
    return _Place("name", region.span.path, region.span.start, name)


def _region(everything: Sequence[ast.Node], span: Span) -> ast.Node | None:
    """The declaration around a place; None for a `find` or `let` at the top of a file: its name is everybody's."""
    node = next((one for one in everything if _inside(span, one)), None)
    return None if isinstance(node, ast.Find | ast.Let) else node


def _follows(one: Diagnostic, errors: Sequence[Diagnostic], everything: Sequence[ast.Node]) -> bool:
    """Does a finding only follow from an error?"""
    if one.span is None:
        return False
    if one.code in _UNUSED:
        region = _region(everything, one.span) if one.code == "W320" else None
        near = [error for error in errors if region is None or _inside(error.span, region)]
        name = one.span.text.strip('"')
        if any(error.code in (_HERE | _DECLARED.keys()) and _meant(error, name) for error in near):
            return True
        where: Sequence[ast.Node] = everything if region is None else (region,)
        return bool(near) and any(used == name for node in where for used in _uses(node, one.span))
    if one.code == "W314":
        region = _region(everything, one.span)
        return any(error.code == "E202" and region is not None and _inside(error.span, region) for error in errors)
    if one.code in _OF_JOBS:
        return any(_inside(error.span, head) for head in _run_by(one.span, everything) for error in errors)
    return False


def _meant(error: Diagnostic, name: str) -> bool:
    return error.span is not None and bool(suggest(error.span.text.strip('"'), (name,)))


def _uses(node: ast.Node, given: Span) -> Iterator[str]:
    """The names written in a declaration, but for the one that is given there."""
    yield from (name.text for name in walk(node, ast.Name) if name.span != given)


def _run_by(span: Span, everything: Sequence[ast.Node]) -> Iterator[ast.Node]:
    """The mappings that the job at a place runs."""
    job = _region(everything, span)
    names = {name.text for name in walk(job, ast.Name)} if isinstance(job, ast.Job) else set()
    yield from (one for one in everything if isinstance(one, ast.Mapping) and (job is None or one.name.text in names))


def _inside(span: Span | None, node: ast.Node) -> bool:
    return span is not None and span.path == node.span.path and node.span.start <= span.start < node.span.end
