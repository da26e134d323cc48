"""Two states and the expected changes -> the ways in which listed rows can be the real ones, and the misses.

Rules of `changes`: every listed change is found, each `create` its own new row; no other row that was there is
changed or deleted; no other row is created in a table that is listed; `[]` means nothing at all. Stamps do not count,
and the connector's own tables cannot break the last three.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from engine import connector
from engine.catalog.catalog import Table
from engine.scenario.lay import TableKey
from engine.scenario.scenario import Difference
from engine.scenario.state import Row, Rows, State
from engine.scenario.values import Plain, WrongValueError, at_least, plain, read_id, same, shown

STAMPS = {
    "bc": {connector.BC_CREATED, "SystemCreatedBy", "SystemModifiedAt", "SystemModifiedBy"},
    "sales": {
        *(
            connector.SALES_CREATED,
            connector.SALES_CREATED_BY,
            connector.SALES_MODIFIED_BY,
            "modifiedon",
            "versionnumber",
        ),
        *("createdonbehalfby", "modifiedonbehalfby", "overriddencreatedon"),
    },
}
OWN = ("CDS", "CRM", "Int.", "Integration")
MOST_WAYS = 200


@dataclass(frozen=True)
class Names:
    """What labels and {same: NAME} stand for so far. rows: label -> table and id; values: name -> value."""

    rows: Mapping[str, tuple[TableKey, UUID]] = field(default_factory=dict)
    values: Mapping[str, Plain] = field(default_factory=dict)

    def with_row(self, label: str, key: TableKey, id: UUID) -> Names:
        """These names and one more, of a row."""
        return Names({**self.rows, label: (key, id)}, self.values)

    def with_value(self, name: str, value: Plain) -> Names:
        """These names and one more, of a value."""
        return Names(self.rows, {**self.values, name: value})


def own_table(key: TableKey) -> bool:
    """Is it one of the connector's own tables, which cannot break a scenario?"""
    return key[0] == "bc" and (key[1].startswith(OWN) or key[1] == "Job Queue Entry")


@dataclass(frozen=True)
class Real:
    """What really happened between two states."""

    created: Mapping[TableKey, tuple[UUID, ...]]
    deleted: Mapping[TableKey, tuple[UUID, ...]]
    changed: Mapping[TableKey, tuple[UUID, ...]]
    touched: Mapping[TableKey, tuple[UUID, ...]]


def real(before: Rows, after: State) -> Real:
    """Rows created, deleted, changed in a field that counts, and touched in any field at all."""
    created: dict[TableKey, tuple[UUID, ...]] = {}
    deleted: dict[TableKey, tuple[UUID, ...]] = {}
    changed: dict[TableKey, tuple[UUID, ...]] = {}
    touched: dict[TableKey, tuple[UUID, ...]] = {}
    for key in {*before, *after.rows}:
        old, new = before.get(key, {}), after.rows.get(key, {})
        both = [id for id in new if id in old]
        created[key] = tuple(sorted((one for one in new if one not in old), key=str))
        deleted[key] = tuple(sorted((one for one in old if one not in new), key=str))
        table = after.table(key)
        different = {id: different_fields(after, table, old[id], new[id]) for id in both}
        changed[key] = tuple(id for id in both if different[id] - STAMPS[table.system])
        touched[key] = tuple(id for id in both if different[id])
    return Real(created=created, deleted=deleted, changed=changed, touched=touched)


def different_fields(state: State, table: Table, old: Row, new: Row) -> set[str]:
    """Technical names of the fields that two states of a row differ in; fields of no known name do not count."""
    key: TableKey = (table.system, table.name)
    return {
        name
        for name in {*old, *new}
        if name in table.fields
        and not same(table.fields[name], state.value(key, old, name), state.value(key, new, name))
    }


class Judge:
    """Compares expected values with a state; `names` go along, so that labels and {same} agree everywhere."""

    def __init__(self, before: Rows, after: State) -> None:
        self.before = before
        self.after = after
        self.real = real(before, after)

    def fits(self, table: Table, name: str, expected: object, got: Plain, names: Names) -> Names | None:
        """The names as they are when the value fits; None when it does not."""
        return self.fits_value(table.fields[name], expected, got, names)

    def fits_value(self, one: Any, expected: object, got: Plain, names: Names) -> Names | None:
        """The names as they are when a value fits what is expected of it; None when it does not.

        expected: a plain value, or a mapping with `any`, `at_least`, `same` or `new`.
        """
        if not isinstance(expected, dict):
            wanted = plain(one, expected) if one is not None else (expected if expected != "" else None)
            return names if same(one, wanted, got) else None  # type: ignore[arg-type]
        if "any" in expected:
            return names if got is not None else None
        if "at_least" in expected:
            least = plain(one, expected["at_least"]) if one is not None else expected["at_least"]
            return names if at_least(got, least) else None
        if "same" in expected:
            name = expected["same"]
            if got is None:
                return None
            if name in names.values:
                return names if same(one, names.values[name], got) else None
            return names.with_value(name, got)
        return self.fits_new(expected, got, names)

    def fits_new(self, expected: Mapping[str, Any], got: Plain, names: Names) -> Names | None:
        """{new: LABEL}, {new: TABLE}, both with an optional field."""
        label = expected["new"]
        if label in names.rows:
            candidates = [names.rows[label]]
        else:
            candidates = [(key, id) for key, ids in self.real.created.items() if key[1] == label for id in ids]
        for key, id in candidates:
            row = self.after.rows.get(key, {}).get(id, {})
            value = self.after.value(key, row, expected["field"]) if "field" in expected else id
            if value is not None and same(None, value, got):
                return names
        return None

    # --- all ways ---------------------------------------------------------------------------------------

    def ways(self, expected: Sequence[Mapping[str, Any]], names: Names) -> Iterator[tuple[Names, dict[int, UUID]]]:
        """Every way to give each `create` a new row of its own so that all values and names agree."""
        updates = [(at, one) for at, one in enumerate(expected) if one["op"] == "update"]
        creates = [(at, self._candidates(one)) for at, one in enumerate(expected) if one["op"] == "create"]
        creates.sort(key=lambda one: len(one[1]))
        yield from islice(self._assign(creates, updates, names, {}), MOST_WAYS)

    def _candidates(self, change: Mapping[str, Any]) -> tuple[UUID, ...]:
        """The new rows that have the plain values of a listed `create`; what names other rows is looked at later."""
        key: TableKey = (change["system"], change["table"])
        plainly = {name: value for name, value in change["set"].items() if not isinstance(value, dict)}
        bare = {**change, "set": plainly}
        return tuple(id for id in self.real.created.get(key, ()) if self._row_fits(bare, id, Names()) is not None)

    def _assign(
        self,
        creates: list[tuple[int, tuple[UUID, ...]]],
        updates: list[tuple[int, Mapping[str, Any]]],
        names: Names,
        taken: dict[int, UUID],
    ) -> Iterator[tuple[Names, dict[int, UUID]]]:
        if creates:
            at, candidates = creates[0]
            change = self.listed[at]
            key: TableKey = (change["system"], change["table"])
            for id in candidates:
                if id not in taken.values():
                    labelled = names.with_row(change["as"], key, id) if "as" in change else names
                    yield from self._assign(creates[1:], updates, labelled, {**taken, at: id})
            return
        agreed: Names | None = names
        order = [(at, taken[at]) for at in taken]
        for at, id in order:
            change = self.listed[at]
            agreed = self._row_fits(change, id, agreed) if agreed is not None else None
        for _, change in updates:
            id_ = self.pointed(change) if agreed is not None else None
            if agreed is None or id_ is None:
                return
            agreed = self._row_fits(change, id_, agreed)
        if agreed is not None:
            yield agreed, taken

    listed: Sequence[Mapping[str, Any]] = ()

    def _row_fits(self, change: Mapping[str, Any], id: UUID, names: Names) -> Names | None:
        key: TableKey = (change["system"], change["table"])
        row = self.after.rows.get(key, {}).get(id)
        if row is None:
            return None
        table = self.after.table(key)
        for name, expected in change["set"].items():
            agreed = self.fits(table, name, expected, self.after.value(key, row, name), names)
            if agreed is None:
                return None
            names = agreed
        return names

    def pointed(self, change: Mapping[str, Any]) -> UUID | None:
        """The row that a listed update or delete is about, as it was before."""
        key: TableKey = (change["system"], change["table"])
        given = change["key"]
        if not isinstance(given, dict):
            return read_id("a row", given)
        earlier = State(
            **{**{name: getattr(self.after, name) for name in self.after.__dataclass_fields__}, "rows": self.before}
        )
        ids = earlier.find(key, given) or self.after.find(key, given)
        return ids[0] if len(ids) == 1 else None

    # --- judging ----------------------------------------------------------------------------------------

    def judge(
        self, expected: Sequence[Mapping[str, Any]], ignore: Sequence[str], names: Names
    ) -> tuple[list[Names], list[Difference]]:
        """The ways in which the listed changes were found (none when one was not), and the misses."""
        self.listed = expected
        ways = list(self.ways(expected, names))
        misses: list[Difference] = []
        if not ways:
            misses += self._explain(expected, names)
            ways = [(names, self._nearest(expected))]
        misses += self._touched(expected)
        misses += self._others(expected, ignore, ways)
        return [one[0] for one in ways], misses

    def _touched(self, expected: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
        """Listed updates of rows that nothing happened to, listed deletes of rows that are still there."""
        for change in expected:
            key: TableKey = (change["system"], change["table"])
            if change["op"] == "create":
                continue
            id = self.pointed(change)
            if change["op"] == "delete" and (id is None or id not in self.real.deleted.get(key, ())):
                yield Difference(what=_called(change), expected="is deleted", got="is there" if id else "no such row")
            idle = id not in self.real.touched.get(key, ()) and id in self.after.rows.get(key, {})
            if change["op"] == "update" and idle and id in self.before.get(key, {}):
                yield Difference(what=_called(change), expected="is changed", got="nothing happened to it")

    def _others(
        self, expected: Sequence[Mapping[str, Any]], ignore: Sequence[str], ways: list[tuple[Names, dict[int, UUID]]]
    ) -> Iterator[Difference]:
        """Rules 2 to 4: what else happened."""
        updated = {((one["system"], one["table"]), self.pointed(one)) for one in expected if one["op"] != "create"}
        created = set(ways[0][1].values())
        tables = {(one["system"], one["table"]) for one in expected}
        for key in sorted({*self.before, *self.after.rows}):
            if own_table(key) or key[1] in ignore:
                continue
            for id in self.real.changed.get(key, ()):
                if (key, id) not in updated:
                    yield Difference(
                        what=f"{key[1]} {self._name(key, id)}", expected="unchanged", got=self._changes(key, id)
                    )
            for id in self.real.deleted.get(key, ()):
                if (key, id) not in updated:
                    yield Difference(what=f"{key[1]} {shown(None, id)}", expected="unchanged", got="deleted")
            for id in self.real.created.get(key, ()):
                if id not in created and (key in tables or not expected):
                    what = f"{key[1]} {self._name(key, id)}"
                    yield Difference(what=what, expected="not created", got=f"created: {self._values(key, id)}")

    # --- telling ----------------------------------------------------------------------------------------

    def _explain(self, expected: Sequence[Mapping[str, Any]], names: Names) -> Iterator[Difference]:
        """Which listed change was missed, field by field, against the row that comes nearest."""
        told = False
        nearest = self._nearest(expected)
        for at, id in nearest.items():
            if "as" in expected[at]:
                names = names.with_row(expected[at]["as"], (expected[at]["system"], expected[at]["table"]), id)
        for at, change in enumerate(expected):
            if change["op"] == "delete":
                continue
            key: TableKey = (change["system"], change["table"])
            id_ = nearest.get(at) if change["op"] == "create" else self.pointed(change)
            row = self.after.rows.get(key, {}).get(id_) if id_ is not None else None
            if row is None or id_ is None:
                got = "no row was created" if change["op"] == "create" else "there is no such row"
                yield Difference(what=_called(change), expected=_listed(change["set"]), got=got)
                told = True
                continue
            table = self.after.table(key)
            for name, value in change["set"].items():
                got_value = self.after.value(key, row, name)
                agreed = self.fits(table, name, value, got_value, names)
                if agreed is None:
                    told = True
                    wanted = _written(value, table.fields[name])
                    yield Difference(
                        what=f"{_called(change)}, {name}", expected=wanted, got=shown(table.fields[name], got_value)
                    )
                else:
                    names = agreed
        if not told:
            yield Difference(what="changes", expected="labels and {same} names agree", got="they do not")

    def _nearest(self, expected: Sequence[Mapping[str, Any]]) -> dict[int, UUID]:
        """For each listed create the new row that agrees in most fields."""
        taken: dict[int, UUID] = {}
        for at, change in enumerate(expected):
            if change["op"] != "create":
                continue
            key: TableKey = (change["system"], change["table"])
            table = self.after.table(key)
            free = [id for id in self.real.created.get(key, ()) if id not in taken.values()]

            def agreeing(
                id: UUID, change: Mapping[str, Any] = change, key: TableKey = key, table: Table = table
            ) -> int:
                row = self.after.rows[key][id]
                hits = 0
                for name, value in change["set"].items():
                    if isinstance(value, dict):
                        continue
                    hits += self.fits(table, name, value, self.after.value(key, row, name), Names()) is not None
                return hits

            if free:
                taken[at] = max(free, key=agreeing)
        return taken

    def _name(self, key: TableKey, id: UUID) -> str:
        row = self.after.rows.get(key, {}).get(id) or self.before.get(key, {}).get(id) or {}
        if key[0] == "bc":
            parts = [str(row.get(one)) for one in self.after.table(key).key if row.get(one) not in (None, "")]
            if parts:
                return ",".join(parts)
        return shown(None, id)

    def _changes(self, key: TableKey, id: UUID) -> str:
        table = self.after.table(key)
        old, new = self.before[key][id], self.after.rows[key][id]
        names = sorted(different_fields(self.after, table, old, new) - STAMPS[table.system])
        return ", ".join(
            f"{one}: {shown(table.fields[one], self.after.value(key, old, one))} -> "
            f"{shown(table.fields[one], self.after.value(key, new, one))}"
            for one in names
        )

    def _values(self, key: TableKey, id: UUID) -> str:
        table, row = self.after.table(key), self.after.rows[key][id]
        values = {
            name: self.after.value(key, row, name)
            for name in row
            if name in table.fields and name not in STAMPS[table.system] and name != table.id_field
        }
        filled = [f"{name} {shown(table.fields[name], value)}" for name, value in values.items() if value is not None]
        return ", ".join(filled)[:300]


def _called(change: Mapping[str, Any]) -> str:
    if change["op"] == "create":
        return f"create {change['table']}" + (f" ({change['as']})" if "as" in change else "")
    key = change["key"]
    pointed = ", ".join(f"{name} {value}" for name, value in key.items()) if isinstance(key, dict) else str(key)
    return f"{change['op']} {change['table']} {pointed}"


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_written(value, None)}" for name, value in values.items())


def _written(value: object, one: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {inner}" for name, inner in value.items()) + "}"
    try:
        return shown(one, plain(one, value)) if one is not None else str(value)
    except WrongValueError:
        return str(value)
