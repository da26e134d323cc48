"""The book of a process -> rows of the plan: each document under the record that it is made for.

A root row for every unit that changed, was refused or warned about: `done` (or `change`, `delete` for what becomes of the
record itself), `fail` with the reason that comes first in the order of a run record by record. Below it what was
created, changed and deleted. What a process does outside its loops stands by itself.
"""

from __future__ import annotations

from engine.catalog.catalog import Field, Table
from engine.frozen import dataclass
from engine.run.along import silent
from engine.run.judge import WrittenField
from engine.run.ledger import field_numbers, label, place, tell_field, write_fields
from engine.run.process.book import Documents, Site
from engine.run.world import World
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.frame import Origin
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope
from engine.sql.values import Around, Reading, stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the units of a process came to, by what weighs most: each counts once."""

    units: int
    created: int
    changed: int
    unchanged: int
    refused: int


BY_BC = "(by BC)"
"""What a field becomes that Business Central's own code fills."""
LATE = 1_000_000
"""Such fields are listed below those that are written."""
FIRST_REASON = """SELECT unit, arg_min(code, place) AS code, arg_min(reason, place) AS reason, arg_min(path, place) AS path,
  arg_min(line, place) AS line FROM refused WHERE unit IS NOT NULL GROUP BY unit"""


def list_documents(book: Documents, world: World, around: Around) -> Counted:
    """List what a process did; gives what its units came to."""
    spoken = ", ".join(str(at) for at, table in enumerate(book.tables) if not silent(table)) or "-1"
    put_together(book, world, spoken)
    name_them(book, world)
    bring_in_order(world, spoken)
    list_records(book, world)
    for at, table in enumerate(book.tables):
        if not silent(table):
            list_fields(at, table, book, world, around)
    list_by_bc(book, world)
    notes(book, world)
    return counted(book, world)


def put_together(book: Documents, world: World, spoken: str) -> None:
    """Table `written`: each record that was touched once, with the statement that touched it first. spoken: numbers of
    tables."""
    world.run(
        "records written",
        f"""CREATE OR REPLACE TEMP TABLE written AS
SELECT nth_table, _id, arg_min(unit, site) AS unit, min(site) AS site, arg_min(place, site) AS place, bool_or(is_new) AS is_new
FROM touched WHERE nth_table IN ({spoken}) GROUP BY nth_table, _id""",
    )


def bring_in_order(world: World, spoken: str) -> None:
    """Table `listing`: the units and what came along with each, numbered in the order of a run record by record.

    site: the statement that touched it first, where no path and line are given. label: of what is deleted only, the
    others are named when they are listed, so that what is sorted stays small.
    """
    world.run(
        "what the plan lists",
        f"""CREATE OR REPLACE TEMP TABLE listing AS
WITH gone AS (
  SELECT nth_table, _id, any_value(unit) AS unit, any_value(label) AS label, any_value(path) AS path, any_value(line) AS line
  FROM deleted WHERE nth_table IN ({spoken}) GROUP BY nth_table, _id
), below AS (
  SELECT w.nth_table, w._id, w.unit, w.place, CASE WHEN w.is_new THEN 'create' ELSE 'change' END AS action,
    NULL::VARCHAR AS label, w.site, NULL::VARCHAR AS path, NULL::INTEGER AS line
  FROM written w SEMI JOIN named n ON n.nth_table = w.nth_table AND n._id = w._id
  UNION ALL
  SELECT g.nth_table, g._id, coalesce(g.unit, w.unit), w.place, 'delete', g.label, NULL, g.path, g.line
  FROM gone g LEFT JOIN written w ON w.nth_table = g.nth_table AND w._id = g._id WHERE NOT coalesce(w.is_new, false)
    AND NOT EXISTS (SELECT 1 FROM named n WHERE n.nth_table = g.nth_table AND n._id = g._id)
), first_reason AS ({FIRST_REASON}), roots AS (
  SELECT u.nth_table, u.unit, min(u.place) AS place, any_value(r.reason) AS reason, any_value(r.code) AS code,
    any_value(r.path) AS path, any_value(r.line) AS line, bool_or(r.unit IS NOT NULL) AS fails
  FROM units u LEFT JOIN first_reason r ON r.unit = u.unit LEFT JOIN (SELECT DISTINCT unit FROM below) a ON a.unit = u.unit
  LEFT JOIN (SELECT DISTINCT unit FROM warned) w ON w.unit = u.unit
  WHERE r.unit IS NOT NULL OR a.unit IS NOT NULL OR w.unit IS NOT NULL GROUP BY u.nth_table, u.unit
), entries AS (
  SELECT r.nth_table, r.unit AS _id, r.unit, r.place, false AS is_below,
    CASE WHEN r.fails THEN 'fail' ELSE coalesce(o.action, 'done') END AS action, o.label,
    r.code, r.reason, o.site, coalesce(r.path, o.path) AS path, coalesce(r.line, o.line) AS line
  FROM roots r LEFT JOIN below o ON o.nth_table = r.nth_table AND o._id = r.unit
  UNION ALL
  SELECT b.nth_table, b._id, b.unit, coalesce(b.place, r.place || '~', '~'), r.unit IS NOT NULL, b.action, b.label,
    NULL, NULL, b.site, b.path, b.line
  FROM below b LEFT JOIN roots r ON r.unit = b.unit WHERE NOT (r.unit IS NOT NULL AND b.nth_table = r.nth_table AND b._id = r.unit)
)
SELECT row_number() OVER (ORDER BY place, nth_table, _id) AS record, * EXCLUDE (place) FROM entries""",
    )


def list_records(book: Documents, world: World) -> None:
    """The rows of `listing` into the plan."""
    tables = ", ".join(
        f"({at}, {literal(one.system)}, {literal(one.name)}, {literal(one.caption)})"
        for at, one in enumerate(book.tables)
    )
    firsts = [(at, place(one.fields[0].origin.span)) for at, one in enumerate(book.sites) if one.fields]
    lines = ", ".join(f"({at}, {path}, {line})" for at, (path, line) in firsts)
    world.run(
        "list them",
        f"""INSERT INTO plan.record
WITH sites(site, path, line) AS (VALUES {lines or "(-1, '', 0)"}), causes AS (
  SELECT l.record, l.unit, coalesce(l.label, n.label) AS label
  FROM listing l LEFT JOIN named n ON n.nth_table = l.nth_table AND n._id = l._id WHERE NOT l.is_below
)
SELECT {book.number}, l.record, CASE WHEN l.is_below THEN c.record END, l.action, t.system, t.name, t.caption, l._id,
  coalesce(l.label, n.label), l.unit, c.label, l.code, l.reason, coalesce(l.path, s.path), coalesce(l.line, s.line)
FROM listing l JOIN (VALUES {tables or "(0, '', '', '')"}) t(nth, system, name, caption) ON t.nth = l.nth_table
LEFT JOIN named n ON n.nth_table = l.nth_table AND n._id = l._id
LEFT JOIN sites s ON s.site = l.site LEFT JOIN causes c ON c.unit = l.unit""",
    )


def name_them(book: Documents, world: World) -> None:
    """How people call the records that are listed, as they stand now."""
    world.connection.execute("CREATE OR REPLACE TEMP TABLE named (nth_table INTEGER, _id UUID, label VARCHAR)")
    for at, table in enumerate(book.tables):
        id = identifier(table.id_field)
        world.run(
            f"names of {table.caption}",
            f"INSERT INTO named SELECT {at}, d.{id}, {label(table, 'd', world)} FROM {world.relation(table)} d "
            f"WHERE d.{id} IN (SELECT _id FROM written WHERE nth_table = {at} UNION ALL SELECT unit FROM units WHERE nth_table = {at})",
        )


def list_fields(at: int, table: Table, book: Documents, world: World, around: Around) -> None:
    """Before and after of every field that was set, with the last line that set it."""
    sites = [(number, one) for number, one in enumerate(book.sites) if one.table == table]
    if not sites:
        return
    masks = ", ".join(f"bool_or(site = {number}) AS s{number}" for number, _ in sites)
    scope = Scope(world, f"{world.relation(table)} d")
    reading = Reading(scope=scope, around=around)
    row = Joined(alias="d", table=table, certain=False)
    columns: list[str] = []
    fields: list[WrittenField] = []
    for name, origins in by_field(sites).items():
        field = table.fields[name]
        now = stored(row, field, reading)
        old = before(field, sites)
        empty = blank.blank(type_of(field))
        for origin, numbers, later in origins:
            truth = " OR ".join(f"t.s{number}" for number in numbers)
            if later:
                truth = f"({truth}) AND NOT ({' OR '.join(f't.s{number}' for number in later)})"
            nth = len(fields)
            columns.append(f"CASE WHEN {truth} THEN {now} ELSE {empty} END AS n{nth}")
            columns.append(f"CASE WHEN {truth} THEN {old} ELSE {empty} END AS o{nth}")
            fields.append(WrittenField(field=field, new=f"n{nth}", old=f"o{nth}", origin=origin))
    if not fields:
        return
    joins = "".join(
        f"\nLEFT JOIN {one.kept} b{number} ON b{number}._id = t._id" for number, one in sites if one.kept and one.fields
    )
    id = identifier(table.id_field)
    rows = f"""SELECT l.record, 0 AS shift, t.is_new, {", ".join(columns)}
FROM (SELECT _id, bool_or(is_new) AS is_new, {masks} FROM touched WHERE nth_table = {at} GROUP BY _id) t
JOIN listing l ON l.nth_table = {at} AND l._id = t._id
JOIN {scope.sql()} ON d.{id} = t._id{joins}"""
    write_fields(book.number, rows, tuple(fields), world)


def list_by_bc(book: Documents, world: World) -> None:
    """Fields that Business Central's own code fills, where no line writes them."""
    if not book.by_bc:
        return
    first = field_numbers(world, len(book.by_bc))
    told, tables, written = [], [], []
    for (nth_table, name), (nth, span) in book.by_bc.items():
        table = book.tables[nth_table]
        rule, (path, line) = " ".join(span.text.split()), place(span)
        caption = table.fields[name].caption
        told.append(f"({first + nth}, {literal(name)}, {literal(caption)}, {literal(rule)}, {path}, {line})")
        tables.append(f"({nth}, {nth_table})")
        for at, site in enumerate(book.sites):
            if site.table == table and any(one.field.name == name for one in site.fields):
                written.append(f"({nth}, {at})")
    tell_field(world, ", ".join(told))
    own = (
        f" ANTI JOIN (SELECT s.nth, t._id FROM (VALUES {', '.join(written)}) s(nth, site) JOIN touched t ON t.site = s.site) w "
        "ON w.nth = b.nth AND w._id = b._id"
        if written
        else ""
    )
    again = world.one("any twice", "SELECT count(*) > count(DISTINCT _id) FROM by_bc")[0]
    rows = "list_distinct(flatten(list(nths))) AS nths FROM by_bc GROUP BY _id" if again else "nths FROM by_bc"
    world.run(
        "what is left to BC",
        f"""INSERT INTO plan.told_value
SELECT {book.number}, l.record, {LATE} + b.nth, {first} + b.nth, '', {literal(BY_BC)}
FROM (SELECT _id, unnest(nths) AS nth FROM (SELECT _id, {rows})) b
JOIN (VALUES {", ".join(tables)}) t(nth, nth_table) ON t.nth = b.nth
JOIN listing l ON l.nth_table = t.nth_table AND l._id = b._id{own}""",
    )


def by_field(sites: list[tuple[int, Site]]) -> dict[str, list[tuple[Origin, list[int], list[int]]]]:
    """For every field, by name, the lines that set it: the line, its statements, and the later ones that set it otherwise."""
    found: dict[str, list[tuple[Origin, list[int]]]] = {}
    for number, site in sites:
        for one in site.fields:
            lines = found.setdefault(one.field.name, [])
            for origin, numbers in lines:
                if origin == one.origin:
                    numbers.append(number)
                    break
            else:
                lines.append((one.origin, [number]))
    made: dict[str, list[tuple[Origin, list[int], list[int]]]] = {}
    for name, lines in found.items():
        for origin, numbers in lines:
            later = [number for other, theirs in lines if other != origin for number in theirs if number > max(numbers)]
            made.setdefault(name, []).append((origin, numbers, later))
    return made


def before(field: Field, sites: list[tuple[int, Site]]) -> str:
    """SQL of what a field held before the first statement that set it; blank for a new record."""
    cases = [
        f"WHEN b{number}._id IS NOT NULL THEN b{number}.{one.old}"
        for number, site in sites
        if site.kept is not None
        for one in site.fields
        if one.field.name == field.name
    ]
    return f"(CASE {' '.join(cases)} ELSE {blank.blank(type_of(field))} END)" if cases else blank.blank(type_of(field))


def notes(book: Documents, world: World) -> None:
    """Warnings, each with the record that it is about, or the unit."""
    world.run(
        "warnings",
        f"""INSERT INTO plan.note
SELECT {book.number}, coalesce(l.record, c.record), 'warning', w.code, w.text, w.path, w.line
FROM (SELECT DISTINCT * FROM warned) w
LEFT JOIN listing l ON l.nth_table = w.nth_table AND l._id = w._id
LEFT JOIN listing c ON NOT c.is_below AND c.unit = w.unit
WHERE w.unit IS NULL OR w.unit NOT IN (SELECT unit FROM refused WHERE unit IS NOT NULL) ORDER BY ALL""",
    )


def counted(book: Documents, world: World) -> Counted:
    """What the units came to: refused, else something was created or counts as new, else changed, else compared and found
    the same.

    What is created under a record that was there and is changed is part of that change, as a line of an order is.
    """
    parts = [
        f"({at}, {whole_at})"
        for at, part in enumerate(book.tables)
        for whole_at, whole in enumerate(book.tables)
        if part is not whole and part.system == whole.system and refers_to(part, whole)
    ]
    row = world.one(
        "what the units came to",
        f"""WITH parts(part, whole) AS (VALUES {", ".join(parts) or "(-1, -1)"}), under AS (
  SELECT DISTINCT l.unit, p.part FROM listing l JOIN parts p ON p.whole = l.nth_table WHERE l.action = 'change' AND l.unit IS NOT NULL
), acted AS (
  SELECT l.unit, bool_or(l.action = 'create' AND u.part IS NULL) OR l.unit IN (SELECT unit FROM renewed) AS creates, bool_or(l.action IN ('create', 'change')) AS changes,
    bool_or(l.action = 'fail') AS fails
  FROM listing l LEFT JOIN under u ON u.unit = l.unit AND u.part = l.nth_table WHERE l.unit IS NOT NULL GROUP BY l.unit
)
SELECT (SELECT count(DISTINCT unit) FROM units), count(*) FILTER (creates AND NOT fails), count(*) FILTER (changes AND NOT creates AND NOT fails),
  (SELECT count(DISTINCT unit) FROM reached WHERE unit NOT IN (SELECT unit FROM listing WHERE unit IS NOT NULL)), count(*) FILTER (fails)
FROM acted""",
    )
    return Counted(units=row[0], created=row[1], changed=row[2], unchanged=row[3], refused=row[4])


def refers_to(part: Table, whole: Table) -> bool:
    """Has a table a field that names records of another, or of any table as a record id does?"""
    fields = part.fields.values()
    return any(one.kind == "record id" for one in fields) or any(
        one.table == whole.name for field in fields for one in field.references
    )
