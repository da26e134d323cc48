"""The exports of the sample fit the catalog, and each other."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from engine.catalog.catalog import Field, System
from tests.samples.files import CONTOSO, SYSTEMS, Export, exports, paths, rows

BROKEN_ON_PURPOSE = {
    # couplings whose other side somebody deleted: the story says which
    ("bc", "17e00000-0000-4000-8000-000000001230"),
    ("sales", "7c000000-0000-4000-8000-000000000016"),  # DKK
    ("sales", "6b000000-0000-4000-8000-000000000009"),  # PALLET
    ("sales", "a0000000-0000-4000-8000-000000010120"),
    ("sales", "9d000000-0000-4000-8000-000000001130"),
    ("sales", "9e000000-0000-4000-8000-000000000130"),
}
WITHOUT_A_FILE = {"Dimension Value", "Marketing Setup"}


def reads(field: Field, text: str) -> bool:
    """Does a cell hold what the field can hold, in the plain way of writing that the README promises?"""
    if text == "":
        return True
    match field.kind:
        case "option":
            words = {str(one.number) for one in field.options} | {one.caption for one in field.options}
            return text in words
        case "boolean":
            return text in {"Yes", "No", "true", "false"}
        case "integer" | "big integer" | "duration":
            return re.fullmatch(r"-?\d+", text) is not None
        case "decimal":
            return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None and Decimal(text).is_finite()
        case "date":
            return date.fromisoformat(text).isoformat() == text
        case "moment":
            return text.endswith("Z") and datetime.fromisoformat(text) is not None
        case "id":
            return str(UUID(text)) == text
        case "code":
            return text == text.strip().upper() and (field.length is None or len(text) <= field.length)
        case _:
            return field.length is None or len(text) <= field.length


@pytest.mark.parametrize(("system", "name"), [(system, path.name) for system, path in paths()])
def test_every_cell_is_a_value_of_its_field(system: System, name: str) -> None:
    export = next(one for (of, _), one in exports().items() if of == system and one.path.name == name)
    for number, row in enumerate(export.rows, 2):
        for field in export.fields:
            assert reads(field, row[field.name]), f"{name}:{number}: {field.name} = {row[field.name]!r}"


def test_no_file_holds_what_the_product_calculates() -> None:
    for export in exports().values():
        assert [field.name for field in export.fields if not field.stored] == []


def test_rows_have_a_key_and_an_id_of_their_own() -> None:
    for (system, name), export in exports().items():
        keys = [tuple(row[part] for part in export.table.key) for row in export.rows]
        assert len(set(keys)) == len(keys), name
        ids = [row[export.table.id_field] for row in export.rows]
        assert all(ids) and len(set(ids)) == len(ids), (system, name)


def test_references_lead_to_rows_of_the_other_files() -> None:
    known: dict[tuple[System, str, str], set[str]] = {}
    for (system, name), export in exports().items():
        for field in export.fields:
            known[system, name, field.name] = {row[field.name] for row in export.rows}
    missing = []
    followed = 0
    for (system, name), export in exports().items():
        for field in export.fields:
            for reference in field.references:
                target = (system, reference.table, reference.field)
                if reference.when or reference.where or target not in known or reference.table in WITHOUT_A_FILE:
                    continue
                values = {row[field.name] for row in export.rows} - {""}
                followed += len(values)
                missing += [(name, field.name, value) for value in sorted(values - known[target])]
    assert missing == []
    assert followed > 200


def test_couplings_join_rows_that_exist_unless_the_story_says_deleted() -> None:
    ids = {system: ids_of(system) for system in SYSTEMS}
    broken = set()
    for row in rows("bc", "CRM Integration Record"):
        if row["Integration ID"] not in ids["bc"]:
            broken.add(("bc", row["Integration ID"]))
        if row["CRM ID"] not in ids["sales"]:
            broken.add(("sales", row["CRM ID"]))
    assert broken == BROKEN_ON_PURPOSE


def test_a_record_has_at_most_one_partner() -> None:
    couplings = rows("bc", "CRM Integration Record")
    for side in ("Integration ID", "CRM ID"):
        ends = [(row[side], row["Table ID"]) for row in couplings]
        assert len(set(ends)) == len(ends), side


def test_a_coupling_names_the_table_of_its_record() -> None:
    tables = {
        row[export.table.id_field]: str(export.table.number)
        for (system, _), export in exports().items()
        if system == "bc"
        for row in export.rows
    }
    for row in rows("bc", "CRM Integration Record"):
        assert tables.get(row["Integration ID"], row["Table ID"]) == row["Table ID"]


def test_the_facts_in_the_settings_are_rows() -> None:
    sales = ids_of("sales")
    settings = (CONTOSO / "coupler.yaml").read_text(encoding="utf-8")
    named = re.findall(r"^  (\w+): ([0-9a-f]{8}-[0-9a-f-]{27})$", settings, flags=re.MULTILINE)
    assert len(named) == 5
    assert [name for name, value in named if value not in sales] == []


def test_the_files_are_as_different_as_the_story_says() -> None:
    bc, sales = (lambda name: exports()["bc", name]), (lambda name: exports()["sales", name])
    assert by_caption(bc("Customer")) and by_caption(bc("Salesperson/Purchaser")) and by_caption(sales("systemuser"))
    assert "E-Mail" in bc("Contact").header and "accountid" in sales("account").header
    assert {row["customertypecode"] for row in rows("sales", "account")} >= {"Customer", "Prospect"}
    assert {row["producttypecode"] for row in rows("sales", "product")} == {"1", "3", "4"}


def test_a_few_hundred_records_over_many_tables() -> None:
    total = sum(len(one.rows) for one in exports().values())
    assert 300 <= total <= 900
    assert len(exports()) >= 12


def by_caption(export: Export) -> bool:
    pairs = zip(export.header, export.fields, strict=True)
    return all(head == field.caption for head, field in pairs if not field.name.startswith("System"))


def ids_of(system: System) -> set[str]:
    return {row[export.table.id_field] for (of, _), export in exports().items() if of == system for row in export.rows}
