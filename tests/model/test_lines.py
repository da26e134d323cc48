"""Field lines: both directions, look-ups, value lists, what a blank means, what cannot be written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.model.model import (
    Blank,
    Call,
    Carry,
    Choose,
    Column,
    Constant,
    FieldLine,
    Itself,
    Matches,
    Partner,
    Relation,
    Translate,
)
from tests.model.world import bound, items, mapping_text, said


def line(written: str) -> FieldLine:
    (only,) = [one for one in items(written).items if isinstance(one, FieldLine)]
    return only


def carry(one: Carry | None) -> Carry:
    assert one is not None
    return one


def test_an_arrow_names_source_and_target() -> None:
    to_sales = carry(line("Description -> Name").to_sales)
    assert (to_sales.target.name, to_sales.source and to_sales.source.field.name) == ("name", "Description")
    to_bc = carry(line("Description <- Name").to_bc)
    assert (to_bc.target.name, to_bc.source and to_bc.source.field.name) == ("Description", "name")
    assert line("Description -> Name").to_bc is None
    assert line("Description <- Name").to_sales is None


def test_a_two_way_line_goes_both_ways() -> None:
    both = line("Description <-> Name")
    assert both.two_way
    assert both.label == "Description <-> Name"
    assert (carry(both.to_sales).target.name, carry(both.to_bc).target.name) == ("name", "Description")


def test_technical_names_do_what_captions_do() -> None:
    by_name, by_caption = line("Description <-> name"), line("Description <-> Name")
    assert (by_name.to_sales, by_name.to_bc) == (by_caption.to_sales, by_caption.to_bc)


def test_a_constant_becomes_the_value_of_its_field() -> None:
    option = carry(line("'Sales Inventory' -> Product Type").to_sales)
    assert isinstance(option.value, Constant)
    assert (option.value.value, option.source) == (1, None)
    by_name = carry(line("'SalesInventory' -> Product Type").to_sales)
    by_number = carry(line("1 -> Product Type").to_sales)
    assert by_name.value == option.value == by_number.value
    yes = carry(line("'Yes' -> Stock Item").to_sales).value
    assert isinstance(yes, Constant)
    assert yes.value is True
    number = carry(line("2.5 -> List Price").to_sales).value
    assert isinstance(number, Constant)
    assert number.value == Decimal("2.5")


def test_a_calculation_has_no_source() -> None:
    price = carry(line("max(Unit Price, 0) -> List Price").to_sales)
    assert price.source is None
    assert isinstance(price.value, Call)
    (first, _) = price.value.arguments
    assert isinstance(first, Column)
    assert first.field.name == "Unit Price"


def test_via_looks_up_in_the_direction_of_the_arrow() -> None:
    both = line("Base Unit of Measure <-> Unit Group via UNITS")
    there, back = carry(both.to_sales).value, carry(both.to_bc).value
    assert isinstance(there, Partner)
    assert isinstance(back, Partner)
    assert (there.leg, there.type.kind, there.mappings) == ("to_sales", "id", ("UNITS",))
    assert there.type.table is not None
    assert there.type.table.name == "uomschedule"
    assert (back.leg, back.type.kind, back.type.length) == ("to_bc", "code", 10)
    assert isinstance(there.value, Column)
    assert there.value.field.name == "Base Unit of Measure"
    assert isinstance(back.value, Column)
    assert back.value.field.name == "defaultuomscheduleid"


def test_a_value_list_is_read_in_the_direction_of_the_arrow() -> None:
    both = line("Blocked <-> Status using { No = Active, Yes = Retired }")
    there, back = carry(both.to_sales).value, carry(both.to_bc).value
    assert isinstance(there, Translate)
    assert isinstance(back, Translate)
    assert [(one.value, other.value) for one, other in there.pairs] == [(False, 0), (True, 1)]
    assert [(one.value, other.value) for one, other in back.pairs] == [(0, False), (1, True)]


CURRENCY = """
find sales Transaction Currency as home where Currency Code = setting local currency
mapping CURRENCY "Currencies": bc Currency as currency -> sales Transaction Currency as partner {
  Code -> Currency Code
}
mapping CUSTOMER "Customers": bc Customer as customer <-> sales Account as account {
  Currency Code <-> Currency via CURRENCY, blank means home
}
"""


def test_a_blank_on_one_side_stands_for_a_record_on_the_other() -> None:
    """`blank means home`: home is a Sales record, so a blank code there, and back the blank code for home."""
    found = bound(CURRENCY)
    assert found.diagnostics == ()
    (both,) = [one for one in found.model.mappings["CUSTOMER"].items if isinstance(one, FieldLine)]
    there, back = carry(both.to_sales).value, carry(both.to_bc).value
    assert isinstance(there, Choose)
    assert isinstance(there.condition, Blank)
    assert isinstance(there.then, Itself)
    assert isinstance(there.otherwise, Partner)
    assert isinstance(back, Choose)
    assert isinstance(back.condition, Matches)
    assert isinstance(back.condition.filter, Relation)
    assert isinstance(back.condition.filter.operand, Itself)
    assert isinstance(back.then, Constant)
    assert back.then.value == ""
    assert isinstance(back.otherwise, Partner)


def test_a_blank_in_sales_stands_for_a_value_in_business_central() -> None:
    """A setting with a code next to a code and an id: it can only be the code's side."""
    both = line("Base Unit of Measure <-> Unit Group via UNITS, blank means setting write-in product no")
    there, back = carry(both.to_sales).value, carry(both.to_bc).value
    assert isinstance(there, Choose)
    assert isinstance(there.then, Constant)
    assert there.then.value is None
    assert isinstance(back, Choose)
    assert isinstance(back.condition, Blank)


def test_on_a_one_way_line_the_stand_in_is_at_the_arrow_head() -> None:
    there = carry(line("Vendor No. -> Vendor ID, blank means 'none'").to_sales).value
    assert isinstance(there, Choose)
    assert isinstance(there.condition, Blank)
    assert isinstance(there.then, Constant)
    assert there.then.value == "none"


def test_to_sales_and_to_bc_say_what_is_carried_instead() -> None:
    both = line("Description <-> Name, to sales item.No., to bc product.Product ID")
    there, back = carry(both.to_sales), carry(both.to_bc)
    assert isinstance(there.value, Column)
    assert (there.value.field.name, there.source and there.source.field.name) == ("No.", "Description")
    assert isinstance(back.value, Column)
    assert back.value.field.name == "productnumber"


@pytest.mark.parametrize(
    ("words", "carried"),
    [
        ("", ("fail", False, False)),
        (", else blank", ("blank", False, False)),
        (", else keep", ("keep", False, False)),
        (", keep if blank", ("fail", True, False)),
        (", unchecked", ("fail", False, True)),
    ],
)
def test_the_words_after_a_comma(words: str, carried: tuple[str, bool, bool]) -> None:
    one = carry(line(f"Base Unit of Measure -> Unit Group via UNITS{words}").to_sales).carried
    assert (one.not_found, one.keep_if_blank, one.unchecked) == carried


def test_lines_that_are_off_or_absent_are_idle_and_checked() -> None:
    mapping = items("No. -> Name, off", "Description -> Name when setting multi company enabled", "No. -> Product ID")
    assert [one.label for one in mapping.items if isinstance(one, FieldLine)] == ["No. -> Product ID"]
    assert mapping.idle == ("No. -> Name", "Description -> Name")
    assert said("Nr -> Name, off") == [("E204", "Nr")]
    assert said("Nr -> Name when setting multi company enabled") == [("E204", "Nr")]


@pytest.mark.parametrize(
    ("written", "code", "place"),
    [
        ("Nr -> Name", "E204", "Nr"),
        ("No. -> Nam", "E204", "Nam"),
        ("No. -> 'Name'", "E213", "'Name'"),
        ("No. -> item.Description", "E213", "item.Description"),
        ("max(Unit Price, 0) <-> List Price", "E214", "max(Unit Price, 0)"),
        ("'A' <-> Name", "E214", "'A'"),
        ("Base Unit of Measure <-> Unit Group", "E210", "Base Unit of Measure <-> Unit Group"),
        ("Blocked -> List Price", "E210", "Blocked -> List Price"),
        ("Vendor No. -> Unit Group via UNITS", "E215", "Unit Group via UNITS"),
        ("Base Unit of Measure -> Default Unit via UNITS", "E215", "Default Unit via UNITS"),
        ("Base Unit of Measure -> Unit Group via UNIT", "E202", "UNIT"),
        ("Blocked -> Status using STATES", "E220", "STATES"),
        ("Blocked -> Status using { Maybe = Active }", "E207", "Maybe"),
        ("Blocked -> Status using { No = Aktiv }", "E206", "Aktiv"),
        ("'Sales Inventri' -> Product Type", "E206", "'Sales Inventri'"),
        ("Description <-> Name, blank means 'x'", "E224", "'x'"),
        ("Description -> Name, to bc item.No.", "E230", "item.No."),
        ("Description -> Name, else keep", "W202", "Description -> Name, else keep"),
        ("Description -> List Price", "W203", "Description"),
    ],
)
def test_what_is_wrong_with_a_line(written: str, code: str, place: str) -> None:
    assert said(written) == [(code, place)]


def test_one_slip_is_told_once_for_both_directions() -> None:
    assert said("Base Unit of Measure <-> Unit Group") == [("E210", "Base Unit of Measure <-> Unit Group")]
    assert len(said("Descriptio <-> Name")) == 1


def test_a_text_without_reference_may_hold_a_key() -> None:
    """The catalog does not know what people keep in a free text, so a look-up by it is let through."""
    assert said("Description -> Unit Group via UNITS") == []


def test_the_mapping_of_the_example_binds() -> None:
    assert bound(mapping_text("No. -> Product ID")).diagnostics == ()


def test_swapped_sides_are_told() -> None:
    (first, *_) = bound(mapping_text("Product ID <-> No.")).diagnostics
    assert (first.code, first.hint) == ("E204", "Product ID is a field of sales Product")
    (only,) = bound(mapping_text("filter sales Blocked = No", "No. -> Product ID")).diagnostics
    assert (only.code, only.hint) == ("E204", "Blocked is a field of bc Item")
