"""The tables that come with the engine: complete, well-formed, found by every name, read only when asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from engine.catalog import load
from engine.catalog.catalog import Calculation, Catalog, Criterion, Field, Reference, Table
from engine.catalog.fieldline import parse_field
from engine.catalog.load import INDEX, load_catalog
from engine.catalog.overlay import table_schema
from engine.catalog.tablefile import SYSTEM_FIELD_NAMES, flow_filters, read_shipped, sales_caption
from engine.shipped import shipped
from engine.textfile import read_source
from engine.yamlfile import read_yaml

FOLDER = shipped("schemas")
FILES = sorted(FOLDER.glob("bc/*.yaml")) + sorted(FOLDER.glob("sales/*.yaml"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()[0]


def index_text() -> str:
    """What the index must say: one line per table, by system and name."""
    lines = []
    for path in FILES:
        file = path.relative_to(FOLDER).as_posix()
        one = read_shipped(path, file)
        caption = (one.caption or one.name) if one.system == "bc" else sales_caption(one)
        lines.append(f"{one.system} | {one.name} | {caption} | {one.number} | {file}")
    return "\n".join(sorted(lines)) + "\n"


def test_the_index_says_what_the_files_say() -> None:
    """After a change of the tables, `python tests/catalog/test_shipped_tables.py` writes it anew."""
    assert (FOLDER / INDEX).read_text(encoding="utf-8") == index_text()


def test_all_tables_of_both_systems_are_there(catalog: Catalog) -> None:
    assert len(catalog.names("bc")) == 79
    assert len(catalog.names("sales")) == 32
    tables = tuple(catalog.tables())
    assert [(one.system, one.name) for one in tables] == sorted((one.system, one.name) for one in tables)
    assert len(tables) == 111


def test_no_field_is_lost(catalog: Catalog) -> None:
    fields = [(table, one) for table in catalog.tables() for one in table.fields.values()]
    of_bc = [one for table, one in fields if table.system == "bc" and one.name not in SYSTEM_FIELD_NAMES]
    of_sales = [one for table, one in fields if table.system == "sales" and table.name != "option_set"]
    assert sum(one.stored for one in of_bc) == 3016
    assert sum(one.calculation is not None for one in of_bc) == 428
    assert sum(one.flow_filter for one in of_bc) == 81
    assert sum(one.stored for one in of_sales) == 1847
    assert sum(one.calculation is not None for one in of_sales) == 212
    assert sum(bool(one.options) for one in of_bc + of_sales) == 241 + 211
    assert sum(len(one.references) for one in of_bc) == 948 + 214
    assert sum(len(one.references) for one in of_sales) == 259 + 80
    access = [one.access for one in of_sales if one.stored]
    assert [access.count(word) for word in ("full", "read", "insert", "modify")] == [1162, 478, 144, 63]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_shipped_table_file_is_as_we_ask_of_others(path: Path) -> None:
    source = read_source(path)
    content, found, _ = read_yaml(source, table_schema())  # type: ignore[arg-type]
    assert found == ()
    assert not list(Draft202012Validator(table_schema()).iter_errors(content))
    one = read_shipped(path, path.name)
    assert content["fields"] == dict(one.fields)  # type: ignore[index]
    filters = flow_filters(one)
    for name, line in one.fields.items():
        field = parse_field(name, line, one.system, filters)
        assert isinstance(field, Field), f"{path.name}: {name}: {field}"


def test_every_table_holds_together(catalog: Catalog) -> None:
    for table in catalog.tables():
        _holds_together(table, catalog)


def _holds_together(table: Table, catalog: Catalog) -> None:
    assert table.key and set(table.key) <= table.fields.keys(), table.name
    assert table.id_field in table.fields
    assert table.modified_field in table.fields or table.name == "teammembership"
    numbers = [one.number for one in table.fields.values()]
    assert len(set(numbers)) == len(numbers), table.name
    for one in table.fields.values():
        where = f"{table.name}.{one.name}"
        assert one.caption == one.caption.strip() != "", where
        assert bool(one.options) <= (one.kind == "option"), where
        assert one.length is None or one.kind in ("text", "code"), where
        if one.options and one.default:
            assert one.default in {option.caption for option in one.options}, where
        for target in (*one.references, *((one.calculation,) if one.calculation else ())):
            _names_what_exists(target, table, catalog, where)


def _names_what_exists(target: Reference | Calculation, table: Table, catalog: Catalog, where: str) -> None:
    if catalog.has(table.system, target.table):
        there = catalog.table(table.system, target.table)
        assert not target.field or target.field in there.fields, where
        assert {one.field for one in target.where} <= there.fields.keys(), where
    own = [one.value for one in target.where if one.how in ("field", "flow filter")]
    own += [one.field for one in target.when] if isinstance(target, Reference) else []
    assert set(own) <= table.fields.keys(), where
    for one in target.where:
        if one.how == "flow filter":
            assert table.fields[one.value].flow_filter, where


def test_tables_are_found_by_the_words_of_the_products(catalog: Catalog) -> None:
    def name(system: str, written: str) -> list[str]:
        return [one.name for one in catalog.find(system, written)]  # type: ignore[arg-type]

    assert name("sales", "Order") == name("sales", "salesorder") == ["salesorder"]
    assert name("sales", "Product Price List") == ["productpricelevel"]
    assert name("sales", "Option Set") == ["option_set"]
    assert name("bc", "Price List") == name("bc", "Price List Header") == ["Price List Header"]
    assert name("bc", "customer") == name("sales", "Customer") == []
    assert catalog.by_number(18) is catalog.table("bc", "Customer")
    assert catalog.by_number(5349) is None, "numbers are looked up in BC only"
    assert catalog.by_number(0) is None
    with pytest.raises(KeyError):
        catalog.table("bc", "Nothing")


def test_a_customer_has_what_business_central_says_of_it(catalog: Catalog) -> None:
    customer = catalog.table("bc", "Customer")
    assert (customer.key, customer.id_field, customer.modified_field) == (("No.",), "SystemId", "SystemModifiedAt")
    assert customer.origin == "schemas/bc/customer.yaml"
    assert tuple(customer.fields)[-5:] == SYSTEM_FIELD_NAMES
    blocked = customer.field("Blocked")
    assert [(one.number, one.caption) for one in blocked.options] == [(0, " "), (1, "Ship"), (2, "Invoice"), (3, "All")]
    assert blocked.blank_option == 0
    assert customer.field("Salesperson Code").references == (
        Reference(
            table="Salesperson/Purchaser", field="Code", where=(Criterion(field="Blocked", how="is", value="No"),)
        ),
    )
    balance = customer.field("Balance").calculation
    assert balance is not None and (balance.method, balance.table, balance.field) == (
        "sum",
        "Detailed Cust. Ledg. Entry",
        "Amount",
    )
    assert Criterion(field="Currency Code", how="flow filter", value="Currency Filter") in balance.where
    assert customer.field("Date Filter").flow_filter and not customer.field("Date Filter").stored


def test_an_order_has_what_sales_says_of_it(catalog: Catalog) -> None:
    order = catalog.table("sales", "salesorder")
    assert (order.key, order.id_field, order.modified_field) == (("salesorderid",), "salesorderid", "modifiedon")
    (customer,) = order.find("Customer")
    assert [(one.table, one.when[0].value) for one in customer.references] == [
        ("account", "account"),
        ("contact", "contact"),
    ]
    reason = order.field("statuscode")
    assert reason.blank_option == -1 and reason.default == " "
    assert [one.name for one in reason.options][1:3] == ["InProgress", "NoMoney"]
    terms = order.field("paymenttermscode").options
    assert [(one.caption, one.name) for one in terms][1:3] == [("Net 30", "Net30"), ("2% 10; Net 30", "2%10Net30")]
    assert order.field("ordernumber").access == "insert"
    assert order.field("statecode").access == "modify"
    assert len(catalog.table("sales", "account").find("Address 1: City")) == 1


def test_only_the_tables_asked_for_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noting(path: Path, origin: str) -> object:
        read.append(path.name)
        return read_shipped(path, origin)

    monkeypatch.setattr(load, "read_shipped", noting)
    catalog, found = load_catalog()
    catalog.names("bc")
    catalog.has("sales", "salesorder")
    assert read == [] and found == ()
    catalog.find("sales", "Order")
    catalog.find("sales", "salesorder")
    catalog.find("bc", "Nothing")
    assert read == ["salesorder.yaml"]


@pytest.mark.parametrize("name", ["coupler", "table", "scenario"])
def test_the_json_schemas_are_json_schemas(name: str) -> None:
    content = json.loads((FOLDER / "json" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(content)
    assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"


if __name__ == "__main__":
    Path(str(FOLDER / INDEX)).write_text(index_text(), encoding="utf-8")
