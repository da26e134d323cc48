"""Rules and a few rows of both systems -> a planned world, and readable questions to it.

    story = world(RULES, item("1000", {"Description": "Road bike"}), product("1000"), coupled("1000"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert plan.fields("1000") == {"Name": ("", "Road bike")}
    story.apply(plan)

Moments are written as times of one day, `08:00` or `08:00:00.500`; the clock stands at noon. What was last seen of a
record, its stamp, is as old as the record unless a story says otherwise, so that a coupled pair is at rest.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from engine.catalog.catalog import System
from engine.catalog.settings import Settings
from engine.diagnostic import Diagnostic
from engine.pipeline import Rules, checked, understand
from engine.plan.exchange import to_json
from engine.run.apply import Applied, apply
from engine.run.dryrun import dry_run
from engine.run.gates import SCHEDULED, RunScope
from engine.run.ledger import write_head
from engine.run.save import save
from engine.run.world import World
from engine.shipped import shipped
from engine.snapshot.build import build_snapshot
from engine.snapshot.open import connect, fingerprint
from engine.source import Source
from engine.sql.quote import identifier, qualified

DAY = "2026-06-15"
NOON = "12:00"
COUNTERS = ("scanned", "left_out", "created", "changed", "unchanged", "skipped", "failed", "conflicts")
USER = "00000000-0000-0000-0000-00000000fee1"
"""The integration user of every story, unless it says otherwise."""

_numbers = itertools.count(1)


def moment(text: str) -> datetime:
    """`08:00` is that time of the day of all stories; a text with a date is taken as it is."""
    return datetime.fromisoformat(text if "T" in text else f"{DAY}T{text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a small world."""

    system: System
    table: str
    values: Mapping[str, object]


def bc(table: str, values: Mapping[str, object], changed: str = "08:00") -> Row:
    return Row(system="bc", table=table, values={"SystemModifiedAt": moment(changed), **values})


def sales(table: str, values: Mapping[str, object], changed: str = "08:00") -> Row:
    return Row(system="sales", table=table, values={"modifiedon": moment(changed), **values})


def item(no: str, values: Mapping[str, object] | None = None, changed: str = "08:00") -> Row:
    """An item; its id is its number."""
    return bc("Item", {"No.": no, "SystemId": bc_id(no), **(values or {})}, changed)


def product(no: str, values: Mapping[str, object] | None = None, changed: str = "08:00") -> Row:
    """The product that stands beside an item of that number; its id is the number with an `a` in front."""
    return sales("product", {"productid": sales_id(no), **(values or {})}, changed)


def bc_id(no: str) -> str:
    return f"00000000-0000-0000-0000-{no.rjust(12, '0')}"


def sales_id(no: str) -> str:
    return f"00000000-0000-0000-0000-{('a' + no).rjust(12, '0')}"


def coupled(
    no: str,
    bc_seen: str | None = "08:00",
    sales_seen: str | None = "08:00",
    *,
    table: int = 27,
    to_sales: str = "",
    to_bc: str = "",
    skipped: bool = False,
    with_: str | None = None,
) -> Row:
    """The coupling of an item and the product of the same number (or of `with_`). None: no stamp."""
    return bc(
        "CRM Integration Record",
        {
            "CRM ID": sales_id(with_ or no),
            "Integration ID": bc_id(no),
            "Table ID": table,
            "Last Synch. Modified On": moment(bc_seen) if bc_seen else None,
            "Last Synch. CRM Modified On": moment(sales_seen) if sales_seen else None,
            "Last Synch. CRM Result": to_sales,
            "Last Synch. Result": to_bc,
            "Skipped": skipped,
        },
    )


def watermark(name: str, *, bc_read: str | None = None, sales_read: str | None = None) -> Row:
    """How far a mapping has read: `bc_read` in Business Central, `sales_read` in Sales."""
    return bc(
        "Integration Table Mapping",
        {
            "Name": name,
            "Synch. Int. Tbl. Mod. On Fltr.": moment(bc_read) if bc_read else None,
            "Synch. Modified On Filter": moment(sales_read) if sales_read else None,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What a plan does with one record."""

    mapping: str
    leg: str
    action: str
    label: str
    source: str
    code: str | None
    reason: str | None
    along: bool
    fields: dict[str, tuple[str, str]] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan in memory, with the state of both systems as it would be.

    snapshot: the file that it reads; before: the fingerprint of that file when it began.
    """

    world: World
    found: tuple[Diagnostic, ...]
    snapshot: Path
    before: str

    def counts(self, mapping: str, leg: str) -> dict[str, int]:
        """The counters of one leg that are not 0, without how many were read."""
        names = ", ".join(COUNTERS[1:])
        row = self.rows(f"SELECT {names} FROM plan.pass WHERE mapping = '{mapping}' AND leg = '{leg}'")
        assert len(row) == 1, f"{mapping} {leg} ran {len(row)} times"
        return {name: count for name, count in zip(COUNTERS[1:], row[0], strict=True) if count}

    def scanned(self, mapping: str, leg: str) -> int:
        row = self.rows(f"SELECT scanned FROM plan.pass WHERE mapping = '{mapping}' AND leg = '{leg}'")
        return int(row[0][0])

    def watermark(self, mapping: str, leg: str) -> datetime | None:
        row = self.rows(f"SELECT watermark_after FROM plan.pass WHERE mapping = '{mapping}' AND leg = '{leg}'")
        found: datetime | None = row[0][0]
        return found

    def records(self, mapping: str | None = None, leg: str | None = None) -> list[Fate]:
        """The records that a plan tells of, in its order."""
        fields: dict[tuple[int, int], dict[str, tuple[str, str]]] = {}
        for number, record, caption, before, after in self.rows(
            "SELECT pass, record, caption, before, after FROM plan.field ORDER BY ALL"
        ):
            fields.setdefault((number, record), {})[caption] = (before, after)
        return [
            Fate(
                mapping=row[2],
                leg=row[3],
                action=row[4],
                label=row[5],
                source=row[6],
                code=row[7],
                reason=row[8],
                along=row[9] is not None,
                fields=fields.get((row[0], row[1]), {}),
            )
            for row in self.rows(
                "SELECT r.pass, r.record, p.mapping, p.leg, r.action, r.label, r.source_label, r.code, r.reason, "
                "r.cause FROM plan.record r LEFT JOIN plan.pass p USING (pass) ORDER BY r.pass, r.record"
            )
            if mapping in (None, row[2]) and leg in (None, row[3])
        ]

    def fate(self, name: str, leg: str | None = None) -> Fate:
        """What becomes of the one record whose label, or that of its source, begins with these words."""
        found = [
            one
            for one in self.records(leg=leg)
            if not one.along and any(f"{text} ".startswith(f"{name} ") for text in (one.label, one.source))
        ]
        assert len(found) == 1, f"{name}: {[(one.leg, one.action, one.label, one.source) for one in found]}"
        return found[0]

    def fields(self, name: str, leg: str | None = None) -> dict[str, tuple[str, str]]:
        """Its fields, caption -> (before, after)."""
        return self.fate(name, leg).fields

    def actions(self, leg: str | None = None) -> list[tuple[str, str]]:
        """(action, name of the source) of the records of the mappings themselves."""
        return [(one.action, one.source) for one in self.records(leg=leg) if not one.along]

    def notes(self) -> list[tuple[str, str]]:
        """(code, text) of all warnings and notes."""
        return [(row[0], row[1]) for row in self.rows("SELECT code, text FROM plan.note ORDER BY ALL")]

    def row(self, system: System, table: str, key: str) -> dict[str, Any]:
        """A row as it would be, by its id or key."""
        found = [one for one in self.table(system, table) if key in map(str, one.values())]
        assert len(found) == 1, f"{len(found)} rows of {table} hold {key}"
        return found[0]

    def table(self, system: System, table: str) -> list[dict[str, Any]]:
        """All rows of a table as they would be, by id."""
        known = self.world.catalog.table(system, table)
        cursor = self.world.connection.execute(
            f"SELECT * FROM {self.world.relation(known)} ORDER BY {identifier(known.id_field)}"
        )
        names = [one[0] for one in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def coupling(self, no: str) -> dict[str, Any] | None:
        """The coupling of an item as it would be; None when there is none."""
        found = [one for one in self.table("bc", "CRM Integration Record") if str(one["Integration ID"]) == bc_id(no)]
        assert len(found) <= 1, f"item {no} is coupled {len(found)} times"
        return found[0] if found else None

    def stamps(self, no: str) -> tuple[datetime | None, datetime | None]:
        """(Business Central, Sales): what was last seen of the two sides of a coupling."""
        found = self.coupling(no)
        assert found is not None
        return found["Last Synch. Modified On"], found["Last Synch. CRM Modified On"]

    def results(self, no: str) -> tuple[str, str]:
        """(to Sales, to Business Central): how the last attempt in each direction ended."""
        found = self.coupling(no)
        assert found is not None
        words = {None: "", 0: "", 1: "Success", 2: "Failure"}
        return words[found.get("Last Synch. CRM Result")], words[found.get("Last Synch. Result")]

    def json(self) -> str:
        return "".join(to_json(self.world.connection))

    def written(self) -> dict[tuple[str, str], int]:
        """How many rows of each table an apply would write."""
        found = {}
        for system, name in self.world.deltas():
            rows = self.world.planned(self.world.catalog.table(system, name))
            count = self.world.one("how many", f"SELECT count(*) FROM {rows}")[0]
            if count:
                found[system, name] = count
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.world.connection.cursor().execute(query).fetchall()


@dataclass(kw_only=True)
class Story:
    """A snapshot and the rules that run on it. written: it was changed since it was built."""

    rules: Rules
    snapshot: Path
    written: bool = False

    def plan(
        self,
        *names: str,
        now: str = NOON,
        work_date: str = DAY,
        scope: RunScope = SCHEDULED,
        threads: int = 1,
        many: int | None = None,
    ) -> Plan:
        """A dry run of all mappings, or of those named, on a copy of the snapshot, which may then go on changing.

        many: from how many rows on the planner takes its short cuts for large tables.
        """
        clock, file = moment(now), self.copy().snapshot
        before = fingerprint(file)
        planned = World.over(connect(file, threads=threads), self.rules.catalog)
        if many is not None:
            planned.many = many
        session = dry_run(
            self.rules.model, planned, now=clock, work_date=date.fromisoformat(work_date), names=names, scope=scope
        )
        write_head(
            planned,
            version="0",
            company="",
            snapshot="",
            fingerprint=before,
            rules="",
            now=clock,
            work_date=date.fromisoformat(work_date),
            settings={},
        )
        return Plan(world=planned, found=tuple(session.found), snapshot=file, before=before)

    def apply(self, plan: Plan) -> Applied | tuple[Diagnostic, ...]:
        """Save a plan and carry it out on the snapshot."""
        file = self.snapshot.with_suffix(f".{next(_numbers)}.plan")
        save(plan.world, file)
        self.written = True
        return apply(file, self.snapshot, self.rules.catalog)

    def run(self, *names: str, now: str = NOON, then: str = "12:30") -> Plan:
        """Plan and apply; gives a second plan, half an hour later, on what came of it."""
        done = self.apply(self.plan(*names, now=now))
        assert isinstance(done, Applied), done
        return self.plan(*names, now=then)

    def edit(self, system: System, table: str, id: str, at: str | None = None, **values: object) -> None:
        """A user changes a row; `at` is when, None when the platform does not notice. `_` stands for a blank or dot."""
        known = self.rules.catalog.table(system, table)
        given = {_field(known.fields, name): value for name, value in values.items()}
        if at is not None:
            given[known.modified_field] = moment(at)
        self.change(system, table, id, given)

    def change(self, system: System, table: str, id: str, values: Mapping[str, object]) -> None:
        """Other values in a row of the snapshot, by technical name."""
        key = identifier(self.rules.catalog.table(system, table).id_field)
        sets = ", ".join(f"{identifier(name)} = ?" for name in values)
        self.written = True
        with duckdb.connect(str(self.snapshot)) as file:
            file.execute(f"UPDATE {qualified(system, table)} SET {sets} WHERE {key} = ?::UUID", [*values.values(), id])

    def add(self, row: Row) -> None:
        """One more row, id included, in a table that has all its columns."""
        names = ", ".join(identifier(one) for one in row.values)
        marks = ", ".join("?" for _ in row.values)
        self.written = True
        with duckdb.connect(str(self.snapshot)) as file:
            file.execute(
                f"INSERT INTO {qualified(row.system, row.table)} ({names}) VALUES ({marks})", list(row.values.values())
            )

    def remove(self, system: System, table: str, id: str) -> None:
        """A user deletes a row."""
        key = identifier(self.rules.catalog.table(system, table).id_field)
        self.written = True
        with duckdb.connect(str(self.snapshot)) as file:
            file.execute(f"DELETE FROM {qualified(system, table)} WHERE {key} = ?::UUID", [id])

    def copy(self) -> Story:
        """The same story in a snapshot of its own."""
        file = self.snapshot.with_name(f"{next(_numbers)}.duckdb")
        shutil.copyfile(self.snapshot, file)
        return Story(rules=self.rules, snapshot=file)


def _field(fields: Mapping[str, object], name: str) -> str:
    """The field that a Python name stands for: `Unit_Price` is Unit Price, `No_` is No."""
    for one in fields:
        if "".join(letter if letter.isalnum() else "_" for letter in one) == name:
            return one
    raise KeyError(name)


def world(
    rules: str | Sequence[str], *rows: Row, settings: Mapping[str, object] | None = None, standard: bool = False
) -> Story:
    """A story: rule texts, rows, settings. standard: the texts come on top of the standard integration."""
    texts = (rules,) if isinstance(rules, str) else tuple(rules)
    given = {"integration_user": USER, **(settings or {})}
    understood = _understood(texts, tuple(sorted(given.items())), standard)
    tables: dict[System, dict[str, list[Mapping[str, object]]]] = {"bc": {}, "sales": {}}
    for one in rows:
        tables[one.system].setdefault(one.table, []).append(one.values)
    file = Path(_folder()) / f"{next(_numbers)}.duckdb"
    build_snapshot(file, tables, understood.catalog)
    return Story(rules=understood, snapshot=file)


@contextmanager
def apart() -> Iterator[None]:
    """The files of the stories told inside go at its end: those of hundreds of worlds would fill a disk."""
    with tempfile.TemporaryDirectory(prefix="coupler-stories-") as folder:
        _folders.append(folder)
        try:
            yield
        finally:
            _folders.remove(folder)


_folders: list[str] = []


def _folder() -> str:
    return _folders[-1] if _folders else _kept().name


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="coupler-stories-")


@cache
def _understood(texts: tuple[str, ...], settings: tuple[tuple[str, Any], ...], on_top: bool) -> Rules:
    """The rules of a story; a slip in them is a mistake of the test."""
    sources = [Source(path=f"{at}.rules", text=text) for at, text in enumerate(texts, start=1)]
    standard = _standard() if on_top else ()
    rules = understand(
        (*standard, *sources),
        (),
        {**Settings().defaults(), **dict(settings)},
        frozenset(one.path for one in standard),
    )
    wrong = [one for one in checked(rules) if one.severity == "error"]
    assert wrong == [], [(one.code, one.message, one.span) for one in wrong]
    return rules


@cache
def _standard() -> tuple[Source, ...]:
    files = sorted(shipped("rules").glob("*.rules"))
    return tuple(Source(path=one.name, text=one.read_text(encoding="utf-8")) for one in files)
