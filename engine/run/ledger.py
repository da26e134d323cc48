"""What a leg came to -> the tables of the plan (`engine.plan.tables`), for whoever reads, prints or renders it.

The ledger lives in memory, schema `plan`, while the plan is made. Records that are simply unchanged are counted,
not listed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from engine.catalog.catalog import Field, System, Table
from engine.plan.legs import Pass
from engine.plan.tables import TABLES
from engine.run.found import Candidates
from engine.run.judge import WrittenField
from engine.run.near import near_rows
from engine.run.transfer import Transfer
from engine.run.verdicts import choose
from engine.run.world import World
from engine.source import Span
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.choices import LABEL
from engine.sql.frame import Failure
from engine.sql.quote import identifier, literal

ACTIONS = {
    "create": "create",
    "update": "change",
    "fail": "fail",
    "again": "skip",
    "conflict": "conflict",
    "lost": "skip",
    "uncouple": "uncouple",
}
SKIP_MARK = ("W621", "The record is marked as skipped; it is left alone in both directions until it is retried")
AGAIN = "W622"
LOST = "W623"
UNCOUPLED = ("W624", "The partner no longer exists; the coupling is removed and the record itself is left as it is")
CONFLICT = "E625"
LOST_INSERT = (
    "W642",
    "A new record that fails has no coupling to remember it by; it is not tried again until it changes, or by a full run",
)
FRESH_CONFLICT = (
    "W643",
    "A fresh coupling has no stamps, so both sides count as changed; the first run is a conflict unless a direction is chosen",
)


FIELDS = (
    "CREATE TABLE plan.told_field (told INTEGER, name VARCHAR, caption VARCHAR, rule VARCHAR, path VARCHAR, line INTEGER)",
    "CREATE TABLE plan.told_value (pass INTEGER, record BIGINT, ordinal INTEGER, told INTEGER, before VARCHAR, after VARCHAR)",
    """CREATE VIEW plan.field AS SELECT v.pass, v.record, v.ordinal, f.name, f.caption, v.before, v.after, f.rule, f.path, f.line
FROM plan.told_value v JOIN plan.told_field f USING (told)""",
)
"""While a plan is made its fields are kept as values and, once for all records, what is told of a field."""


def tell_field(world: World, rows: str) -> None:
    """Keep what is told of fields. rows: VALUES of told, name, caption, rule, path, line."""
    world.run("the fields and their lines", f"INSERT INTO plan.told_field VALUES {rows}")


def field_numbers(world: World, count: int) -> int:
    """The first of so many numbers for `told`."""
    world.counter += count
    return world.counter - count


def open_ledger(world: World) -> None:
    """Create the empty tables of a plan."""
    world.connection.execute("CREATE SCHEMA plan")
    for name, columns in TABLES.items():
        if name != "field":
            world.connection.execute(f"CREATE TABLE plan.{identifier(name)} ({columns})")
    for statement in FIELDS:
        world.connection.execute(statement)


def write_head(
    world: World,
    *,
    version: str,
    company: str,
    snapshot: str,
    fingerprint: str,
    rules: str,
    now: datetime,
    work_date: date,
    settings: dict[str, object],
) -> None:
    """The one row that says what the plan was made from."""
    world.connection.execute(
        "INSERT INTO plan.head VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            version,
            company,
            snapshot,
            fingerprint,
            rules,
            now,
            work_date,
            json.dumps(settings, sort_keys=True, default=str),
        ],
    )


NUMBER = "number"


def numbers_of(table: Table) -> tuple[str, ...]:
    """The field of a Sales table that numbers its records: a text that is called by the (last) word of the table and
    `number`, as `ordernumber` in `salesorder`; none in most tables."""
    return tuple(
        one.name
        for one in table.fields.values()
        if one.kind == "text" and one.stored and one.name.endswith(NUMBER) and one.name != NUMBER
        if table.name.endswith(one.name.removesuffix(NUMBER))
    )


def label(table: Table, alias: str, world: World) -> str:
    """SQL of how people call a record: its key or number, and its name."""
    parts = [one for one in (table.key if table.system == "bc" else numbers_of(table)) if world.holds(table, one)]
    texts = [
        one.name for one in table.fields.values() if one.kind == "text" and one.stored and world.holds(table, one.name)
    ]
    plain = [one for one in texts if one in ("name", "fullname", "Name", "Description", LABEL)]
    names = plain or [one for one in texts if table.system == "sales" and one.endswith("name")] or texts
    parts += [one for one in names[:1] if one not in parts]
    if not parts:
        return f"CAST({alias}.{identifier(table.id_field)} AS VARCHAR)"
    named = ", ".join(
        f"nullif({blank.shown(blank.filled(f'{alias}.{identifier(one)}', type_of(table.fields[one])), type_of(table.fields[one]))}, '')"
        for one in parts
    )
    return f"coalesce(nullif(concat_ws(' ', {named}), ''), CAST({alias}.{identifier(table.id_field)} AS VARCHAR))"


def place(span: Span) -> tuple[str, str]:
    """SQL of path and line of a place."""
    return literal(span.path), str(span.line)


def list_records(step: Pass, found: Candidates, made: Transfer, world: World) -> None:
    """The records of a leg that are not simply unchanged, numbered in the order of the product, and their fields."""
    if not (found.classes.get("skip") or any(made.counts.get(verdict) for verdict in ACTIONS)) and not made.warnings:
        return
    source, destination = step.source.table, step.destination.table
    here = place(step.mapping.span)
    cases = [(f"w.failure = {at}", one) for at, one in enumerate(made.failures)]
    code = choose(
        [(when, literal(one.code)) for when, one in cases if one.code]
        + [("w.verdict = 'conflict'", literal(CONFLICT)), ("w.verdict = 'lost'", literal(LOST))]
        + [("w.verdict = 'uncouple'", literal(UNCOUPLED[0])), ("w.verdict = 'again'", literal(AGAIN))],
        "NULL",
    )
    path = choose([(when, place(one.span)[0]) for when, one in cases], here[0])
    line = choose([(when, place(one.span)[1]) for when, one in cases], here[1])
    clash = [
        (f"w.verdict IN ('conflict', 'lost') AND w.clash = {at}", place(one.span)[1])
        for at, one in enumerate(made.lines)
    ]
    line = choose([*clash], line) if clash else line
    action = choose(
        [(f"w.verdict = {literal(verdict)}", literal(name)) for verdict, name in ACTIONS.items()], "'unchanged'"
    )
    listed = "', '".join(ACTIONS)
    world.run(
        f"{step.mapping.name} {step.leg}: the records to be listed",
        f"""CREATE TEMP TABLE list_{step.number} AS
SELECT w.src, w.dst, {action} AS action, CASE WHEN w.verdict = 'uncouple' THEN {literal(UNCOUPLED[1])} ELSE w.reason END AS reason,
  CASE WHEN w.verdict = 'again' THEN '{AGAIN}' ELSE {code} END AS code, {path} AS path, {line} AS line, w.verdict, w.is_new
FROM {made.table} w WHERE w.verdict IN ('{listed}')
UNION ALL
SELECT src, dst, 'skip', {literal(SKIP_MARK[1])}, '{SKIP_MARK[0]}', {here[0]}, {here[1]}, 'skip', false
FROM {found.table} WHERE class = 'skip'""",
    )
    by = ", ".join(f"s.{identifier(one)}" for one in source.key if world.holds(source, one))
    order = f"{by}, l.src" if source.system == "bc" and by else "l.src"
    world.run(
        "list them",
        f"""INSERT INTO plan.record
SELECT {step.number}, row_number() OVER (ORDER BY {order}), NULL, l.action, {literal(destination.system)},
  {literal(destination.name)}, {literal(destination.caption)},
  CASE WHEN l.is_new AND l.verdict <> 'create' THEN NULL ELSE l.dst END,
  CASE WHEN d.{identifier(destination.id_field)} IS NULL THEN NULL ELSE {label(destination, "d", world)} END,
  l.src, {label(source, "s", world)}, l.code, l.reason, l.path, l.line
FROM list_{step.number} l
LEFT JOIN {near_rows(source, world)} s ON s.{identifier(source.id_field)} = l.src
LEFT JOIN {near_rows(destination, world)} d ON d.{identifier(destination.id_field)} = l.dst""",
    )
    list_fields(step.number, made.values, "src", made.fields, contested(step, made), world)
    list_traps(step, made, world)
    for at, warning in enumerate(made.warnings):
        note(
            step, warning, f"SELECT src, wr{at} AS text FROM {made.values} WHERE w{at} AND verdict <> 'conflict'", world
        )


def list_traps(step: Pass, made: Transfer, world: World) -> None:
    """Warnings where the real behaviour surprises: R2.19 (a), R1.5 with R3.17."""
    path, line = place(step.mapping.span)
    lost = "verdict = 'fail' AND kid IS NULL"
    fresh = "verdict = 'conflict' AND src_stamp IS NULL AND dst_stamp IS NULL"
    traps = [
        (LOST_INSERT[0], lost, LOST_INSERT[1]),
        (FRESH_CONFLICT[0], fresh, FRESH_CONFLICT[1]),
    ]
    for code, where, words in traps:
        if not (made.counts.get("fail") or made.counts.get("conflict")):
            continue
        world.run(
            "warnings of traps",
            f"""INSERT INTO plan.note
SELECT {step.number}, r.record, 'warning', {literal(code)}, {literal(words)}, {path}, {line}
FROM {made.table} w JOIN plan.record r ON r.pass = {step.number} AND r.cause IS NULL AND r.source_id = w.src WHERE {where}""",
        )


def contested(step: Pass, made: Transfer) -> frozenset[str]:
    """The fields of the two-way lines, about which alone a conflict can be (R3.17)."""
    carried = ((one.to_sales if step.leg == "to_sales" else one.to_bc) for one in made.lines if one.two_way)
    return frozenset(one.target.name for one in carried if one is not None)


def list_fields(
    number: int, table: str, key: str, fields: tuple[WrittenField, ...], contested: frozenset[str], world: World
) -> None:
    """Before and after of every field that differs; for a conflict of those alone that it is about.

    key: the column that holds the source id of a plan record. contested: the fields that a conflict can be about.
    """
    if not fields:
        return
    rows = (
        f"SELECT r.record, 0 AS shift, v.* FROM {table} v "
        f"JOIN plan.record r ON r.pass = {number} AND r.cause IS NULL AND r.source_id = v.{key}"
    )
    told = ["true" if one.field.name in contested else "verdict <> 'conflict'" for one in fields]
    write_fields(number, rows, fields, world, told)


def write_fields(
    number: int, rows: str, fields: tuple[WrittenField, ...], world: World, told_when: Sequence[str] = ()
) -> None:
    """The fields that differ in the rows of a query: what each was (blank for a new record) and becomes, and the line.

    rows: gives record, shift (what is added to the ordinals), is_new, and the columns of the fields. told_when: SQL truth
    for each field under which it is told; always when there is none.
    """
    told, pairs = [], []
    first = field_numbers(world, len(fields) + 1)
    for at, one in enumerate(fields, start=1):
        kind = type_of(one.field)
        path, line = place(one.origin.span)
        told.append(
            f"({first + at}, {literal(one.field.name)}, {literal(one.field.caption)}, {literal(one.origin.rule)}, {path}, {line})"
        )
        wanted = f"{told_when[at - 1]} AND " if told_when and told_when[at - 1] != "true" else ""
        pairs.append(
            f"CASE WHEN {wanted}CASE WHEN is_new THEN NOT ({blank.is_blank(one.new, kind)}) ELSE {one.new} IS DISTINCT FROM {one.old} END "
            f"THEN {{'nth': {at}, 'before': CASE WHEN is_new THEN '' ELSE {blank.shown(one.old, kind)} END, "
            f"'after': {blank.shown(one.new, kind)}}} END"
        )
    listed = ",\n  ".join(pairs)
    names = named_records(fields, world)
    before, after, joins = "u.f.before", "u.f.after", ""
    if names:
        before, after = f"coalesce(b.label, {before})", f"coalesce(a.label, {after})"
        joins = "".join(
            f"\nLEFT JOIN names {alias} ON {alias}.nth = u.f.nth AND {alias}.id = u.f.{side}"
            for alias, side in (("b", "before"), ("a", "after"))
        )
    tell_field(world, ", ".join(told))
    world.run(
        "their fields, before and after",
        f"""INSERT INTO plan.told_value
WITH changed AS ({rows}){f", names AS ({names})" if names else ""}
SELECT {number}, u.record, u.f.nth + u.shift, {first} + u.f.nth, {before}, {after}
FROM (SELECT record, shift, unnest([{listed}]) AS f FROM changed) u{joins}
WHERE u.f IS NOT NULL""",
    )


def named_records(fields: tuple[WrittenField, ...], world: World) -> str:
    """SQL of the names of the records that id fields of the CTE `changed` name: nth, id as text, label; '' without any."""
    parts = []
    for at, one in enumerate(fields, start=1):
        table = referred(one.field, world)
        if table is not None:
            id = f"named.{identifier(table.id_field)}"
            parts.append(
                f"SELECT {at} AS nth, CAST({id} AS VARCHAR) AS id, {label(table, 'named', world)} AS label "
                f"FROM {world.relation(table)} named WHERE {id} IN (SELECT unnest([{one.new}, {one.old}]) FROM changed)"
            )
    return "\nUNION ALL ".join(parts)


def referred(field: Field, world: World) -> Table | None:
    """The table whose records a field names by their ids; None when it does not, or nothing is known of them."""
    if field.kind != "id" or len(field.references) != 1:
        return None
    one = field.references[0]
    system: System = (
        "bc" if world.catalog.has("bc", one.table) and not world.catalog.has("sales", one.table) else "sales"
    )
    if not world.catalog.has(system, one.table):
        return None
    table = world.catalog.table(system, one.table)
    known = ("sales", table.name) in world.base or ("sales", table.name) in world.changed
    return table if known and one.field == table.id_field else None


def note(step: Pass, warning: Failure, rows: str, world: World) -> None:
    """A warning about records of a leg. rows: a query giving src and text."""
    path, line = place(warning.span)
    world.run(
        "warnings",
        f"""INSERT INTO plan.note
SELECT {step.number}, r.record, 'warning', {literal(warning.code)}, n.text, {path}, {line}
FROM ({rows}) n LEFT JOIN plan.record r ON r.pass = {step.number} AND r.cause IS NULL AND r.source_id = n.src""",
    )


def counters(found: Candidates, made: Transfer) -> dict[str, int]:
    """What a leg came to, by the counters of the job log (R3.25); Conflicts are part of Failed."""
    counts = made.counts
    conflicts = counts.get("conflict", 0)
    return {
        "Inserted": counts.get("create", 0),
        "Modified": counts.get("update", 0),
        "Unchanged": found.classes.get("untouched", 0) + counts.get("same", 0) + counts.get("uncouple", 0),
        "Skipped": found.classes.get("skip", 0) + counts.get("lost", 0) + counts.get("again", 0),
        "Failed": counts.get("fail", 0) + conflicts,
        "Conflicts": conflicts,
    }


def write_pass(
    step: Pass, found: Candidates, made: Transfer, moved: tuple[datetime | None, datetime | None], world: World
) -> None:
    """The summary row of a leg."""
    counted = counters(found, made)
    warnings = world.one(
        "its warnings", f"SELECT count(*) FROM plan.note WHERE pass = {step.number} AND severity = 'warning'"
    )[0]
    world.connection.execute(
        f"INSERT INTO plan.pass VALUES ({', '.join('?' * 19)})",
        [
            step.number,
            step.mapping.name,
            step.mapping.title,
            step.leg,
            step.source.table.caption,
            step.destination.table.caption,
            found.scanned,
            found.left_out,
            counted["Inserted"],
            counted["Modified"],
            counted["Unchanged"],
            counted["Skipped"],
            counted["Failed"] - counted["Conflicts"],
            counted["Conflicts"],
            warnings,
            moved[0],
            moved[1],
            step.mapping.span.path,
            step.mapping.span.line,
        ],
    )
