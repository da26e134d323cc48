"""Look-ups across couplings, currencies and options, in both directions (sync-semantics 4.6 and 4.7)."""

from __future__ import annotations

import pytest

from tests.plan.stories import Plan, Row, Story, bc, bc_id, coupled, item, moment, product, sales, sales_id, world

UNITS = """
mapping UNITS "Units": bc Unit of Measure as measure -> sales Unit Group as group {
  only coupled records
  Description -> Name
}
"""
UNIT = (
    UNITS
    + """
mapping ITEMS "Items": bc Item as item <-> sales Product as product {
  depends on UNITS
  only coupled records
  Base Unit of Measure <-> Unit Group via UNITS%s
  Description -> Description
}
"""
)
PCS, BOX = "00000000-0000-0000-0000-0000000000b1", "00000000-0000-0000-0000-0000000000b2"
GROUP_PCS, GROUP_BOX = "00000000-0000-0000-0000-0000000000c1", "00000000-0000-0000-0000-0000000000c2"


def unit(code: str, id: str) -> Row:
    return bc("Unit of Measure", {"Code": code, "SystemId": id})


def group(name: str, id: str) -> Row:
    return sales("uomschedule", {"uomscheduleid": id, "name": name})


def coupling(record: str, partner: str, table: int) -> Row:
    stamps = {"Last Synch. Modified On": moment("08:00"), "Last Synch. CRM Modified On": moment("08:00")}
    return bc(
        "CRM Integration Record",
        {"CRM ID": partner, "Integration ID": record, "Table ID": table, **stamps, "Skipped": False},
    )


def units() -> tuple[Row, ...]:
    """PCS is coupled with its group, BOX is not."""
    return (
        unit("PCS", PCS),
        unit("BOX", BOX),
        group("Pieces", GROUP_PCS),
        group("Boxes", GROUP_BOX),
        coupling(PCS, GROUP_PCS, 204),
    )


def to_sales(code: str, *, ending: str = "", has: str | None = None) -> Plan:
    """An item with this unit, changed; the product has group `has`."""
    story = world(
        UNIT % ending,
        *units(),
        item("1", {"Base Unit of Measure": code, "Description": "Bike"}, "10:00"),
        product("1", {"defaultuomscheduleid": has}),
        coupled("1"),
    )
    return story.plan("ITEMS")


def to_bc(id: str | None, *, ending: str = "", has: str = "") -> Plan:
    """A product with this group, changed; the item has unit `has`."""
    story = world(
        UNIT % ending,
        *units(),
        item("1", {"Base Unit of Measure": has}),
        product("1", {"defaultuomscheduleid": id}, "10:00"),
        coupled("1"),
    )
    return story.plan("ITEMS")


def in_sales(plan: Plan) -> str | None:
    found = plan.row("sales", "product", sales_id("1"))["defaultuomscheduleid"]
    return str(found) if found is not None else None


def in_bc(plan: Plan) -> str:
    found: str = plan.row("bc", "Item", bc_id("1"))["Base Unit of Measure"]
    return found


# --- to Sales (R4.15) ---------------------------------------------------------------------------------------


def test_a_coupled_code_becomes_the_id_of_its_partner() -> None:
    assert in_sales(to_sales("PCS")) == GROUP_PCS


def test_a_blank_code_becomes_no_id() -> None:
    assert in_sales(to_sales("", has=GROUP_PCS)) is None


@pytest.mark.parametrize("code", ["BOX", "GONE"])
def test_a_code_without_partner_fails_the_record_and_says_which(code: str) -> None:
    plan = to_sales(code)
    assert plan.counts("ITEMS", "to_sales") == {"failed": 1}
    assert code in (plan.fate("1").reason or "")
    assert "Base Unit of Measure" in (plan.fate("1").reason or "")


@pytest.mark.parametrize("has", [None, GROUP_PCS])
def test_else_blank_clears_instead_of_failing(has: str | None) -> None:
    plan = to_sales("BOX", ending=", else blank", has=has)
    assert in_sales(plan) is None
    assert plan.row("sales", "product", sales_id("1"))["description"] == "Bike"


@pytest.mark.parametrize("code", ["BOX", ""])
def test_else_keep_leaves_the_field_as_it_is(code: str) -> None:
    plan = to_sales(code, ending=", else keep", has=GROUP_BOX)
    assert in_sales(plan) == GROUP_BOX
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}


@pytest.mark.parametrize(("code", "counts"), [("", {"changed": 1}), ("BOX", {"failed": 1})])
def test_keep_if_blank_keeps_for_a_blank_and_fails_for_no_partner(code: str, counts: dict[str, int]) -> None:
    plan = to_sales(code, ending=", keep if blank", has=GROUP_BOX)
    assert plan.counts("ITEMS", "to_sales") == counts
    assert in_sales(plan) == GROUP_BOX


# --- to Business Central (R4.16) ----------------------------------------------------------------------------


def test_a_coupled_id_becomes_the_first_key_field_of_its_partner() -> None:
    assert in_bc(to_bc(GROUP_PCS)) == "PCS"


def test_no_id_becomes_a_blank_code() -> None:
    assert in_bc(to_bc(None, has="PCS")) == ""


def test_an_id_without_partner_fails_the_record() -> None:
    plan = to_bc(GROUP_BOX)
    assert plan.counts("ITEMS", "to_bc") == {"failed": 1}
    assert "Unit Group" in (plan.fate("1").reason or "")


def test_else_blank_clears_the_code() -> None:
    assert in_bc(to_bc(GROUP_BOX, ending=", else blank", has="PCS")) == ""


@pytest.mark.parametrize("id", [GROUP_BOX, None])
def test_else_keep_leaves_the_code(id: str | None) -> None:
    assert in_bc(to_bc(id, ending=", else keep", has="BOX")) == "BOX"


def test_keep_if_blank_leaves_the_code() -> None:
    assert in_bc(to_bc(None, ending=", keep if blank", has="BOX")) == "BOX"


def test_a_coupling_whose_record_is_gone_gives_no_code() -> None:
    story = world(
        UNIT % "",
        group("Pieces", GROUP_PCS),
        coupling(PCS, GROUP_PCS, 204),
        bc("Unit of Measure", {"Code": "BOX"}),
        item("1", {"Base Unit of Measure": "BOX"}),
        product("1", {"defaultuomscheduleid": GROUP_PCS}, "10:00"),
        coupled("1"),
    )
    assert story.plan("ITEMS").counts("ITEMS", "to_bc") == {"failed": 1}


def test_the_coupling_of_another_table_is_not_followed() -> None:
    story = world(
        UNIT % "",
        unit("PCS", PCS),
        group("Pieces", GROUP_PCS),
        coupling(PCS, GROUP_PCS, 27),
        item("1", {"Base Unit of Measure": "PCS"}, "10:00"),
        product("1"),
        coupled("1"),
    )
    assert story.plan("ITEMS").counts("ITEMS", "to_sales") == {"failed": 1}


def test_a_partner_made_earlier_in_the_same_plan_is_found() -> None:
    rules = (UNIT % "").replace(
        "only coupled records\n  Description -> Name", "create missing records\n  Description -> Name"
    )
    story = world(
        rules,
        unit("PCS", PCS),
        item("1", {"Base Unit of Measure": "PCS"}, "10:00"),
        product("1"),
        coupled("1"),
    )
    plan = story.plan()
    (made,) = plan.table("sales", "uomschedule")
    assert in_sales(plan) == str(made["uomscheduleid"])


PRICES = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  only coupled records
  Description -> Name
}
mapping RESOURCES "Resources": bc Resource as resource -> sales Product as product {
  only coupled records
  Name -> Name
}
mapping PRICES "Prices": bc Price List Line as line <- sales Product Price List as price {
  depends on ITEMS, RESOURCES
  create missing records
  Asset No. <- Product via ITEMS|RESOURCES
  Unit Price <- Amount
}
"""


def test_two_mappings_are_asked_in_turn() -> None:
    story = world(
        PRICES,
        item("1"),
        bc("Resource", {"No.": "R2", "SystemId": bc_id("2")}),
        *(product(no) for no in "123"),
        coupled("1"),
        coupled("2", table=156),
        *(sales("productpricelevel", {"productid": sales_id(no), "amount": int(no)}) for no in "123"),
    )
    plan = story.plan("PRICES")
    assert {one["Unit Price"]: one["Asset No."] for one in plan.table("bc", "Price List Line")} == {1: "1", 2: "R2"}
    assert plan.counts("PRICES", "to_bc") == {"created": 2, "failed": 1}


# --- currency (R4.18) ---------------------------------------------------------------------------------------

CURRENCY = """
find sales Transaction Currency as local where Currency Code = 'EUR' else create { Currency Code := 'EUR' }
mapping CURRENCY "Currencies": bc Currency as currency -> sales Transaction Currency as money {
  only coupled records
  Code -> Currency Code
}
mapping CUSTOMERS "Customers": bc Customer as customer <-> sales Account as account {
  depends on CURRENCY
  only coupled records
  Name <-> Account Name
  Currency Code <-> Currency via CURRENCY, blank means local
}
"""
EUR, USD = "00000000-0000-0000-0000-0000000000e1", "00000000-0000-0000-0000-0000000000e2"


def customers(code: str, money: str | None, *, changed: str, currencies: tuple[Row, ...]) -> Story:
    at, other = ("10:00", "08:00") if changed == "bc" else ("08:00", "10:00")
    return world(
        CURRENCY,
        bc("Currency", {"Code": "USD", "SystemId": "00000000-0000-0000-0000-0000000000d2"}),
        coupling("00000000-0000-0000-0000-0000000000d2", USD, 4),
        *currencies,
        bc("Customer", {"No.": "C1", "SystemId": bc_id("1"), "Name": "Ann", "Currency Code": code}, at),
        sales("account", {"accountid": sales_id("1"), "name": "Bob", "transactioncurrencyid": money}, other),
        coupled("1", table=18),
    )


BOTH = (
    sales("transactioncurrency", {"transactioncurrencyid": EUR, "isocurrencycode": "EUR"}),
    sales("transactioncurrency", {"transactioncurrencyid": USD, "isocurrencycode": "USD"}),
)


@pytest.mark.parametrize(("code", "id"), [("", EUR), ("USD", USD)])
def test_a_blank_currency_becomes_the_local_currency_in_sales(code: str, id: str) -> None:
    plan = customers(code, None, changed="bc", currencies=BOTH).plan("CUSTOMERS")
    assert str(plan.row("sales", "account", sales_id("1"))["transactioncurrencyid"]) == id


@pytest.mark.parametrize(("id", "code"), [(EUR, ""), (USD, "USD")])
def test_the_local_currency_becomes_a_blank_currency_in_bc(id: str, code: str) -> None:
    plan = customers("USD" if code == "" else "", id, changed="sales", currencies=BOTH).plan("CUSTOMERS")
    assert plan.row("bc", "Customer", "C1")["Currency Code"] == code


def test_blank_and_local_currency_are_no_difference() -> None:
    story = customers("", EUR, changed="bc", currencies=BOTH)
    story.edit("sales", "account", sales_id("1"), None, name="Ann")
    assert story.plan("CUSTOMERS").counts("CUSTOMERS", "to_sales") == {"unchanged": 1}


def test_a_local_currency_that_sales_lacks_is_created_once() -> None:
    plan = customers("", None, changed="bc", currencies=BOTH[1:]).plan("CUSTOMERS")
    made = [one for one in plan.table("sales", "transactioncurrency") if one["isocurrencycode"] == "EUR"]
    assert len(made) == 1
    assert plan.row("sales", "account", sales_id("1"))["transactioncurrencyid"] == made[0]["transactioncurrencyid"]


# --- options (R4.25) ----------------------------------------------------------------------------------------

OPTIONS = """
mapping TERMS "Payment terms": bc Payment Terms as terms -> sales Option Set as choice {
  only coupled records
  filter sales Table = 'account' and Column = 'paymenttermscode'
  Code -> Label
}
mapping CUSTOMERS "Customers": bc Customer as customer <-> sales Account as account {
  depends on TERMS
  only coupled records
  Payment Terms Code <-> Payment Terms via TERMS
  Name <-> Account Name
}
"""


def option(record: str, number: int, caption: str) -> Row:
    return bc(
        "CRM Option Mapping",
        {"Record ID": record, "Option Value": number, "Option Value Caption": caption, "Table ID": 3},
    )


def terms(code: str, number: int | None, *, changed: str) -> Story:
    at, other = ("10:00", "08:00") if changed == "bc" else ("08:00", "10:00")
    return world(
        OPTIONS,
        bc("Payment Terms", {"Code": "30 DAYS"}),
        bc("Payment Terms", {"Code": "45 DAYS"}),
        option("Payment Terms: 30 DAYS", 7, "30 DAYS"),
        bc("Customer", {"No.": "C1", "SystemId": bc_id("1"), "Name": "Ann", "Payment Terms Code": code}, at),
        sales("account", {"accountid": sales_id("1"), "name": "Ann", "paymenttermscode": number}, other),
        coupled("1", table=18),
    )


def in_option(plan: Plan) -> int | None:
    found: int | None = plan.row("sales", "account", sales_id("1"))["paymenttermscode"]
    return found


def test_a_code_becomes_the_number_that_its_option_is_mapped_to() -> None:
    assert in_option(terms("30 DAYS", None, changed="bc").plan("CUSTOMERS")) == 7


@pytest.mark.parametrize("code", ["", "GONE"])
def test_a_blank_code_and_one_that_names_no_record_become_the_blank_option(code: str) -> None:
    plan = terms(code, 7, changed="bc").plan("CUSTOMERS")
    assert plan.counts("CUSTOMERS", "to_sales") == {"changed": 1}
    assert in_option(plan) is None


def test_a_record_whose_option_is_not_mapped_fails() -> None:
    plan = terms("45 DAYS", None, changed="bc").plan("CUSTOMERS")
    assert plan.counts("CUSTOMERS", "to_sales") == {"failed": 1}


@pytest.mark.parametrize(("number", "code"), [(7, "30 DAYS"), (None, "")])
def test_a_number_becomes_the_code_and_no_number_a_blank_one(number: int | None, code: str) -> None:
    has = "45 DAYS" if code else "30 DAYS"
    plan = terms(has, number, changed="sales").plan("CUSTOMERS")
    assert plan.row("bc", "Customer", "C1")["Payment Terms Code"] == code


def test_a_number_that_is_not_mapped_fails() -> None:
    assert terms("", 8, changed="sales").plan("CUSTOMERS").counts("CUSTOMERS", "to_bc") == {"failed": 1}


def test_an_option_is_known_by_its_stored_caption_before_its_number() -> None:
    column = {"table": "account", "column": "paymenttermscode"}
    story = world(
        OPTIONS,
        bc("Payment Terms", {"Code": "30 DAYS"}),
        bc("Payment Terms", {"Code": "45 DAYS"}),
        option("Payment Terms: 30 DAYS", 7, "Net 30"),
        option("Payment Terms: 45 DAYS", 8, "Net 45"),
        sales("option_set", {**column, "value": 7, "label": "Net 45"}),
        sales("option_set", {**column, "value": 8, "label": "Later"}),
        *(bc("Customer", {"No.": f"C{no}", "SystemId": bc_id(no), "Name": "Ann"}) for no in "12"),
        sales("account", {"accountid": sales_id("1"), "name": "Ann", "paymenttermscode": 7}, "10:00"),
        sales("account", {"accountid": sales_id("2"), "name": "Ann", "paymenttermscode": 8}, "10:00"),
        coupled("1", table=18),
        coupled("2", table=18),
    )
    plan = story.plan("CUSTOMERS")
    assert [plan.row("bc", "Customer", one)["Payment Terms Code"] for one in ("C1", "C2")] == ["45 DAYS", "45 DAYS"]
