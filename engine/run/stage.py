"""What the body of a `change` or `create` sets -> a stage: a table of the records that are new or come to differ."""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.run.along import Book
from engine.run.judge import WrittenField
from engine.run.settle import defaults, platform_values, stored_as
from engine.run.world import World
from engine.sql.conditions import joined_by
from engine.sql.frame import Frame
from engine.sql.quote import identifier
from engine.sql.scope import Written
from engine.sql.values import Around, before


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Records of one table as they are to be written. name: of the SQL table, which has a row for each.

    Its columns: _unit, _id, is_new; _whose, the unit that sees it, where there are units; new and old value of every field, by the names that `fields` gives; bc0, bc1 …: is
    a field left to Business Central? And whatever the book adds.
    """

    name: str
    table: Table
    fields: tuple[WrittenField, ...]


def stage(
    entry: Written,
    frame: Frame,
    is_new: str,
    unit: str,
    book: Book,
    world: World,
    *,
    named: bool = False,
    again: tuple[str, str] = ("", ""),
) -> Stage:
    """Make the stage of a record being written. is_new: SQL truth. named: with `_which`, what tells its rows apart.

    again: where the table was written since the frame was read, the relation of its rows then, and that of now.
    """
    table, origins, reading = entry.table, frame.outcome.origins, frame.reading()
    old = {name: before(entry, table.fields[name], reading) for name in entry.values}
    surely_new = is_new == "true"  # then what stood there before are the defaults: no column for each
    fields = tuple(
        WrittenField(
            field=table.fields[name],
            new=f"n{at}",
            old=old[name] if surely_new else f"o{at}",
            origin=origins[id(entry), name],
        )
        for at, name in enumerate(entry.values)
    )
    values = "".join(f",\n  {entry.values[one.field.name]} AS {one.new}" for one in fields)
    if not surely_new:
        values += "".join(f", {old[one.field.name]} AS {one.old}" for one in fields)
    differs = joined_by("OR", [f"{one.new} IS DISTINCT FROM {one.old}" for one in fields]) if fields else "true"
    values += "".join(f", {when} AS bc{at}" for at, (when, _) in enumerate(entry.by_bc.values()))
    changes = "true" if surely_new else f"is_new OR {differs}"
    where = joined_by("AND", [*frame.guards, book.keeps(frame)])
    more, also = book.more(frame), book.also(frame)
    whose = frame.scope.whose()
    more += "" if whose is None else f", {whose} AS _whose"
    more += f", {which(unit, frame)} AS _which" if named else ""
    columns = f"{unit} AS _unit, {entry.id} AS _id, {is_new} AS is_new{values}{more}"
    name = identifier(world.alias("effect"))
    query = f"SELECT * FROM (\nSELECT {columns}\nFROM {frame.scope.sql(columns + where)}\nWHERE {where}\n) WHERE {changes}{also}"
    if again[0] != again[1]:
        query = query.replace(f"{again[0]} ", f"{again[1]} ")
    world.run(f"what comes along in {table.caption}", f"CREATE TEMP TABLE {name} AS\n{query}")
    return Stage(name=name, table=table, fields=fields)


def several(made: Stage, world: World) -> bool:
    """Has a stage several rows for one record?"""
    rows, ids = world.one("are there several of one", f"SELECT count(*), count(DISTINCT _id) FROM {made.name}")
    return bool(rows > ids)


def one_each(made: Stage, order: str, world: World) -> None:
    """Of several rows of a stage for one record, the first stands. order: SQL over the stage."""
    first = f"SELECT rowid FROM {made.name} QUALIFY row_number() OVER (PARTITION BY _id ORDER BY {order}) = 1"
    world.run("one of each", f"DELETE FROM {made.name} WHERE rowid NOT IN ({first})")


def which(unit: str, frame: Frame) -> str:
    """SQL of what tells one row of a frame from the others: its unit, and the records that the loops stand at."""
    return " || '/' || ".join(f"coalesce(CAST({one} AS VARCHAR), '')" for one in (unit, *frame.rows))


def looks_at_itself(entry: Written, frame: Frame) -> bool:
    """Does what is written, or whether it is, hang on what the record holds?"""
    own = f"{entry.old.alias}." if entry.old is not None else None
    return own is not None and any(own in one for one in (*frame.guards, *entry.values.values()))


def carry_over(made: Stage, world: World, around: Around) -> int:
    """Write what a stage holds into the world; gives how many records."""
    table = made.table
    query = f"SELECT is_new, count(*) FROM {made.name} GROUP BY is_new"
    counts = dict(world.run("how many", query).fetchall())
    columns = {one.field.name: stored_as(one.new, one.field, table.system) for one in made.fields}
    if counts.get(True):
        new = {**defaults(table, set(columns)), **columns, **platform_values(table, around, new=True)}
        world.insert(table, list(new), _select(new, made.name, "is_new"))
    if counts.get(False):
        changed = {**columns, **platform_values(table, around, new=False)}
        world.update(table, list(changed), _select(changed, made.name, "NOT is_new"))
    return int(sum(counts.values()))


def _select(values: dict[str, str], stage: str, where: str) -> str:
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
    return f"SELECT _id, {select} FROM {stage} WHERE {where}"
