"""What is written from a mark on -> taken back, without a transaction.

Rows of an open transaction are read by one processor only and take twice the memory; with a hundred thousand documents that
is what counts. So a process keeps a copy of what stood in a delta before it first writes there, and puts it back
when the process has to be begun anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.catalog.catalog import Table
from engine.run.apart import Apart
from engine.run.kept import Kept
from engine.run.world import World
from engine.sql.quote import identifier, literal, qualified

LEDGER = ("pass", "record", "note", "told_field", "told_value")


@dataclass
class Undo:
    """A mark in a world. saved: table -> the copy of its delta, None where there was none, '' for an empty one.

    outer: keeps a copy for the mark around this one. beside: puts back what the world does not know of. fields: the
    fields told of a leg that is under way and their copy, as such are told anew when they are written again. apart: which
    unit wrote what by then.
    """

    world: World
    kept: Kept
    ledger: dict[str, int]
    temporary: frozenset[str]
    outer: Callable[[Table], None] | None = None
    beside: Callable[[], None] | None = None
    fields: tuple[int, str] | None = None
    saved: dict[tuple[str, str], str | None] = field(default_factory=dict)
    apart: Apart | None = None

    @classmethod
    def mark(cls, world: World, leg: int | None = None) -> Undo:
        """Remember how everything stands; from now on the world keeps a copy of a table before it is first written.

        leg: the number of a leg that is under way.
        """
        fields = None if leg is None else (leg, identifier(world.alias("told")))
        if fields is not None:
            told = f"SELECT * FROM plan.told_value WHERE pass = {leg}"
            world.run("the fields told so far", f"CREATE TEMP TABLE {fields[1]} AS {told}")
        last = {
            name: world.one("the plan so far", f"SELECT coalesce(max(rowid), -1) FROM plan.{identifier(name)}")[0]
            for name in LEDGER
        }
        made = cls(
            world=world,
            kept=world.known(),
            ledger=last,
            temporary=temporary(world),
            outer=world.before_write,
            beside=None if world.beside is None else world.beside(),
            fields=fields,
        )
        world.before_write, made.apart = made.save, world.apart
        world.apart = None if world.apart is None else world.apart.copy()
        return made

    def save(self, table: Table) -> None:
        """Keep what stands in the delta of a table that is about to be written."""
        world, key = self.world, (table.system, table.name)
        if key in self.saved:
            return
        if self.outer is not None:
            before = temporary(world)
            self.outer(table)
            self.temporary |= temporary(world) - before
        self.saved[key] = None if key not in self.kept.changed else ""
        if key in self.kept.written:
            copy = identifier(world.alias("saved"))
            world.run(f"{table.caption} as planned so far", f"CREATE TEMP TABLE {copy} AS FROM {delta(table)}")
            self.saved[key] = copy

    def take_back(self) -> None:
        """Everything stands as at the mark."""
        world = self.world
        self.step_aside()
        tables = {key: world.catalog.table(key[0], key[1]) for key in self.saved}  # type: ignore[arg-type]
        for table in tables.values():
            world.forget(table)
        world.restore(self.kept)
        for key, copy in self.saved.items():
            if copy is not None:
                world.again(tables[key])
            if copy:
                statement = f"INSERT INTO {delta(tables[key])} BY NAME FROM {copy}"
                world.write(tables[key], "as it stood before", statement)
        for name, last in self.ledger.items():
            world.run("the plan as it was", f"DELETE FROM plan.{identifier(name)} WHERE rowid > {last}")
        if self.fields is not None:
            leg, copy = self.fields
            world.run("the fields told since", f"DELETE FROM plan.told_value WHERE pass = {leg}")
            world.run("the fields as they were told", f"INSERT INTO plan.told_value FROM {copy}")
            world.connection.execute(f"DROP TABLE {copy}")
        world.apart = self.apart
        for name in temporary(world) - self.temporary:
            world.connection.execute(f"DROP TABLE IF EXISTS temp.main.{identifier(name)}")
        if self.beside is not None:
            self.beside()

    def let_go(self) -> None:
        """What was written stays."""
        self.step_aside()
        for copy in (*self.saved.values(), self.fields and self.fields[1]):
            if copy:
                self.world.connection.execute(f"DROP TABLE {copy}")

    def step_aside(self) -> None:
        """No more copies are kept for this mark."""
        self.world.before_write = self.outer


def delta(table: Table) -> str:
    """The table that holds the planned rows of a table."""
    return qualified(f"delta_{table.system}", table.name)


def temporary(world: World) -> frozenset[str]:
    """The temporary tables there are."""
    rows = world.connection.execute(
        f"SELECT table_name FROM duckdb_tables() WHERE database_name = {literal('temp')}"
    ).fetchall()
    return frozenset(row[0] for row in rows)
