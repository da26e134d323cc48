"""Names in reach -> the FROM clause that brings their columns.

A scope is one FROM clause under construction: a base and the joins that expressions ask for as they are
compiled. A subquery has a scope of its own whose parent is the query around it; a join is placed in the
innermost scope on which it depends, so that it is made once and not once for every inner row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Protocol

from engine.catalog.catalog import Table
from engine.model.model import Aggregate, Among, Exists, Find, Named, Record
from engine.source import Span
from engine.sql.quote import identifier


class Relations(Protocol):
    """Where rows come from: the snapshot with the planned changes laid over it."""

    def relation(self, table: Table) -> str:
        """The SQL name of the rows of a table as they stand now in the plan."""
        ...

    def seen(self, table: Table, unit: str | None) -> tuple[str, str]:
        """The rows of a table as a unit sees them (rule of evaluation 7): SQL name, and SQL truth over `{alias}` of the
        rows that it sees. unit: SQL of the unit; None sees all rows as they stand."""
        ...

    def holds(self, table: Table, column: str) -> bool:
        """Does the relation have this column?"""
        ...

    def alias(self, name: str) -> str:
        """A table alias not used before in this plan."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A record that stands in the FROM clause under `alias`. certain: there is always one, else it may be blank."""

    alias: str
    table: Table
    certain: bool

    @property
    def id(self) -> str:
        """SQL of the record's id; NULL for a record that was not found."""
        return f"{self.alias}.{identifier(self.table.id_field)}"


@dataclass(slots=True, kw_only=True)
class Written:
    """A record being written: what it was (`old`, None for one that is surely new), its id and its new values.

    id: SQL of its id. exists: SQL truth, false for a record that is about to be created.
    values: technical field name -> SQL of the value it will have.
    kept: alias that is written where a field keeps what stands in it; None for that of `old`.
    by_bc: fields that Business Central's own code fills: SQL truth of where, and the line that says so.
    offered: with `kept`, all values that a field may be given, whatever the conditions around; else it keeps its own.
    """

    table: Table
    old: Joined | None
    id: str
    exists: str
    kept: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    by_bc: dict[str, tuple[str, Span]] = field(default_factory=dict)


Entry = Joined | Written | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """SQL over the rows of a table, and SQL of what it must equal in the rows that ask. blank: are blanks equal too?"""

    own: str
    wanted: str
    blank: bool = False

    def test(self, left: str, right: str) -> str:
        """SQL truth: both are equal."""
        return f"{left} {'IS NOT DISTINCT FROM' if self.blank else '='} {right}"


ALIAS = re.compile(r"(\w+_\d+) ON (?!.* ON )", re.DOTALL)


class Scope:
    """One FROM clause. `names`: key of a record or value -> what stands for it. unit: SQL of the unit that a row belongs
    to, where units do not see each other. own: its rows are those that one unit sees."""

    unit: str | None = None
    own: bool = False

    def __init__(self, relations: Relations, base: str, parent: Scope | None = None) -> None:
        self.relations = relations
        self.base = base
        self.parent = parent
        self.joins: list[str] = []
        self.names: dict[str, Entry] = {}
        self.made: dict[str, str] = {}

    def entry(self, key: str) -> Entry | None:
        """What stands for a key, here or further out; None when nothing does."""
        if key in self.names:
            return self.names[key]
        return self.parent.entry(key) if self.parent is not None else None

    def home(self, node: object) -> Scope:
        """The innermost scope that an expression depends on."""
        keys = set(keys_of(node))
        scope: Scope = self
        while scope.parent is not None and not keys & scope.names.keys():
            scope = scope.parent
        return scope

    def holder(self, alias: str) -> Scope:
        """The scope in whose FROM clause an alias stands, from here out."""
        scope: Scope = self
        while scope.parent is not None:
            if scope.base.endswith(f" {alias}") or any(f" {alias} ON " in one for one in scope.joins):
                break
            scope = scope.parent
        return scope

    def join(self, what: str, alias: str, condition: str) -> str:
        """LEFT JOIN of a relation, once for the same relation and condition; gives the alias to use.

        `condition` calls the relation `{alias}`.
        """
        wanted = f"{what} ON {condition}"
        if wanted not in self.made:
            self.made[wanted] = alias
            self.joins.append(f"LEFT JOIN {what} {alias} ON {condition.replace('{alias}', alias)}")
        return self.made[wanted]

    def whose(self) -> str | None:
        """SQL of the unit that a row belongs to; None where there are no units."""
        scope: Scope | None = self
        while scope is not None and scope.unit is None:
            scope = scope.parent
        return None if scope is None else scope.unit

    def seen(self, table: Table) -> tuple[str, str]:
        """The rows of a table that the unit of this scope sees: SQL name, and SQL truth over `{alias}`."""
        return self.relations.seen(table, self.whose())

    def look(self, table: Table, condition: str) -> str:
        """LEFT JOIN of the rows of a table for which a condition over `{alias}` holds; gives the alias to use."""
        rows, test = self.seen(table)
        wanted = condition if test == "true" else f"{condition} AND {test}"
        return self.join(rows, self.relations.alias(table.name), wanted)

    def over(self, table: Table) -> tuple[Scope, str]:
        """A scope over the rows of a table, for a subquery, and their alias."""
        alias = self.relations.alias(table.name)
        rows, test = self.seen(table)
        if test != "true":
            rows = f"(SELECT * FROM {rows} seen WHERE {test.replace('{alias}', 'seen')})"
        inner = Scope(self.relations, f"{rows} {alias}", self)
        inner.own = test != "true"
        return inner, alias

    def record(self, table: Table, id: str) -> Joined:
        """The record of a table that SQL of an id names, joined as it stands now; blank where there is none."""
        alias = self.look(table, f"{{alias}}.{identifier(table.id_field)} = {id}")
        return Joined(alias=alias, table=table, certain=False)

    def group(self, inner: Scope, keys: Sequence[Key], results: str, where: str) -> str:
        """LEFT JOIN of what the rows of a scope of one table come to, per group of equal keys; gives the alias to use.

        keys: SQL over the inner rows, and what must equal it out here. results: SQL of the columns; where: SQL truth over
        the inner rows. The table is grouped once and joined, many times cheaper than a search for every row; where each
        unit sees other rows, the groups are made for the keys and units that ask.
        """
        alias = self.relations.alias("group")
        if inner.own:
            tests = " AND ".join([where, *(one.test(one.own, one.wanted) for one in keys)])
            return self.lateral(f"SELECT {results} FROM {inner.sql()} WHERE {tests} HAVING count(*) > 0", alias)
        own = "".join(f"{one.own} AS g{at}, " for at, one in enumerate(keys))
        by = ", ".join(str(at) for at in range(1, len(keys) + 1))
        query = f"(SELECT {own}{results} FROM {inner.sql()} WHERE {where}{f' GROUP BY {by}' if by else ''})"
        tests = " AND ".join(one.test(f"{{alias}}.g{at}", one.wanted) for at, one in enumerate(keys))
        return self.join(query, alias, tests or "true")

    def lateral(self, query: str, alias: str) -> str:
        """LEFT JOIN LATERAL of a query with at most one row."""
        self.joins.append(f"LEFT JOIN LATERAL (\n{query}\n) {alias} ON true")
        return alias

    def sql(self, text: str | None = None) -> str:
        """The FROM clause without the word FROM. text: the SQL that it is for; look-ups that it does not name are left out."""
        return "\n  ".join([self.base, *self._joins(text)])

    def _joins(self, text: str | None) -> list[str]:
        return self.joins if text is None else needed(self.joins, text)


class Extended(Scope):
    """The rows of a scope, each as often as there are rows of one more relation that fit."""

    def __init__(self, relations: Relations, base: str, parent: Scope) -> None:
        super().__init__(relations, base, parent)
        self.within = parent

    def sql(self, text: str | None = None) -> str:
        joins = self._joins(text)
        inner = None if text is None else "\n".join([text, self.base, *joins])
        return "\n  ".join([self.within.sql(inner), f"CROSS JOIN {self.base}", *joins])


def aliases(joins: Sequence[str]) -> list[str]:
    """The alias of each join of a scope; blank for one that was not made by `join` or `lateral`."""
    found = [ALIAS.search(one) for one in joins]
    return [one.group(1) if one is not None else "" for one in found]


def needed(joins: Sequence[str], text: str) -> list[str]:
    """The joins that SQL text names, and those that they name. The other look-ups bring one row or none, so nothing hangs
    on them; what may leave rows out stays."""
    kept: list[str] = []
    for join, alias in reversed(list(zip(joins, aliases(joins), strict=True))):
        if not alias or not join.startswith("LEFT ") or any(f"{alias}." in one for one in (text, *kept)):
            kept.insert(0, join)
    return kept


def keys_of(node: object) -> Iterator[str]:
    """The keys of all records and values that an expression names, without those it brings itself."""
    own: set[str] = set()
    found: list[str] = []
    _collect(node, own, found)
    return (key for key in found if key not in own)


def _collect(node: object, own: set[str], found: list[str]) -> None:
    match node:
        case Record(key=key) | Named(key=key):
            found.append(key)
        case Aggregate(record=record) | Among(record=record) | Exists(record=record) | Find(record=record):
            own.add(record.key)
            _collect_fields(node, own, found)
        case tuple():
            for part in node:
                _collect(part, own, found)
        case _:
            _collect_fields(node, own, found)


def _collect_fields(node: object, own: set[str], found: list[str]) -> None:
    if is_dataclass(node) and type(node).__module__.startswith("engine.model."):
        for one in fields(node):
            if one.name not in ("span", "type"):
                _collect(getattr(node, one.name), own, found)
