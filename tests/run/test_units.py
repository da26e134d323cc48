"""Units do not see each other (rule of evaluation 7): what one record of a run writes, and what the others make of it.

In a mapping a unit is a record with all its moments, in a process a round of the outermost `for each`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.plan.rules import TO_SALES, creating
from tests.plan.stories import Plan, coupled, item, product, sales, world

LIST = "00000000-0000-0000-0000-0000000000d1"
ROWS = (
    item("1", {"Description": "A"}, "10:00"),
    item("2", {"Description": "B"}, "10:00"),
    product("1", {"name": "Old"}),
    product("2", {"name": "Old"}),
    coupled("1"),
    coupled("2"),
    sales("pricelevel", {"pricelevelid": LIST, "name": "Old list"}),
)


def both(name: str, body: Sequence[str]) -> Plan:
    """Two units that say the same: two changed records of a mapping, or two rounds of a process."""
    if name == "process":
        head = (
            'process chores "Chores" {',
            "for each bc Item as item {",
            "find sales Product as product where coupled with item",
        )
        return world("\n".join([*head, *body, "}", "}"]), *ROWS).plan("chores")
    return world(creating(TO_SALES, f"{name} changed sales record {{", *body, "}"), *ROWS).plan()


def lists(plan: Plan) -> list[tuple[Any, Any]]:
    """(name, description) of the price lists, but for the old one."""
    found = [(one["name"], one.get("description")) for one in plan.table("sales", "pricelevel")]
    return sorted(one for one in found if one[0] != "Old list")


UNITS = pytest.mark.parametrize("unit", ["after", "process"])


@UNITS
def test_what_one_creates_is_not_there_for_the_other_in_the_same_statement(unit: str) -> None:
    plan = both(
        unit, ["if there is no sales Price List where Name = 'made' { create sales Price List { Name := 'made' } }"]
    )
    assert lists(plan) == [("made", None), ("made", None)]


@UNITS
def test_what_a_unit_created_is_there_for_itself(unit: str) -> None:
    body = [
        "create sales Price List { Name := item.No. }",
        "if there is a sales Price List where Name = item.No. { change product { Vendor ID := 'seen' } }",
    ]
    assert [one["vendorid"] for one in both(unit, body).table("sales", "product")] == ["seen", "seen"]


@UNITS
def test_what_is_found_or_created_is_created_once_with_the_words_of_the_first_who_asks(unit: str) -> None:
    body = [
        "find sales Price List as made where Name = 'made' else create {",
        "  Name := 'made'",
        "  Description := item.No.",
        "}",
        "change product { Vendor ID := made.Description }",
    ]
    plan = both(unit, body)
    assert lists(plan) == [("made", "1")]
    assert [one["vendorid"] for one in plan.table("sales", "product")] == ["1", "1"]


@UNITS
def test_what_is_created_or_changed_is_there_once_with_the_words_of_the_last(unit: str) -> None:
    body = ["create or change sales Price List where Name = 'made' { Description := item.No. }"]
    assert lists(both(unit, body)) == [("made", "2")]


@UNITS
def test_a_sum_of_what_belongs_to_the_unit_is_what_it_wrote_itself(unit: str) -> None:
    body = [
        "create sales Product Price List {",
        "  Product := product",
        "  Amount := 5",
        "}",
        "change product { Current Cost := sum of Amount in sales Product Price List where Product = product }",
    ]
    assert [one["currentcost"] for one in both(unit, body).table("sales", "product")] == [5, 5]


@UNITS
def test_a_record_that_one_changes_is_found_by_the_other_as_it_was_in_the_same_statement(unit: str) -> None:
    body = [
        "if there is a sales Price List where Name = 'Old list' and Description is blank {",
        "  change product { Vendor ID := 'blank' }",
        "  change sales Price List where Name = 'Old list' { Description := item.No. }",
        "}",
    ]
    assert [one["vendorid"] for one in both(unit, body).table("sales", "product")] == ["blank", "blank"]


@UNITS
def test_what_one_deletes_is_there_for_the_other_in_the_same_statement(unit: str) -> None:
    body = [
        "for each sales Price List as old where Name = 'Old list' {",
        "  change product { Vendor ID := old.Name }",
        "  delete old",
        "}",
    ]
    plan = both(unit, body)
    assert [one["vendorid"] for one in plan.table("sales", "product")] == ["Old list", "Old list"]
    assert plan.table("sales", "pricelevel") == []


# --- statement after statement: only the first unit writes, both look afterwards ------------------------------------


@UNITS
def test_what_one_created_before_is_not_found_by_the_other(unit: str) -> None:
    body = [
        "if item.No. = '1' { create sales Price List { Name := 'made' } }",
        "find sales Price List as made where Name = 'made'",
        "change product { Vendor ID := if made is blank then 'nothing' else made.Name }",
    ]
    assert [one["vendorid"] for one in both(unit, body).table("sales", "product")] == ["made", "nothing"]


@UNITS
def test_what_one_changed_or_deleted_before_is_for_the_other_as_it_was(unit: str) -> None:
    body = [
        "if item.No. = '1' { change sales Price List where Name = 'Old list' { Description := 'new' } }",
        "find sales Price List as old where Name = 'Old list'",
        "change product { Vendor ID := old.Name + '/' + old.Description }",
        "if item.No. = '1' { delete sales Price List where Name = 'Old list' }",
        "change product { Current Cost := count of sales Price List }",
    ]
    plan = both(unit, body)
    assert [one["vendorid"] for one in plan.table("sales", "product")] == ["Old list/new", "Old list/"]
    assert [one["currentcost"] for one in plan.table("sales", "product")] == [None, 1]
    assert plan.table("sales", "pricelevel") == []


@UNITS
def test_what_one_coupled_or_uncoupled_before_is_for_the_other_as_it_was(unit: str) -> None:
    body = [
        "find bc Item as first where No. = '1'",
        "if item.No. = '1' { uncouple item }",
        "change product { Vendor ID := if first is coupled then 'coupled' else 'alone' }",
    ]
    assert [one["vendorid"] for one in both(unit, body).table("sales", "product")] == ["alone", "coupled"]


@UNITS
def test_a_record_that_both_write_the_first_has_where_it_asks_what_the_record_holds(unit: str) -> None:
    body = ["change sales Price List where Name = 'Old list' and Description is blank { Description := item.No. }"]
    assert [one["description"] for one in both(unit, body).table("sales", "pricelevel")] == ["1"]


@UNITS
def test_a_record_that_both_write_each_writes_on_where_the_one_before_it_left_off(unit: str) -> None:
    body = [
        "find sales Price List as list where Name = 'Old list'",
        "change list { Description := list.Description + item.No. }",
    ]
    assert [one["description"] for one in both(unit, body).table("sales", "pricelevel")] == ["12"]
