"""What a field line carries: lengths, cutting, codes, blanks, constants, value lists (sync-semantics 4.1 to 4.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.plan.rules import TO_SALES, creating, with_
from tests.plan.stories import Plan, Story, bc, bc_id, coupled, item, product, sales, sales_id, world


def to_sales(line: str, given: dict[str, object], has: dict[str, object] | None = None, *more: str) -> Plan:
    """One line from a changed item to its product."""
    return _story("->", (line, *more), given, has or {}, "10:00", "08:00").plan()


def to_bc(line: str, given: dict[str, object], has: dict[str, object] | None = None, *more: str) -> Plan:
    """One line from a changed product to its item."""
    return _story("<-", (line, *more), has or {}, given, "08:00", "10:00").plan()


def _story(
    arrow: str, lines: tuple[str, ...], bc: dict[str, object], sales: dict[str, object], bc_at: str, sales_at: str
) -> Story:
    body = "\n".join(f"  {one}" for one in lines)
    head = f'mapping ITEMS "Items": bc Item as item {arrow} sales Product as product '
    rules = f"{head}{{\n  only coupled records\n{body}\n}}"
    return world(rules + TERMS, item("1", bc, bc_at), product("1", sales, sales_at), coupled("1"))


def outcome(plan: Plan) -> dict[str, int]:
    (leg,) = [row[0] for row in plan.rows("SELECT leg FROM plan.pass")]
    return plan.counts("ITEMS", leg)


def product_has(plan: Plan, name: str) -> Any:
    return plan.row("sales", "product", sales_id("1"))[name]


def item_has(plan: Plan, name: str) -> Any:
    return plan.row("bc", "Item", bc_id("1"))[name]


TERMS = """
values TERMS "Vendors" {
  'V1' = 'one'
  'V2' = 'two'
}
"""
LONG = "A name that is longer than the fifty characters of its place"


# --- the gate on lengths (R4.5) and cutting (R4.9) ----------------------------------------------------------


def test_a_text_is_cut_to_the_length_of_its_target() -> None:
    plan = to_bc("Description 2 <- Name", {"name": LONG})
    assert item_has(plan, "Description 2") == LONG[:50]


def test_a_text_that_was_cut_before_is_unchanged() -> None:
    assert outcome(to_bc("Description 2 <- Name", {"name": LONG}, {"Description 2": LONG[:50]})) == {"unchanged": 1}


def test_a_longer_text_in_a_longer_target_that_begins_alike_is_left_alone() -> None:
    fifty = "x" * 50
    plan = to_sales("Description 2 -> Name", {"Description 2": fifty}, {"name": fifty + " and more"})
    assert outcome(plan) == {"unchanged": 1}
    assert product_has(plan, "name") == fifty + " and more"


@pytest.mark.parametrize(
    ("given", "has", "same"), [("Bike", "Bike two", False), ("Bike", "Bike", True), ("", "Bike", False)]
)
def test_only_the_first_characters_up_to_the_declared_length_of_the_source_are_compared(
    given: str, has: str, same: bool
) -> None:
    plan = to_sales("Description 2 -> Name", {"Description 2": given}, {"name": has})
    assert outcome(plan) == ({"unchanged": 1} if same else {"changed": 1})


def test_a_code_in_a_longer_text_that_begins_alike_is_left_alone_too() -> None:
    twenty = "ABCDEFGHIJKLMNOPQRST"
    assert outcome(to_sales("Vendor No. -> Vendor ID", {"Vendor No.": twenty}, {"vendorid": twenty + "-2"})) == {
        "unchanged": 1
    }


def test_a_text_without_a_declared_length_is_compared_whole() -> None:
    plan = to_sales("Description 2 -> Description", {"Description 2": "x" * 50}, {"description": "x" * 51})
    assert outcome(plan) == {"changed": 1}


def test_the_head_rule_does_not_hold_for_new_records() -> None:
    plan = world(
        creating(TO_SALES.replace("Description", "Description 2")), item("1", {"Description 2": "Bike"})
    ).plan()
    assert [one["name"] for one in plan.table("sales", "product")] == ["Bike"]


def test_texts_are_compared_with_their_capitals() -> None:
    assert outcome(to_sales("Description -> Name", {"Description": "bike"}, {"name": "Bike"})) == {"changed": 1}


def test_a_code_is_trimmed_and_in_capitals() -> None:
    assert item_has(to_bc("Vendor No. <- Vendor ID", {"vendorid": " ab-1 "}), "Vendor No.") == "AB-1"
    assert outcome(to_bc("Vendor No. <- Vendor ID", {"vendorid": " ab-1 "}, {"Vendor No.": "AB-1"})) == {"unchanged": 1}


def test_a_code_is_cut_too() -> None:
    assert (
        item_has(to_bc("Vendor No. <- Vendor ID", {"vendorid": "abcdefghijklmnopqrstuvwxyz"}), "Vendor No.")
        == "ABCDEFGHIJKLMNOPQRST"
    )


# --- other kinds (R4.9, R4.11) ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("12.5", Decimal("12.5")), ("12,5", Decimal("12.5")), ("many", 7), ("", 7)]
)
def test_a_text_read_as_a_decimal_or_left_as_it_was(text: str, number: object) -> None:
    plan = to_bc("Unit Cost <- Vendor ID", {"vendorid": text}, {"Unit Cost": 7})
    assert item_has(plan, "Unit Cost") == number


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("a", 7), ("", 7)])
def test_a_text_read_as_an_integer_or_left_as_it_was(text: str, number: int) -> None:
    plan = to_bc("Statistics Group <- Vendor ID", {"vendorid": text}, {"Statistics Group": 7})
    assert item_has(plan, "Statistics Group") == number


@pytest.mark.parametrize(
    ("text", "truth"), [("Yes", True), ("true", True), ("1", True), ("No", False), ("perhaps", True)]
)
def test_a_text_read_as_a_truth_or_left_as_it_was(text: str, truth: bool) -> None:
    plan = to_bc("Price Includes VAT <- Vendor ID", {"vendorid": text}, {"Price Includes VAT": True})
    assert item_has(plan, "Price Includes VAT") is truth


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), ("Service", 1), ("non-inventory", 2), ("Else", 1), ("", 1), ("0", 0)]
)
def test_an_option_is_read_by_number_caption_or_name_or_left_as_it_was(text: str, number: int) -> None:
    plan = to_bc("Type <- Vendor ID", {"vendorid": text}, {"Type": 1})
    assert item_has(plan, "Type") == number


def test_decimals_are_copied_as_they_are() -> None:
    plan = to_sales("Unit Cost -> Standard Cost", {"Unit Cost": Decimal("1.23456789")})
    assert product_has(plan, "standardcost") == Decimal("1.23456789")


# --- blanks (R4.10, R4.12, R4.13) ---------------------------------------------------------------------------


def test_a_blank_date_never_clears_a_date() -> None:
    plan = to_sales("Last Date Modified -> Valid From", {"Last Date Modified": None}, {"validfromdate": "2026-01-31"})
    assert outcome(plan) == {"unchanged": 1}
    assert str(product_has(plan, "validfromdate")) == "2026-01-31"


def test_a_date_that_is_given_is_carried() -> None:
    plan = to_sales(
        "Last Date Modified -> Valid From", {"Last Date Modified": "2026-02-01"}, {"validfromdate": "2026-01-31"}
    )
    assert str(product_has(plan, "validfromdate")) == "2026-02-01"


@pytest.mark.parametrize(
    ("line", "given", "has"),
    [
        ("Description -> Name", {"Description": ""}, {"name": None}),
        ("Unit Cost -> Standard Cost", {"Unit Cost": 0}, {"standardcost": None}),
        ("Price Includes VAT -> Stock Item", {"Price Includes VAT": False}, {"isstockitem": None}),
        ("Statistics Group -> Decimals Supported", {"Statistics Group": 0}, {"quantitydecimal": None}),
    ],
)
def test_a_blank_in_bc_and_nothing_in_sales_are_no_difference(
    line: str, given: dict[str, object], has: dict[str, object]
) -> None:
    assert outcome(to_sales(line, given, has)) == {"unchanged": 1}


def test_a_cleared_text_becomes_nothing_in_sales() -> None:
    plan = to_sales("Description -> Name", {"Description": ""}, {"name": "Bike"})
    assert outcome(plan) == {"changed": 1}
    assert product_has(plan, "name") is None


def test_numbers_and_truths_keep_their_zero_in_sales() -> None:
    plan = to_sales(
        "Unit Cost -> Standard Cost",
        {"Unit Cost": 0, "Price Includes VAT": False},
        {"standardcost": 5, "isstockitem": True},
        "Price Includes VAT -> Stock Item",
    )
    assert product_has(plan, "standardcost") == 0
    assert product_has(plan, "isstockitem") is False


def test_nothing_in_sales_becomes_blank_in_bc() -> None:
    plan = to_bc(
        "Description <- Name", {"name": None}, {"Description": "Bike", "Unit Cost": 5}, "Unit Cost <- Standard Cost"
    )
    assert item_has(plan, "Description") == ""
    assert item_has(plan, "Unit Cost") == 0


# --- constants and values (R4.4) ----------------------------------------------------------------------------


def test_a_constant_is_written_only_where_it_differs() -> None:
    assert outcome(to_sales("'Services' -> Product Type", {}, {"producttypecode": 3})) == {"unchanged": 1}
    plan = to_sales("'Services' -> Product Type", {}, {"producttypecode": 1})
    assert outcome(plan) == {"changed": 1}
    assert product_has(plan, "producttypecode") == 3


def test_a_calculation_is_carried_and_compared() -> None:
    assert (
        product_has(
            to_sales("max(Unit Cost, 0) -> Standard Cost", {"Unit Cost": -5}, {"standardcost": 3}), "standardcost"
        )
        == 0
    )
    assert outcome(to_sales("max(Unit Cost, 0) -> Standard Cost", {"Unit Cost": -5}, {"standardcost": 0})) == {
        "unchanged": 1
    }


def test_a_flow_field_is_calculated_first() -> None:
    rules = with_(TO_SALES, "Inventory -> Quantity On Hand")
    entries = [
        bc("Item Ledger Entry", {"Entry No.": at, "Item No.": no, "Quantity": quantity})
        for at, (no, quantity) in enumerate([("1", 5), ("1", -2), ("2", 100)], start=1)
    ]
    plan = world(rules, item("1", changed="10:00"), product("1"), coupled("1"), *entries).plan()
    assert product_has(plan, "quantityonhand") == 3


def test_a_line_that_is_off_carries_nothing() -> None:
    plan = to_sales(
        "Description -> Name, off", {"Description": "Bike"}, {"name": "Cycle"}, "Unit Cost -> Standard Cost"
    )
    assert product_has(plan, "name") == "Cycle"


def test_a_line_of_the_other_direction_carries_nothing() -> None:
    rules = """mapping ITEMS "Items": bc Item as item <-> sales Product as product {
  only coupled records
  Description  <-  Name
  Unit Cost     ->  Standard Cost
}"""
    story = world(rules, item("1", {"Description": "Bike"}, "10:00"), product("1", {"name": "Cycle"}), coupled("1"))
    assert story.plan().row("sales", "product", sales_id("1"))["name"] == "Cycle"


def test_a_line_that_only_exists_under_a_setting() -> None:
    rules = """mapping ITEMS "Items": bc Item as item -> sales Product as product {
  only coupled records
  Description -> Name when setting unit group mapping enabled
  Description -> Vendor Name when not setting unit group mapping enabled
}"""
    for enabled in (True, False):
        story = world(
            rules,
            item("1", {"Description": "Bike"}, "10:00"),
            product("1"),
            coupled("1"),
            settings={"unit_group_mapping_enabled": enabled},
        )
        assert story.plan().fields("1") == {("Name" if enabled else "Vendor Name"): ("", "Bike")}


def test_a_column_that_sales_takes_only_on_insert_is_not_compared() -> None:
    rules = """mapping CURRENCY "Currencies": bc Currency as currency -> sales Transaction Currency as money {
  create missing records
  Code -> Currency Code
  Description -> Currency Name
}"""
    story = world(
        rules,
        bc("Currency", {"Code": "EUR", "SystemId": bc_id("1"), "Description": "Euro"}, "10:00"),
        bc("Currency", {"Code": "USD", "SystemId": bc_id("2")}, "10:00"),
        sales(
            "transactioncurrency",
            {"transactioncurrencyid": sales_id("1"), "isocurrencycode": "ZZZ", "currencyname": "Euro"},
        ),
        coupled("1", table=4),
    )
    plan = story.plan()
    assert plan.counts("CURRENCY", "to_sales") == {"unchanged": 1, "created": 1}
    assert {one["isocurrencycode"] for one in plan.table("sales", "transactioncurrency")} == {"ZZZ", "USD"}


# --- value lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "becomes"), [("V1", "one"), ("V2", "two"), ("", None)])
def test_a_value_list_is_read_in_the_direction_of_the_arrow(given: str, becomes: str | None) -> None:
    plan = to_sales("Vendor No. -> Vendor ID using TERMS", {"Vendor No.": given}, {"vendorid": "old"})
    assert product_has(plan, "vendorid") == becomes


@pytest.mark.parametrize(("given", "becomes"), [("one", "V1"), ("two", "V2"), (None, "")])
def test_and_backwards(given: str | None, becomes: str) -> None:
    plan = to_bc("Vendor No. <- Vendor ID using TERMS", {"vendorid": given}, {"Vendor No.": "OLD"})
    assert item_has(plan, "Vendor No.") == becomes


def test_a_value_that_is_in_no_pair_fails_the_record_and_is_named() -> None:
    plan = to_sales("Vendor No. -> Vendor ID using TERMS", {"Vendor No.": "V9"})
    assert outcome(plan) == {"failed": 1}
    assert "V9" in (plan.fate("1").reason or "")
