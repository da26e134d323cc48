"""The world before a pass, and a pair -> the rows and couplings that the record's fate hangs on.

From the pair along references and couplings, but only into tables and fields that the mapping reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from engine import connector
from engine.capture.reads import Key, Reads
from engine.catalog.catalog import Table
from engine.model import model
from engine.model.model import Model
from engine.run.world import World
from engine.sql.quote import identifier

Row = dict[str, Any]
Width = Literal["near", "asked", "far", "whole tables"]
"""near: what the rows refer to, and what refers to the pair. asked: also what the mapping looks for by values of the
pair and of what it refers to. far: what is looked for by, or refers to, any of the rows. whole tables: all."""
SMALL, MOST_OF_A_TABLE, DEEPEST = 3, 60, 6
MOST_ROWS = 3000


@dataclass
class Slice:
    """rows: per table by id, with all their columns. couplings: rows of the connector's books."""

    rows: dict[Key, dict[UUID, Row]] = field(default_factory=dict)
    couplings: dict[UUID, Row] = field(default_factory=dict)
    options: list[Row] = field(default_factory=list)

    def has(self, key: Key, id: UUID) -> bool:
        """Is the row of a table in the slice?"""
        return id in self.rows.get(key, {})


def cut_out(world: World, rules: Model, name: str, ids: Iterable[UUID], found: Reads, width: Width) -> Slice:
    """The slice of the world around the records of these ids."""
    mapping = rules.mappings[name]
    return cut_around(world, rules, name, (mapping.bc.table, mapping.sales.table), ids, found, width)


def cut_around(
    world: World, rules: Model, name: str, own: tuple[Table, ...], ids: Iterable[UUID], found: Reads, width: Width
) -> Slice:
    """The slice of the world around the records of these ids, of these tables."""
    return _Cutter(world, rules, name, own, found).cut(tuple(ids), width)


class _Cutter:
    def __init__(self, world: World, rules: Model, name: str, own: tuple[Table, ...], found: Reads) -> None:
        self.world, self.rules, self.name, self.own, self.found = world, rules, name, own, found
        self.slice = Slice()
        self.waiting: list[tuple[Table, Row]] = []
        self.inner: set[UUID] = set()

    def cut(self, ids: tuple[UUID, ...], width: Width) -> Slice:
        for table in self.own:
            self._take(table, table.id_field, ids)
        for id in ids:
            self._couplings(id)
        self._follow(())
        self.inner = {id for rows in self.slice.rows.values() for id in rows}
        for key in self.found.fields:
            table = self.world.catalog.table(*key)
            if self._ours(table) and table not in self.own and (width == "whole tables" or self._size(table) <= SMALL):
                self._take_rows(table, self._fetch(table, "true", [], MOST_ROWS))
        self.waiting += [(table, row) for table, row in self._all() if width != "near" or row[table.id_field] in ids]
        self._follow(ids if width in ("near", "asked") else None)
        if width != "near":
            self._asked()
        while self.waiting:
            self._follow(ids if width == "asked" else None)
            if width != "asked":
                self.inner = {id for rows in self.slice.rows.values() for id in rows}
                self._asked()
        self._option_couplings()
        return self.slice

    def _all(self) -> list[tuple[Table, Row]]:
        return [(self.world.catalog.table(*key), row) for key, rows in self.slice.rows.items() for row in rows.values()]

    def _follow(self, back: tuple[UUID, ...] | None) -> None:
        """Take in what the waiting rows refer to, and what refers to those of them whose ids are given (None: all)."""
        while self.waiting:
            table, row = self.waiting.pop()
            self._couplings(row[table.id_field])
            self._onwards(table, row)
            if back is None or row[table.id_field] in back:
                self._back(table, row)

    def _asked(self) -> None:
        """What the mapping looks for by a value."""
        for one in self.found.asked:
            values = {value for value in self._values(one.value, 0) if value not in (None, "")}
            self._take(one.table, one.field, sorted(values, key=str)[:MOST_OF_A_TABLE])

    def _values(self, value: model.Value, depth: int) -> list[Any]:
        """What a value can be, as far as that is seen from the rows so far."""
        if depth > DEEPEST:
            return []
        match value:
            case model.Constant(value=given):
                return [given]
            case model.SettingValue(name=name):
                return [self.rules.settings.get(name)]
            case model.Column(record=record, field=one):
                rows = self.slice.rows.get((record.table.system, record.table.name), {})
                return [row.get(one.name) for id, row in rows.items() if id in self.inner]
            case model.Itself(record=record):
                return [
                    id for id in self.slice.rows.get((record.table.system, record.table.name), {}) if id in self.inner
                ]
            case model.Named(key=key) if key in self.found.named:
                return self._values(self.found.named[key], depth + 1)
            case model.Convert(value=inner):
                return self._values(inner, depth + 1)
            case model.Arithmetic(operator="+", left=left, right=right):
                both = [(self._values(one, depth + 1)) for one in (left, right)]
                return [f"{one}{two}" for one in both[0] for two in both[1] if isinstance(one, str)]
            case _:
                return []

    def _ours(self, table: Table) -> bool:
        return (table.system, table.name) in self.found.fields and table.name not in connector.BOOKS

    def _onwards(self, table: Table, row: Row) -> None:
        """What the row refers to."""
        for name in self.found.fields.get((table.system, table.name), ()):
            if row.get(name) in (None, "") or name not in table.fields:
                continue
            for reference in table.fields[name].references:
                other = self._other(table, reference.table)
                if other is not None and reference.field in other.fields:
                    self._take(other, reference.field, (row[name],))

    def _back(self, table: Table, row: Row) -> None:
        """What refers to the row."""
        for (system, name), fields in self.found.fields.items():
            if system != table.system or not self._ours(other := self.world.catalog.table(system, name)):
                continue
            for column in sorted(fields):
                for reference in other.fields[column].references if column in other.fields else ():
                    given = row.get(reference.field)
                    if reference.table == table.name and given not in (None, ""):
                        self._take(other, column, (given,))

    def _other(self, table: Table, name: str) -> Table | None:
        catalog = self.world.catalog
        if not catalog.has(table.system, name):
            return None
        other = catalog.table(table.system, name)
        return other if self._ours(other) else None

    def _couplings(self, id: UUID) -> None:
        """The couplings of a record, and its partners as far as the mapping reads their tables."""
        books = self.world.catalog.table("bc", connector.COUPLINGS)
        where = f"{identifier(connector.COUPLED_BC_ID)} = ? OR {identifier(connector.COUPLED_SALES_ID)} = ?"
        for row in self._fetch(books, where, [id, id], MOST_OF_A_TABLE):
            if row[books.id_field] in self.slice.couplings:
                continue
            self.slice.couplings[row[books.id_field]] = row
            for name in sorted(self.found.mappings | {self.name}):
                mapping = self.rules.mappings.get(name)
                if mapping is not None and mapping.bc.table.number == row[connector.COUPLED_TABLE]:
                    self._take(mapping.bc.table, mapping.bc.table.id_field, (row[connector.COUPLED_BC_ID],))
                    self._take(mapping.sales.table, mapping.sales.table.id_field, (row[connector.COUPLED_SALES_ID],))

    def _option_couplings(self) -> None:
        """The choices that codes of the slice stand for."""
        books = self.world.catalog.table("bc", connector.OPTION_COUPLINGS)
        if not self.world.holds(books, connector.OPTION_RECORD):
            return
        for name in sorted(self.found.mappings):
            mapping = self.rules.mappings.get(name)
            if mapping is None or mapping.sales.table.name != connector.OPTION_SET:
                continue
            table = mapping.bc.table
            rows = self._fetch(table, "true", [], MOST_OF_A_TABLE)
            known = {f"{table.name}: {row[table.key[0]]}": row[table.id_field] for row in rows}
            for row in self._fetch(books, "true", [], MOST_ROWS):
                if (id := known.get(row[connector.OPTION_RECORD])) is not None:
                    self._take(table, table.id_field, (id,))
                    self.slice.options.append({**row, "_mapping": name, "_bc": id})

    # --- fetching ---

    def _take(self, table: Table, name: str, values: Iterable[Any]) -> None:
        if not self._ours(table) or not self.world.holds(table, name):
            return
        for value in values:
            if value is not None:
                self._take_rows(table, self._fetch(table, f"{identifier(name)} = ?", [value], MOST_OF_A_TABLE))

    def _take_rows(self, table: Table, rows: Iterable[Row]) -> None:
        for row in rows:
            known = self.slice.rows.setdefault((table.system, table.name), {})
            if row[table.id_field] not in known:
                known[row[table.id_field]] = row
                self.waiting.append((table, row))

    def _size(self, table: Table) -> int:
        row = self.world.connection.execute(f"SELECT count(*) FROM {self.world.relation(table)}").fetchone()
        return int(row[0]) if row is not None else 0

    def _fetch(self, table: Table, where: str, given: list[Any], most: int) -> Iterator[Row]:
        if not self.world.holds(table, table.id_field):
            return iter(())
        columns = list(self.world.columns(table))
        listed = ", ".join(identifier(one) for one in columns)
        rows = self.world.connection.execute(
            f"SELECT {listed} FROM {self.world.relation(table)} WHERE {where} "
            f"ORDER BY {identifier(table.id_field)} LIMIT {most}",
            given,
        ).fetchall()
        return (dict(zip(columns, row, strict=True)) for row in rows)
