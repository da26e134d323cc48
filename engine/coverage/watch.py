"""Runs while they are planned -> the places that any record reached.

One question to the database for each place, asked until the answer is yes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import cast

from engine.model import model
from engine.plan.legs import Pass
from engine.run.world import World
from engine.source import Span
from engine.sql.conditions import condition, joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.scope import Joined, Scope
from engine.sql.values import Around, Reading, value

Mark = tuple[str, str, str, int]
"""Kind, outcome, path, offset."""


class Marks:
    """Keeps what was reached. Implements `engine.sql.watch.Watcher`."""

    def __init__(self) -> None:
        self.reached_marks: set[Mark] = set()

    def leg(self, step: Pass, world: World, around: Around) -> None:
        """Which filters and leave-outs of the leg's source let a record through, and which keep one out."""
        system, record = ("bc", step.mapping.bc) if step.leg == "to_sales" else ("sales", step.mapping.sales)
        filters = step.mapping.bc_filter if system == "bc" else step.mapping.sales_filter
        asked = [("filter", "fits", one, "") for one in filters] + [
            ("filter", "fits not", one, "NOT ") for one in filters
        ]
        asked += [("leave out", "", one.condition, "") for one in step.mapping.leave_out if one.system == system]
        for kind, outcome, one, sign in asked:
            scope = Scope(world, f"{world.relation(record.table)} s")
            scope.names[record.key] = Joined(alias="s", table=record.table, certain=True)
            inner = Frame(around=around, scope=scope, outcome=Outcome())
            if self._open(kind, outcome, one.span):
                self.reached(kind, outcome, one.span, inner, f"{sign}({condition(one, inner.reading())})")

    def reached(self, kind: str, outcome: str, span: Span, frame: Frame, when: str = "true") -> None:
        """Note a place when the truth holds for a row of the frame, under its guards."""
        if self._open(kind, outcome, span) and self._any(frame, when):
            self.reached_marks.add((kind, outcome, span.path, span.start))

    def carried(self, given: model.Value, frame: Frame) -> None:
        """Note the entries of value lists that a value is translated by."""
        for one in _translations(given):
            for known, _ in one.pairs:
                if self._open("entry", "", known.span):
                    reading = Reading(scope=frame.scope, around=frame.around)
                    same = f"{value(one.value, reading)} IS NOT DISTINCT FROM {value(known, reading)}"
                    self.reached("entry", "", known.span, frame, f"({same})")

    def _open(self, kind: str, outcome: str, span: Span) -> bool:
        return (kind, outcome, span.path, span.start) not in self.reached_marks

    def _any(self, frame: Frame, when: str) -> bool:
        guard = joined_by("AND", [*frame.guards, f"({when})"])
        world = cast("World", frame.scope.relations)
        rows = f"SELECT ({guard}) AS held FROM {frame.scope.sql()}"  # a number in a row may be counted over all rows
        row = world.connection.execute(f"SELECT 1 FROM ({rows}) u WHERE held LIMIT 1").fetchone()
        return row is not None


def _translations(part: object) -> Iterator[model.Translate]:
    if isinstance(part, tuple):
        for one in part:
            yield from _translations(one)
    elif isinstance(part, model.Bound):
        if isinstance(part, model.Translate):
            yield part
        for one in dataclasses.fields(part):
            if one.name not in ("span", "type"):
                yield from _translations(getattr(part, one.name))
