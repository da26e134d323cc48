"""A snapshot opened read-only -> the rows of both systems as they stand while a plan is made.

The snapshot is attached as `snap` and never written. What the plan writes lives beside it in memory, a table of
whole rows per changed table (`delta`); `relation` gives base rows that are not touched plus those. So a later
step sees what an earlier one planned, and applying a plan is writing the deltas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from engine.catalog.catalog import Catalog, System, Table
from engine.run.columns import blank_of, defined, filled
from engine.run.kept import Kept, Layer, State
from engine.snapshot.open import Tables, tables_in
from engine.snapshot.types import column_type
from engine.source import Span
from engine.sql.quote import identifier, qualified

if TYPE_CHECKING:
    from engine.run.apart import Apart

OPERATION = "_op"


@dataclass
class World:
    """The state of one plan in the making. Implements `engine.sql.scope.Relations`.

    base: columns of the tables of the snapshot; changed: columns that the plan added to those it writes; of a table that
    the snapshot does not hold these are all that is kept of its rows. stand_ins: relations for such tables; to_make: what
    makes one when it is first read. statements: every statement carried out with the words above
    it, for `--sql`. sizes: rows of the tables of the snapshot.
    many: from so many rows on a table is large. written: tables with rows in their delta. layers: what lies over the
    rows of the snapshot and under the delta. before_write: called before the delta of a table is written.
    beside: at a mark, gives what puts back all that is remembered outside of this world.
    states: what gives the rows of a changed table as they stand. stale: copies to be made anew before they are read, with
    their names. grown: so many rows were written to a delta, at most. apart: keeps the units apart that are carried out.
    """

    connection: duckdb.DuckDBPyConnection
    catalog: Catalog
    base: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    changed: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    statements: list[tuple[str, str]] = field(default_factory=list)
    counter: int = 0
    stand_ins: dict[tuple[str, str], str] = field(default_factory=dict)
    to_make: dict[tuple[str, str], Callable[[], str]] = field(default_factory=dict)
    sizes: dict[tuple[str, str], int] = field(default_factory=dict)
    many: int = 20_000
    written: set[tuple[str, str]] = field(default_factory=set)
    layers: dict[tuple[str, str], tuple[Layer, ...]] = field(default_factory=dict)
    before_write: Callable[[Table], None] | None = None
    beside: Callable[[], Callable[[], None]] | None = None
    states: dict[tuple[str, str], State] = field(default_factory=dict)
    stale: dict[tuple[str, str], str] = field(default_factory=dict)
    grown: dict[tuple[str, str], int] = field(default_factory=dict)
    acted: set[Span] = field(default_factory=set)
    near: dict[tuple[str, str], str] = field(default_factory=dict)
    prints: dict[tuple[str, str], tuple[int, int, int, int, int]] = field(default_factory=dict)
    apart: Apart | None = None

    @classmethod
    def over(cls, connection: duckdb.DuckDBPyConnection, catalog: Catalog, held: Tables | None = None) -> World:
        """A world over the snapshot attached to the connection as `snap`. held: its tables, if they are known."""
        held = held or tables_in(connection)
        world = cls(connection=connection, catalog=catalog, base=held.columns, sizes=held.sizes)
        for system in ("bc", "sales"):
            for what in ("delta", "state", "nothing"):
                connection.execute(f"CREATE SCHEMA {what}_{system}")
        return world

    def alias(self, name: str) -> str:
        """A short alias for SQL that nobody else has."""
        self.counter += 1
        word = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())[:12] or "t"
        return f"{word}_{self.counter}"

    def columns(self, table: Table) -> dict[str, str]:
        """The columns a table has now, name -> SQL type: those of the snapshot and those the plan wrote."""
        key = (table.system, table.name)
        return {**(self.base.get(key) or _bare(table)), **self.changed.get(key, {})}

    def holds(self, table: Table, column: str) -> bool:
        """Does the snapshot have this column of the table?"""
        return column in self.columns(table)

    def relation(self, table: Table) -> str:
        """The relation to read a table from: its rows as they stand now, with everything that was planned before."""
        key = (table.system, table.name)
        if key in self.changed:
            if key in self.stale:
                self._copy(key)
            return state_of(key)
        return self.snapshot_relation(table)

    def seen(self, table: Table, unit: str | None) -> tuple[str, str]:
        """The rows of a table as a unit sees them (`engine.run.apart`), and SQL truth over `{alias}` of what it sees."""
        if self.apart is None or unit is None or not self.apart.keeps(table):
            return self.relation(table), "true"
        return self.apart.seen(table, unit)

    def some(self, table: Table, column: str, given: str, *, near: bool = False) -> str:
        """The rows of a table as they stand now whose `column` is among those that a query gives: few of many. near: of
        those taken near."""
        wanted = f"{identifier(column)} IN ({given})"
        if (table.system, table.name) not in self.changed:
            rows = self.near.get((table.system, table.name)) if near else None
            return f"(SELECT * FROM {rows or self.snapshot_relation(table)} WHERE {wanted})"
        return f"({self.state(table, wanted, near=near)})"

    def written_rows(self, table: Table) -> str | None:
        """SQL relation of the rows that statements wrote one by one, as they stand now; None when there are none."""
        if (table.system, table.name) not in self.written:
            return None
        return f"(SELECT {self._whole(table)} FROM {self._delta(table)} WHERE {OPERATION} <> 'delete')"

    def snapshot_relation(self, table: Table) -> str:
        """The rows as the snapshot has them, without what the plan wrote."""
        key = (table.system, table.name)
        if key in self.base:
            return qualified("snap", table.system, table.name)
        if key not in self.stand_ins and key in self.to_make:
            self.stand_ins[key] = self.to_make[key]()
        return self.stand_ins.get(key) or self._nothing(table)

    def _nothing(self, table: Table) -> str:
        """A table that the export does not hold: one without rows, made when it is first asked for."""
        name = self._empty(table)
        columns = ", ".join(f"{identifier(one)} {type}" for one, type in _bare(table).items())
        self.connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
        self.stand_ins[table.system, table.name] = name
        return name

    # --- carrying out ---

    def run(self, about: str, statement: str) -> duckdb.DuckDBPyConnection:
        """Carry out a statement and remember it with the words that say what it does."""
        self.statements.append((about, statement))
        if self.apart is not None:
            self.apart.ready(statement)
        for key in [key for key, name in self.stale.items() if name in statement]:
            self._copy(key)
        return self.connection.execute(statement)

    def write(self, table: Table, about: str, statement: str) -> None:
        """Carry out a statement that writes the delta of a table."""
        key = (table.system, table.name)
        count = self.run(about, statement).fetchone()
        self.written.add(key)
        self.prints.pop(key, None)
        self.grown[key] = self.grown.get(key, 0) + (count[0] if count else 0)
        if self.states.get(key) != "view":
            self._restate(table)

    def one(self, about: str, statement: str) -> tuple[Any, ...]:
        """The single row of a query."""
        row = self.run(about, statement).fetchone()
        assert row is not None
        return row

    def is_large(self, table: Table) -> bool:
        """Has a table of the snapshot many rows?"""
        return self.sizes.get((table.system, table.name), 0) >= self.many

    # --- all or nothing ---

    def begin(self) -> Kept:
        """Begin what may have to be taken back; gives what `roll_back` needs."""
        self.connection.execute("BEGIN TRANSACTION")
        return self.known()

    def known(self) -> Kept:
        """What is known of the tables."""
        changed = {key: dict(columns) for key, columns in self.changed.items()}
        return Kept(
            changed=changed,
            stand_ins=dict(self.stand_ins),
            layers=dict(self.layers),
            written=frozenset(self.written),
            states=dict(self.states),
            stale=dict(self.stale),
        )

    def commit(self) -> None:
        """End the transaction in which a leg was planned; what it wrote stays."""
        self.connection.execute("COMMIT")

    def roll_back(self, kept: Kept) -> None:
        """Take back all since `begin`."""
        self.connection.execute("ROLLBACK")
        self.restore(kept)
        self.states, self.stale = dict(kept.states), dict(kept.stale)

    def restore(self, kept: Kept) -> None:
        """Know of the tables what was known then."""
        self.changed = {key: dict(columns) for key, columns in kept.changed.items()}
        self.stand_ins = dict(kept.stand_ins)
        self.layers, self.written = dict(kept.layers), set(kept.written)
        self.near.clear()

    def again(self, table: Table) -> None:
        """Make the delta of a table anew, empty, with the columns that are known of it."""
        columns = self.changed.pop((table.system, table.name))
        self._prepare(table, columns)

    def forget(self, table: Table) -> None:
        """Away with the delta of a table and what gives its rows as they stand."""
        key = (table.system, table.name)
        form = self.states.pop(key, None)
        if form is not None:
            self.connection.execute(f"DROP {form} IF EXISTS {state_of(key)}")
        self.stale.pop(key, None)
        self.grown.pop(key, None)
        self.connection.execute(f"DROP TABLE IF EXISTS {self._delta(table)}")

    # --- writing ---

    def require(self, table: Table, columns: Sequence[str]) -> None:
        """Make sure that a table has these columns, blank where the snapshot does not hold them."""
        if any(not self.holds(table, one) for one in columns):
            self._prepare(table, columns)

    def insert(self, table: Table, columns: Sequence[str], rows: str) -> None:
        """Plan new rows. rows: a query giving the id as `_id` and the columns, named as in the table."""
        self._prepare(table, columns)
        names = "".join(f", {identifier(one)}" for one in columns)
        values = "".join(f", {filled(table, one)}" for one in columns)
        self.write(
            table,
            f"new rows of {table.caption}",
            f"INSERT INTO {self._delta(table)} ({identifier(OPERATION)}, {identifier(table.id_field)}{names})\n"
            f"SELECT 'insert', _id{values} FROM (\n{rows}\n)",
        )

    def update(self, table: Table, columns: Sequence[str], rows: str, *, near: bool = False) -> None:
        """Plan new values of existing rows. rows: a query giving `_id`, once each, and the columns. near: of rows taken
        near.

        Rows already in the delta are changed in their order there: in any other it costs many times as much.
        """
        self._prepare(table, columns)
        delta, id = self._delta(table), identifier(table.id_field)
        known = self.written_columns(table)
        names = ", ".join(identifier(one) for one in known)
        given = ", ".join(f"{'s' if one in columns else 'b'}.{identifier(one)}" for one in known)
        few = self._settled(table, f"{id} IN (SELECT _id FROM ({rows}))" if self._layers(table) else "", near=near)
        if (table.system, table.name) not in self.written:
            self.write(
                table,
                f"what changes in {table.caption}",
                f"INSERT INTO {delta} ({identifier(OPERATION)}, {names})\nSELECT 'update', {given} "
                f"FROM (\n{rows}\n) s JOIN {few} b ON b.{id} = s._id",
            )
        else:
            sets = ", ".join(f"{identifier(one)} = s.{identifier(one)}" for one in columns)
            values = ", ".join(f"s.{identifier(one)}" for one in known)
            self.write(
                table,
                f"what changes in {table.caption}",
                f"MERGE INTO {delta} AS d USING (\nSELECT s._id, b.{id} IS NOT NULL AS _held, {given} "
                f"FROM (\n{rows}\n) s LEFT JOIN {few} b ON b.{id} = s._id LEFT JOIN {delta} o ON o.{id} = s._id\n"
                f"QUALIFY row_number() OVER (PARTITION BY s._id) = 1 ORDER BY o.rowid) s ON d.{id} = s._id\n"
                f"WHEN MATCHED THEN UPDATE SET {sets}\n"
                f"WHEN NOT MATCHED AND _held THEN INSERT ({identifier(OPERATION)}, {names}) VALUES ('update', {values})",
            )

    def lay(self, table: Table, columns: Sequence[str], rows: str) -> None:
        """Plan new values of most rows of a large table: they are not copied, but laid over the rows where these are
        read. rows: as for `update`; a query over tables that stay as they are."""
        self._prepare(table, columns)
        key = (table.system, table.name)
        layer = Layer(rows=identifier(self.alias("layer")), columns=tuple(columns))
        self.run(f"what changes in most of {table.caption}", f"CREATE TEMP VIEW {layer.rows} AS\n{rows}")
        if key in self.written:
            id = identifier(table.id_field)
            sets = ", ".join(f"{identifier(one)} = s.{identifier(one)}" for one in columns)
            self.write(
                table,
                "those written already",
                f"UPDATE {self._delta(table)} AS d SET {sets} FROM {layer.rows} s WHERE d.{id} = s._id",
            )
        self.layers[key] = (*self._layers(table), layer)
        self._restate(table)

    def delete(self, table: Table, ids: str) -> None:
        """Plan the removal of rows. ids: a query with one column."""
        self._prepare(table, ())
        delta, id = self._delta(table), identifier(table.id_field)
        names = ", ".join(identifier(one) for one in self.written_columns(table))
        values = ", ".join(f"s.{identifier(one)}" for one in self.written_columns(table))
        self.write(
            table,
            f"what is deleted of {table.caption}",
            f"MERGE INTO {delta} AS d USING (\nSELECT s._id, b.* FROM (SELECT DISTINCT _id FROM ({ids}) t(_id)) s "
            f"LEFT JOIN {self._settled(table)} b ON b.{id} = s._id) s ON d.{id} = s._id\n"
            f"WHEN MATCHED AND d.{OPERATION} = 'insert' THEN DELETE\n"
            f"WHEN MATCHED THEN UPDATE SET {OPERATION} = 'delete'\n"
            f"WHEN NOT MATCHED AND s.{id} IS NOT NULL THEN INSERT ({identifier(OPERATION)}, {names}) VALUES ('delete', {values})",
        )

    def planned(self, table: Table) -> str:
        """SQL relation of the whole rows that the plan writes, with `_op`; by `rowid` in the order of writing, where
        nothing is laid over the table."""
        delta, id = self._delta(table), identifier(table.id_field)
        layers = self._layers(table)
        if self._is_new(table):
            return f"(SELECT rowid, {identifier(OPERATION)}, {self._whole(table)} FROM {delta})"
        if not layers:
            return delta
        names = ", ".join(identifier(one) for one in self.columns(table))
        laid = " UNION ".join(f"SELECT _id FROM {one.rows}" for one in layers)
        return (
            f"(SELECT {identifier(OPERATION)}, {names} FROM {delta} UNION ALL SELECT 'update', {names} "
            f"FROM {self._settled(table, f'{id} IN ({laid})')} b "
            f"WHERE NOT EXISTS (SELECT 1 FROM {delta} d WHERE d.{id} = b.{id}))"
        )

    def written_columns(self, table: Table) -> dict[str, str]:
        """The columns that the delta of a table has, name -> SQL type. A row that was in the snapshot is kept whole; of
        one in a table that the snapshot does not hold what somebody wrote, the others are blank."""
        changed = self.changed.get((table.system, table.name), {})
        return {table.id_field: column_type("id"), **changed} if self._is_new(table) else self.columns(table)

    def _is_new(self, table: Table) -> bool:
        key = (table.system, table.name)
        return (
            key not in self.base and key not in self.to_make and self.stand_ins.get(key) in (None, self._empty(table))
        )

    def _whole(self, table: Table) -> str:
        """SQL columns of whole rows of a delta that keeps only what was written."""
        kept = self.written_columns(table)
        return ", ".join(
            identifier(name) if name in kept else f"{blank_of(table, name)}::{type} AS {identifier(name)}"
            for name, type in self.columns(table).items()
        )

    def _empty(self, table: Table) -> str:
        return qualified(f"nothing_{table.system}", table.name)

    def _delta(self, table: Table) -> str:
        return qualified(f"delta_{table.system}", table.name)

    def _layers(self, table: Table) -> tuple[Layer, ...]:
        return self.layers.get((table.system, table.name), ())

    def _settled(self, table: Table, wanted: str = "", *, near: bool = False) -> str:
        """SQL relation of the rows of the snapshot with all columns, and what was laid over them. wanted: only those;
        near: of those taken near."""
        base = self.base.get((table.system, table.name)) or _bare(table)
        layers = self._layers(table)
        own = []
        for name, type in self.columns(table).items():
            text = f"b.{identifier(name)}" if name in base else f"{blank_of(table, name)}::{type}"
            laid = "".join(
                f" WHEN l{at}._id IS NOT NULL THEN l{at}.{identifier(name)}"
                for at, layer in reversed(list(enumerate(layers)))
                if name in layer.columns
            )
            own.append(f"CASE{laid} ELSE {text} END AS {identifier(name)}" if laid else f"{text} AS {identifier(name)}")
        rows, id = self.snapshot_relation(table), identifier(table.id_field)
        if near:
            rows = self.near.get((table.system, table.name), rows)
        if not wanted:
            joins = "".join(f" LEFT JOIN {one.rows} l{at} ON l{at}._id = b.{id}" for at, one in enumerate(layers))
            return f"(SELECT {', '.join(own)} FROM {rows} b{joins})"
        joins = "".join(
            f" LEFT JOIN (SELECT * FROM {one.rows} WHERE _id IN (SELECT {id} FROM few)) l{at} ON l{at}._id = b.{id}"
            for at, one in enumerate(layers)
        )
        few = f"WITH few AS MATERIALIZED (SELECT * FROM {rows} WHERE {wanted}) "
        return f"({few}SELECT {', '.join(own)} FROM few b{joins})"

    def state(self, table: Table, wanted: str = "", *, near: bool = False) -> str:
        """SQL query of the rows as they stand now: those of the snapshot that were not touched, and the delta."""
        delta, id = self._delta(table), identifier(table.id_field)
        names = ", ".join(identifier(one) for one in self.columns(table))
        if self._is_new(table):
            held = f"SELECT {self._whole(table)} FROM {delta} WHERE {OPERATION} <> 'delete'"
            return f"SELECT * FROM ({held}) WHERE {wanted}" if wanted else held
        return (
            f"SELECT {names} FROM {self._settled(table, wanted, near=near)} b WHERE NOT EXISTS (SELECT 1 FROM {delta} d WHERE d.{id} = b.{id}) "
            f"UNION ALL SELECT {names} FROM {delta} WHERE {OPERATION} <> 'delete'{f' AND {wanted}' if wanted else ''}"
        )

    def _prepare(self, table: Table, columns: Iterable[str]) -> None:
        """The delta of a table with these columns, and the view of base and delta together.

        BC has no NULL: columns of new rows that nobody writes hold the blank of their kind.
        """
        if self.before_write is not None:
            self.before_write(table)
        key = (table.system, table.name)
        delta = self._delta(table)
        kept = self.written_columns(table)
        new = {one: column_type(table.fields[one].kind) for one in columns if one not in kept}
        if key not in self.changed:
            own = ", ".join(defined(table, one, type) for one, type in (kept | new).items())
            self.connection.execute(f"CREATE TABLE {delta} ({identifier(OPERATION)} VARCHAR, {own})")
        elif not new:
            return
        else:
            for one, type in new.items():
                self.connection.execute(f"ALTER TABLE {delta} ADD COLUMN {defined(table, one, type)}")
        self.changed[key] = self.changed.get(key, {}) | new
        self.prints.pop(key, None)
        self._restate(table)

    def _restate(self, table: Table) -> None:
        """The rows of a table as they stand have changed: a copy is made anew when it is next read, a view is made for
        many rows."""
        key = (table.system, table.name)
        many = self.is_large(table) or self._layers(table) or self.grown.get(key, 0) >= self.many
        if not many:
            self.stale[key] = state_of(key)
            return
        self.stale.pop(key, None)
        if self.states.get(key) == "table":
            self.connection.execute(f"DROP TABLE {state_of(key)}")
        self.connection.execute(f"CREATE OR REPLACE VIEW {state_of(key)} AS {self.state(table)}")
        self.states[key] = "view"

    def _copy(self, key: tuple[str, str]) -> None:
        """Copy the rows of a table as they stand."""
        name = self.stale.pop(key)
        if self.states.get(key) == "view":
            self.connection.execute(f"DROP VIEW {name}")
        table = self.catalog.table(key[0], key[1])  # type: ignore[arg-type]
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {self.state(table)}")
        self.states[key] = "table"

    def deltas(self) -> list[tuple[System, str]]:
        """The tables that the plan changes."""
        return sorted((system, name) for system, name in self.changed)  # type: ignore[misc]


def state_of(key: tuple[str, str]) -> str:
    """The name of what gives the rows of a changed table as they stand."""
    return qualified(f"state_{key[0]}", key[1])


def _bare(table: Table) -> dict[str, str]:
    """The columns of a table that the snapshot does not hold: all that are stored, without a row."""
    return {one.name: column_type(one.kind) for one in table.fields.values() if one.stored}
