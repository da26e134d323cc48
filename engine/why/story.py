"""What a plan did with one record, as a story: chapters, one for each leg in which the record could move. Frozen.

A chapter is told in sections, and a section in lines that may have lines of their own. Mappings and processes are told
in the same form, so that whoever prints a story need not know which it is.
"""

from __future__ import annotations

from typing import Literal

from engine.frozen import dataclass
from engine.source import Span

Place = tuple[str, int]
"""Path and line of a rule."""

Kind = Literal[
    "read",  # section: was the record read, and what let it in or kept it out
    "filter",
    "condition",  # a piece of a filter or of another condition
    "watermark",
    "own change",
    "chosen",
    "retry",
    "leave out",
    "partner",  # section: the coupling, or why there is none
    "coupling",
    "creates",
    "match",
    "recognised",
    "stamps",  # section: what was changed since the last run, and who wins
    "changed",
    "strategy",
    "lines",  # section: what the lines of the rules made of it, from top to bottom
    "field",
    "value",  # a value that was looked at
    "look-up",
    "value list",
    "kept",
    "cut",
    "require",
    "if",
    "find",
    "let",
    "effect",
    "round",
    "failure",
    "outcome",  # section: what the plan does
    "written",
    "coupling written",
    "along",
    "warning",
]
Sign = Literal["yes", "no", "changes", "same", "fails", "warns", "note"]
Outcome = Literal[
    "created",
    "changed",
    "unchanged",
    "skipped",
    "failed",
    "conflict",
    "uncoupled",
    "left out",
    "not read",
    "no record",
    "not planned",
]
Way = Literal["to_sales", "to_bc", "process"]


def at_line(span: Span | None) -> Place | None:
    """Where something stands in the rules."""
    return None if span is None else (span.path, span.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of a story.

    name, text: what it is about, and what is so. sign: how it stands. place: the rule line behind it. facts: the same
    for machines, name -> value. parts: what it comes from.
    """

    kind: Kind
    name: str
    text: str = ""
    sign: Sign = "note"
    place: Place | None = None
    facts: tuple[tuple[str, str | bool | None], ...] = ()
    parts: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One leg of a mapping, or one run of a process, for the record.

    number: of the leg in the plan; 0 when it did not run. source, destination: how people call the records read and
    written, blank when there is none; the tables by their captions. reason: why it fails, is skipped or not read.
    """

    number: int
    way: Way
    within: str
    source_table: str
    source: str
    source_id: str | None
    destination_table: str
    destination: str
    destination_id: str | None
    outcome: Outcome
    code: str | None
    reason: str
    place: Place | None
    sections: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that is told. rules: the name of the mapping or process. field: when only this field was asked for.

    system, table, id, label: of the record that was pointed at. now: the clock of the plan, UTC.
    """

    rules: str
    title: str
    system: str
    table: str
    id: str
    label: str
    field: str | None
    snapshot: str
    now: str
    chapters: tuple[Chapter, ...]
