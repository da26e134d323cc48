"""A slice of the world before and what the plan says -> a scenario: given, when, then, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from engine import connector
from engine.capture.chosen import Chosen, Listed
from engine.capture.documents import pointed
from engine.capture.reads import Key, Reads
from engine.capture.rows import Row, Slice
from engine.catalog.catalog import Catalog, Field, Table
from engine.catalog.settings import Settings
from engine.frozen import dataclass
from engine.model.model import Model
from engine.run.dryrun import Session
from engine.run.process.listing import BY_BC
from engine.scenario.stage import ARCHIVED, ARCHIVED_UPDATED, STATISTICS
from engine.scenario.values import held
from engine.sql.quote import identifier

COUNTER = {
    "create": "inserted",
    "change": "modified",
    "fail": "failed",
    "conflict": "failed",
    "skip": "skipped",
    "uncouple": "unchanged",
}
SECOND_FAILURE = "W622"
MARKS = (
    ("skipped", connector.SKIPPED),
    ("statistics_uploaded", STATISTICS),
    ("archived", ARCHIVED),
    ("archived_updated", ARCHIVED_UPDATED),
)
RESULT_NAMES = {1: "Success", 2: "Failure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Everything that a scenario is composed of. after: the session in which the record has been planned."""

    chosen: Chosen
    slice: Slice
    found: Reads
    rules: Model
    catalog: Catalog
    after: Session
    forced: bool
    settings: Mapping[str, object]
    defaults: Mapping[str, object]
    counts: Mapping[str, Mapping[str, int]] | None

    def scenario(self, id: str) -> dict[str, Any]:
        """The whole scenario, as `coupler test` reads it; what it is about is said by its first record."""
        one = self.chosen.records[0]
        told = {"create": "creates", "change": "changes", "uncouple": "uncouples", "fail": "refuses", "done": "handles"}
        verb = told.get(
            one.action, {"skip": "skips", "conflict": "reports a conflict about"}.get(one.action, one.action)
        )
        about = f"{self.chosen.mapping} {verb} {one.label}" + (f": {one.reason}" if one.reason else "")
        given = self.given()
        return {
            "id": id,
            "about": about.rstrip(".") + ".",
            "area": "captured",
            "base": "none",
            "given": given,
            "when": self.when(),
            "then": self.then(),
        }

    # --- given ---

    def given(self) -> dict[str, Any]:
        """What is there before: clock, settings that differ from the defaults, rows of both systems, couplings,
        watermarks.
        """
        head = self.chosen.head
        given: dict[str, Any] = {"now": moment(head["now"]), "work_date": head["work_date"].isoformat()}
        own = {one.name for one in Settings(self.catalog).own}
        differing = {
            name: self.setting(value)
            for name, value in self.settings.items()
            if name in own and self.defaults.get(name) != value
        }
        given |= {"settings": differing} if differing else {}
        for system in ("bc", "sales"):
            tables = {
                name: [self.row((of, name), row) for row in rows.values()]
                for (of, name), rows in sorted(self.slice.rows.items())
                if of == system and rows
            }
            given |= {system: tables} if tables else {}
        told = [self.coupling(row) for row in self.slice.couplings.values()]
        couplings = [one for one in told if one is not None] + [self.option(row) for row in self.slice.options]
        given |= {"couplings": couplings} if couplings else {}
        if self.chosen.document is None and self.others():
            since = moment(self.began() - timedelta(days=1))
            given["watermarks"] = {self.chosen.mapping: {"bc": since, "sales": since}}
        return given

    def began(self) -> datetime:
        """The earliest moment at which one of the pair was changed; the clock when none says so."""
        moments: list[datetime] = [
            row[table.modified_field]
            for table, id in self.pair()
            if (row := self.slice.rows.get((table.system, table.name), {}).get(id)) is not None
            and row.get(table.modified_field) is not None
        ]
        clock: datetime = self.chosen.head["now"]
        return min([*moments, clock])

    def pair(self) -> list[tuple[Table, UUID]]:
        """Table and id of the rows in the slice that the scenario tells of; both sides of a couple have one each."""
        ids = {id for one in self.chosen.records for id in (one.id, one.source) if id is not None}
        return [
            (table, id)
            for table in self.own()
            for id in self.slice.rows.get((table.system, table.name), {})
            if id in ids
        ]

    def own(self) -> tuple[Table, ...]:
        """The tables of the mapping; of a document the one of the record that it is made for."""
        if self.chosen.document is not None:
            one = self.chosen.records[0]
            return (self.catalog.table(one.system, one.table),)
        mapping = self.rules.mappings[self.chosen.mapping]
        return (mapping.bc.table, mapping.sales.table)

    def others(self) -> list[tuple[Table, UUID]]:
        """Rows of the mapping's own tables that are only there because the pair looks at them."""
        pair = self.pair()
        return [
            (table, id)
            for table in self.own()
            for id in self.slice.rows.get((table.system, table.name), {})
            if (table, id) not in pair
        ]

    def row(self, key: Key, row: Row) -> dict[str, Any]:
        """A row as a scenario writes it: id, key, and whatever else of it the mapping reads."""
        table = self.catalog.table(*key)
        names = set(self.found.fields.get(key, ())) | {table.id_field, *table.key}
        written: dict[str, Any] = {}
        pair = (table, row[table.id_field]) in self.pair()
        if pair:
            names |= {table.modified_field, connector.SALES_MODIFIED_BY}
        for name in [table.id_field, *table.key, *sorted(names - {table.id_field, *table.key})]:
            if name not in table.fields or not table.fields[name].stored:
                continue
            value = plain_text(table.fields[name], row.get(name))
            if value is not None:
                written[name] = value
        if self.chosen.document is None and not pair and (table, row[table.id_field]) in self.others():
            written[table.modified_field] = moment(self.began() - timedelta(days=2))
        return written

    def coupling(self, row: Row) -> dict[str, Any] | None:
        """A coupling as a scenario writes it; None when no mapping of the rules couples its tables."""
        name = self.mapping_of(row)
        if name is None:
            return None
        own = name == self.chosen.mapping and {row[connector.COUPLED_BC_ID], row[connector.COUPLED_SALES_ID]} & {
            id for _, id in self.pair()
        }
        written: dict[str, Any] = {"mapping": name}
        for key, column in (("bc", connector.COUPLED_BC_ID), ("sales", connector.COUPLED_SALES_ID)):
            if row.get(column) is not None or key == "bc":
                written[key] = None if row.get(column) is None else str(row[column])
        for key, column in (("last_synch_bc", connector.BC_STAMP), ("last_synch_sales", connector.SALES_STAMP)):
            if row.get(column) is not None:
                written[key] = moment(row[column])
        again = any(one.code == SECOND_FAILURE for one in self.chosen.records)
        for key, column in (("result_to_sales", connector.RESULT_TO_SALES), ("result_to_bc", connector.RESULT_TO_BC)):
            if own and not again and row.get(column) in RESULT_NAMES:
                written[key] = RESULT_NAMES[row[column]]
        for key, column in MARKS:
            if row.get(column):
                written[key] = True
        return written

    def mapping_of(self, row: Row) -> str | None:
        """The mapping whose coupling a row is: by the BC table, then by where the Sales record stands."""
        fitting = [
            one
            for name, one in self.rules.mappings.items()
            if one.bc.table.number == row[connector.COUPLED_TABLE] and one.sales.table.name != connector.OPTION_SET
        ]
        for one in fitting:
            if self.slice.has(("sales", one.sales.table.name), row[connector.COUPLED_SALES_ID]):
                return one.name
        names = [one.name for one in fitting]
        return self.chosen.mapping if self.chosen.mapping in names else next(iter(names), None)

    def option(self, row: Row) -> dict[str, Any]:
        """The coupling of a record with an option value."""
        return {
            "mapping": row["_mapping"],
            "bc": str(row["_bc"]),
            "option_value": int(row[connector.OPTION_VALUE] or 0),
            "option_caption": row.get(connector.OPTION_CAPTION) or "",
        }

    def setting(self, value: object) -> object:
        """A setting's value in the form of YAML: moments and dates as text, truths and whole numbers as they are."""
        match value:
            case bool() | int() | None:
                return value
            case datetime():
                return moment(value)
            case date():
                return value.isoformat()
            case _:
                return str(value)

    # --- when ---

    def when(self) -> object:
        """The action: one run of the mapping, or the same run twice where the record was skipped after its second
        failure.
        """
        one = self.chosen.records[0]
        if self.chosen.document is not None:
            alone = {"records": {one.system: [str(one.source)]}} if pointed(self.rules, self.chosen) else {}
            return {"run": "process", "process": self.chosen.mapping, **alone}
        action: dict[str, Any] = {"run": "mapping", "mapping": self.chosen.mapping}
        mapping = self.rules.mappings[self.chosen.mapping]
        if mapping.arrow == "<->" and len(self.chosen.records) == 1:
            action["direction"] = one.leg
        if self.forced:
            action["records"] = {"bc" if one.leg == "to_sales" else "sales": [str(one.source)]}
        return [action, action] if any(one.code == SECOND_FAILURE for one in self.chosen.records) else action

    # --- then ---

    def then(self) -> dict[str, Any]:
        """What is expected: changes, counters, errors, couplings that stand and couplings that are gone."""
        changes = self.changes()
        counts = self.counts or {
            one.leg: {COUNTER[one.action]: 1} for one in self.chosen.records if one.action in COUNTER
        }
        then: dict[str, Any] = {"changes": changes, "counts": counts}
        labels = {one["_id"]: one["as"] for one in changes if "as" in one}
        for one in changes:
            one.pop("_id")
            one["set"] = {name: labels_in(value, labels) for name, value in one.get("set", {}).items()}
            if one["op"] == "delete":
                one.pop("set")
        failed = [one for one in self.chosen.records if one.action in ("fail", "conflict") and one.reason]
        if failed:
            by = "mapping" if self.chosen.document is None else "process"
            then["errors"] = [{by: self.chosen.mapping, "contains": [str(one.reason)]} for one in failed]
            if self.chosen.document is not None:
                then["errors"][0] |= {"record": str(failed[0].source), "count": 1}
        elif self.counts and "failed" not in self.counts["process"]:
            then["errors"] = []
        kept, gone = self.coupled(labels)
        then |= {"couplings": kept} if kept else {}
        then |= {"couplings_absent": gone} if gone else {}
        return then

    def coupled(self, labels: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The couplings of the pair as they stand afterwards, and those that are gone."""
        table = self.catalog.table("bc", connector.COUPLINGS)
        ids = {str(id) for one in self.chosen.records for id in (one.id, one.source) if id is not None}
        ids |= set(labels) if self.chosen.document is not None else set()
        kept: list[dict[str, Any]] = []
        standing: set[tuple[UUID, UUID]] = set()
        for row in fetch(self.after, table):
            bc, sales = row[connector.COUPLED_BC_ID], row[connector.COUPLED_SALES_ID]
            name = self.told_under(row)
            if name is None or not {str(bc), str(sales)} & ids:
                continue
            standing.add((bc, sales))
            one: dict[str, Any] = {"mapping": name}
            one |= {side: labels_in(str(id), labels) for side, id in (("bc", bc), ("sales", sales)) if id is not None}
            for leg, column in (("to_sales", connector.RESULT_TO_SALES), ("to_bc", connector.RESULT_TO_BC)):
                ran = any(record.leg == leg and record.action != "skip" for record in self.chosen.records)
                if ran and row.get(column) in RESULT_NAMES and not self.rules.mappings[name].always_compare:
                    one[f"result_{leg}"] = RESULT_NAMES[row[column]]
            if row.get(connector.SKIPPED):
                one["skipped"] = True
            kept.append(one)
        gone = [
            {
                "mapping": name,
                "bc": str(row[connector.COUPLED_BC_ID]),
                "sales": str(row[connector.COUPLED_SALES_ID]),
            }
            for row in self.slice.couplings.values()
            if (name := self.told_under(row)) is not None
            and {str(row[connector.COUPLED_BC_ID]), str(row[connector.COUPLED_SALES_ID])} & ids
            and (row[connector.COUPLED_BC_ID], row[connector.COUPLED_SALES_ID]) not in standing
        ]
        return kept, gone

    def told_under(self, row: Row) -> str | None:
        """The mapping under which the scenario tells of a coupling: its own one; of a document any."""
        if self.chosen.document is not None:
            return self.mapping_of(row)
        mapping = self.rules.mappings[self.chosen.mapping]
        return mapping.name if row[connector.COUPLED_TABLE] == mapping.bc.table.number else None

    def changes(self) -> list[dict[str, Any]]:
        """What the plan writes for the record and what comes along with it, values as the world holds them."""
        made: list[dict[str, Any]] = []
        seen: dict[tuple[Key, UUID], dict[str, Any]] = {}
        for listed in self.chosen.records:
            for number, record in self.listed(listed):
                if record["action"] not in ("create", "change", "delete") or record["id"] is None:
                    continue
                key: Key = (record["system"], record["table_name"])
                one = seen.get((key, record["id"]))
                if one is None:
                    op = {"create": "create", "change": "update", "delete": "delete"}[record["action"]]
                    one = {"op": op, "system": key[0], "table": key[1]}
                    if op == "create":
                        one["as"] = f"new-{re.sub(r'[^a-z]+', '-', key[1].lower()).strip('-')}-{len(made) + 1}"
                    else:
                        one["key"] = str(record["id"])
                    one |= {"set": {}, "_id": str(record["id"])}
                    seen[key, record["id"]] = one
                    made.append(one)
                one["set"] |= self.values(key, record["id"], number, record["record"])
        return [one for one in made if one["set"] or one["op"] != "update"]

    def listed(self, one: Listed) -> list[tuple[int, Row]]:
        """The record in the ledger of the replay, and those it brings along."""
        connection = self.after.world.connection
        cursor = connection.execute(
            "SELECT p.pass AS number, r.* FROM plan.record r JOIN plan.pass p USING (pass) JOIN plan.record m ON "
            "m.pass = p.pass AND m.cause IS NULL AND m.source_id = ? AND (r.record = m.record AND r.cause IS NULL "
            "OR r.cause = m.record) WHERE p.mapping = ? AND p.leg = ? ORDER BY p.pass, r.cause NULLS FIRST, r.record",
            [one.source, self.chosen.mapping, one.leg],
        )
        names = [part[0] for part in cursor.description]
        return [(row[0], dict(zip(names[1:], row[1:], strict=True))) for row in cursor.fetchall()]

    def values(self, key: Key, id: UUID, number: int, record: int) -> dict[str, Any]:
        """The fields that the plan lists for a record, with their values afterwards."""
        names = self.after.world.connection.execute(
            "SELECT name FROM plan.field WHERE pass = ? AND record = ? AND after IS DISTINCT FROM ? ORDER BY ordinal",
            [number, record, BY_BC],
        ).fetchall()
        table = self.catalog.table(*key)
        rows = fetch(self.after, table, id)
        if not rows:
            return {}
        return {name: plain_text(table.fields[name], rows[0].get(name)) for (name,) in names}


def fetch(session: Session, table: Table, id: UUID | None = None) -> list[Row]:
    """Rows of a table as they stand in a session: of this id, or all."""
    world = session.world
    columns = list(world.columns(table))
    where = f"WHERE {identifier(table.id_field)} = ?" if id is not None else ""
    rows = world.connection.execute(
        f"SELECT {', '.join(identifier(one) for one in columns)} FROM {world.relation(table)} {where}",
        [id] if id is not None else [],
    ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def labels_in(value: object, labels: Mapping[str, str]) -> object:
    """A value, with the id of a new record put as a reference to the label it has in the scenario."""
    return {"new": labels[value]} if isinstance(value, str) and value in labels else value


def moment(value: datetime) -> str:
    """`2026-03-02T10:00:00Z`, with milliseconds where there are any."""
    utc = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond else "seconds") + "Z"


def plain_text(field: Field, value: object) -> object:
    """A value as a scenario writes it; None for blank."""
    plain = held(field, value)
    match plain:
        case None:
            return None
        case bool():
            return plain
        case datetime():
            return moment(plain)
        case Decimal() if field.kind == "option":
            number = int(plain)
            caption = next((one.caption.strip() for one in field.options if one.number == number), "")
            return f"{caption} ({number})" if caption else number
        case Decimal():
            return int(plain) if plain == plain.to_integral_value() else format(plain.normalize(), "f")
        case _:
            return str(plain) if not isinstance(value, str) else value
