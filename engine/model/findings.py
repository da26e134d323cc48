"""What binding finds wrong -> diagnostics, gathered; the codes E2xx and W2xx and their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.diagnostic import Diagnostic, Severity
from engine.source import Span

NAMES: dict[str, str] = {
    "E201": "unknown-table",
    "E202": "unknown-mapping",
    "E203": "unknown-step",
    "E204": "unknown-field",
    "E205": "ambiguous-caption",
    "E206": "unknown-option-value",
    "E207": "unknown-name",
    "E208": "unknown-setting",
    "E210": "wrong-type",
    "E211": "not-comparable",
    "E212": "wrong-number-of-arguments",
    "E213": "not-a-target",
    "E214": "no-way-back",
    "E215": "look-up-does-not-fit",
    "E216": "name-defined-twice",
    "E217": "change-of-nothing",
    "E218": "dependency-cycle",
    "E219": "step-does-itself",
    "E220": "unknown-value-list",
    "E221": "nothing-is-written",
    "E222": "not-a-record",
    "E223": "when-asks-data",
    "E224": "unclear-side",
    "E225": "gives-nothing",
    "E226": "wrong-system",
    "E227": "leads-nowhere",
    "E228": "two-variants",
    "E229": "looks-itself-up",
    "E230": "misplaced",
    "E231": "unknown-run",
    "E232": "too-many-steps",
    "E233": "nested-too-deep",
    "E234": "no-such-day",
    "E235": "no-such-time-zone",
    "E236": "unknown-token",
    "W201": "compared-with-itself",
    "W202": "nothing-looked-up",
    "W203": "read-from-text",
    "W204": "token-without-value",
    "W205": "short-word-for-a-day",
    "W206": "brace-in-message",
}
SEVERITIES: dict[str, Severity] = {"E": "error", "W": "warning", "N": "note"}


WAY_OUT: dict[str, str] = {
    "E201": "write the name that the product shows; a table of your own is added by a file in schemas/",
    "E202": "`coupler show` lists the mappings",
    "E203": "declare it: `step NAME { … }`",
    "E204": "write the name that the product shows; a field of your own is added by a file in schemas/",
    "E208": "a setting is called by its label on the setup page, or as in schemas/settings.yaml",
    "E210": "write a value of that kind: 12.5, 2026-01-31, Yes, or a text in single quotes",
    "E211": "compare values of one kind",
    "E217": "`coupler show NAME` shows the lines that a mapping has",
    "E225": "name it in the step: `let … = …`, `find … as …` or `create … as …`",
    "E231": "`coupler show` lists the mappings; a process is declared with `process NAME`",
}
"""What to do where nothing nearer is known."""

OF_WHAT_IS_GIVEN = ("E204", "E206", "E210", "E211", "E215", "E222", "E226", "E227")
"""Findings that inside a step may lie in what the step was given, so that they say where it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A step that is being laid open, and the `do` that asks for it; None for a step that nothing does."""

    step: str
    place: Span | None


@dataclass(slots=True)
class Findings:
    """The findings so far. The same thing at the same place is told once, however often a step is carried out."""

    found: list[Diagnostic] = field(default_factory=list)
    within: list[Doing] = field(default_factory=list)
    told: set[tuple[str, str, int, int]] = field(default_factory=set)
    silent: int = 0

    def add(self, code: str, span: Span, message: str, hint: str = "") -> None:
        """Gather one finding; `within` names the steps that are being laid open."""
        place = (code, span.path, span.start, span.end)
        if self.silent or place in self.told:
            return
        self.told.add(place)
        if self.within and code in OF_WHAT_IS_GIVEN:
            message += _as_done(self.within[-1])
        self.found.append(
            Diagnostic(
                code=code,
                name=NAMES[code],
                severity=SEVERITIES[code[0]],
                span=span,
                message=message,
                hint=hint or WAY_OUT.get(code, ""),
            )
        )


def _as_done(doing: Doing) -> str:
    if doing.place is None:
        return ""
    return f" (in step {doing.step}, done in {doing.place.path}, line {doing.place.line})"


def listed(words: Iterable[str], last: str = "or") -> str:
    """`A, B or C`."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
