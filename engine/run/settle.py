"""Verdicts of a leg -> rows written, couplings and stamps moved, watermark, job log.

R2.18 (watermark), R3.24 to R3.33 (after the write), R9.19 (job log). Everything goes into the world's deltas.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from engine import connector
from engine.catalog.catalog import Field, System, Table
from engine.plan.legs import Pass
from engine.run.apart import note
from engine.run.found import Candidates, books
from engine.run.gates import watermark
from engine.run.joblog import log_errors, log_row
from engine.run.world import World
from engine.sql import blank
from engine.sql.blank import TEXTS
from engine.sql.quote import identifier, literal
from engine.sql.values import Around

if TYPE_CHECKING:
    from engine.run.transfer import Transfer

LOWERED = {"to_sales": timedelta(milliseconds=999), "to_bc": timedelta(milliseconds=10)}  # R3.33


def stored_as(sql: str, field: Field, system: System) -> str:
    """SQL of a value as a row holds it: blank text, option and id are NULL in Sales, never in BC (R4.12)."""
    if system == "sales":
        if field.kind in TEXTS:
            return f"nullif({sql}, '')"
        if field.kind == "option":
            return f"nullif({sql}, {field.blank_option})"
        return sql
    if field.kind == "option" and all(one.number != field.blank_option for one in field.options):
        return f"CASE WHEN {sql} = {field.blank_option} THEN 0 ELSE {sql} END"
    return sql


def moment(when: datetime) -> str:
    """SQL of a moment in UTC."""
    return literal(when)


def platform_values(table: Table, around: Around, *, new: bool) -> dict[str, str]:
    """The columns that the platform itself fills with every write."""
    values = {table.modified_field: moment(around.now)} if table.modified_field else {}
    user = around.settings.get("integration_user")
    by = f"{literal(str(user))}::UUID" if user else "NULL::UUID"
    if table.system == "sales":
        if connector.SALES_MODIFIED_BY in table.fields:
            values[connector.SALES_MODIFIED_BY] = by
        if new and connector.SALES_CREATED in table.fields:
            values[connector.SALES_CREATED] = moment(around.now)
        if new and connector.SALES_CREATED_BY in table.fields:
            values[connector.SALES_CREATED_BY] = by
    elif new and connector.BC_CREATED in table.fields:
        values[connector.BC_CREATED] = moment(around.now)
    return values


def defaults(table: Table, written: set[str]) -> dict[str, str]:
    """The values that a new row has where nobody gives one: the schema's defaults."""
    found = {one.name: blank.default(one) for one in table.fields.values() if one.name not in written}
    return {name: sql for name, sql in found.items() if sql is not None}


def last_to_take(step: Pass, made: Transfer, verdicts: str, world: World) -> str:
    """SQL truth over the rows of a leg: of several that come to one partner the last has it (R1.10); `true` without any.

    It takes a `recognise` to come to a partner that another record has.
    """
    if not step.mapping.recognise or not made.fields:
        return "true"
    rows = f"FROM {made.table} WHERE recognised AND verdict IN ({verdicts})"
    if not world.one("is any partner recognised", f"SELECT EXISTS (SELECT 1 {rows})")[0]:
        return "true"
    source = step.source.table
    order = ", ".join(f"s.{identifier(one)} DESC" for one in source.key if world.holds(source, one))
    taken = (
        f"SELECT w.src FROM {made.table} w JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = w.src "
        f"WHERE w.verdict IN ({verdicts}) QUALIFY row_number() OVER (PARTITION BY w.dst ORDER BY w.recognised DESC, {order}) = 1"
    )
    return f"src IN ({taken})"


def write_rows(step: Pass, made: Transfer, world: World, around: Around) -> None:
    """The destination rows of created and changed records."""
    table = step.destination.table
    columns = {one.field.name: stored_as(one.new, one.field, table.system) for one in made.fields}
    if made.counts.get("create"):
        values = {**defaults(table, set(columns)), **columns, **platform_values(table, around, new=True)}
        select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
        note(world, table, f"SELECT dst, src FROM {made.table} WHERE verdict = 'create'", new=True)
        world.insert(table, list(values), f"SELECT dst AS _id, {select} FROM {made.values} WHERE verdict = 'create'")
    if made.counts.get("update"):
        values = {**columns, **platform_values(table, around, new=False)}
        select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
        rows = f"verdict = 'update' AND {last_to_take(step, made, literal('update'), world)}"
        note(world, table, f"SELECT dst, src FROM {made.table} WHERE {rows}")
        world.update(table, list(values), f"SELECT dst AS _id, {select} FROM {made.values} WHERE {rows}", near=True)


def job_id(step: Pass, around: Around) -> str:
    """The id of the job row of a leg: the same for the same clock and the same leg of a plan."""
    return f"CAST(md5({literal(f'{step.mapping.name}/{step.leg}/{step.number}/{around.now.isoformat()}')}) AS UUID)"


def keep_couplings(step: Pass, read: Candidates, made: Transfer, world: World, around: Around) -> None:
    """New couplings, stamps and results."""
    if not made.counts:
        return
    table = world.catalog.table("bc", connector.COUPLINGS)
    kept = books(step)
    now = moment(around.now)
    gone = f"SELECT kid FROM {made.table} WHERE kid IS NOT NULL AND class = 'gone' AND is_new"  # R3.9: failed or not
    if world.one("couplings to be removed", f"SELECT count(*) FROM ({gone})")[0]:
        world.delete(table, gone)
    stamps = not step.mapping.always_compare
    if stamps:
        move_stamps(step, read, made, world, around)
    taken = last_to_take(step, made, "'update', 'fail', 'again'", world)
    if taken != "true":  # R1.10: a partner that another record has changes hands
        others = f"SELECT dst FROM {made.table} WHERE recognised AND verdict IN ('update', 'fail', 'again')"
        key, number = identifier(table.id_field), identifier(connector.COUPLED_TABLE)
        own = f"{number} = {step.mapping.bc.table.number} AND {identifier(kept.destination_id)} IN ({others})"
        world.delete(table, f"SELECT {key} FROM {world.relation(table)} WHERE {own}")
    failed = "verdict IN ('fail', 'again')"  # R3.6: a recognised partner is coupled before anything can fail
    if made.counts.get("create") or made.counts.get("update") or taken != "true":
        values = {
            kept.source_id: "src",
            kept.destination_id: "dst",
            connector.COUPLED_TABLE: str(step.mapping.bc.table.number),
            connector.BC_CREATED: now,
            table.modified_field: now,
        }
        if stamps:
            values |= {
                kept.source_stamp: "src_mod",
                kept.destination_stamp: f"CASE WHEN {failed} THEN dst_stamp ELSE {now} END",
                kept.out: f"CASE WHEN {failed} THEN {connector.FAILURE} ELSE {connector.SUCCESS} END",
                kept.job: job_id(step, around),
            }
        select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
        fresh = f"(verdict IN ('create', 'update') OR (recognised AND {failed})) AND (kid IS NULL OR class = 'gone')"
        if taken != "true":
            fresh += f" AND ((verdict = 'create' AND dst NOT IN ({others})) OR {taken})"
        id = "CAST(md5('coupling/' || CAST(src AS VARCHAR) || '/' || CAST(dst AS VARCHAR)) AS UUID)"
        note(world, table, f"SELECT {id}, src FROM {made.table} WHERE {fresh}", new=True)
        world.insert(table, list(values), f"SELECT {id} AS _id, {select} FROM {made.table} WHERE {fresh}")


def move_stamps(step: Pass, read: Candidates, made: Transfer, world: World, around: Around) -> None:
    """R3.26, R3.27, R3.32, R3.33 for records that were coupled before."""
    table = world.catalog.table("bc", connector.COUPLINGS)
    kept = books(step)
    now = moment(around.now)
    lowered = f"{now} - INTERVAL {int(LOWERED[step.leg].total_seconds() * 1000)} MILLISECOND"
    after = f"CASE WHEN verdict = 'same' THEN dst_mod WHEN both_changed THEN {lowered} ELSE {now} END"
    good = "verdict IN ('update', 'same')"
    values = {
        kept.source_stamp: f"CASE WHEN {good} THEN greatest(coalesce(src_stamp, src_mod), src_mod) ELSE src_stamp END",
        kept.destination_stamp: f"CASE WHEN {good} THEN greatest(coalesce(dst_stamp, {after}), {after}) ELSE dst_stamp END",
        kept.out: f"CASE WHEN {good} THEN {connector.SUCCESS} ELSE {connector.FAILURE} END",
        kept.job: job_id(step, around),
    }
    rows = "kid IS NOT NULL AND class <> 'gone' AND verdict IN ('update', 'same', 'fail', 'again', 'conflict')"
    rows += " OR (class = 'gone' AND NOT is_new AND verdict IN ('fail', 'again'))"
    if made.counts.get("again"):
        values[connector.SKIPPED] = "verdict = 'again'"
    if not any(made.counts.get(one) for one in ("update", "same", "fail", "again", "conflict")):
        return
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
    world.update(table, list(values), f"SELECT kid AS _id, {select} FROM {made.table} WHERE {rows}", near=True)
    if read.classes.get("alike"):
        world.lay(table, list(values), f"SELECT kid AS _id, {select} FROM ({read.alike})")


def stamp_again(step: Pass, made: Transfer, world: World) -> None:
    """R3.24: stamps come last, so what the blocks after a write did to the source record is no change of it."""
    source, table, kept = step.source.table, world.catalog.table("bc", connector.COUPLINGS), books(step)
    stamp, modified = f"k.{identifier(kept.source_stamp)}", f"s.{identifier(source.modified_field)}"
    world.update(
        table,
        [kept.source_stamp],
        f"""SELECT k.{identifier(table.id_field)} AS _id, {modified} AS {identifier(kept.source_stamp)}
FROM {made.table} w JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = w.src
JOIN {world.relation(table)} k ON k.{identifier(kept.source_id)} = w.src
  AND k.{identifier(connector.COUPLED_TABLE)} = {step.mapping.bc.table.number}
WHERE w.verdict IN ('create', 'update') AND {modified} > {stamp}""",
    )


def move_watermark(
    step: Pass, found: Candidates, world: World, around: Around
) -> tuple[datetime | None, datetime | None]:
    """(before, after): the newest stamp read, at most the clock, never backwards (R2.18)."""
    before = watermark(step, world)
    after = before
    if found.newest is not None:
        reached = min(found.newest, around.now)
        after = reached if before is None or reached > before else before
    if after is not None and after != before:
        table = world.catalog.table("bc", connector.MAPPINGS)
        column = connector.BC_WATERMARK if step.leg == "to_sales" else connector.SALES_WATERMARK
        name, own = identifier(connector.MAPPING_NAME), literal(step.mapping.name)
        known = 0
        if world.holds(table, connector.MAPPING_NAME):
            known = world.one("is it there", f"SELECT count(*) FROM {world.relation(table)} WHERE {name} = {own}")[0]
        value = f"{moment(after)} AS {identifier(column)}"
        if known:
            world.update(
                table,
                [column],
                f"SELECT {identifier(table.id_field)} AS _id, {value} FROM {world.relation(table)} WHERE {name} = {own}",
            )
        else:
            id = f"CAST(md5({literal('mapping/' + step.mapping.name)}) AS UUID)"
            names = [connector.MAPPING_NAME, column, connector.ONLY_COUPLED]
            only = f"{literal(not step.mapping.creates_missing)} AS {identifier(connector.ONLY_COUPLED)}"
            world.insert(table, names, f"SELECT {id} AS _id, {own} AS {name}, {value}, {only}")
    return before, after


def write_job(step: Pass, made: Transfer, counters: dict[str, int], world: World, around: Around) -> None:
    """R9.19, R9.20: one log row for the leg, one error row for every failure."""
    log_row(job_id(step, around), step.mapping.name, 1 if step.leg == "to_sales" else 2, counters, world, around)
    if made.counts.get("fail") or made.counts.get("again") or made.counts.get("conflict"):
        rows = f"SELECT source_record, reason FROM {made.table} WHERE verdict IN ('fail', 'again', 'conflict')"
        write_errors(step, rows, world, around)


def count_again(step: Pass, counters: dict[str, int], world: World, around: Around) -> None:
    """Other counters in the log row of a leg: some of its records failed after they were written (R3.24)."""
    table = world.catalog.table("bc", connector.JOBS)
    select = ", ".join(f"{counters.get(name, 0)} AS {identifier(name)}" for name in connector.JOB_COUNTERS)
    world.update(table, connector.JOB_COUNTERS, f"SELECT {job_id(step, around)} AS _id, {select}")


def write_errors(step: Pass, rows: str, world: World, around: Around) -> None:
    """R9.20: an error row for every failure of a leg. rows: a query giving source_record and reason."""
    seed = f"{step.leg}/{step.number}/{around.now.isoformat()}"
    log_errors(
        job_id(step, around), seed, f"SELECT source_record AS record, reason FROM ({rows})", "record", world, around
    )
