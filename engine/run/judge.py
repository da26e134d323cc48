"""What was read of a leg -> the verdict on every record, and the values of those that differ.

The columns of the tables are those of `engine.run.transfer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.catalog.catalog import Field
from engine.frozen import dataclass
from engine.model import model
from engine.plan.legs import Pass
from engine.run.dropped import Dropped
from engine.run.found import LOOKED_AT, Candidates
from engine.run.near import few_of_many, looked_at, near_rows
from engine.run.own_kind import in_turn, looks_itself_up
from engine.run.twins import as_changes, followers, sought
from engine.run.verdicts import choose, clashing, failed_again, verdict
from engine.run.world import World
from engine.sql.conditions import joined_by
from engine.sql.frame import Frame, Origin, Outcome
from engine.sql.recordtext import record_id
from engine.sql.scope import needed


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenField:
    """A field that a mapping writes: its columns in the work table, and the line it comes from."""

    field: Field
    new: str
    old: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What was read of a mapping. later: the blocks that say `changed`, still to be read.

    clashes: SQL truth that a two-way line differs, and the number of the line (R3.17). told: how many failures are told
    before an update conflict is; those of the blocks below the lines are not (R3.19).
    """

    lines: tuple[model.FieldLine, ...]
    later: tuple[model.Moment, ...]
    clashes: tuple[tuple[str, str], ...]
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a verdict looks at. pairs: SQL of the new and the old value of every field that is written; more: SQL of further
    columns beside the values."""

    fields: tuple[WrittenField, ...]
    pairs: list[tuple[str, str]]
    carried: Carried
    force: bool
    more: str = ""


def in_one_pass(step: Pass, found: Candidates, pairs: list[tuple[str, str]], world: World) -> bool:
    """Are verdicts and values found in one query? Not where many may turn out to be as they were, unless they are a
    small part of a table that would be read again; nor where a number is counted over the records that are created."""
    wanted, near = sum(found.classes.get(one, 0) for one in LOOKED_AT), looked_at(found)
    return (wanted < world.many or few_of_many(near, step.source.table, world) or "alike" in found.classes) and not any(
        " OVER (" in new for new, _ in pairs
    )


def one_by_one(
    step: Pass, found: Candidates, judged: Judged, at_once: bool, frame: Frame, dropped: Dropped, world: World
) -> str:
    """The verdict on every record, into a table; gives that of new and old values. The product takes the new ones in turn:
    a blank is there for the next (R4.17), and a partner for those that look for the same (R3.6)."""
    some_new = bool(found.classes.get("insert") or found.classes.get("gone"))
    looked_for = sought(step, frame, some_new=some_new)
    judged = replace(judged, more=looked_for.columns)
    name, fields = f"work_{step.number}", judged.fields
    tables = (name,) if at_once else (name, values_beside(name))
    values = judged_values(step, found, name, judged, at_once, frame, world)

    def again() -> None:
        for one in tables:
            world.connection.execute(f"DROP TABLE {one}")
        judged_values(step, found, name, judged, at_once, frame, world)

    if some_new and looks_itself_up(step):
        in_turn(step, frame, name, again, world)
    if some_new and dropped.note(step.destination.table, step.source.table, name, values, fields):
        again()
    twins = followers(step, looked_for, values, fields, world)
    if twins is not None:
        others = as_changes(step, twins, values, fields, frame, world)
        judged_values(step, found, f"{name}_2", judged, at_once, others, world)
        for one in tables:
            world.connection.execute(f"DELETE FROM {one} WHERE src IN (SELECT src FROM {twins})")
            world.connection.execute(f"INSERT INTO {one} BY NAME SELECT * FROM {one}_2")
    return values


def judged_values(
    step: Pass, found: Candidates, name: str, judged: Judged, at_once: bool, frame: Frame, world: World
) -> str:
    """The verdict on every record that is looked at, into a table; gives the table of new and old values."""
    judge(step, name, judged, at_once, frame, world)
    if found.failed_before and not step.mapping.always_compare:
        failed_again(name, world)
    if at_once:
        return f"(SELECT * FROM {name} WHERE verdict IN ('create', 'update', 'conflict'))"
    return wide(step, name, judged, frame, world)


def judge(step: Pass, name: str, judged: Judged, at_once: bool, frame: Frame, world: World) -> None:
    """The verdict on every record that is looked at, into a table; with its values, if they are wanted at once."""
    failures, fields, carried = frame.outcome.failures, judged.fields, judged.carried
    reason = choose([(one.when, one.reason) for one in failures], "NULL")
    number = choose([(one.when, str(at)) for at, one in enumerate(failures)], "NULL")
    clash = choose(list(carried.clashes), "NULL")
    differs = joined_by("OR", [f"{one.new} IS DISTINCT FROM {one.old}" for one in fields])
    unwanted = "" if at_once else "".join(f", {one.new}, {one.old}" for one in fields)
    columns = f"""c.*, {number} AS failure, {reason} AS reason, CASE WHEN c.both_changed THEN {clash} END AS clash,
  {record_id(step.source.table, "s", world)} AS _record{values_of(judged.pairs)}{beside(judged, frame) if at_once else ""}"""
    world.run(
        f"{step.mapping.name} {step.leg}: what becomes of every record",
        f"""CREATE TEMP TABLE {name} AS
SELECT * EXCLUDE (_record{unwanted}) REPLACE (
    CASE WHEN verdict IN ('conflict', 'lost') THEN {clashing(step, carried.lines)} ELSE reason END AS reason,
    CASE WHEN verdict IN ('conflict', 'lost') THEN NULL ELSE failure END AS failure),
  CASE WHEN clash IS NOT NULL OR failure IS NOT NULL THEN _record END AS source_record FROM (
SELECT *, {verdict(step, judged.force, carried.told)} AS verdict FROM (
SELECT *, {differs} AS differs FROM (
SELECT {columns}
FROM {chr(10).join([frame.scope.base, *nearer(step, needed(frame.scope.joins, columns), world)])}
)))""",
    )


def nearer(step: Pass, joins: Sequence[str], world: World) -> list[str]:
    """The same joins, source and partner from the rows taken near."""
    found = list(joins)
    for at, one in enumerate(found):
        for alias, table in (("s", step.source.table), ("d", step.destination.table)):
            far = f"JOIN {world.relation(table)} {alias} ON "
            if one.removeprefix("LEFT ").startswith(far):
                found[at] = one.replace(far, f"JOIN {near_rows(table, world)} {alias} ON ", 1)
    return found


def values_of(pairs: list[tuple[str, str]]) -> str:
    """SQL columns n0, o0, n1, o1 … of new and old values."""
    return "".join(f",\n  {new} AS n{at}, {old} AS o{at}" for at, (new, old) in enumerate(pairs))


def warned(outcome: Outcome) -> str:
    """SQL columns w0, wr0 …: which warnings hold, and their words."""
    return "".join(f",\n  ({one.when}) AS w{at}, {one.reason} AS wr{at}" for at, one in enumerate(outcome.warnings))


def beside(judged: Judged, frame: Frame) -> str:
    """SQL of what stands beside the values."""
    return warned(frame.outcome) + judged.more


def values_beside(narrow: str) -> str:
    """The name of the table of values that goes with a table of verdicts."""
    return narrow.replace("work", "value", 1)


def wide(step: Pass, narrow: str, judged: Judged, frame: Frame, world: World) -> str:
    """New and old values of the records that are created, changed or in conflict; gives the name of their table."""
    name, columns = values_beside(narrow), f"c.*{values_of(judged.pairs)}{beside(judged, frame)}"
    base = f"(SELECT * FROM {narrow} WHERE verdict IN ('create', 'update', 'conflict')) c"
    world.run(
        f"{step.mapping.name} {step.leg}: new and old values of those that differ",
        f"CREATE TEMP TABLE {name} AS\nSELECT {columns}\nFROM {chr(10).join([base, *needed(frame.scope.joins, columns)])}",
    )
    return name
