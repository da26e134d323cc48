"""Units that are carried out together -> what each of them sees: the rows as they stood, and what it wrote itself.

Statements are carried out for all units at once, yet units do not see each other (rule of evaluation 7). So of the
tables that a unit reads after one was written, every row knows the units that wrote it: a row that was written is seen
by these, as it stands now; all others see what stood there before. What is written for no unit (by a run that a rule
starts, by `find … else create`) is seen by all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.catalog.catalog import Table
from engine.run.columns import defined
from engine.run.world import World
from engine.sql.quote import identifier

TableName = tuple[str, str]
"""System and name of a table."""


@dataclass
class Apart:
    """The units of one loop or leg. tables: those of which the units see each their own rows.

    touched: table -> the SQL table of `_id` and `_unit` of what was written. before: table -> the SQL table of the rows as
    they stood before, and its columns. views: table -> the view of it, and what that says.
    """

    world: World
    tables: frozenset[TableName]
    touched: dict[TableName, str] = field(default_factory=dict)
    before: dict[TableName, tuple[str, set[str]]] = field(default_factory=dict)
    views: dict[TableName, tuple[str, str]] = field(default_factory=dict)

    def copy(self) -> Apart:
        """The same, to go on with; what it learns this one does not."""
        tables = {name: identifier(self.world.alias("copy")) for name in self.touched.values()}
        tables |= {name: identifier(self.world.alias("copy")) for name, _ in self.before.values()}
        for name, new in tables.items():
            self.world.connection.execute(f"CREATE TEMP TABLE {new} AS FROM {name}")
        touched = {key: tables[name] for key, name in self.touched.items()}
        before = {key: (tables[name], set(known)) for key, (name, known) in self.before.items()}
        return Apart(world=self.world, tables=self.tables, touched=touched, before=before)

    def seen(self, table: Table, unit: str) -> tuple[str, str]:
        """The rows of a table for all units, SQL name, and SQL truth over `{alias}` of those that one unit sees."""
        key = (table.system, table.name)
        self.view(key)
        mine = f"({{alias}}._for IS NULL OR {{alias}}._for = {unit})"
        return self.views[key][0], f"{mine} AND ({{alias}}._but IS NULL OR NOT list_contains({{alias}}._but, {unit}))"

    def keeps(self, table: Table) -> bool:
        """Does it matter which unit wrote a row of a table?"""
        return (table.system, table.name) in self.tables

    def ready(self, statement: str) -> None:
        """Before a statement is carried out: the views that it names say how things stand."""
        for key in self.views:
            if self.views[key][0] in statement:
                self.view(key)

    def view(self, key: TableName) -> None:
        """Make the view of a table, where it has become another."""
        table = self.world.catalog.table(key[0], key[1])  # type: ignore[arg-type]
        rows, id = self.world.relation(table), identifier(table.id_field)
        names = [identifier(one) for one in self.world.columns(table)]
        now = ", ".join(f"r.{one}" for one in names)
        told = "NULL::UUID AS _for, NULL::UUID[] AS _but"
        text = f"SELECT {now}, {told} FROM {rows} r"
        if key in self.touched:
            touched = self.touched[key]
            text = f"SELECT {now}, w._unit AS _for, NULL::UUID[] AS _but FROM {rows} r LEFT JOIN {touched} w ON w._id = r.{id}"
        if key in self.before:
            before = self.complete(table)
            text += (
                f" UNION ALL SELECT {now}, NULL::UUID AS _for, w._but FROM {before} r JOIN "
                f"(SELECT _id, list(_unit) AS _but FROM {touched} WHERE _id IN (SELECT {id} FROM {before}) GROUP BY _id) w "
                f"ON w._id = r.{id}"
            )
        name, known = self.views.get(key) or (identifier(self.world.alias("apart")), "")
        if known != text:
            self.world.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {text}")
            self.views[key] = (name, text)

    def complete(self, table: Table) -> str:
        """The rows as they stood before, with the columns that were added since, blank."""
        name, known = self.before[table.system, table.name]
        for column, type in self.world.columns(table).items():
            if column not in known:
                self.world.connection.execute(f"ALTER TABLE {name} ADD COLUMN {defined(table, column, type)}")
                known.add(column)
        return name

    def note(self, table: Table, pairs: str, *, new: bool = False) -> None:
        """Records of a table are about to be written. pairs: a query of their ids and units; NULL for a unit that is none.
        new: none of them is there yet."""
        key = (table.system, table.name)
        world = self.world
        if key not in self.touched:
            self.touched[key] = identifier(world.alias("touched"))
            world.connection.execute(f"CREATE TEMP TABLE {self.touched[key]} (_id UUID, _unit UUID)")
        touched = self.touched[key]
        if not new:
            id = identifier(table.id_field)
            names = ", ".join(identifier(one) for one in world.columns(table))
            rows = (
                f"SELECT {names} FROM {world.relation(table)} WHERE {id} IN (SELECT _id FROM ({pairs}) p(_id, _unit) "
                f"WHERE _unit IS NOT NULL) AND {id} NOT IN (SELECT _id FROM {touched})"
            )
            about = f"{table.caption} as it stood before"
            if key in self.before:
                world.run(about, f"INSERT INTO {self.complete(table)} BY NAME {rows}")
            else:
                before = identifier(world.alias("before"))
                world.run(about, f"CREATE TEMP TABLE {before} AS {rows}")
                if world.one("is there any", f"SELECT EXISTS (FROM {before})")[0]:
                    self.before[key] = (before, set(world.columns(table)))
        rows = f"SELECT _id, _unit FROM ({pairs}) p(_id, _unit) WHERE _unit IS NOT NULL"
        if not new:
            rows = f"SELECT DISTINCT * FROM ({rows}) EXCEPT SELECT * FROM {touched}"
        world.run(f"who writes {table.caption}", f"INSERT INTO {touched} {rows}")


def note(world: World, table: Table, pairs: str, *, new: bool = False) -> None:
    """Which units write which records of a table, before they are written. pairs, new: see `Apart.note`."""
    if world.apart is not None and world.apart.keeps(table):
        world.apart.note(table, pairs, new=new)


@contextmanager
def units(world: World, tables: frozenset[TableName]) -> Iterator[None]:
    """While this lasts, units see of these tables each their own rows; those around do not matter meanwhile."""
    outer = world.apart
    world.apart = Apart(world=world, tables=tables) if tables else None
    try:
        yield
    finally:
        world.apart = outer
