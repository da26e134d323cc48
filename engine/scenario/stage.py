"""The data a scenario starts from -> a small snapshot, a world over it, and a session that actions run on.

Couplings, watermarks, job queue and the plan of a full synchronisation become rows of the connector's own tables,
so that the engine meets them as it would in a customer's snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from engine import connector
from engine.catalog.catalog import Catalog, Table
from engine.catalog.settings import Misuse, Settings, at_work_date, dated, typed
from engine.model.bind import bind
from engine.model.model import Model
from engine.run.actions import fullsync
from engine.run.actions.adapt import Adapted, adapted
from engine.run.actions.couple import Refusal
from engine.run.actions.filtertext import Clock
from engine.run.actions.match import Group
from engine.run.dryrun import Session, begin
from engine.run.optionbooks import COLUMNS as OPTION_COLUMNS
from engine.run.world import World
from engine.scenario.lay import Start, made_id
from engine.scenario.scenario import Known
from engine.scenario.schedule import fresh_rows
from engine.scenario.values import plain, read_id, same
from engine.snapshot.build import build_snapshot
from engine.snapshot.open import connect
from engine.syntax.ast import RuleFile

STATISTICS, ARCHIVED, ARCHIVED_UPDATED = "Statistics Uploaded", "Archived Sales Order", "Archived Sales Order Updated"
DIRECTIONS = {"both": 0, "to_sales": 1, "to_bc": 2}
RESULTS = {"Blank": 0, "Success": 1, "Failure": 2}
JOBS = "Job Queue Entry"
JOB_NAME = "Parameter String"
"""A job of the queue is known by the name of what it runs, kept in this field."""
JOB_FIELDS = {
    "status": "Status",
    "earliest_start": "Earliest Start Date/Time",
    "recurring": "Recurring Job",
    "minutes_between_runs": "No. of Minutes between Runs",
    "inactivity_minutes": "Inactivity Timeout Period",
    "attempts": "No. of Attempts to Run",
    "max_attempts": "Maximum No. of Attempts to Run",
    "rerun_delay_seconds": "Rerun Delay (sec.)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The rules that scenarios run against, and what was bound of them so far, by settings and changes of mappings.

    first: the mappings that a user's synchronise-all takes first, in order.
    """

    files: tuple[RuleFile, ...]
    shipped: frozenset[str]
    known: Known
    first: tuple[str, ...] = ()
    bound: dict[str, Model] = field(default_factory=dict)
    adapted: dict[str, Adapted] = field(default_factory=dict)


class StageError(Exception):
    """A scenario that cannot be set up, and why."""


@dataclass
class Stage:
    """A scenario being played. overrides: what users changed of mappings; settings: by name, typed.

    refused: what users were refused so far. labels: label of an edit -> system, table and id of the row it created.
    """

    rules: Rulebook
    start: Start
    settings: dict[str, Any]
    overrides: dict[str, dict[str, Any]]
    session: Session
    groups: Mapping[str, tuple[Group, ...]]
    refused: list[Refusal] = field(default_factory=list)
    labels: dict[str, tuple[str, str, UUID]] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The world that the actions of the scenario work on."""
        return self.session.world

    @property
    def catalog(self) -> Catalog:
        """The tables that the rules of the scenario know."""
        return self.rules.known.catalog


def set_up(start: Start, rules: Rulebook, folder: Path) -> Stage:
    """Lay the data into a snapshot in this folder and begin. Raises StageError, SnapshotProblem, WrongOverrideError."""
    given_ones = settings_of(start, rules.known.catalog)
    settings = at_work_date(given_ones, start.work_date)
    clock = Clock(today=start.now.date(), work_date=start.work_date, settings=settings)
    made = model_of(rules, settings, start.mappings, clock)
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {"bc": {}, "sales": {}}
    for (system, name), given in start.rows.items():
        rows[system][name] = [dict(row) for row in given]
    for name, own in _books(start, rules.known, made.model).items():
        rows["bc"].setdefault(name, []).extend(own)
    if start.job_queue is None:
        own = [{"ID": str(made_id(f"job/{one[JOB_NAME]}")), **one} for one in fresh_rows(made.model, start.now)]
        rows["bc"].setdefault(JOBS, []).extend(own)
    path = folder / "scenario.duckdb"
    path.unlink(missing_ok=True)
    build_snapshot(path, rows, rules.known.catalog)  # type: ignore[arg-type]
    world = World.over(connect(path, threads=1), rules.known.catalog)
    world.require(world.catalog.table("bc", connector.OPTION_COUPLINGS), OPTION_COLUMNS)
    session = begin(made.model, world, now=start.now, work_date=start.work_date)
    session.dated = dated(given_ones)
    return Stage(
        rules=rules,
        start=start,
        settings=settings,
        overrides={name: dict(one) for name, one in start.mappings.items()},
        session=session,
        groups=made.groups,
    )


def settings_of(start: Start, catalog: Catalog) -> dict[str, Any]:
    """The settings by name: given ones, the fields of setup tables that are given as rows, else defaults;
    without those that go with the work date."""
    known = Settings(catalog)
    values: dict[str, Any] = dict(known.defaults())
    tables = {("bc", one.setup[0]) for one in known.of_setup_tables if one.setup is not None}
    for one in known.of_setup_tables:
        if one.setup is None or ("bc", one.setup[0]) not in tables:
            continue
        given = start.rows.get(("bc", one.setup[0]), [])
        if given and given[0].get(one.setup[1]) is not None and one.name not in values:
            result = typed(one, given[0][one.setup[1]])
            if not isinstance(result, Misuse):
                values[one.name] = result
    values |= typed_settings(start.settings, catalog)
    return values


def typed_settings(given: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """Settings as written -> as the engine has them; names.py has proved that they exist."""
    known = {one.name: one for one in Settings(catalog).own}
    return {name: typed(known[name], "" if value is None else value) for name, value in given.items()}


def model_of(rules: Rulebook, settings: Mapping[str, Any], overrides: Mapping[str, Any], clock: Clock) -> Adapted:
    """The rules under these settings with these changes of mappings. Raises StageError when they hold errors."""
    known = rules.known

    def bound(files: Sequence[RuleFile]) -> Model:
        key = repr(sorted(settings.items(), key=str)) if files is rules.files else ""
        if key and key in rules.bound:
            return rules.bound[key]
        made = bind(files, known.catalog, settings, shipped=rules.shipped)
        errors = [one for one in made.diagnostics if one.severity == "error"]
        if errors:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            raise StageError(f"the rules hold an error: {errors[0].message}{more}")
        if key:
            rules.bound[key] = made.model
        return made.model

    if not overrides:
        return Adapted(model=bound(rules.files), groups={})
    key = repr((sorted(settings.items(), key=str), overrides, clock))
    if key not in rules.adapted:
        rules.adapted[key] = adapted(rules.files, overrides, bound, known.catalog, clock)
    return rules.adapted[key]


# --- the connector's own tables ---------------------------------------------------------------------------


def _books(start: Start, known: Known, model: Model) -> dict[str, list[dict[str, Any]]]:
    books: dict[str, list[dict[str, Any]]] = {}
    for number, one in enumerate(start.couplings):
        name, row = _coupling(start, known, one, number)
        books.setdefault(name, []).append(row)
    pages = _pages(start, known)
    for name, marks in start.watermarks.items():
        row = {connector.BC_WATERMARK: marks.get("bc"), connector.SALES_WATERMARK: marks.get("sales")}
        pages.setdefault(name, {connector.MAPPING_NAME: name}).update(row)
    for name, page in pages.items():
        if name in model.mappings:
            page[connector.ONLY_COUPLED] = not model.mappings[name].creates_missing
    if pages:
        books[connector.MAPPINGS] = list(pages.values())
    if lines := _line_pages(start, known):
        books[connector.FIELD_MAPS] = lines
    for at, (name, job) in enumerate((start.job_queue or {}).items(), start=1):
        row = {"ID": str(made_id(f"job/{name}")), JOB_NAME: name, "Entry No.": at}
        books.setdefault(JOBS, []).append({**row, **{JOB_FIELDS[key]: value for key, value in job.items()}})
    for name, line in (start.full_sync or {}).items():
        row = {fullsync.NAME: name, fullsync.STATUS: line.get("job_status", "Blank")}
        row[fullsync.RECOMMENDED] = line.get("recommendation", "Full Synchronization")
        books.setdefault(fullsync.LINES, []).append(row)
    return books


def _pages(start: Start, known: Known) -> dict[str, dict[str, Any]]:
    """Mappings that users changed, as Business Central keeps them, by name: rules may ask which way a mapping goes, and
    whether it creates records."""
    return {
        name: {connector.MAPPING_NAME: name, **page_of(one)}
        for name, one in start.mappings.items()
        if name in known.mappings and page_of(one)
    }


def page_of(changed: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the page of a mapping that follow from what users changed of it."""
    page: dict[str, Any] = {}
    if "direction" in changed:
        page[connector.DIRECTION] = DIRECTIONS[changed["direction"]]
    if "only_coupled" in changed:
        page[connector.ONLY_COUPLED] = changed["only_coupled"]
    return page


def _line_pages(start: Start, known: Known) -> list[dict[str, Any]]:
    """Field lines that users changed, as Business Central keeps them, by number of the BC field."""
    lines: list[dict[str, Any]] = []
    for name, one in start.mappings.items():
        changed = one.get("fields")
        if not isinstance(changed, dict) or name not in known.mappings:
            continue
        for of, how in changed.items():
            row: dict[str, Any] = {"No.": len(lines) + 1, connector.FIELD_MAP_OF: name}
            row[connector.FIELD_MAP_FIELD] = known.mappings[name][0].field(of).number
            row[connector.FIELD_MAP_STATUS] = 0 if how.get("enabled", True) else 1
            row[connector.DIRECTION] = DIRECTIONS[how.get("direction", "both")]
            lines.append(row)
    return lines


def _coupling(start: Start, known: Known, one: Mapping[str, Any], number: int) -> tuple[str, dict[str, Any]]:
    """A coupling as a row, and the table that keeps it."""
    catalog = known.catalog
    bc, sales = known.mappings[one["mapping"]] if "mapping" in one else (None, None)
    if bc is None and one.get("bc_table") is not None:
        bc = catalog.table("bc", one["bc_table"])
    row: dict[str, Any] = {
        connector.BC_STAMP: one.get("last_synch_bc"),
        connector.SKIPPED: one.get("skipped", False),
        connector.RESULT_TO_SALES: RESULTS[one.get("result_to_sales", "Blank")],
        connector.RESULT_TO_BC: RESULTS[one.get("result_to_bc", "Blank")],
        "Table ID": bc.number if bc is not None else 0,
    }
    bc_id = pointed_at(start, bc, one.get("bc"))
    if "option_value" in one or (sales is not None and sales.name == connector.OPTION_SET):
        row[connector.OPTION_RECORD] = _record_text(start, bc, bc_id)
        row[connector.OPTION_VALUE] = one.get("option_value", 0)
        row[connector.OPTION_CAPTION] = one.get("option_caption", "")
        return connector.OPTION_COUPLINGS, row
    row[connector.COUPLED_BC_ID] = str(bc_id) if bc_id else None
    sales_id = pointed_at(start, sales, one.get("sales"))
    row[connector.COUPLED_SALES_ID] = str(sales_id) if sales_id else None
    row[connector.SALES_STAMP] = one.get("last_synch_sales")
    row["SystemId"] = str(made_id(f"coupling/{number}"))
    for key, name in (
        ("statistics_uploaded", STATISTICS),
        ("archived", ARCHIVED),
        ("archived_updated", ARCHIVED_UPDATED),
    ):
        row[name] = one.get(key, False)
    return connector.COUPLINGS, row


def pointed_at(start: Start, table: Table | None, given: object) -> UUID | None:
    """The id of a row of the start that is pointed at by id or by fields."""
    if given is None:
        return None
    if not isinstance(given, dict):
        return read_id("a row", given)
    if table is None:
        raise StageError(f"{given} points at a row of no table")
    rows = start.rows.get((table.system, table.name), [])
    fitting = [
        row
        for row in rows
        if all(
            same(table.fields[name], plain(table.fields[name], row.get(name)), plain(table.fields[name], value))
            for name, value in given.items()
        )
    ]
    if len(fitting) != 1:
        raise StageError(
            f"{len(fitting)} rows of {table.name} have {_shown(given)}; a row must be selected by exactly one"
        )
    return read_id(table.id_field, fitting[0][table.id_field])


def _record_text(start: Start, table: Table | None, id: UUID | None) -> str:
    """`Payment Terms: NET30`: how BC names the record of an id."""
    if table is None or id is None:
        return ""
    for row in start.rows.get((table.system, table.name), []):
        if read_id(table.id_field, row[table.id_field]) == id:
            return f"{table.name}: " + ",".join(str(row.get(one, "")) for one in table.key)
    return f"{table.name}: "


def _shown(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in given.items())
