"""What a report shows: plain records, the frozen output of reading a plan and the input of every template.

A workspace may bring its own templates, so these names are a promise: add, do not rename.
"""

from __future__ import annotations

from dataclasses import dataclass

ACTIONS: dict[str, str] = {
    "fail": "Failed",
    "conflict": "Conflict",
    "done": "Done",
    "create": "Created",
    "change": "Changed",
    "delete": "Deleted",
    "couple": "Coupled",
    "uncouple": "Uncoupled",
    "skip": "Skipped",
    "unchanged": "Unchanged",
}
"""Action of a record -> the word people read; in the order of a report, what needs attention first."""

SYSTEMS: dict[str, str] = {"bc": "Business Central", "sales": "Sales"}
"""Name of a system in the plan -> the name people use."""

LEGS: dict[str, str] = {
    "to_sales": "to Sales",
    "to_bc": "to Business Central",
    "by_hand": "by hand",
    "process": "process",
}
"""Leg of a mapping -> its direction in words."""

MADE = ("done", "create", "change", "delete")
"""Actions of a record that a document is made for, when the document is made."""

ATTENTION = ("fail", "conflict")
"""Actions that keep a record from being right: somebody has to do something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a plan comes from. now: "2026-06-30 08:00 UTC"; settings: name and value, sorted by name."""

    company: str
    snapshot: str
    snapshot_fingerprint: str
    rules_fingerprint: str
    engine_version: str
    now: str
    work_date: str
    settings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The counters of one pass, or of all passes together; records."""

    scanned: int = 0
    left_out: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    conflicts: int = 0
    warnings: int = 0

    @property
    def sentence(self) -> str:
        """What is not nothing, in one line: "1 failed, 12 created, 30 changed, 2 warnings"."""
        told = (
            (self.failed, "failed"),
            (self.conflicts, "in conflict"),
            (self.created, "created"),
            (self.changed, "changed"),
            (self.skipped, "skipped"),
            (self.unchanged, "unchanged"),
            (self.warnings, "warning" if self.warnings == 1 else "warnings"),
        )
        return ", ".join(f"{number:,} {word}" for number, word in told if number) or "nothing to do"

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in Counts.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One mapping in one direction, or one process, in the order planned.

    process: it is a process, and what is counted are documents. number: from 1. direction: "to Sales".
    place: "rules/items.rules:12", blank when unknown. watermark_before, watermark_after: as Head.now; blank when there
    is none. listed: (action, how many records of the plan have it, how many of these are brought along by another
    record), in the order of a report.
    """

    number: int
    mapping: str
    title: str
    direction: str
    source_table: str
    destination_table: str
    counts: Counts
    watermark_before: str
    watermark_after: str
    place: str
    listed: tuple[tuple[str, int, int], ...]
    process: bool = False

    @property
    def name(self) -> str:
        """How a report calls it: "ITEM-PRODUCT to Sales", "create-sales-orders"."""
        return self.mapping if self.process else f"{self.mapping} {self.direction}".strip()

    def heads(self, *actions: str) -> int:
        """How many records of these actions are not brought along by others; of a process: how many documents."""
        return sum(count - brought for action, count, brought in self.listed if action in actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Records of one pass that share an action or severity, a code and a rule line: one reason, many records.

    kind: the action of the records ("fail"), or the severity of the notes ("warning", "note").
    passing: number of the pass; 0 for notes about the whole plan.
    text: the sentence they have in common, with … where they differ. example, example_text: one of them.
    """

    kind: str
    passing: int
    code: str
    place: str
    count: int
    text: str
    example: str
    example_text: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field before and after; None: there was, or will be, nothing; '': blank."""

    name: str
    caption: str
    before: str | None
    after: str | None
    rule: str
    place: str


@dataclass(frozen=True, slots=True)
class Note:
    """A warning or a note about one record."""

    severity: str
    code: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a plan, as in table plan.record. cause: the label of the record that brings it along.

    within: of a record in a document of a process, the number of the record that the document is made for; else 0.
    """

    passing: int
    number: int
    action: str
    system: str
    table: str
    id: str
    label: str
    source: str
    code: str
    reason: str
    place: str
    cause: str
    fields: tuple[Field, ...]
    notes: tuple[Note, ...]
    within: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A plan as it is shown.

    total: of all passes, with the warnings about no pass, of which there are `beside`.
    groups: all reasons of the plan, gravest first. warnings: all warnings and notes, grouped likewise.
    records: those shown, gravest first, then in the order of the plan. in_all: how many the plan has.
    """

    head: Head
    passes: tuple[Pass, ...]
    total: Counts
    groups: tuple[Group, ...]
    warnings: tuple[Group, ...]
    beside: int = 0
    records: tuple[Record, ...]
    in_all: int

    def pass_of(self, number: int) -> Pass | None:
        """The pass of this number; None for the whole plan."""
        return next((one for one in self.passes if one.number == number), None)

    def groups_of(self, *kinds: str) -> tuple[Group, ...]:
        """The reasons of records with one of these actions."""
        return tuple(one for one in self.groups if one.kind in kinds)

    def shown(self, number: int, action: str, most: int) -> tuple[Record, ...]:
        """The first records of a pass with this action, in the order of the plan."""
        found = (one for one in self.records if one.passing == number and one.action == action)
        return tuple(one for _, one in zip(range(most), found, strict=False))

    def documents(self, number: int, actions: tuple[str, ...], most: int) -> tuple[tuple[Record, ...], ...]:
        """The first documents of a process: the record that each is made for, which has one of these actions, and after
        it all that comes of it."""
        found: dict[int, list[Record]] = {}
        for one in self.records:
            if one.passing != number:
                continue
            if one.within:
                if one.within in found:
                    found[one.within].append(one)
            elif one.action in actions and len(found) < most:
                found[one.number] = [one]
        return tuple(tuple(one) for one in found.values())

    @property
    def sentence(self) -> str:
        """The plan in one line."""
        return self.total.sentence
