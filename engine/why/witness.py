"""A plan in the making, watched -> the chapters about one record.

What is told of a leg is asked at the moment at which the planner decides it: before the candidates are read (filters,
couplings), once the verdicts are known (lines), and when all is written (the tables of the plan).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.catalog.catalog import Field
from engine.manual.pointing import Pointed
from engine.model import model
from engine.pipeline import Rules
from engine.plan.legs import Pass
from engine.run.dryrun import Session
from engine.run.found import Candidates
from engine.run.gates import RunScope
from engine.run.holding import Held
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql.frame import Frame
from engine.sql.values import Around
from engine.sql.watch import Filling
from engine.why import decision, ledger
from engine.why.admission import admission
from engine.why.chapters import Leg, chapter
from engine.why.decision import Row, gone, row_of, stamps
from engine.why.lines import Looked, failing, lines, reason
from engine.why.partner import Coupling, coupled_line, coupling_of, uncoupled_lines
from engine.why.questions import named
from engine.why.story import Chapter, Told, at_line
from engine.why.trail import Trail

ALL = 1 << 62
"""No table is so large that the planner takes a short cut past the comparison that is to be told."""


@dataclass
class Storyteller:
    """Watches the legs of one mapping for one record. Implements `engine.sql.watch.Witness`."""

    session: Session
    rules: Rules
    mapping: model.Mapping
    pointed: Pointed
    wanted: Field | None
    legs: list[Leg | None] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)

    @property
    def world(self) -> World:
        """The world that the plan is made in."""
        return self.session.world

    def begins(self, step: Pass, run: RunScope, world: World, around: Around) -> None:
        if step.mapping.name != self.mapping.name:
            self.legs.append(None)
            return
        coupling = coupling_of(self.mapping, self.pointed.system, self.pointed.id, world)
        src: str | None = self.pointed.id
        if self.pointed.system != step.source.table.system:
            src = None if coupling is None else coupling.bc if step.leg == "to_sales" else coupling.sales
        admitted = None
        if src is not None:
            failed = coupling is not None and not coupling.skipped and _last(step, coupling) == "Failure"
            admitted = admission(step, run, world, around, src, failed)
        self.legs.append(Leg(step=step, run=run, many=world.many, src=src, before=coupling, admitted=admitted))
        world.many = ALL

    def reads(self, statement: model.Statement, frame: Frame) -> None:
        trail = self._trail(frame)
        if trail is not None:
            trail.reads(statement, frame)

    def fills(self, filling: Filling, frame: Frame) -> None:
        trail = self._trail(frame)
        if trail is not None:
            trail.fills(filling, frame)

    def has_read(self, statement: model.Statement, frame: Frame) -> None:
        """What a statement came to is asked when all are read."""

    def begins_process(self, process: model.Process, number: int) -> None:
        """Of another kind: see `engine.why.documents`."""

    def ended_process(self, process: model.Process, number: int) -> None:
        """Of another kind: see `engine.why.documents`."""

    def _trail(self, frame: Frame) -> Trail | None:
        """What is kept of a scope: only those that stand by themselves can be the one of a leg."""
        leg = self.legs[-1] if self.legs else None
        if leg is None or leg.judged or frame.scope.parent is not None or isinstance(frame.scope, Held):
            return None
        return leg.trails.setdefault(id(frame.scope), Trail(scope=frame.scope))

    def judged(self, step: Pass, read: Candidates, made: Transfer) -> None:
        leg = self.legs[-1]
        if leg is None:
            return
        self.world.many, leg.judged = leg.many, True
        if leg.src is not None:
            leg.row = row_of(read, made, self.world, decision.source_is(leg.src))
        elif self.pointed.system == step.destination.table.system:
            leg.row = row_of(read, made, self.world, decision.partner_is(self.pointed.id))
            leg.src = leg.row.src if leg.row is not None else None
        leg.partner = self._partner(leg)
        if leg.row is None:
            return
        leg.stamps = (*gone(step, leg.row, self.rules), *stamps(step, leg.run, leg.row, made, self.rules))
        nothing_there = leg.row.kind == "gone" and not leg.row.is_new
        if leg.row.verdict is None or made.frame is None or nothing_there:
            return
        trail = leg.trails.get(id(made.frame.scope))
        answered = trail.answers(made, self.world, leg.row.src) if trail is not None else None
        if trail is not None and answered is not None:
            self._lines(leg, leg.row, trail, made, answered[0], answered[1])

    def _lines(
        self, leg: Leg, row: Row, trail: Trail, made: Transfer, answers: list[Any], reached: dict[str, Any]
    ) -> None:
        failed = failing(made, trail, answers)
        fights = row.kind == "compare" and row.both and row.failure is None and row.verdict in ("conflict", "again")
        clash = made.lines[row.clash] if fights and row.clash is not None else None
        looked = Looked(
            answers=answers,
            reached=reached,
            world=self.world,
            is_new=row.is_new,
            planned=ledger.values(made, row.src, self.world),
            failing=failed,
            clash=clash,
        )
        leg.lines = lines(trail, looked, self.wanted)
        leg.also = tuple(
            Told(kind="failure", name="fails", text=reason(one, trail, answers), sign="fails", place=at_line(one.span))
            for one in failed
        )

    def _partner(self, leg: Leg) -> tuple[Told, ...]:
        """The coupling, or why there is none."""
        if leg.before is not None:
            table = leg.step.destination.table
            id = leg.before.sales if leg.step.leg == "to_sales" else leg.before.bc
            name = named(table, id, self.world) if id is not None else None
            return (coupled_line(leg.step, leg.before, None if name == id else name),)
        if leg.row is not None and leg.row.kind == "recognised" and leg.row.dst is not None:
            name = named(leg.step.destination.table, leg.row.dst, self.world)
            text = f"not coupled yet, but {leg.step.destination.table.caption} {name} is recognised and taken"
            return (Told(kind="recognised", name="recognised", text=text, sign="yes"),)
        if leg.src is None:
            return (_nobody(leg.step),)
        return (
            Told(kind="coupling", name="coupling", text="none", sign="no"),
            *uncoupled_lines(self.session, self.rules, leg.step, leg.run, leg.src),
        )

    def ended(self, step: Pass) -> None:
        leg = self.legs.pop()
        if leg is not None:
            own = coupling_of(self.mapping, self.pointed.system, self.pointed.id, self.world)
            self.chapters.append(chapter(leg, own, self.rules, self.world, self.wanted))

    def broken_off(self) -> None:
        """A leg that cannot be planned leaves nothing behind."""
        for leg in self.legs:
            if leg is not None:
                self.world.many = leg.many
        self.legs.clear()


def _last(step: Pass, coupling: Coupling) -> str:
    return coupling.to_sales if step.leg == "to_sales" else coupling.to_bc


def _nobody(step: Pass) -> Told:
    text = f"no {step.source.table.caption} is coupled with it, so nothing can come from there"
    return Told(kind="coupling", name="coupling", text=text, sign="no")
