"""The world of a scenario -> its rows, settings, rules and job log as they stand, to be compared with another time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engine import connector
from engine.catalog.catalog import Catalog, Field, Table
from engine.model.model import Model
from engine.run.actions.couple import Refusal
from engine.run.actions.match import Group
from engine.scenario.calculated import worked_out
from engine.scenario.lay import TableKey
from engine.scenario.stage import Stage
from engine.scenario.values import Plain, held, plain, same
from engine.sql.quote import identifier

Row = dict[str, Any]
Rows = dict[TableKey, dict[UUID, Row]]
LEGS = {1: "to_sales", 2: "to_bc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedError:
    """A logged error: of which mapping, about which record."""

    mapping: str
    record: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A row of the job log. leg: to_sales, to_bc, couple, uncouple; counters by their names in a scenario."""

    mapping: str
    leg: str
    message: str
    counters: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything at one moment."""

    catalog: Catalog
    rows: Rows
    log: tuple[Logged, ...]
    errors: tuple[LoggedError, ...]
    settings: Mapping[str, Any]
    model: Model
    groups: Mapping[str, tuple[Group, ...]]
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def table(self, key: TableKey) -> Table:
        """The table of a key (system, technical name)."""
        return self.catalog.table(*key)

    def value(self, key: TableKey, row: Row, name: str) -> Plain:
        """The plain value of a field of a row. BC has no NULL: an option that nobody gave is its member 0."""
        field, value = self.table(key).fields[name], row.get(name)
        if field.calculation is not None and self.catalog.has("bc", field.calculation.table):
            source = self.catalog.table("bc", field.calculation.table)
            others = self.rows.get((source.system, source.name), {}).values()
            return worked_out(field.calculation, self.table(key), row, source, others, self._read)
        return held(field, 0 if value is None and key[0] == "bc" and field.kind == "option" else value)

    def _read(self, table: Table, row: Mapping[str, Any], name: str) -> Plain:
        return self.value((table.system, table.name), dict(row), name)

    def find(self, key: TableKey, given: Mapping[str, Any]) -> list[UUID]:
        """The ids of the rows that have these values."""
        fields = self.table(key).fields
        wanted = {name: plain(fields[name], value) for name, value in given.items()}
        return [
            id
            for id, row in self.rows.get(key, {}).items()
            if all(same(fields[name], self.value(key, row, name), value) for name, value in wanted.items())
        ]


def state_of(stage: Stage) -> State:
    """The state right now."""
    return State(
        catalog=stage.catalog,
        rows=rows_of(stage),
        log=log_of(stage),
        errors=errors_of(stage),
        settings=dict(stage.session.around.settings),
        model=stage.session.model,
        groups=stage.groups,
        overrides={name: dict(one) for name, one in stage.overrides.items()},
    )


def rows_of(stage: Stage) -> Rows:
    """Every row of every table that the world holds."""
    world = stage.world
    found: Rows = {}
    for system, name in sorted({*world.base, *world.changed, *world.stand_ins, *world.to_make}):
        table = stage.catalog.table(system, name)  # type: ignore[arg-type]
        if (system, name) in (("bc", connector.JOBS), ("bc", connector.JOB_ERRORS)):
            continue
        columns = list(world.columns(table))
        listed = ", ".join(identifier(one) for one in columns)
        fetched = world.connection.execute(f"SELECT {listed} FROM {world.relation(table)}").fetchall()
        rows = (dict(zip(columns, values, strict=True)) for values in fetched)
        found[table.system, name] = {row[table.id_field]: row for row in rows}
    return found


def log_of(stage: Stage) -> tuple[Logged, ...]:
    """The job log in the order in which it was written."""
    rows = _written(stage, connector.JOBS)
    return tuple(_logged(row) for row in rows)


def _logged(row: Row) -> Logged:
    kind = row.get("Type") or 0
    leg = {1: "uncouple", 2: "couple"}.get(kind) or LEGS.get(row.get(connector.JOB_DIRECTION) or 0, "process")
    names = (*connector.JOB_COUNTERS, "Deleted", "Coupled", "Uncoupled")
    return Logged(
        mapping=str(row.get(connector.JOB_MAPPING) or ""),
        leg=leg,
        message=str(row.get("Message") or ""),
        counters={name.lower(): int(row.get(name) or 0) for name in names},
    )


def errors_of(stage: Stage) -> tuple[LoggedError, ...]:
    """The logged errors, each with the mapping of its job, and what users were refused."""
    jobs = {row[connector.JOB_ID]: str(row.get(connector.JOB_MAPPING) or "") for row in _written(stage, connector.JOBS)}
    logged = [
        LoggedError(
            mapping=jobs.get(row.get(connector.ERROR_JOB), ""),
            record=str(row.get(connector.ERROR_SOURCE) or ""),
            text=str(row.get(connector.ERROR_MESSAGE) or ""),
        )
        for row in _written(stage, connector.JOB_ERRORS)
    ]
    refused = [_refused(one) for one in stage.refused]
    return (*logged, *refused)


def _refused(one: Refusal) -> LoggedError:
    return LoggedError(mapping=one.mapping, record=one.record, text=one.reason)


def _written(stage: Stage, name: str) -> list[Row]:
    """The rows that the world wrote into a table, in the order of writing; none come from the snapshot."""
    world = stage.world
    if ("bc", name) not in world.changed:
        return []
    table = stage.catalog.table("bc", name)
    columns = list(world.columns(table))
    listed = ", ".join(identifier(one) for one in columns)
    fetched = world.connection.execute(
        f"SELECT {listed} FROM {world.planned(table)} WHERE _op <> 'delete' ORDER BY rowid"
    ).fetchall()
    return [dict(zip(columns, values, strict=True)) for values in fetched]


def record_text(state: State, key: TableKey, row: Row) -> str:
    """How the product names a record in an error: `Customer: C00010`, a Sales record by its id."""
    table = state.table(key)
    names = table.key if key[0] == "bc" else (table.id_field,)
    return f"{table.name}: " + ",".join(_key_part(table.fields[one], row.get(one)) for one in names)


def _key_part(field: Field, value: object) -> str:
    """A value of a key as people read it: an option by its caption."""
    if field.kind == "option":
        captions = {one.number: one.caption for one in field.options}
        return captions.get(int(str(value or 0)), str(value or ""))
    return str(value or "")
