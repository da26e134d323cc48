"""What fails once its record is written and coupled -> the record counts as failed, its coupling is marked (R3.24).

The row and the coupling stay, for both are committed by then; the stamps are as before the attempt, empty for a new
pair, so that the mark brings the pair up again in the next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import connector
from engine.plan.legs import Pass, keeps_options
from engine.run.found import Candidates, books
from engine.run.ledger import AGAIN, counters, label, place
from engine.run.settle import count_again, job_id, write_errors
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql.frame import Failure, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.recordtext import record_id
from engine.sql.scope import Scope
from engine.sql.values import Around

Told = tuple[Outcome, Scope, str]
"""What failed or was warned about, the scope its SQL stands in, and the source id of the record there."""

Said = tuple[Any, str, str, str | None, int | None, int]
"""Of one record: its id, what is said of it, code, path and line of the rule, and which of several comes first."""


def failures(told: Sequence[Told], world: World) -> list[Said]:
    """The records that failed, each with what failed first."""
    each = [(one, scope, unit) for outcome, scope, unit in told for one in outcome.failures]
    return said(each, "arg_min(reason, (nth, reason)) AS reason, min(nth) AS nth", "GROUP BY src", world)


def warnings(told: Sequence[Told], world: World) -> list[Said]:
    """The records that are warned about, with every warning."""
    each = [(one, scope, unit) for outcome, scope, unit in told for one in outcome.warnings]
    return said(each, "reason, nth", "", world)


def said(each: list[tuple[Failure, Scope, str]], of_one: str, grouped: str, world: World) -> list[Said]:
    """What is said of which record. of_one: SQL of what of the reasons of one record, told one by one or grouped."""
    if not each:
        return []
    found = "\nUNION ALL ".join(
        f"SELECT DISTINCT {unit} AS src, {one.reason} AS reason, {at} AS nth FROM {scope.sql()} WHERE {one.when}"
        for at, (one, scope, unit) in enumerate(each)
    )
    lines = ", ".join(
        f"({at}, {literal(one.code)}, {', '.join(place(one.span))})" for at, (one, _, _) in enumerate(each)
    )
    return world.run(
        "what is said after the write",
        f"SELECT src, reason, code, path, line, nth FROM (SELECT src, {of_one} FROM ({found}) {grouped}) "
        f"JOIN (VALUES {lines}) lines(nth, code, path, line) USING (nth) ORDER BY ALL",
    ).fetchall()


def listed(rows: Sequence[Said], world: World) -> str:
    """The table of what is said: src, reason, code, path, line."""
    name = identifier(world.alias("said"))
    world.run(
        "a table for it",
        f"CREATE TEMP TABLE {name} (src UUID, reason VARCHAR, code VARCHAR, path VARCHAR, line INTEGER)",
    )
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)][:5]
        world.connection.execute(
            f"INSERT INTO {name} SELECT unnest(?::UUID[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), "
            "unnest(?::VARCHAR[]), unnest(?::INTEGER[])",
            columns,
        )
    return name


def fail_late(
    step: Pass,
    found: Candidates,
    made: Transfer,
    failed: str,
    world: World,
    around: Around,
    *,
    parts: bool = False,
) -> None:
    """Take the records that failed after the write out of the good ones: verdicts, couplings, log, ledger.

    failed: the table of them. parts: they failed before they were coupled: the rows stay, the couplings go.
    """
    source = step.source.table
    looked_at = "src, dst, src_stamp, dst_stamp, failed_before, last_job"
    late = identifier(world.alias("late"))
    world.run(
        "what failed after the write",
        f"""CREATE TEMP TABLE {late} AS
SELECT w.*, f.reason, f.code, f.path, f.line, {record_id(source, "s", world)} AS source_record, {again(world)} AS again
FROM {failed} f
JOIN (SELECT {looked_at}, verdict AS was FROM {made.table} WHERE verdict IN ('create', 'update', 'same')
  UNION ALL SELECT {looked_at}, class FROM {found.table} WHERE class IN ('alike', 'untouched')) w ON w.src = f.src
JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = w.src""",
    )
    counted = world.run("how many", f"SELECT was, again, count(*) FROM {late} GROUP BY ALL ORDER BY ALL").fetchall()
    if not counted:
        return
    for was, repeated, count in counted:
        if was == "untouched":
            found.classes["untouched"] -= count
        else:
            made.counts["same" if was == "alike" else was] -= count
        kind = "again" if repeated else "fail"
        made.counts[kind] = made.counts.get(kind, 0) + count
    world.run(
        "they are no longer good", f"UPDATE {made.table} SET verdict = 'late' WHERE src IN (SELECT src FROM {late})"
    )
    world.run("nor looked at", f"UPDATE {found.table} SET class = 'late' WHERE src IN (SELECT src FROM {late})")
    if parts:
        part(step, late, world)
    elif not step.mapping.always_compare and not keeps_options(step.mapping):
        mark(step, late, world, around)
    count_again(step, counters(found, made), world, around)
    write_errors(step, f"SELECT source_record, reason FROM {late}", world, around)
    list_late(step, late, world)


def again(world: World) -> str:
    """SQL truth: the last attempt failed with the same words (R3.27). A new coupling knows of none, also a restored one (R3.9)."""
    errors = world.catalog.table("bc", connector.JOB_ERRORS)
    needed = (connector.ERROR_JOB, connector.ERROR_SOURCE, connector.ERROR_MESSAGE)
    if not all(world.holds(errors, one) for one in needed):
        return "false"
    job, record, message = (f"e.{identifier(one)}" for one in needed)
    same = f"{job} = w.last_job AND {record} = source_record AND {message} = left(f.reason, 250)"
    return f"(w.failed_before AND w.was <> 'create' AND EXISTS (SELECT 1 FROM {world.relation(errors)} e WHERE {same}))"


def part(step: Pass, late: str, world: World) -> None:
    """The couplings of the records go."""
    table, kept = world.catalog.table("bc", connector.COUPLINGS), books(step)
    world.delete(
        table,
        f"SELECT k.{identifier(table.id_field)} FROM {late} l JOIN {world.relation(table)} k "
        f"ON k.{identifier(kept.source_id)} = l.src AND k.{identifier(connector.COUPLED_TABLE)} = {step.mapping.bc.table.number}",
    )


def mark(step: Pass, late: str, world: World, around: Around) -> None:
    """The coupling says Failure; its stamps are those from before, empty where it is new, also in place of one that went."""
    table, kept = world.catalog.table("bc", connector.COUPLINGS), books(step)
    values = {
        kept.source_stamp: "CASE WHEN l.was = 'create' THEN NULL ELSE l.src_stamp END",
        kept.destination_stamp: "CASE WHEN l.was = 'create' THEN NULL ELSE l.dst_stamp END",
        kept.out: str(connector.FAILURE),
        kept.job: job_id(step, around),
    }
    if world.holds(table, connector.SKIPPED):
        values[connector.SKIPPED] = f"k.{identifier(connector.SKIPPED)} OR l.again"
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
    world.update(
        table,
        list(values),
        f"SELECT k.{identifier(table.id_field)} AS _id, {select} FROM {late} l JOIN {world.relation(table)} k "
        f"ON k.{identifier(kept.source_id)} = l.src AND k.{identifier(connector.COUPLED_TABLE)} = {step.mapping.bc.table.number}",
    )


def list_late(step: Pass, late: str, world: World) -> None:
    """Records already listed say why they failed; the others, unchanged until now, are listed after them."""
    source, destination = step.source.table, step.destination.table
    told = (
        f"CASE WHEN l.again THEN 'skip' ELSE 'fail' END AS action, "
        f"CASE WHEN l.again THEN '{AGAIN}' ELSE l.code END AS code, l.path, l.line"
    )
    own = f"r.pass = {step.number} AND r.cause IS NULL AND r.source_id = l.src"
    world.run(
        "say why",
        f"UPDATE plan.record AS r SET action = l.action, code = l.code, reason = l.reason, path = l.path, line = l.line "
        f"FROM (SELECT l.src, l.reason, {told} FROM {late} l) l WHERE {own}",
    )
    world.run(
        "list the others",
        f"""INSERT INTO plan.record
SELECT {step.number}, (SELECT coalesce(max(record), 0) FROM plan.record WHERE pass = {step.number}) + row_number() OVER (ORDER BY l.src),
  NULL, l.action, {literal(destination.system)}, {literal(destination.name)}, {literal(destination.caption)}, l.dst,
  {label(destination, "d", world)}, l.src, {label(source, "s", world)}, l.code, l.reason, l.path, l.line
FROM (SELECT l.src, l.dst, l.reason, {told} FROM {late} l) l
JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = l.src
JOIN {world.relation(destination)} d ON d.{identifier(destination.id_field)} = l.dst
WHERE NOT EXISTS (SELECT 1 FROM plan.record r WHERE {own})""",
    )
