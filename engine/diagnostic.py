"""What is wrong, where, and the way out: a user's mistake as a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from engine.frozen import dataclass
from engine.source import Span

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding.

    code and name: "E204" and "unknown-field"; both are stable and have a page (`coupler explain E204`).
    span: where; None when the finding has no place in a file.
    message: the facts, one sentence without a full stop ("table Customer has no field Nmae").
    hint: the way out, one sentence ("did you mean Name?"); blank when there is none to give.
    """

    code: str
    name: str
    severity: Severity
    span: Span | None
    message: str
    hint: str = ""


def in_source_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Findings sorted by file, place and code, each one once."""

    def key(one: Diagnostic) -> tuple[str, int, int, str, str]:
        if one.span is None:
            return ("", 0, 0, one.code, one.message)
        return (one.span.path, one.span.start, one.span.end, one.code, one.message)

    unique = {(key(one), one.severity): one for one in found}
    return tuple(sorted(unique.values(), key=key))


def worst(found: Iterable[Diagnostic]) -> Severity | None:
    """The gravest severity among the findings; None when there is no finding."""
    seen = {one.severity for one in found}
    for severity in ("error", "warning", "note"):
        if severity in seen:
            return severity
    return None
