"""The layers of a scenario -> the data it starts from: standard base, base of the file, its own `given`.

Clock, settings, defaults and watermarks are laid over by name; a row with the key or the id of one below replaces
it; couplings are added; job queue and full synchronisation are replaced whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from engine.catalog.catalog import Catalog, System, Table
from engine.scenario.scenario import Given
from engine.scenario.values import Plain, WrongValueError, plain, read_id, read_moment

TableKey = tuple[System, str]


@dataclass(kw_only=True)
class Start:
    """What a scenario starts from. rows: per table, as written, each with its id and the defaults filled in."""

    now: datetime
    work_date: date
    settings: dict[str, Any] = field(default_factory=dict)
    mappings: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[TableKey, list[dict[str, Any]]] = field(default_factory=dict)
    couplings: list[Mapping[str, Any]] = field(default_factory=list)
    watermarks: dict[str, dict[str, Any]] = field(default_factory=dict)
    job_queue: Mapping[str, Any] | None = None
    full_sync: Mapping[str, Any] | None = None


def lay(layers: Sequence[Given], catalog: Catalog) -> Start:
    """Lay the layers over one another, the lowest first."""
    now: object = None
    work_date: object = None
    start = Start(now=datetime(2026, 1, 1), work_date=date(2026, 1, 1))
    defaults: dict[str, dict[str, Any]] = {"bc": {}, "sales": {}}
    for layer in layers:
        now = layer.get("now", now)
        work_date = layer.get("work_date", work_date)
        start.settings |= layer.get("settings") or {}
        for name, override in (layer.get("mappings") or {}).items():
            start.mappings[name] = {**start.mappings.get(name, {}), **override}
        for system, values in (layer.get("defaults") or {}).items():
            defaults[system] |= values
        for system in ("bc", "sales"):
            for name, rows in (layer.get(system) or {}).items():
                _lay_rows(start, catalog.table(system, name), rows)  # type: ignore[arg-type]
        start.couplings += layer.get("couplings") or []
        for name, marks in (layer.get("watermarks") or {}).items():
            start.watermarks[name] = {**start.watermarks.get(name, {}), **marks}
        start.job_queue = layer.get("job_queue", start.job_queue)
        start.full_sync = layer.get("full_sync", start.full_sync)
    if now is None:
        raise WrongValueError("no clock is given", "give `now` in the scenario or its base")
    moment = read_moment("now", now)
    assert moment is not None
    start.now = moment
    start.work_date = date.fromisoformat(str(work_date)[:10]) if work_date is not None else moment.date()
    for (system, name), rows in start.rows.items():
        _fill(catalog.table(system, name), rows, defaults[system])
    return start


def _lay_rows(start: Start, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    known = start.rows.setdefault((table.system, table.name), [])
    for row in rows:
        faces = identities(table, row)
        known[:] = [one for one in known if not faces & identities(table, one)]
        known.append(dict(row))


def identities(table: Table, row: Mapping[str, Any]) -> set[tuple[Plain, ...]]:
    """By what a row is the same as another one: its id, and its primary key when it gives any of it."""
    found: set[tuple[Plain, ...]] = set()
    if row.get(table.id_field) is not None:
        found.add(("id", read_id(table.id_field, row[table.id_field])))
    if table.key != (table.id_field,) and any(one in row for one in table.key):
        found.add(("key", *(plain(table.fields[one], row.get(one)) for one in table.key)))
    return found


def _fill(table: Table, rows: list[dict[str, Any]], defaults: Mapping[str, Any]) -> None:
    """Ids for rows without one, and the defaults that the table has."""
    for number, row in enumerate(rows):
        if row.get(table.id_field) is None:
            row[table.id_field] = str(made_id(f"{table.system}/{table.name}/{number}"))
        for name, value in defaults.items():
            if name in table.fields and table.fields[name].stored:
                row.setdefault(name, value)


def made_id(seed: str) -> UUID:
    """The id that a row gets which gives none: always the same."""
    return UUID(hashlib.md5(f"scenario/{seed}".encode(), usedforsecurity=False).hexdigest())
