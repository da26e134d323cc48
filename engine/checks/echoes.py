"""Findings -> findings without those that only echo another one.

A declaration that could not be read is missing: whoever names it would be told that it does not exist. A name that
is unknown has no type and no values: the laws would wonder about both. One slip, one message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.checks.missing import once
from engine.diagnostic import Diagnostic
from engine.source import Span
from engine.syntax import ast

_UNKNOWN = frozenset(("E202", "E203", "E207", "E215", "E217", "E220", "E231"))
_OF_THE_WHOLE = frozenset(("W314", "W318", "W319", "W320"))
"""Laws that can only be judged when every declaration is there."""

_OF_A_DECLARATION = frozenset(("E321",))
"""Laws that can only be judged when every line of the declaration is understood."""

_NAMED = re.compile(
    r"^[ \t]*(?:(?:mapping|process|job|values)[ \t]+(?P<titled>[^\"\n]+?)[ \t]*\""
    r"|step[ \t]+(?P<step>[^{\n]+?)[ \t]*(?:\{|$| with | gives )"
    r"|find[ \t]+.*?[ \t]as[ \t]+(?P<find>[^\n]+?)[ \t]*(?:$| where | sorted | else )"
    r"|let[ \t]+(?P<let>[^=\n]+?)[ \t]*=)",
    re.MULTILINE,
)


def lost_names(files: Iterable[ast.RuleFile]) -> frozenset[str]:
    """The names that rule files give to declarations which could not be read."""
    lost: set[str] = set()
    for file in files:
        read = {one.name.text for one in file.declarations if not isinstance(one, _NAMELESS)}
        read |= {one.alias.text for one in file.declarations if isinstance(one, ast.Find | ast.Let)}
        written = (found[found.lastgroup or 0].strip('"') for found in _NAMED.finditer(file.source.text))
        lost.update(name for name in written if name not in read)
    return frozenset(lost)


_NAMELESS = ast.Rule | ast.Whenever | ast.WheneverSetting | ast.Find | ast.Let


def _without_tables(found: Sequence[Diagnostic], files: Sequence[ast.RuleFile]) -> frozenset[str]:
    """The names of mappings that have a table which does not exist: nothing fits them."""
    unknown = {(one.span.path, one.span.start) for one in found if one.span is not None and one.code == "E201"}
    if not unknown:
        return frozenset()
    mappings = [one for file in files for one in file.declarations if isinstance(one, ast.Mapping)]
    return frozenset(
        one.name.text
        for one in mappings
        for side in (one.left, one.right)
        if (side.table.span.path, side.table.span.start) in unknown
    )


def _around(name: Span, files: Sequence[ast.RuleFile], span: Span) -> bool:
    """Does a place lie in the declaration whose name stands at another?"""
    if name.path != span.path:
        return False
    declarations = (one.span for file in files if file.source.path == name.path for one in file.declarations)
    return any(one.start <= name.start < one.end and one.start <= span.start < one.end for one in declarations)


def without_echoes(found: Sequence[Diagnostic], files: Sequence[ast.RuleFile]) -> tuple[Diagnostic, ...]:
    """The findings that tell something of their own."""
    unread = any(one.code.startswith("E1") for one in found)
    lost = (lost_names(files) if unread else frozenset[str]()) | _without_tables(found, files)
    wrong = [one.span for one in found if one.span is not None and one.code.startswith("E2")]
    misunderstood = {(span.path, span.line) for span in wrong}

    def echoes(one: Diagnostic) -> bool:
        if one.span is None:
            return False
        if one.code in _UNKNOWN:
            return one.span.text.strip('"') in lost
        if one.code in _OF_THE_WHOLE:
            return unread
        if one.code in _OF_A_DECLARATION:
            return any(_around(one.span, files, span) for span in wrong)
        return one.code[1] == "3" and (one.span.path, one.span.line) in misunderstood

    return once([one for one in found if not echoes(one)], files)
