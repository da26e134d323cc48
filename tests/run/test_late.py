"""R3.24: what fails in a block after its write keeps row and coupling; what the block wrote for it is taken back."""

from __future__ import annotations

import pytest

from engine.run.undo import temporary
from engine.run.world import World
from tests.plan.rules import TO_SALES, creating, with_
from tests.plan.stories import Plan, Row, bc, coupled, item, product, sales, sales_id, world
from tests.why.telling import heard

LISTS = """  after new sales record {
    create sales Price List { Name := item.Description }
    %s
  }"""
CHECKED = LISTS % 'require item.Unit Cost > 0 else fail "Item {item.No.} costs nothing."'
TWO = (item("1", {"Description": "Bike"}, "10:00"), item("2", {"Description": "Bell", "Unit Cost": 1}, "10:00"))


def lists(plan: Plan) -> list[str]:
    return sorted(one["name"] for one in plan.table("sales", "pricelevel"))


def planned(lines: str, *rows: Row) -> Plan:
    return world(creating(TO_SALES, lines), *rows).plan()


def test_only_what_the_good_record_brought_along_is_there() -> None:
    plan = planned(CHECKED, *TWO)
    assert lists(plan) == ["Bell"]
    assert [one.label for one in plan.records() if one.along] == ["Bell"]
    assert plan.written()["sales", "pricelevel"] == 1


def test_row_and_coupling_stay_marked_without_stamps_and_counted_once() -> None:
    plan = planned(CHECKED, *TWO)
    assert sorted(one["name"] for one in plan.table("sales", "product")) == ["Bell", "Bike"]
    assert plan.counts("ITEMS", "to_sales") == {"created": 1, "failed": 1}
    assert (plan.results("1"), plan.stamps("1")) == (("Failure", ""), (None, None))
    assert plan.results("2") == ("Success", "")
    assert plan.fate("1").reason == "Item 1 costs nothing."
    (job,) = plan.table("bc", "Integration Synch. Job")
    assert (job["Inserted"], job["Failed"]) == (1, 1)
    assert len(plan.table("bc", "Integration Synch. Job Errors")) == 1


VENDORS = """mapping VENDORS "Vendors": bc Vendor as vendor -> sales Product as product {
  only coupled records
  Name -> Name
}
"""


def test_a_find_that_must_succeed_takes_back_what_was_written_before_it() -> None:
    find = LISTS % 'find bc Vendor as vendor where No. = item.Vendor No. else fail "No vendor."'
    rows = (item("1", {"Description": "Bike", "Vendor No.": "V"}), item("2", {"Description": "Bell"}))
    plan = planned(find, *rows, bc("Vendor", {"No.": ""}))
    assert (lists(plan), plan.fate("1").reason) == (["Bell"], "No vendor.")


def test_a_look_up_without_partner_takes_back_what_was_written_before_it() -> None:
    look_up = LISTS % "create sales Product Price List { Product := item.Vendor No. via VENDORS }"
    rows = (item("1", {"Description": "Bike", "Vendor No.": "V"}), item("2", {"Description": "Bell"}))
    plan = world([creating(TO_SALES, look_up), VENDORS], *rows).plan("ITEMS")
    assert (lists(plan), plan.fate("1").reason) == (["Bell"], "Vendor No. V has no partner in VENDORS")


def test_warnings_are_told_once_also_of_the_one_that_fails() -> None:
    warned = 'require item.Description = blank else warn "Look at {item.No.}."\n    '
    plan = planned(CHECKED.replace("create sales", warned + "create sales"), *TWO)
    assert [text for _, text in plan.notes()] == ["Look at 1.", "Look at 2."]


def test_who_needs_what_a_failing_record_wrote_fails_too() -> None:
    """Bell finds the list that Bike made, until that is taken back with Bike."""
    needs = "find sales Price List as list where Name = 'Bike' else fail \"No list of bikes.\""
    plan = planned(CHECKED + "\n" + LISTS % needs, *TWO)
    assert {one.source.split()[0]: one.reason for one in plan.records() if not one.along} == {
        "1": "Item 1 costs nothing.",
        "2": "No list of bikes.",
    }
    assert lists(plan) == []


def test_what_an_earlier_block_wrote_for_the_record_goes_as_well() -> None:
    plan = planned("  after new sales record { create sales Unit { Name := item.Description } }\n" + CHECKED, *TWO)
    assert [one["name"] for one in plan.table("sales", "uom")] == ["Bell"]
    assert plan.counts("ITEMS", "to_sales") == {"created": 1, "failed": 1}


@pytest.mark.parametrize("many", [None, 1])
def test_rows_that_stood_in_the_plan_before_are_as_they_were(many: int | None) -> None:
    """A block that writes the very record of the leg, and one more that was there: both as before the block."""
    rules = with_(
        TO_SALES,
        "after changed sales record {",
        "  change product {",
        "    Name := 'Spoilt'",
        "    Vendor ID := 'spoilt'",
        "  }",
        "  change sales Price List where Name = item.Vendor No. { Description := 'spoilt' }",
        '  require item.Unit Cost > 0 else fail "Costs nothing."',
        "}",
    )
    rows = (
        *(
            item(no, {"Description": f"Bike {no}", "Vendor No.": f"V{no}", "Unit Cost": int(no) - 1}, "10:00")
            for no in "12"
        ),
        *(product(no, {"name": "Old"}) for no in "12"),
        *(coupled(no) for no in "12"),
        *(sales("pricelevel", {"pricelevelid": sales_id(f"7{no}"), "name": f"V{no}"}) for no in "12"),
    )
    plan = world(rules, *rows).plan(many=many)
    assert plan.row("sales", "product", sales_id("1"))["name"] == "Bike 1"
    assert plan.row("sales", "product", sales_id("2"))["name"] == "Spoilt"
    assert plan.fields("1") == {"Name": ("Old", "Bike 1")}
    assert plan.fields("2") == {"Name": ("Old", "Spoilt"), "Vendor ID": ("", "spoilt")}
    assert [one["description"] or "" for one in plan.table("sales", "pricelevel")] == ["", "spoilt"]
    assert plan.results("1") == ("Failure", "")


PARTS = """mapping PARTS "Parts": bc Resource as part <- sales Product as thing {
  create missing records
  No.   <-  Product ID
  Name  <-  Name
}
"""
STARTS = creating(
    TO_SALES,
    "after new sales record {",
    "  synchronise product with PARTS",
    '  require item.Unit Cost > 0 else fail "Item {item.No.} costs nothing."',
    "}",
).replace("Description  ->  Name", "Description -> Name\n  No. -> Product ID")


def test_a_run_that_the_block_started_is_taken_back_and_run_again_without_the_record() -> None:
    plan = world([STARTS, PARTS], *TWO).plan("ITEMS")
    assert [one["Name"] for one in plan.table("bc", "Resource")] == ["Bell"]
    assert plan.rows("SELECT pass, mapping, created, failed FROM plan.pass ORDER BY pass") == [
        (1, "ITEMS", 1, 1),
        (2, "PARTS", 1, 0),
    ]
    jobs = sorted((one["Inserted"], one["Failed"]) for one in plan.table("bc", "Integration Synch. Job"))
    assert jobs == [(1, 0), (1, 1)]


def test_a_process_that_starts_such_a_run_keeps_what_is_good_of_it() -> None:
    """Item 1 fails in the run, item 2 in the process after it, item 3 nowhere."""
    sells = """process SELL "Sell" {
  for each bc Item as item {
    create sales Unit { Name := item.Description }
    synchronise item with ITEMS
    require item.No. <> '2' else fail "Not this one."
  }
}
"""
    rows = (*TWO, item("3", {"Description": "Bag", "Unit Cost": 1}, "10:00"))
    plan = world([creating(TO_SALES, CHECKED), sells], *rows).plan("SELL")
    assert lists(plan) == ["Bag"]
    assert sorted(one["name"] for one in plan.table("sales", "uom")) == ["Bag", "Bike"]
    assert sorted(one["name"] for one in plan.table("sales", "product")) == ["Bag", "Bike"]
    assert (plan.results("1"), plan.coupling("2")) == (("Failure", ""), None)
    assert plan.rows("SELECT pass, mapping FROM plan.pass ORDER BY pass") == [(1, "SELL"), (2, "ITEMS")]


def test_no_table_for_a_moment_is_left_of_a_turn_that_was_taken_back() -> None:
    story = world(creating(TO_SALES, CHECKED), *TWO)
    good = world(creating(TO_SALES, CHECKED), TWO[1])
    assert saved(story.plan().world) == saved(good.plan().world) == set()


def saved(world: World) -> set[str]:
    return {one for one in temporary(world) if one.startswith("saved")}


def test_the_story_of_the_record_tells_of_it_and_not_of_what_was_taken_back() -> None:
    story = world([STARTS, PARTS], *TWO)
    told = heard(story, "ITEMS", "1")
    assert "Item 1 costs nothing." in told.text()
    assert "Resource" not in told.text()
    along = heard(world(creating(TO_SALES, CHECKED), *TWO), "ITEMS", "2").line("to_sales", "along")
    assert along.name == "Price List Bell"
