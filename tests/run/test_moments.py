"""What a mapping does around its records: every, new, changed, after …, and what other records that touches."""

from __future__ import annotations

import pytest

from tests.plan.rules import ITEMS, TO_BC, TO_SALES, creating, with_
from tests.plan.stories import bc, bc_id, coupled, item, moment, product, sales, sales_id, world

ONE_EACH = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  create missing records
  Description -> Name
  %s sales record { Vendor ID := 'seen' }
}
"""
ROWS = (
    item("1", {"Description": "New"}, "10:00"),
    item("2", {"Description": "Changed"}, "10:00"),
    item("3", {"Description": "Compared"}, "10:00"),
    item("4", {"Description": "Untouched"}),
    product("2", {"name": "Old"}),
    product("3", {"name": "Compared"}),
    product("4", {"name": "Old"}),
    coupled("2"),
    coupled("3"),
    coupled("4"),
)


@pytest.mark.parametrize(
    ("states", "seen"),
    [
        ("every", {"New", "Changed", "Compared"}),
        ("new", {"New"}),
        ("changed", {"Changed"}),
        ("new or changed", {"New", "Changed"}),
    ],
)
def test_moments_before_the_write(states: str, seen: set[str]) -> None:
    plan = world(ONE_EACH % states, *ROWS).plan()
    assert {one["name"] for one in plan.table("sales", "product") if one["vendorid"] == "seen"} == seen


@pytest.mark.parametrize(
    ("states", "seen"),
    [
        ("after new", {"New"}),
        ("after changed", {"Changed"}),
        ("after unchanged", {"Compared"}),
        ("after untouched", {"Old"}),
        ("after new or changed or unchanged", {"New", "Changed", "Compared"}),
        ("after unchanged or untouched", {"Compared", "Old"}),
    ],
)
def test_moments_after_the_write(states: str, seen: set[str]) -> None:
    rules = (ONE_EACH % states).replace("Vendor ID := 'seen'", "change product { Vendor ID := 'seen' }")
    plan = world(rules, *ROWS).plan()
    assert {one["name"] for one in plan.table("sales", "product") if one["vendorid"] == "seen"} == seen


def test_every_counts_as_a_difference_and_changed_does_not() -> None:
    compared = (item("1", {"Description": "Bike"}, "10:00"), product("1", {"name": "Bike"}), coupled("1"))
    assert world(ONE_EACH % "every", *compared).plan().counts("ITEMS", "to_sales") == {"changed": 1}
    assert world(ONE_EACH % "changed", *compared).plan().counts("ITEMS", "to_sales") == {"unchanged": 1}


def test_after_blocks_do_not_change_the_counters_of_their_record() -> None:
    rules = with_(TO_SALES, "after unchanged sales record { change product { Vendor ID := 'seen' } }")
    plan = world(rules, item("1", changed="10:00"), product("1"), coupled("1")).plan()
    assert plan.counts("ITEMS", "to_sales") == {"unchanged": 1}
    assert plan.row("sales", "product", sales_id("1"))["vendorid"] == "seen"


def test_a_moment_of_the_other_side_is_not_carried_out() -> None:
    rules = with_(ITEMS, "every bc record { Vendor No. := 'SEEN' }")
    plan = world(rules, item("1", {"Description": "Bike"}, "10:00"), product("1"), coupled("1")).plan("ITEMS")
    assert plan.fields("1", "to_sales") == {"Name": ("", "Bike")}


def test_what_says_changed_sees_the_values_that_are_carried() -> None:
    rules = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  only coupled records
  Description -> Name
  changed sales record { Vendor ID := product.Name }
}
"""
    story = world(rules, item("1", {"Description": "Bike"}, "10:00"), product("1", {"name": "Old"}), coupled("1"))
    assert story.plan().fields("1") == {"Name": ("Old", "Bike"), "Vendor ID": ("", "Bike")}


def test_a_block_sees_what_stands_above_it() -> None:
    rules = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  only coupled records
  every sales record { Vendor ID := product.Name }
  Description -> Name
  every sales record { Vendor Name := product.Name }
}
"""
    story = world(rules, item("1", {"Description": "Bike"}, "10:00"), product("1", {"name": "Old"}), coupled("1"))
    assert story.plan().fields("1") == {
        "Vendor ID": ("", "Old"),
        "Name": ("Old", "Bike"),
        "Vendor Name": ("", "Bike"),
    }


def test_a_neighbour_that_comes_along_is_listed_under_its_cause_and_counted_nowhere() -> None:
    rules = with_(
        creating(TO_SALES),
        "after new sales record {",
        "  create sales Product Price List {",
        "    Product := product",
        "    Amount := 5",
        "  }",
        "}",
    )
    plan = world(rules, item("1", {"Description": "Bike"})).plan()
    assert plan.counts("ITEMS", "to_sales") == {"created": 1}
    (price,) = plan.table("sales", "productpricelevel")
    (made,) = plan.table("sales", "product")
    assert price["productid"] == made["productid"]
    assert [(one.action, one.along) for one in plan.records()] == [("create", False), ("create", True)]


def test_a_record_that_fails_brings_nothing_along() -> None:
    rules = with_(
        creating(TO_SALES),
        'every sales record { require item.Unit Cost > 0 else fail "No cost." }',
        "after new sales record { change sales Price List where Name = 'A' { Description := 'used' } }",
    )
    story = world(rules, item("1", {"Unit Cost": 0}), sales("pricelevel", {"name": "A"}))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"failed": 1}
    assert all(not one.get("description") for one in plan.table("sales", "pricelevel"))


def test_create_or_change_makes_one_and_then_finds_it() -> None:
    rules = with_(
        TO_SALES,
        "after changed or unchanged sales record { create or change sales Product Price List where Product = product "
        "{ Amount := product.List Price } }",
    )
    story = world(rules, item("1", {"Description": "Bike"}, "10:00"), product("1", {"price": 5}), coupled("1"))
    story.apply(story.plan())
    story.edit("sales", "product", sales_id("1"), None, price=7)
    story.edit("bc", "Item", bc_id("1"), "12:20", Description="Bike two")
    plan = story.plan(now="12:30")
    assert [one["amount"] for one in plan.table("sales", "productpricelevel")] == [7]


def test_warnings_change_nothing() -> None:
    rules = with_(
        TO_SALES, 'every sales record { require item.Unit Cost > 0 else warn "Item {item.No.} has no cost." }'
    )
    story = world(rules, item("1", {"Description": "Bike", "Unit Cost": 0}, "10:00"), product("1"), coupled("1"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert [text for _, text in plan.notes()] == ["Item 1 has no cost."]


def test_a_find_that_must_succeed_fails_its_record() -> None:
    rules = with_(
        TO_SALES,
        'find bc Vendor as vendor where No. = item.Vendor No. else fail "Vendor {item.Vendor No.} is missing."',
    )
    story = world(
        rules,
        item("1", {"Vendor No.": "V1"}, "10:00"),
        item("2", {"Vendor No.": "V2"}, "10:00"),
        product("1"),
        product("2"),
        coupled("1"),
        coupled("2"),
        bc("Vendor", {"No.": "V1"}),
    )
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"unchanged": 1, "failed": 1}
    assert plan.fate("2").reason == "Vendor V2 is missing."


def test_defaults_fill_new_records_and_what_the_platform_writes_is_there() -> None:
    plan = world(creating(TO_SALES), item("1", {"Description": "Bike"})).plan(now="12:00")
    (made,) = plan.table("sales", "product")
    assert made["statecode"] == 2  # Draft, the default of the schema
    assert (made["createdon"], made["modifiedon"]) == (moment("12:00"), moment("12:00"))


CHECKED = creating(TO_SALES, '%s { require item.Unit Cost > 0 else fail "Item {item.No.} costs nothing." }')


def test_what_fails_after_a_record_was_created_leaves_it_coupled_marked_and_without_stamps() -> None:
    rows = (item("1", {"Description": "Bike"}, "10:00"), item("2", {"Description": "Bell", "Unit Cost": 1}, "10:00"))
    story = world(CHECKED % "after new sales record", *rows)
    plan = story.plan()
    assert sorted(one["name"] for one in plan.table("sales", "product")) == ["Bell", "Bike"]
    assert plan.counts("ITEMS", "to_sales") == {"created": 1, "failed": 1}
    assert plan.fate("1").action == "fail"
    assert plan.fate("1").reason == "Item 1 costs nothing."
    assert plan.results("1") == ("Failure", "")
    assert plan.stamps("1") == (None, None)
    assert plan.results("2") == ("Success", "")
    job = plan.table("bc", "Integration Synch. Job")[0]
    assert (job["Inserted"], job["Failed"]) == (1, 1)
    assert [one["Source Record ID"] for one in plan.table("bc", "Integration Synch. Job Errors")] == ["Item: 1"]


def test_such_a_record_is_tried_again_although_nobody_touched_it() -> None:
    story = world(CHECKED % "after new sales record", item("1", {"Description": "Bike"}, "10:00"))
    later = story.run()
    assert later.counts("ITEMS", "to_sales") == {"unchanged": 1}
    assert later.results("1") == ("Success", "")


@pytest.mark.parametrize("states", ["changed", "changed or unchanged"])
def test_what_fails_after_a_change_keeps_the_stamps_from_before(states: str) -> None:
    rules = CHECKED % f"after {states} sales record"
    story = world(rules, item("1", {"Description": "Bike"}, "10:00"), product("1"), coupled("1"))
    plan = story.plan()
    assert plan.row("sales", "product", sales_id("1"))["name"] == "Bike"
    assert plan.counts("ITEMS", "to_sales") == {"failed": 1}
    assert plan.results("1") == ("Failure", "")
    assert plan.stamps("1") == (moment("08:00"), moment("08:00"))


def test_the_second_failure_in_the_same_words_after_the_write_becomes_a_skip() -> None:
    rules = CHECKED % "after changed or unchanged sales record"
    story = world(rules, item("1", {"Description": "Bike"}, "10:00"), product("1"), coupled("1"))
    later = story.run()
    assert later.counts("ITEMS", "to_sales") == {"skipped": 1}
    coupling = later.coupling("1")
    assert coupling is not None and coupling["Skipped"]


def test_a_record_that_was_not_even_compared_can_fail_in_what_comes_after() -> None:
    rules = CHECKED % "after untouched sales record"
    story = world(rules, item("1"), item("2", {"Unit Cost": 1}), product("1"), product("2"), coupled("1"), coupled("2"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"unchanged": 1, "failed": 1}
    assert plan.fate("1").action == "fail"


NUMBERS = creating(TO_BC, "new bc record { No. := next number from 'I00001' }")
NAMES = creating(TO_SALES, "new sales record { Product ID := next number from 'P1' }")


def test_numbers_are_given_in_the_order_of_the_ids_of_sales() -> None:
    plan = world(NUMBERS, *(product(str(one), {"name": f"Bike {one}"}) for one in range(1, 9))).plan()
    given = {one["Description"]: one["No."] for one in plan.table("bc", "Item")}
    assert given == {f"Bike {one}": f"I0000{one}" for one in range(1, 9)}


def test_numbers_are_given_in_the_order_of_the_keys_of_business_central() -> None:
    keys = ("A", "C", "B", "D")
    items = (bc("Item", {"No.": key, "SystemId": bc_id(str(at)), "Description": key}) for at, key in enumerate(keys))
    plan = world(NAMES, *items).plan()
    assert {one["name"]: one["productnumber"] for one in plan.table("sales", "product")} == {
        "A": "P1",
        "B": "P2",
        "C": "P3",
        "D": "P4",
    }


def test_a_record_that_fails_takes_no_number() -> None:
    rules = with_(NUMBERS, 'every bc record { require product.Standard Cost > 0 else fail "No cost." }')
    plan = world(rules, product("1"), product("2", {"standardcost": 1, "name": "Bike"})).plan()
    assert [(one["No."], one["Description"]) for one in plan.table("bc", "Item")] == [("I00001", "Bike")]


def test_a_number_for_new_records_does_not_hinder_what_changed_ones_bring_along() -> None:
    rules = with_(
        creating(TO_BC, "new bc record { No. := next number from 'I00001' }"),
        "changed bc record {",
        "  synchronise product with PARTS",
        "}",
    )
    parts = (
        'mapping PARTS "Parts": bc Resource as part <- sales Product as thing {\n'
        "  only coupled records\n  Name  <-  Name\n}\n"
    )
    story = world([rules, parts], item("1"), product("1", {"name": "Bike"}, "10:00"), coupled("1"))
    plan = story.plan("ITEMS")
    assert plan.counts("ITEMS", "to_bc") == {"changed": 1}
    assert [one["Name"] for one in plan.table("bc", "Resource")] == ["Bike"]


LAST = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  create missing records
  No. -> Product ID
  Description -> Name
  after new sales record {
    %s
  }
}
"""
OUT_OF_ORDER = tuple(
    bc("Item", {"No.": key, "SystemId": bc_id(str(at)), "Description": f"About {key}", "Vendor No.": "V"})
    for at, key in enumerate(("B", "D", "A", "C"))
)


def test_of_several_that_write_one_record_the_last_by_the_key_of_business_central_stands() -> None:
    rules = LAST % "change bc Vendor where No. = item.Vendor No. { Name := item.Description }"
    plan = world(rules, *OUT_OF_ORDER, bc("Vendor", {"No.": "V", "Name": "Nobody"})).plan()
    assert [one["Name"] for one in plan.table("bc", "Vendor")] == ["About D"]


def test_of_several_rounds_of_one_record_the_last_stands() -> None:
    every = "for each bc Item as other { change bc Vendor where No. = 'V' { Name := other.Description } }"
    plan = world(LAST % every, *OUT_OF_ORDER, bc("Vendor", {"No.": "V", "Name": "Nobody"})).plan()
    assert [one["Name"] for one in plan.table("bc", "Vendor")] == ["About D"]


def test_create_or_change_begins_with_the_first_by_the_primary_key() -> None:
    rules = LAST % "create or change bc Vendor as vendor where City = 'Oxcombe' { Name := 'Met' }"
    vendors = (bc("Vendor", {"No.": no, "SystemId": bc_id(f"9{at}"), "City": "Oxcombe"}) for at, no in enumerate("CAB"))
    plan = world(rules, *OUT_OF_ORDER[:1], *vendors).plan()
    assert {one["No."]: one["Name"] for one in plan.table("bc", "Vendor")} == {"A": "Met", "B": "", "C": ""}
