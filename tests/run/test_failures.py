"""What fails, what is tried again, what becomes a skip (sync-semantics 3.5 to 3.9)."""

from __future__ import annotations

import pytest

from tests.plan.rules import ITEMS, TO_SALES, creating, with_
from tests.plan.stories import Story, bc, bc_id, coupled, item, moment, product, sales_id, watermark, world

COST = 'every sales record { require item.Unit Cost > 0 else fail "Item {item.No.} has no cost." }'
NAMED_COST = (
    'every sales record { require item.Unit Cost > 0 else fail "Item {item.No.} {item.Description} has no cost." }'
)


def failing(*more: str) -> Story:
    return world(
        with_(TO_SALES, COST, *more),
        item("1", {"Description": "Bike", "Unit Cost": 0}, "10:00"),
        product("1"),
        coupled("1"),
    )


# --- transfer errors and marks (R3.16, R3.26) ---------------------------------------------------------------


def test_a_failure_marks_the_coupling_and_leaves_rows_and_stamps() -> None:
    plan = failing().plan()
    assert plan.counts("ITEMS", "to_sales") == {"failed": 1}
    assert plan.fate("1").reason == "Item 1 has no cost."
    assert plan.results("1") == ("Failure", "")
    assert plan.stamps("1") == (moment("08:00"), moment("08:00"))
    assert plan.row("sales", "product", sales_id("1"))["modifiedon"] == moment("08:00")


def test_the_mark_goes_to_the_direction_that_failed() -> None:
    rules = with_(ITEMS, 'every bc record { require product.Standard Cost > 0 else fail "No cost." }')
    story = world(rules, item("1"), product("1", {"standardcost": 0}, "10:00"), coupled("1"))
    assert story.plan().results("1") == ("", "Failure")


def test_the_error_log_holds_the_record_and_the_words() -> None:
    plan = failing().plan()
    (error,) = plan.table("bc", "Integration Synch. Job Errors")
    (job,) = plan.table("bc", "Integration Synch. Job")
    assert error["Message"] == "Item 1 has no cost."
    assert error["Source Record ID"] == "Item: 1"
    assert error["Integration Synch. Job ID"] == job["ID"]
    assert job["Failed"] == 1
    books = plan.coupling("1")
    assert books is not None and books["Last Synch. CRM Job ID"] == job["ID"]


def test_one_failure_never_undoes_another_record() -> None:
    story = world(
        with_(TO_SALES, COST),
        *(item(no, {"Description": "Bike", "Unit Cost": cost}, "10:00") for no, cost in (("1", 0), ("2", 5))),
        product("1"),
        product("2"),
        coupled("1"),
        coupled("2"),
    )
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1, "failed": 1}
    assert plan.row("sales", "product", sales_id("2"))["name"] == "Bike"


def test_the_first_require_that_fails_gives_the_reason() -> None:
    other = "every sales record { require item.Description = 'x' else fail \"No x.\" }"
    assert failing(other).plan().fate("1").reason == "Item 1 has no cost."
    story = world(
        with_(TO_SALES, other, COST),
        item("1", {"Description": "Bike", "Unit Cost": 0}, "10:00"),
        product("1"),
        coupled("1"),
    )
    assert story.plan().fate("1").reason == "No x."


# --- a failed insert is lost (R2.19) ------------------------------------------------------------------------


def test_a_failed_insert_leaves_no_coupling_and_is_not_tried_again_until_it_changes() -> None:
    story = world(creating(TO_SALES, COST), item("1", {"Unit Cost": 0}, "10:00"))
    first = story.plan()
    assert first.counts("ITEMS", "to_sales") == {"failed": 1}
    assert first.coupling("1") is None
    story.apply(first)
    story.edit("bc", "Item", bc_id("1"), None, Unit_Cost=5)
    assert story.plan(now="13:00").scanned("ITEMS", "to_sales") == 0
    story.edit("bc", "Item", bc_id("1"), "13:30")
    assert story.plan(now="14:00").counts("ITEMS", "to_sales") == {"created": 1}


# --- the second identical failure (R3.27, R3.28) ------------------------------------------------------------


def test_the_second_identical_failure_becomes_a_skip() -> None:
    again = failing().run()
    assert again.counts("ITEMS", "to_sales") == {"skipped": 1}
    assert again.fate("1").code == "W622"
    books = again.coupling("1")
    assert books is not None and books["Skipped"] is True
    assert len(again.table("bc", "Integration Synch. Job Errors")) == 2


def test_another_reason_is_another_failure() -> None:
    story = world(
        with_(TO_SALES, NAMED_COST),
        item("1", {"Description": "Bike", "Unit Cost": 0}, "10:00"),
        product("1"),
        coupled("1"),
    )
    story.apply(story.plan())
    story.edit("bc", "Item", bc_id("1"), "12:15", Description="Cycle")
    again = story.plan(now="12:30")
    assert again.counts("ITEMS", "to_sales") == {"failed": 1}
    books = again.coupling("1")
    assert books is not None and books["Skipped"] is False


def test_what_was_skipped_stays_skipped_in_both_directions() -> None:
    story = world(
        with_(ITEMS, COST),
        item("1", {"Unit Cost": 0}, "10:00"),
        product("1", {"name": "Bike"}),
        coupled("1"),
        watermark("ITEMS"),
    )
    for now in ("12:00", "12:30"):
        story.apply(story.plan(now=now))
    story.edit("bc", "Item", bc_id("1"), "12:45", Unit_Cost=5)
    story.edit("sales", "product", sales_id("1"), "12:45", name="New")
    third = story.plan(now="13:00")
    assert third.counts("ITEMS", "to_sales") == {"skipped": 1}
    assert third.counts("ITEMS", "to_bc") == {"skipped": 1}


def test_in_the_run_of_the_second_failure_the_way_back_counts_the_pair_as_skipped_only_if_it_is_read() -> None:
    story = world(
        with_(ITEMS, COST),
        item("1", {"Unit Cost": 0}, "10:00"),
        product("1"),
        coupled("1", to_bc="Failure"),
        watermark("ITEMS", sales_read="11:00"),
    )
    story.apply(story.plan(now="12:00"))
    story.edit("bc", "CRM Integration Record", _coupling(story), None, Last_Synch__Result=2)
    again = story.plan(now="12:30")
    assert again.counts("ITEMS", "to_sales") == {"skipped": 1}
    assert again.counts("ITEMS", "to_bc") == {}


def test_retried_by_hand_the_record_is_read_again_and_settles() -> None:
    story = failing()
    for now in ("12:00", "12:30"):
        story.apply(story.plan(now=now))
    story.edit("bc", "CRM Integration Record", _coupling(story), None, Skipped=False)
    story.edit("bc", "Item", bc_id("1"), None, Unit_Cost=5)
    plan = story.plan(now="13:00")
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert plan.results("1") == ("Success", "")


def test_after_a_success_in_between_the_same_failure_is_a_first_one_again() -> None:
    story = failing()
    story.apply(story.plan(now="12:00"))
    story.edit("bc", "Item", bc_id("1"), "12:10", Unit_Cost=5)
    story.apply(story.plan(now="12:20"))
    story.edit("bc", "Item", bc_id("1"), "12:30", Unit_Cost=0)
    assert story.plan(now="12:40").counts("ITEMS", "to_sales") == {"failed": 1}


def test_a_conflict_that_stays_becomes_a_skip_at_the_second_time() -> None:
    story = world(
        ITEMS,
        item("1", {"Description": "Bike"}, "10:00"),
        product("1", {"name": "Cycle"}, "11:00"),
        coupled("1"),
    )
    again = story.run()
    assert again.counts("ITEMS", "to_sales") == {"skipped": 1}


def test_a_missing_partner_fails_once_and_is_skipped_then() -> None:
    again = world(TO_SALES, item("1"), coupled("1")).run()
    assert again.counts("ITEMS", "to_sales") == {"skipped": 1}


# --- after the write (R3.24, R3.32) -------------------------------------------------------------------------


def test_a_template_overrides_what_was_mapped_for_new_records_only() -> None:
    rules = creating(
        """
mapping ITEMS "Items": bc Item as item <- sales Product as product {
  only coupled records
  Description      <-  Name
  Vendor Item No.  <-  Vendor Name
}
""",
        "new bc record { apply template 'BIKES' }",
    )
    line = {
        "Data Template Code": "BIKES",
        "Line No.": 10000,
        "Field Name": "Description",
        "Default Value": "From template",
    }
    story = world(
        rules,
        product("1", {"name": "Bike", "vendorpartnumber": "V-1"}, "10:00"),
        item("2"),
        product("2", {"name": "Cycle", "vendorpartnumber": "V-2"}, "10:00"),
        coupled("2"),
        bc("Config. Template Line", line),
    )
    plan = story.plan()
    rows = {one["Vendor Item No."]: one["Description"] for one in plan.table("bc", "Item")}
    assert rows == {"V-1": "From template", "V-2": "Cycle"}


def test_a_new_pair_has_the_stamps_of_both_rows() -> None:
    plan = world(creating(TO_SALES), item("1", changed="10:00")).plan(now="12:00")
    assert plan.stamps("1") == (moment("10:00"), moment("12:00"))
    assert plan.results("1") == ("Success", "")


# --- couplings without stamps (R1.16) -----------------------------------------------------------------------


def test_always_compare_keeps_no_stamps_and_no_marks() -> None:
    rules = with_(TO_SALES, "always compare", COST)
    story = world(
        rules,
        item("1", {"Unit Cost": 0}),
        item("2", {"Unit Cost": 5}),
        product("1"),
        product("2"),
        coupled("1"),
        coupled("2"),
    )
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"unchanged": 1, "failed": 1}
    assert plan.results("1") == ("", "")
    assert plan.stamps("2") == (moment("08:00"), moment("08:00"))


@pytest.mark.parametrize("changed", ["08:00", "07:00"])
def test_always_compare_asks_no_stamp(changed: str) -> None:
    rules = with_(TO_SALES, "always compare")
    story = world(rules, item("1", {"Description": "Bike"}, changed), product("1"), coupled("1"))
    assert story.plan().counts("ITEMS", "to_sales") == {"changed": 1}


def _coupling(story: Story) -> str:
    (row,) = story.plan().table("bc", "CRM Integration Record")
    return str(row["SystemId"])
