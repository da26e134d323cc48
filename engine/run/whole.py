"""Candidates of a leg -> their transfer, with nothing left of what records that fail had brought about before the write.

A mapping may start runs and create records before its own record is written (`synchronise`, `find … else create`): an
invoice sends an item first. Where the record then fails, it is refused whole: all is taken back and looked at once more,
with the refused ones failing as they did and bringing about nothing. What others asked for comes about again.
"""

from __future__ import annotations

from engine.frozen import dataclass
from engine.model import model
from engine.plan.legs import Pass
from engine.run.actions.nodes import statements
from engine.run.along import silent
from engine.run.effects import Effects
from engine.run.found import LOOKED_AT, Candidates
from engine.run.moments import TURNS, Deferred
from engine.run.transfer import Refused, Transfer, transfer
from engine.run.undo import Undo
from engine.run.world import World
from engine.sql import watch
from engine.sql.frame import Failure
from engine.sql.quote import identifier
from engine.sql.values import Around, NotPlanned

BRINGS: dict[tuple[int, str], tuple[model.Mapping, bool]] = {}
"""What is known of a mapping and a leg, by the mapping's identity: a queue runs the same ones thousands of times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A record that failed. src: its id; failure: the line that it failed in."""

    src: object
    failure: Failure
    reason: str


def whole(step: Pass, found: Candidates, world: World, around: Around, *, force: bool) -> tuple[Deferred, Transfer]:
    """The transfer of a leg, and what is put off until its records are written."""
    if not brings_about(step) or not any(found.classes.get(one) for one in LOOKED_AT):
        return once(step, found, (), world, around, force)
    failed: tuple[Failed, ...] = ()
    for _ in range(TURNS):
        undo, witness = Undo.mark(world), watch.witness
        watch.witness = None
        try:
            came = once(step, found, failed, world, around, force)
            more = more_failed(came[1], failed, world) if wrote(undo, world) else ()
            if witness is not None and not more:
                undo.take_back()
                undo = Undo.mark(world)
                watch.witness = witness
                came = once(step, found, failed, world, around, force)
        except BaseException:
            undo.step_aside()
            raise
        finally:
            watch.witness = witness
        if not more:
            undo.let_go()
            return came
        undo.take_back()
        failed += more
    raise NotPlanned("A mapping whose failures bring about ever more failures", step.mapping.span)


def once(
    step: Pass, found: Candidates, failed: tuple[Failed, ...], world: World, around: Around, force: bool
) -> tuple[Deferred, Transfer]:
    """One turn. failed: the records that fail whatever comes."""
    deferred = Deferred(effects=Effects(step=step, world=world, around=around, unit="c.src"))
    refused = listed(failed, world) if failed else None
    return deferred, transfer(step, found, world, around, deferred.keep, force=force, refused=refused)


def brings_about(step: Pass) -> bool:
    """Does a leg start runs or create records before its own record is written?"""
    key = (id(step.mapping), step.leg)
    known = BRINGS.get(key)
    if known is None or known[0] is not step.mapping:
        before = [
            one
            for one in step.mapping.items
            if not (isinstance(one, model.Moment) and (one.after or one.leg != step.leg))
        ]
        found = any(True for _ in statements(before, model.Synchronise)) or any(
            isinstance(one.otherwise, model.Block) for one in statements(before, model.Find)
        )
        known = BRINGS[key] = (step.mapping, found)
    return known[1]


def wrote(undo: Undo, world: World) -> bool:
    """Was a record of either system written since the mark? Couplings and logs alone are none."""
    return any(not silent(world.catalog.table(*key)) for key in undo.saved)  # type: ignore[arg-type]


def more_failed(made: Transfer, failed: tuple[Failed, ...], world: World) -> tuple[Failed, ...]:
    """The records that failed in this turn only."""
    known = {one.src for one in failed}
    rows = world.run(
        "what fails",
        f"SELECT src, failure, reason FROM {made.table} WHERE verdict IN ('fail', 'again') AND failure IS NOT NULL ORDER BY src",
    ).fetchall()
    return tuple(
        Failed(src=src, failure=made.failures[nth], reason=reason) for src, nth, reason in rows if src not in known
    )


def listed(failed: tuple[Failed, ...], world: World) -> Refused:
    """The table of the records that fail whatever comes, and their failures."""
    failures = list(dict.fromkeys((one.failure.code, one.failure.span) for one in failed))
    name = identifier(world.alias("refused"))
    world.run("a table of what is refused", f"CREATE TEMP TABLE {name} (src UUID, nth INTEGER, reason VARCHAR)")
    rows = [
        [one.src for one in failed],
        [failures.index((one.failure.code, one.failure.span)) for one in failed],
        [one.reason for one in failed],
    ]
    world.connection.execute(
        f"INSERT INTO {name} SELECT unnest(?::UUID[]), unnest(?::INTEGER[]), unnest(?::VARCHAR[])", rows
    )
    return Refused(table=name, failures=tuple(failures))
