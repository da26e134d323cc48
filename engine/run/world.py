"""A snapshot opened read-only -> the rows of both systems as they stand while a plan is made.

The snapshot is attached as `snap` and never written. What the plan writes lives beside it in memory, a table of
whole rows per changed table (`delta`); `relation` gives base rows that are not touched plus those. So a later
step sees what an earlier one planned, and applying a plan is writing the deltas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from engine.catalog.catalog import Catalog, System, Table
from engine.snapshot.types import column_type, empty_value
from engine.sql.quote import identifier, literal, qualified

OPERATION = "_op"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a world knew of its tables before something that may be taken back."""

    changed: dict[tuple[str, str], dict[str, str]]
    stand_ins: dict[tuple[str, str], str]


@dataclass
class World:
    """The state of one plan in the making. Implements `engine.sql.scope.Relations`.

    base: columns of the tables of the snapshot; changed: columns that the plan added to those it writes. stand_ins:
    relations for tables that the snapshot does not hold. statements: every statement carried out with the words above
    it, for `--sql`. sizes: rows of the tables of the snapshot.
    many: from so many rows on a table is large.
    """

    connection: duckdb.DuckDBPyConnection
    catalog: Catalog
    base: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    changed: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    statements: list[tuple[str, str]] = field(default_factory=list)
    counter: int = 0
    stand_ins: dict[tuple[str, str], str] = field(default_factory=dict)
    sizes: dict[tuple[str, str], int] = field(default_factory=dict)
    many: int = 20_000

    @classmethod
    def over(cls, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> World:
        """A world over the snapshot attached to the connection as `snap`."""
        world = cls(connection=connection, catalog=catalog)
        rows = connection.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = 'snap' AND schema_name IN ('bc', 'sales') ORDER BY column_index"
        ).fetchall()
        for schema, table, column, type in rows:
            world.base.setdefault((schema, table), {})[column] = type
        sizes = connection.execute(
            "SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE database_name = 'snap'"
        ).fetchall()
        world.sizes = {(schema, table): size for schema, table, size in sizes}
        for system in ("bc", "sales"):
            connection.execute(f"CREATE SCHEMA delta_{system}")
            connection.execute(f"CREATE SCHEMA state_{system}")
            connection.execute(f"CREATE SCHEMA nothing_{system}")
        return world

    # --- reading ---

    def alias(self, name: str) -> str:
        self.counter += 1
        word = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())[:12] or "t"
        return f"{word}_{self.counter}"

    def columns(self, table: Table) -> dict[str, str]:
        """The columns a table has now, name -> SQL type: those of the snapshot and those the plan wrote."""
        key = (table.system, table.name)
        return {**(self.base.get(key) or _bare(table)), **self.changed.get(key, {})}

    def holds(self, table: Table, column: str) -> bool:
        return column in self.columns(table)

    def relation(self, table: Table) -> str:
        key = (table.system, table.name)
        if key in self.changed:
            return qualified(f"state_{table.system}", table.name)
        return self.snapshot_relation(table)

    def snapshot_relation(self, table: Table) -> str:
        """The rows as the snapshot has them, without what the plan wrote."""
        key = (table.system, table.name)
        if key in self.base:
            return qualified("snap", table.system, table.name)
        return self.stand_ins.get(key) or self._nothing(table)

    def _nothing(self, table: Table) -> str:
        """A table that the export does not hold: one without rows, made when it is first asked for."""
        name = qualified(f"nothing_{table.system}", table.name)
        columns = ", ".join(f"{identifier(one)} {type}" for one, type in _bare(table).items())
        self.connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
        self.stand_ins[table.system, table.name] = name
        return name

    # --- carrying out ---

    def run(self, about: str, statement: str) -> duckdb.DuckDBPyConnection:
        """Carry out a statement and remember it with the words that say what it does."""
        self.statements.append((about, statement))
        return self.connection.execute(statement)

    def one(self, about: str, statement: str) -> tuple[Any, ...]:
        """The single row of a query."""
        row = self.run(about, statement).fetchone()
        assert row is not None
        return row

    def are_most(self, table: Table, rows: str) -> bool:
        """Does a query give a good part, a quarter or more, of a large table of the snapshot?"""
        size = self.sizes.get((table.system, table.name), 0)
        if size < self.many:
            return False
        return bool(self.one(f"how many of {table.caption}", f"SELECT count(*) FROM {rows}")[0] * 4 >= size)

    # --- all or nothing ---

    def begin(self) -> Kept:
        """Begin what may have to be taken back; gives what `roll_back` needs."""
        self.connection.execute("BEGIN TRANSACTION")
        changed = {key: dict(columns) for key, columns in self.changed.items()}
        return Kept(changed=changed, stand_ins=dict(self.stand_ins))

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def roll_back(self, kept: Kept) -> None:
        """Take back all since `begin`."""
        self.connection.execute("ROLLBACK")
        self.changed, self.stand_ins = kept.changed, kept.stand_ins

    # --- writing ---

    def require(self, table: Table, columns: Sequence[str]) -> None:
        """Make sure that a table has these columns, blank where the snapshot does not hold them."""
        if any(not self.holds(table, one) for one in columns):
            self._prepare(table, columns)

    def insert(self, table: Table, columns: Sequence[str], rows: str) -> None:
        """Plan new rows. rows: a query giving the id as `_id` and the columns, named as in the table."""
        self._prepare(table, columns)
        names = ", ".join(identifier(one) for one in columns)
        delta = self._delta(table)
        self.run(
            f"new rows of {table.caption}",
            f"INSERT INTO {delta} ({identifier(OPERATION)}, {identifier(table.id_field)}{', ' + names if names else ''})\n"
            f"SELECT 'insert', _id{', ' + names if names else ''} FROM (\n{rows}\n)",
        )
        self._fill_blanks(table)

    def update(self, table: Table, columns: Sequence[str], rows: str) -> None:
        """Plan new values of existing rows. rows: a query giving `_id`, once each, and the columns."""
        key = (table.system, table.name)
        fresh = key not in self.changed or not self._written(table)
        self._prepare(table, columns)
        delta, id = self._delta(table), identifier(table.id_field)
        if fresh and key in self.base:
            self._take_over(table, columns, rows)
            return
        stage = identifier(self.alias("stage"))
        self.run(f"what changes in {table.caption}", f"CREATE TEMP TABLE {stage} AS\n{rows}")
        self._bring(table, f"(SELECT _id FROM {stage})")
        names = ", ".join(f"{identifier(one)} = s.{identifier(one)}" for one in columns)
        self.run("write it", f"UPDATE {delta} AS d SET {names} FROM {stage} s WHERE d.{id} = s._id")
        self.connection.execute(f"DROP TABLE {stage}")

    def _written(self, table: Table) -> bool:
        """Has the plan written rows of this table?"""
        return bool(self.one("is anything written", f"SELECT EXISTS (FROM {self._delta(table)})")[0])

    def _take_over(self, table: Table, columns: Sequence[str], rows: str) -> None:
        """Rows of the snapshot with new values, as the first rows of the delta."""
        key = (table.system, table.name)
        delta, id = self._delta(table), identifier(table.id_field)
        names = ", ".join(identifier(one) for one in self.columns(table))
        given = ", ".join(
            f"s.{identifier(one)}"
            if one in columns
            else (f"b.{identifier(one)}" if one in self.base[key] else f"{self._blank(table, one)}")
            for one in self.columns(table)
        )
        self.run(
            f"what changes in {table.caption}",
            f"INSERT INTO {delta} ({identifier(OPERATION)}, {names})\nSELECT 'update', {given} "
            f"FROM (\n{rows}\n) s JOIN {self.snapshot_relation(table)} b ON b.{id} = s._id",
        )

    def delete(self, table: Table, ids: str) -> None:
        """Plan the removal of rows. ids: a query with one column."""
        self._prepare(table, ())
        delta, id = self._delta(table), identifier(table.id_field)
        stage = identifier(self.alias("stage"))
        self.run(
            f"what is deleted of {table.caption}",
            f"CREATE TEMP TABLE {stage} AS SELECT DISTINCT _id FROM ({ids}) t(_id)",
        )
        self._bring(table, f"(SELECT _id FROM {stage})")
        self.run(
            "planned rows that never were",
            f"DELETE FROM {delta} WHERE _op = 'insert' AND {id} IN (SELECT _id FROM {stage})",
        )
        self.run("delete them", f"UPDATE {delta} SET _op = 'delete' WHERE {id} IN (SELECT _id FROM {stage})")
        self.connection.execute(f"DROP TABLE {stage}")

    def _bring(self, table: Table, ids: str) -> None:
        """Copy rows of the snapshot into the delta, so that they can be changed there."""
        key = (table.system, table.name)
        if key not in self.base and key not in self.stand_ins:
            return
        delta, id = self._delta(table), identifier(table.id_field)
        names = ", ".join(identifier(one) for one in self.base.get(key) or _bare(table))
        self.run(
            f"take over the rows of {table.caption} that change",
            f"INSERT INTO {delta} ({identifier(OPERATION)}, {names})\nSELECT 'update', {names} "
            f"FROM {self.snapshot_relation(table)} b\nWHERE b.{id} IN {ids} AND b.{id} NOT IN (SELECT {id} FROM {delta})",
        )
        self._fill_blanks(table)

    def _delta(self, table: Table) -> str:
        return qualified(f"delta_{table.system}", table.name)

    def _prepare(self, table: Table, columns: Iterable[str]) -> None:
        """The delta of a table with these columns, and the view of base and delta together."""
        key = (table.system, table.name)
        delta = self._delta(table)
        new = [one for one in columns if not self.holds(table, one)]
        if key not in self.changed:
            own = ", ".join(f"{identifier(name)} {type}" for name, type in self.columns(table).items())
            self.connection.execute(f"CREATE TABLE {delta} ({identifier(OPERATION)} VARCHAR, {own})")
            self.changed[key] = {}
        elif not new:
            return
        for one in new:
            type = column_type(table.fields[one].kind)
            self.changed[key][one] = type
            self.connection.execute(f"ALTER TABLE {delta} ADD COLUMN {identifier(one)} {type}")
        if new:
            self._fill_blanks(table)
        names = ", ".join(identifier(one) for one in self.columns(table))
        base = self.base.get(key) or _bare(table)
        own = ", ".join(
            identifier(name) if name in base else f"{self._blank(table, name)}::{type} AS {identifier(name)}"
            for name, type in self.columns(table).items()
        )
        id = identifier(table.id_field)
        self.connection.execute(
            f"CREATE OR REPLACE VIEW {qualified(f'state_{table.system}', table.name)} AS "
            f"SELECT {own} FROM {self.snapshot_relation(table)} b WHERE NOT EXISTS (SELECT 1 FROM {delta} d WHERE d.{id} = b.{id}) "
            f"UNION ALL SELECT {names} FROM {delta} WHERE _op <> 'delete'"
        )

    def _blank(self, table: Table, column: str) -> str:
        found = table.fields.get(column)
        return empty_value(table.system, found) if found is not None else "NULL"

    def _fill_blanks(self, table: Table) -> None:
        """BC has no NULL: columns of new rows that nobody wrote hold the blank of their kind."""
        if table.system == "sales":
            return
        delta = self._delta(table)
        sets, tests = [], []
        for name in self.columns(table):
            given = self._blank(table, name)
            if given != "NULL":
                sets.append(f"{identifier(name)} = coalesce({identifier(name)}, {given})")
                tests.append(f"{identifier(name)} IS NULL")
        if sets:
            self.connection.execute(f"UPDATE {delta} SET {', '.join(sets)} WHERE {' OR '.join(tests)}")

    def deltas(self) -> list[tuple[System, str]]:
        """The tables that the plan changes."""
        return sorted((system, name) for system, name in self.changed)  # type: ignore[misc]


def _bare(table: Table) -> dict[str, str]:
    """The columns of a table that the snapshot does not hold: all that are stored, without a row."""
    return {one.name: column_type(one.kind) for one in table.fields.values() if one.stored}


__all__ = ["OPERATION", "World", "literal"]
