"""The tables of the sample's README -> what the plan must say about each record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from engine.catalog.catalog import System
from tests.samples.files import CONTOSO, exports, rows

LEGS = {"to Sales": "to_sales", "to BC": "to_bc"}
WRITTEN = ("create", "change", "skip", "fail", "conflict")
SILENT = ("unchanged", "left out", "not read")
DONE = ("done", "change", "delete", "fail", "not read")

SIDES: dict[str, tuple[str, str, str]] = {
    # mapping: BC table, Sales table, column of the Sales row that the README calls it by
    "SALESPEOPLE": ("Salesperson/Purchaser", "systemuser", "fullname"),
    "CURRENCY": ("Currency", "transactioncurrency", "isocurrencycode"),
    "UNIT OF MEASURE": ("Unit of Measure", "uomschedule", "name"),
    "CUSTOMER": ("Customer", "account", "name"),
    "ITEM-PRODUCT": ("Item", "product", "name"),
    "RESOURCE-PRODUCT": ("Resource", "product", "name"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One promise: what becomes of a record in one leg. id: of the source record of that leg; blank if it has none."""

    mapping: str
    record: str
    leg: str
    outcome: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One promise about a record that a process goes over. record: how the README calls it."""

    process: str
    record: str
    outcome: str


@cache
def documents() -> tuple[Document, ...]:
    found: list[Document] = []
    process = ""
    for line in (CONTOSO / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith(("## ", "### ")):
            heading = re.match(r"### ([a-z]+(?:-[a-z]+)+): ", line)
            process = heading[1] if heading else ""
        elif process and line.startswith("| ") and not line.startswith("| Record"):
            record, _, says = (cell.strip() for cell in line.strip("|").split("|"))
            outcome = re.split("[,:]", says)[0]
            assert outcome in DONE, f"{process} {record}: the test does not know the outcome {outcome!r}"
            found.append(Document(process=process, record=record, outcome=outcome))
    return tuple(found)


@cache
def story() -> tuple[Told, ...]:
    found: list[Told] = []
    mapping = ""
    for line in (CONTOSO / "README.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"### ([A-Z -]+): ", line):
            mapping = heading[1]
        elif line.startswith(("## ", "### ")):
            mapping = ""
        elif mapping and line.startswith("| ") and not line.startswith("| Record"):
            record, _, says = (cell.strip() for cell in line.strip("|").split("|"))
            found += promises(mapping, record, says)
    return tuple(found)


def promises(mapping: str, record: str, says: str) -> list[Told]:
    found = []
    for part in says.split("; "):
        direction, told = part.split(": ", 1)
        outcome = told.split(",")[0]
        assert outcome in WRITTEN + SILENT, f"{mapping} {record}: the test does not know the outcome {outcome!r}"
        leg = LEGS[direction]
        found.append(Told(mapping=mapping, record=record, leg=leg, outcome=outcome, id=source(mapping, record, leg)))
    return found


def source(mapping: str, record: str, leg: str) -> str:
    """The id of the record that a leg reads; AssertionError when the exports have no such record at all."""
    bc, sales = ids(mapping, record)
    assert bc or sales, f"{mapping}: the exports have no record {record}"
    return bc if leg == "to_sales" else sales


def ids(mapping: str, record: str) -> tuple[str, str]:
    """The BC id and the Sales id of a record and its partner; blank where there is none."""
    bc_table, sales_table, called = SIDES[mapping]
    key = exports()["bc", bc_table].table.key[0]
    bc = next((row["SystemId"] for row in rows("bc", bc_table) if row[key] == record), "")
    if bc:
        partners = (row["CRM ID"] for row in rows("bc", "CRM Integration Record") if row["Integration ID"] == bc)
        return bc, next(partners, "")
    return "", named("sales", sales_table, called, record)


def named(system: System, table: str, column: str, value: str) -> str:
    id_field = exports()[system, table].table.id_field
    return next((row[id_field] for row in rows(system, table) if row[column] == value), "")
