"""What a mapping does around its records, beyond their own fields -> effects on other records.

The blocks `after new`, `after changed`, `after unchanged`, `after untouched` run once the leg's rows and couplings are
in the world; statements above the field lines that change other records run then too, for the records that did
not fail. Every statement is one query over all records of the leg (rules of evaluation 5 to 8).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.model import model
from engine.model.model import Statement
from engine.plan.legs import Pass
from engine.run.candidates import Candidates
from engine.run.effects import Effects
from engine.run.holding import Held
from engine.run.late import fail_late
from engine.run.ledger import place
from engine.run.pairs import uncouple
from engine.run.transfer import Transfer, read_moment
from engine.run.world import World
from engine.sql import block as blocks
from engine.sql.block import read_block
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Extended, Scope
from engine.sql.values import Around

VERDICTS = {"new": "create", "changed": "update", "unchanged": "same"}


@dataclass
class Deferred:
    """Statements met before the write that change other records, with the frame they were met in.

    A run that a rule starts, and a record that a `find` creates, come at once: what follows builds on them. So does a
    `for each`: what fails in it fails the record.
    """

    effects: Effects
    statements: list[tuple[Frame, Statement]] = field(default_factory=list)

    def keep(self, frame: Frame, statement: Statement) -> None:
        """Put a statement off until the end of the leg; what other statements look up is done at once."""
        if isinstance(statement, (model.Synchronise, model.Find)):
            self.effects.carry_out(frame, statement)
        elif isinstance(statement, model.ForEach):
            self.each(frame, statement)
        else:
            kept = replace(frame)
            self.effects.hold(kept)
            self.statements.append((kept, statement))

    def each(self, frame: Frame, statement: model.ForEach) -> None:
        """All records of a `for each` at once; the first of them that fails, in their order, fails the record."""
        effects, world = self.effects, self.effects.world
        inner = replace(effects.rounds(statement, frame), effect=self.keep, hold=None)
        read_block(statement.body, inner)
        by = ", ".join(f"{name}{way}" for name, way in inner.order)
        for one, kept in (
            *((one, frame.outcome.failures) for one in inner.outcome.failures),
            *((one, frame.outcome.warnings) for one in inner.outcome.warnings),
        ):
            name = identifier(world.alias("fails"))
            world.run(
                "which records fail in it",
                f"CREATE TEMP TABLE {name} AS SELECT {effects.unit} AS src, first({one.reason} ORDER BY {by}) AS reason "
                f"FROM {inner.scope.sql()} WHERE {one.when} GROUP BY {effects.unit}",
            )
            alias = frame.scope.join(name, world.alias("failing"), f"{{alias}}.src = {effects.unit}")
            kept.append(replace(one, when=f"({alias}.src IS NOT NULL)", reason=f"{alias}.reason"))


def after_moments(
    step: Pass, read: Candidates, made: Transfer, deferred: Deferred, world: World, around: Around
) -> None:
    """Carry out what comes after the write of a leg."""
    effects = deferred.effects
    for frame, statement in deferred.statements:
        assert frame.effect is not None and isinstance(frame.scope, Held)
        scope = Extended(world, f"{made.table} w", frame.scope)
        good = f"w.src = {frame.scope.alias}.unit AND w.verdict IN ('create', 'update', 'same')"
        inner = replace(frame, scope=scope).under(f"({good})")
        frame.effect(inner, statement)
    if made.counts.get("uncouple"):
        kids = f"SELECT kid FROM {made.table} WHERE verdict = 'uncouple'"
        own = replace(effects, unit="p.bc")
        uncouple(step.mapping, kids, world, around, own.carry_out)
    for item in step.mapping.items:
        if isinstance(item, model.Moment) and item.after and item.leg == step.leg:
            after(step, item, read, made, world, around)


def after(step: Pass, moment: model.Moment, read: Candidates, made: Transfer, world: World, around: Around) -> None:
    """Read the block of a moment (`after create`, …) for the records that it is about, and carry its effects out.

    What fails here fails the record late: after it was written, with the reason told.
    """
    source, destination = step.source.table, step.destination.table
    verdicts = ", ".join(literal(VERDICTS[one]) for one in sorted(moment.states) if one in VERDICTS)
    rows = []
    if verdicts:
        rows.append(f"SELECT src, dst FROM {made.table} WHERE verdict IN ({verdicts})")
    others = {"untouched": "untouched", "unchanged": "alike"}
    if classes := [literal(others[one]) for one in sorted(moment.states) if one in others]:
        rows.append(f"SELECT src, dst FROM {read.table} WHERE class IN ({', '.join(classes)})")
    base = "(" + " UNION ALL ".join(rows) + ")"
    if not world.one("is there any", f"SELECT count(*) FROM {base} w")[0]:
        return
    scope = Held(world, base, "w", {step.source.key: ("src", source), step.destination.key: ("dst", destination)})
    effects = Effects(step=step, world=world, around=around, unit="w.src")
    frame = Frame(around=around, scope=scope, outcome=Outcome(), effect=effects.carry_out, hold=effects.hold)
    for item in step.mapping.items:
        if not isinstance(item, (model.FieldLine, model.Moment)):
            blocks.read(item, frame)
    frame.outcome.failures.clear()  # they were told before the write
    frame.outcome.warnings.clear()
    effects.told.append((frame.outcome, frame.scope, effects.unit))
    read_moment(moment, frame)
    for outcome, told, unit in effects.told:
        warnings(step, outcome, told, unit, world)
    fail_late(step, read, made, effects.told, world, around, parts=moment.parts)


def warnings(step: Pass, outcome: Outcome, scope: Scope, unit: str, world: World) -> None:
    """What is warned about after the write is noted beside its record."""
    for one in outcome.warnings:
        path, line = place(one.span)
        world.run(
            "what is warned about after the write",
            f"""INSERT INTO plan.note
SELECT {step.number}, r.record, 'warning', {literal(one.code)}, n.text, {path}, {line}
FROM (SELECT DISTINCT {unit} AS src, {one.reason} AS text FROM {scope.sql()} WHERE {one.when}) n
LEFT JOIN plan.record r ON r.pass = {step.number} AND r.cause IS NULL AND r.source_id = n.src""",
        )
