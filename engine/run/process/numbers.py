"""Provisional numbers -> `next number by N`, given once all records that come before are there.

Line and comment, line and comment: the order of a run record by record decides, but statements are carried out one
after the other for all records. So each record first has a number unlike any other; at the end the records that
agree in the other key fields are numbered on from the highest that stood there, in the order of their places. Fields
that took such a number over follow.
"""

from __future__ import annotations

from engine.run.process.book import PROVISIONAL, Documents
from engine.run.process.uses import Place
from engine.run.world import World
from engine.sql.quote import identifier, literal, qualified


def give_numbers(book: Documents, places: frozenset[Place], world: World, *, at_end: bool) -> None:
    """Give the numbers that are known by now. places: the fields that hold such numbers.

    Where a loop of a document has ended, its records are all there; but what several documents number together waits for
    the end of the process.
    """
    wanted = world.run("numbers by position", "SELECT DISTINCT nth_table, field FROM numbered ORDER BY ALL").fetchall()
    if not wanted:
        return
    world.connection.execute("CREATE OR REPLACE TEMP TABLE final (provisional INTEGER, number INTEGER)")
    for nth, name in wanted:
        number_table(nth, name, book, world, at_end=at_end)
    if not world.one("is any number given", "SELECT count(*) FROM final")[0]:
        return
    for system, name in world.deltas():
        table = world.catalog.table(system, name)
        for field in sorted(
            field for owner, field in places if owner == name and field in world.written_columns(table)
        ):
            column, delta = identifier(field), qualified(f"delta_{system}", name)
            new, same = "f.number", f"d.{column} = f.provisional"
            if table.fields[field].kind == "record id":  # the number stands in the text
                new = f"replace(d.{column}, CAST(f.provisional AS VARCHAR), CAST(f.number AS VARCHAR))"
                same = f"TRY_CAST(regexp_extract(d.{column}, '1[0-9]{{9}}') AS INTEGER) = f.provisional"
            world.write(
                table,
                f"{table.caption}: {field}",
                f"UPDATE {delta} AS d SET {column} = {new} FROM final f WHERE {same}",
            )
    world.run("these are given", "DELETE FROM numbered USING final f WHERE numbered.number = f.provisional")


def number_table(nth: int, name: str, book: Documents, world: World, *, at_end: bool) -> None:
    """The numbers of one field, per group of records that agree in the other key fields."""
    table = book.tables[nth]
    column = identifier(name)
    group = [identifier(one) for one in table.key if one != name and world.holds(table, one)]
    same = " AND ".join(f"h.{one} = t.{one}" for one in group) or "true"
    highest = ", ".join([*group, f"max({column}) AS highest"])
    grouped = f"SELECT {highest} FROM {world.relation(table)} WHERE {column} < {PROVISIONAL}"
    if group:
        grouped += f" GROUP BY {', '.join(group)}"
    partition = f"PARTITION BY {', '.join(f't.{one}' for one in group)}" if group else ""
    ready = "" if at_end else f"\nQUALIFY min(n.unit) OVER ({partition}) = max(n.unit) OVER ({partition})"
    world.run(
        f"the numbers of {table.caption}",
        f"INSERT INTO final SELECT n.number, coalesce(h.highest, 0) + n.step * row_number() OVER ({partition} ORDER BY n.place) "
        f"FROM numbered n JOIN {world.relation(table)} t ON t.{column} = n.number LEFT JOIN ({grouped}) h ON {same} "
        f"WHERE n.nth_table = {nth} AND n.field = {literal(name)}{ready}",
    )
