"""What a mapping does around its records, beyond their own fields -> effects on other records.

The blocks `after new`, `after changed`, `after unchanged`, `after untouched` run once the leg's rows and couplings are
in the world; statements above the field lines that change other records run then too, for the records that did
not fail. Every statement is one query over all records of the leg (rules of evaluation 5 to 8). So where a record fails
in a block, all of it is taken back and carried out once more without that record: row and coupling stay, what its blocks
wrote does not (R3.24).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from engine.model import model
from engine.model.model import Statement
from engine.plan.legs import Pass
from engine.run.actions.nodes import nodes, statements
from engine.run.effects import Effects
from engine.run.found import Candidates
from engine.run.holding import Held
from engine.run.late import Said, Told, fail_late, failures, listed, warnings
from engine.run.pairs import uncouple
from engine.run.settle import stamp_again
from engine.run.transfer import Transfer, read_moment
from engine.run.undo import Undo
from engine.run.world import World
from engine.sql import block as blocks, watch
from engine.sql.block import read_block
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Extended
from engine.sql.values import Around, NotPlanned

TURNS = 50
"""So often blocks are carried out anew without those that failed; more would mean that failures bring about failures."""

VERDICTS = {"new": "create", "changed": "update", "unchanged": "same"}
OTHERS = {"untouched": "untouched", "unchanged": "alike"}


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

    def unless(self, failed: str) -> Callable[[Frame, Statement], None]:
        """The same for records that did not fail before. failed: SQL truth. It stands in what comes at once only: the rest
        waits until it is known who is written, and every value would carry the truth with it."""
        if failed == "false":
            return self.keep

        def keep(frame: Frame, statement: Statement) -> None:
            at_once = isinstance(statement, (model.Synchronise, model.Find))
            self.keep(frame.under(f"(NOT {failed})") if at_once else frame, statement)

        return keep

    def each(self, frame: Frame, statement: model.ForEach) -> None:
        """All records of a `for each` at once; the first of them that fails, in their order, fails the record."""
        effects, world = self.effects, self.effects.world
        inner = replace(effects.rounds(statement, frame), effect=self.unless(frame.outcome.failed()), hold=None)
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
        kids = f"SELECT kid, [src] AS whose FROM {made.table} WHERE verdict = 'uncouple'"
        own = replace(effects, unit="p.bc")
        uncouple(step.mapping, kids, world, around, own.carry_out)
    moments = blocks_after(step)
    for parts, some in groupby(moments, key=lambda one: one.parts):
        failed, told = together(step, list(some), read, made, world, around)
        if failed:
            fail_late(step, read, made, listed(failed, world), world, around, parts=parts)
        note_warnings(step, told, world)
    if writes_source(step, moments, made, world) and not step.mapping.always_compare:
        stamp_again(step, made, world)


def writes_source(step: Pass, moments: Sequence[model.Moment], made: Transfer, world: World) -> bool:
    """May blocks after the write have changed the source record of a pair that was written?"""
    source = step.source.table
    done = [
        one for one in moments if any(made.counts.get(VERDICTS[state]) for state in one.states & {"new", "changed"})
    ]
    written = (source.system, source.name) in world.written
    return written and any(one.record.table == source for one in statements([each.body for each in done], model.Change))


def together(
    step: Pass, moments: Sequence[model.Moment], read: Candidates, made: Transfer, world: World, around: Around
) -> tuple[list[Said], list[Said]]:
    """Carry out blocks that come one after the other; gives what failed in them, and what was warned about.

    Turn after turn, each without the records that failed before it, until none fails. Whoever watches sees the last one only.
    """
    may_fail = any(can_fail(one) and about_any(one, read, made) for one in moments)
    failed: list[Said] = []
    told: list[Said] = []
    if not may_fail:
        return turn(step, moments, read, made, None, world, around)
    for _ in range(TURNS):
        known = listed(failed, world) if failed else None
        undo, witness = Undo.mark(world, leg=step.number), watch.witness
        watch.witness = None
        try:
            late, warned = turn(step, moments, read, made, known, world, around)
            if not late and witness is not None:
                undo.take_back()
                undo = Undo.mark(world, leg=step.number)
                watch.witness = witness
                late, warned = turn(step, moments, read, made, known, world, around)
        except BaseException:
            undo.step_aside()
            raise
        finally:
            watch.witness = witness
        if not late:
            undo.let_go()
            return failed, told + warned
        undo.take_back()
        failed += late
        gone = {one[0] for one in late}
        told += [one for one in warned if one[0] in gone]
    raise NotPlanned("A block whose failures bring about ever more failures", moments[0].span)


def turn(
    step: Pass,
    moments: Sequence[model.Moment],
    read: Candidates,
    made: Transfer,
    but: str | None,
    world: World,
    around: Around,
) -> tuple[list[Said], list[Said]]:
    """Carry blocks out up to the first in which a record fails; gives what failed, and all warnings until then."""
    warned: list[Said] = []
    for moment in moments:
        told = after(step, moment, read, made, but, world, around)
        warned += warnings(told, world)
        if late := failures(told, world):
            return late, warned
    return [], warned


def blocks_after(step: Pass) -> list[model.Moment]:
    """The blocks that come after the write of a leg."""
    return [one for one in step.mapping.items if isinstance(one, model.Moment) and one.after and one.leg == step.leg]


def about_any(moment: model.Moment, read: Candidates, made: Transfer) -> bool:
    """Are there records that a block is about?"""
    written = any(made.counts.get(VERDICTS[one]) for one in moment.states if one in VERDICTS)
    return written or any(read.classes.get(OTHERS[one]) for one in moment.states if one in OTHERS)


CAN_FAIL: dict[int, tuple[model.Moment, bool]] = {}
"""What is known of a block, by its identity: a queue runs the same ones thousands of times."""


def can_fail(moment: model.Moment) -> bool:
    """Is there anything in a block that a record can fail in?"""
    known = CAN_FAIL.get(id(moment))
    if known is None or known[0] is not moment:
        found = (
            any(one.outcome == "fail" for one in statements(moment.body, model.Require))
            or any(isinstance(one.otherwise, model.Message) for one in statements(moment.body, model.Find))
            or any(
                one.carried.not_found == "fail"
                for one in statements(moment.body, model.Assign)
                for kind in (model.Partner, model.Translate)
                for _ in nodes(one.value, kind)
            )
        )
        known = CAN_FAIL[id(moment)] = (moment, found)
    return known[1]


def after(
    step: Pass,
    moment: model.Moment,
    read: Candidates,
    made: Transfer,
    but: str | None,
    world: World,
    around: Around,
) -> list[Told]:
    """Read the block of a moment (`after create`, …) for the records that it is about, and carry its effects out.

    but: a table of records that it is not done for. Gives what failed and what was warned about.
    """
    source, destination = step.source.table, step.destination.table
    verdicts = ", ".join(literal(VERDICTS[one]) for one in sorted(moment.states) if one in VERDICTS)
    rows = []
    if verdicts:
        settled = ""
        if {
            "changed",
            "unchanged",
        } <= moment.states:  # R3.19: what follows every comparison is left out where a strategy won
            settled = " AND NOT (verdict = 'update' AND clash IS NOT NULL AND NOT is_new AND NOT recognised)"
        rows.append(f"SELECT src, dst FROM {made.table} WHERE verdict IN ({verdicts}){settled}")
    if classes := [literal(OTHERS[one]) for one in sorted(moment.states) if one in OTHERS]:
        rows.append(f"SELECT src, dst FROM {read.table} WHERE class IN ({', '.join(classes)})")
    base = "(" + " UNION ALL ".join(rows) + ")"
    if but is not None:
        base = f"(SELECT * FROM {base} WHERE src NOT IN (SELECT src FROM {but}))"
    if not world.one("is there any", f"SELECT count(*) FROM {base} w")[0]:
        return []
    scope = Held(world, base, "w", {step.source.key: ("src", source), step.destination.key: ("dst", destination)})
    scope.unit = "w.src"
    effects = Effects(step=step, world=world, around=around, unit="w.src")
    frame = Frame(around=around, scope=scope, outcome=Outcome(), effect=effects.carry_out, hold=effects.hold)
    for item in step.mapping.items:
        if not isinstance(item, (model.FieldLine, model.Moment)):
            blocks.read(item, frame)
    frame.outcome.failures.clear()  # they were told before the write
    frame.outcome.warnings.clear()
    effects.told.append((frame.outcome, frame.scope, effects.unit))
    read_moment(moment, frame)
    return effects.told


def note_warnings(step: Pass, told: list[Said], world: World) -> None:
    """What is warned about after the write is noted beside its record."""
    if told:
        world.run(
            "what is warned about after the write",
            f"""INSERT INTO plan.note
SELECT {step.number}, r.record, 'warning', n.code, n.reason, n.path, n.line
FROM {listed(told, world)} n LEFT JOIN plan.record r ON r.pass = {step.number} AND r.cause IS NULL AND r.source_id = n.src""",
        )
