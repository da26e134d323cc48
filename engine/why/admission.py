"""A leg that begins, and one source record -> what lets the record in or keeps it out, piece by piece."""

from __future__ import annotations

from typing import Any

from engine.catalog.catalog import System
from engine.frozen import dataclass
from engine.plan.legs import Pass
from engine.run.gates import Gate, RunScope, gates, retries
from engine.run.world import World
from engine.sql.conditions import condition
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope
from engine.sql.values import Around, Reading
from engine.why.questions import Sheet, Test, test_of, words
from engine.why.story import Told, at_line
from engine.why.telling import moment, sign, stated, test_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """there: the source record exists. open: every gate is. failed_before: it is read again for its failure.

    lines: the gates, each open or not.
    """

    there: bool
    open: bool
    failed_before: bool
    lines: tuple[Told, ...]


def admission(step: Pass, run: RunScope, world: World, around: Around, src: str, failed: bool) -> Admission:
    """What the planner asks of every record, asked of this one. failed: its last attempt failed, without a mark."""
    table, side = step.source.table, step.source.table.system
    scope = Scope(world, "")
    scope.names[step.source.key] = Joined(alias="s", table=table, certain=True)
    reading = Reading(scope=scope, around=around)
    scope.base = (
        f"(SELECT s.* FROM {world.relation(table)} s WHERE s.{identifier(table.id_field)} = {literal(src)}::UUID) s"
    )
    sheet = Sheet()
    asked: list[tuple[Gate, int | None, Test | None]] = []
    for gate in gates(step, world, reading, run):
        pieces = test_of(gate.condition, reading, sheet) if gate.condition is not None else None
        asked.append((gate, sheet.ask(gate.test), pieces))
    out = [
        (one, sheet.ask(condition(one.condition, reading)), test_of(one.condition, reading, sheet))
        for one in step.mapping.leave_out
        if one.system == side
    ]
    modified = sheet.ask(f"s.{identifier(table.modified_field)}")
    answers = sheet.answers(world, scope.sql())
    if answers is None or modified is None:
        return Admission(there=False, open=False, failed_before=False, lines=())
    lines = [
        _gate(step, side, gate, bool(answers[at]), test, answers[modified], answers, world)
        for gate, at, test in asked
        if at is not None
    ]
    again = failed and retries(step, run)
    if again:
        told = "the last attempt failed, so it is read again whatever filters and times say"
        lines.append(Told(kind="retry", name="read again", text=told, sign="yes"))
    for one, at, test in out:
        held = at is not None and bool(answers[at])
        line = test_line(test, answers, world)
        lines.append(
            Told(
                kind="leave out",
                name=words(one.span),
                text=("holds" if held else "does not hold") + (f": {line.text}" if line.text else ""),
                sign="no" if held else "yes",
                place=at_line(one.span),
                facts=(("holds", held), *line.facts),
                parts=line.parts,
            )
        )
    opened = all(bool(answers[at]) for _, at, _ in asked if at is not None)
    return Admission(there=True, open=opened, failed_before=again, lines=tuple(lines))


def _gate(
    step: Pass, side: System, gate: Gate, held: bool, test: Test | None, modified: Any, answers: list[Any], world: World
) -> Told:
    match gate.kind:
        case "filter":
            assert test is not None
            line = test_line(test, answers, world)
            return Told(
                kind="filter",
                name=f"filter {side} {test.text}",
                text=line.text,
                sign=sign(held),
                place=at_line(test.span),
                facts=line.facts,
                parts=line.parts,
            )
        case "watermark":
            since = gate.since
            text = f"modified {moment(modified) or 'never'}; read is what was modified after {moment(since)}"
            if step.leg == "to_bc":
                text += ", a second before the time of the last run"
            return Told(
                kind="watermark",
                name="modified since the last run" if held else "not modified since the last run",
                text=text,
                sign=sign(held),
                facts=(("modified", stated(modified)), ("since", stated(since))),
            )
        case "own change":
            text = "the integration user, whose own changes are not read"
            text = "somebody else than the integration user" if held else text
            return Told(kind="own change", name="last changed by", text=text, sign=sign(held))
        case "chosen":
            text = "named for this run" if held else "not named for this run"
            return Told(kind="chosen", name="chosen records", text=text, sign=sign(held))
