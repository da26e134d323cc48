"""Verdicts of a leg over the choices of an option column -> option couplings, their stamps and results (R4.26)."""

from __future__ import annotations

from engine import connector
from engine.plan.legs import Pass
from engine.run.settle import job_id, moment
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql.choices import LABEL, VALUE
from engine.sql.quote import identifier, literal
from engine.sql.values import Around


def keep(step: Pass, made: Transfer, world: World, around: Around) -> None:
    """R4.26: new option couplings, captions, stamps and results; the same failure again marks as elsewhere (R3.27)."""
    books = world.catalog.table("bc", connector.OPTION_COUPLINGS)
    bc, choices = step.mapping.bc.table, step.mapping.sales.table
    now = moment(around.now)
    to_sales = step.leg == "to_sales"
    code, choice = ("w.src", "w.dst") if to_sales else ("w.dst", "w.src")
    rows = (
        f"{made.table} w JOIN {world.relation(bc)} b ON b.{identifier(bc.id_field)} = {code} "
        f"LEFT JOIN {world.relation(choices)} s ON s.{identifier(choices.id_field)} = {choice}"
    )
    record = f"{literal(bc.name + ': ')} || b.{identifier(bc.key[0])}"
    good = "w.verdict IN ('create', 'update', 'same')"
    seen = "w.src_mod" if to_sales else f"CASE WHEN w.verdict = 'same' THEN w.dst_mod ELSE {now} END"
    stamp = "w.src_stamp" if to_sales else "w.dst_stamp"
    result, job = (
        (connector.RESULT_TO_SALES, connector.JOB_TO_SALES)
        if to_sales
        else (connector.RESULT_TO_BC, connector.JOB_TO_BC)
    )
    values = {
        connector.OPTION_RECORD: record,
        connector.OPTION_VALUE: f"s.{identifier(VALUE)}",
        connector.OPTION_CAPTION: f"coalesce(s.{identifier(LABEL)}, '')",
        connector.BC_STAMP: f"CASE WHEN {good} THEN {seen} ELSE {stamp} END",
        result: f"CASE WHEN {good} THEN {connector.SUCCESS} ELSE {connector.FAILURE} END",
        job: job_id(step, around),
        books.modified_field: now,
    }
    gone = (
        f"SELECT kid FROM {made.table} WHERE kid IS NOT NULL "
        "AND (verdict = 'uncouple' OR (verdict = 'create' AND class = 'gone'))"
    )
    world.delete(books, gone)
    new = values | {connector.OPTION_TABLE: str(bc.number)}
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in new.items())
    id = f"CAST(md5('option/' || {record}) AS UUID)"
    fresh = "w.verdict IN ('create', 'update') AND (w.kid IS NULL OR w.class = 'gone')"
    world.insert(books, list(new), f"SELECT {id} AS _id, {select} FROM {rows} WHERE {fresh}")
    if made.counts.get("again"):
        values[connector.SKIPPED] = "w.verdict = 'again'"
    known = "w.kid IS NOT NULL AND w.class <> 'gone' AND w.verdict IN ('update', 'same', 'fail', 'again')"
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
    world.update(books, list(values), f"SELECT w.kid AS _id, {select} FROM {rows} WHERE {known}")
    marks = {
        name: sql for name, sql in values.items() if name in (result, job, connector.SKIPPED, books.modified_field)
    }
    lost = "w.kid IS NOT NULL AND w.class = 'gone' AND w.verdict IN ('fail', 'again')"  # the number stays as it was
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in marks.items())
    world.update(books, list(marks), f"SELECT w.kid AS _id, {select} FROM {made.table} w WHERE {lost}")
