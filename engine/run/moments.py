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
from engine.run.ledger import place
from engine.run.pairs import uncouple
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql import block as blocks
from engine.sql.block import read_block
from engine.sql.finding import sorting
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Extended, Joined, Scope
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
        if isinstance(statement, (model.Synchronise, model.Find)):
            self.effects.carry_out(frame, statement)
        elif isinstance(statement, model.ForEach):
            self.each(frame, statement)
        else:
            self.statements.append((frame, statement))


    def each(self, frame: Frame, statement: model.ForEach) -> None:
        """All records of a `for each` at once; the first of them that fails, in their order, fails the record."""
        effects, world = self.effects, self.effects.world
        opened = effects.extended(statement.record, statement.where, frame)
        inner = replace(opened, outcome=Outcome(origins=frame.outcome.origins), effect=self.keep)
        read_block(statement.body, inner)
        order = sorting(statement.sorting, statement.descending, statement.record.table, inner)
        row = inner.scope.names[statement.record.key]
        assert isinstance(row, Joined)
        by = ", ".join(f"{row.alias}.{identifier(name)}{way}" for name, way in order)
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
        scope = Extended(world, f"{made.table} w", frame.scope)
        good = "w.src = c.src AND w.verdict IN ('create', 'update', 'same')"
        inner = replace(frame, scope=scope, effect=effects.carry_out, outcome=Outcome(origins=frame.outcome.origins))
        effects.carry_out(inner.under(f"({good})"), statement)
    if made.counts.get("uncouple"):
        kids = f"SELECT kid FROM {made.table} WHERE verdict = 'uncouple'"
        own = replace(effects, unit="p.bc")
        uncouple(step.mapping, kids, world, around, own.carry_out)
    for item in step.mapping.items:
        if isinstance(item, model.Moment) and item.after and item.leg == step.leg:
            after(step, item, read, made, world, around)


def after(step: Pass, moment: model.Moment, read: Candidates, made: Transfer, world: World, around: Around) -> None:
    source, destination = step.source.table, step.destination.table
    verdicts = ", ".join(literal(VERDICTS[one]) for one in sorted(moment.states) if one in VERDICTS)
    rows = []
    if verdicts:
        rows.append(f"SELECT src, dst FROM {made.table} WHERE verdict IN ({verdicts})")
    others = {"untouched": "untouched", "unchanged": "alike"}
    if classes := [literal(others[one]) for one in sorted(moment.states) if one in others]:
        rows.append(f"SELECT src, dst FROM {read.table} WHERE class IN ({', '.join(classes)})")
    base = "(" + " UNION ALL ".join(rows) + ") w"
    if not world.one("is there any", f"SELECT count(*) FROM {base}")[0]:
        return
    scope = Scope(world, base)
    scope.joins.append(f"JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = w.src")
    scope.joins.append(f"JOIN {world.relation(destination)} d ON d.{identifier(destination.id_field)} = w.dst")
    scope.names[step.source.key] = Joined(alias="s", table=source, certain=True)
    scope.names[step.destination.key] = Joined(alias="d", table=destination, certain=True)
    effects = Effects(step=step, world=world, around=around, unit="w.src")
    frame = Frame(around=around, scope=scope, outcome=Outcome(), effect=effects.carry_out)
    for item in step.mapping.items:
        if not isinstance(item, (model.FieldLine, model.Moment)):
            blocks.read(item, frame)
    frame.outcome.failures.clear()  # they were told before the write
    read_block(moment.body, frame)
    failures(step, frame, world)


def failures(step: Pass, frame: Frame, world: World) -> None:
    """R3.24: what fails after the write leaves the record and its coupling, and is told."""
    for one in frame.outcome.failures:
        path, line = place(one.span)
        world.run(
            "what failed after the write",
            f"""INSERT INTO plan.note
SELECT {step.number}, r.record, 'warning', {literal(one.code)}, n.text, {path}, {line}
FROM (SELECT w.src, {one.reason} AS text FROM {frame.scope.sql()} WHERE {one.when}) n
LEFT JOIN plan.record r ON r.pass = {step.number} AND r.cause IS NULL AND r.source_id = n.src""",
        )
