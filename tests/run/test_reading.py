"""Who is read: filters, watermarks, retries, the integration user, what is left out (sync-semantics 2)."""

from __future__ import annotations

import pytest

from tests.plan.rules import BOTH, ITEMS, TO_BC, TO_SALES, creating, with_
from tests.plan.stories import USER, coupled, item, moment, product, watermark, world

SOMEBODY = "00000000-0000-0000-0000-0000000000ee"


# --- watermarks (R2.6, R2.7) ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "read"), [("10:00:00.001", 1), ("10:00:00.000", 0), ("09:59:59.999", 0)], ids=["after", "at", "before"]
)
def test_in_business_central_only_what_is_later_than_the_watermark_is_read(changed: str, read: int) -> None:
    story = world(TO_SALES, item("1", changed=changed), product("1"), coupled("1"), watermark("ITEMS", bc_read="10:00"))
    assert story.plan().scanned("ITEMS", "to_sales") == read


@pytest.mark.parametrize(
    ("changed", "read"),
    [("10:00:00.001", 1), ("10:00:00", 1), ("09:59:59.002", 1), ("09:59:59.001", 0), ("09:59:59", 0)],
)
def test_in_sales_the_watermark_is_set_back_by_999_milliseconds(changed: str, read: int) -> None:
    story = world(TO_BC, item("1"), product("1", changed=changed), coupled("1"), watermark("ITEMS", sales_read="10:00"))
    assert story.plan().scanned("ITEMS", "to_bc") == read


def test_a_row_that_the_999_milliseconds_bring_back_is_counted_unchanged() -> None:
    story = world(
        TO_BC,
        item("1"),
        product("1", {"name": "Bike"}, changed="09:59:59.500"),
        coupled("1", sales_seen="09:59:59.500"),
        watermark("ITEMS", sales_read="10:00"),
    )
    assert story.plan().counts("ITEMS", "to_bc") == {"unchanged": 1}


def test_without_a_watermark_all_is_read() -> None:
    story = world(ITEMS, item("1"), item("2"), product("1"), coupled("1"), watermark("ITEMS"))
    plan = story.plan()
    assert (plan.scanned("ITEMS", "to_sales"), plan.scanned("ITEMS", "to_bc")) == (2, 1)


def test_each_direction_has_a_watermark_of_its_own() -> None:
    story = world(
        ITEMS,
        item("1", changed="10:30"),
        product("1", changed="10:30"),
        coupled("1"),
        watermark("ITEMS", bc_read="11:00", sales_read="10:00"),
    )
    plan = story.plan()
    assert (plan.scanned("ITEMS", "to_sales"), plan.scanned("ITEMS", "to_bc")) == (0, 1)


def test_the_watermark_of_another_mapping_does_not_count() -> None:
    story = world(TO_SALES, item("1"), product("1"), coupled("1"), watermark("OTHERS", bc_read="11:00"))
    assert story.plan().scanned("ITEMS", "to_sales") == 1


# --- moving the watermark (R2.18) ---------------------------------------------------------------------------


def test_the_watermark_moves_to_the_newest_record_read_even_if_it_was_left_out() -> None:
    story = world(TO_SALES, item("1", changed="09:00"), product("1"), coupled("1"), item("2", changed="11:00"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales")["left_out"] == 1
    assert plan.watermark("ITEMS", "to_sales") == moment("11:00")


def test_the_watermark_moves_past_a_record_that_fails() -> None:
    rules = creating(TO_SALES, 'every sales record { require item.Unit Cost > 0 else fail "No cost." }')
    plan = world(rules, item("1", changed="11:00")).plan()
    assert plan.counts("ITEMS", "to_sales") == {"failed": 1}
    assert plan.watermark("ITEMS", "to_sales") == moment("11:00")


def test_the_watermark_never_passes_the_clock() -> None:
    plan = world(TO_SALES, item("1", changed="18:00"), product("1"), coupled("1")).plan(now="12:00")
    assert plan.watermark("ITEMS", "to_sales") == moment("12:00")


def test_the_watermark_never_moves_back() -> None:
    story = world(
        TO_SALES,
        item("1", changed="08:00"),
        product("1"),
        coupled("1", to_sales="Failure"),
        watermark("ITEMS", bc_read="11:00"),
    )
    plan = story.plan()
    assert plan.scanned("ITEMS", "to_sales") == 1
    assert plan.watermark("ITEMS", "to_sales") == moment("11:00")


def test_nothing_read_leaves_the_watermark_where_it_is() -> None:
    story = world(TO_SALES, item("1"), product("1"), coupled("1"), watermark("ITEMS", bc_read="11:00"))
    plan = story.plan()
    assert plan.watermark("ITEMS", "to_sales") == moment("11:00")
    assert ("bc", "Integration Table Mapping") not in plan.written()


def test_a_mapping_that_never_ran_gets_its_watermarks() -> None:
    story = world(ITEMS, item("1", changed="09:00"), product("1", changed="10:00"), coupled("1"))
    (books,) = story.plan().table("bc", "Integration Table Mapping")
    assert books["Name"] == "ITEMS"
    assert books["Synch. Int. Tbl. Mod. On Fltr."] == moment("09:00")
    assert books["Synch. Modified On Filter"] == moment("10:00")


# --- filters and retries (R2.8, R2.9, R2.13) ----------------------------------------------------------------


def test_what_is_outside_the_filter_is_not_read_and_does_not_move_the_watermark() -> None:
    rules = with_(TO_SALES, "filter bc Blocked = No")
    plan = world(rules, item("1", changed="09:00"), item("2", {"Blocked": True}, changed="11:00")).plan()
    assert plan.scanned("ITEMS", "to_sales") == 1
    assert plan.watermark("ITEMS", "to_sales") == moment("09:00")


@pytest.mark.parametrize(("rules", "leg"), [(TO_SALES, "to_sales"), (TO_BC, "to_bc")])
def test_what_failed_last_time_is_read_again_whatever_filter_and_watermark_say(rules: str, leg: str) -> None:
    story = world(
        with_(rules, "filter bc Blocked = No", "filter sales Status = Active"),
        item("1", {"Blocked": True}),
        product("1", {"statecode": "Retired"}),
        coupled("1", to_sales="Failure", to_bc="Failure"),
        watermark("ITEMS", bc_read="11:00", sales_read="11:00"),
    )
    assert story.plan().scanned("ITEMS", leg) == 1


@pytest.mark.parametrize(("rules", "leg"), [(TO_SALES, "to_sales"), (TO_BC, "to_bc")])
def test_a_failure_in_the_other_direction_is_no_reason_to_read_again(rules: str, leg: str) -> None:
    other = {"to_bc": "Failure"} if leg == "to_sales" else {"to_sales": "Failure"}
    story = world(
        rules, item("1"), product("1"), coupled("1", **other), watermark("ITEMS", bc_read="11:00", sales_read="11:00")
    )
    assert story.plan().scanned("ITEMS", leg) == 0


def test_a_skipped_record_is_not_read_again_for_its_failure() -> None:
    story = world(
        TO_SALES,
        item("1"),
        product("1"),
        coupled("1", to_sales="Failure", skipped=True),
        watermark("ITEMS", bc_read="11:00"),
    )
    assert story.plan().scanned("ITEMS", "to_sales") == 0


def test_a_record_that_failed_and_changed_is_read_once() -> None:
    story = world(TO_SALES, item("1", changed="11:00"), product("1"), coupled("1", to_sales="Failure"))
    assert story.plan().scanned("ITEMS", "to_sales") == 1


@pytest.mark.parametrize(
    ("clause", "read"),
    [
        ("filter bc No. = ..5", 0),
        ("filter bc No. <> ''", 0),
        ("filter bc Description <> 'x' and No. = 1..9", 0),
        ("filter bc Description <> 'x'", 1),
    ],
)
def test_a_filter_on_the_whole_primary_key_switches_retries_off(clause: str, read: int) -> None:
    story = world(
        with_(TO_SALES, clause),
        item("1"),
        product("1"),
        coupled("1", to_sales="Failure"),
        watermark("ITEMS", bc_read="11:00"),
    )
    assert story.plan().scanned("ITEMS", "to_sales") == read


@pytest.mark.parametrize(
    ("clause", "read"), [("filter sales product is not blank", 0), ("filter sales Name <> 'x'", 1)]
)
def test_a_filter_on_the_id_of_the_sales_table_switches_retries_off(clause: str, read: int) -> None:
    clause = clause.replace("product is not", "Product is not")
    story = world(
        with_(TO_BC, clause),
        item("1"),
        product("1"),
        coupled("1", to_bc="Failure"),
        watermark("ITEMS", sales_read="11:00"),
    )
    assert story.plan().scanned("ITEMS", "to_bc") == read


def test_a_mapping_that_keeps_no_stamps_has_no_retries() -> None:
    story = world(
        with_(TO_SALES, "always compare"),
        item("1"),
        product("1"),
        coupled("1", to_sales="Failure"),
        watermark("ITEMS", bc_read="11:00"),
    )
    assert story.plan().scanned("ITEMS", "to_sales") == 0


# --- the integration user (R2.14 to R2.17) ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "user", "read"),
    [
        (BOTH, USER, 0),
        (BOTH, SOMEBODY, 1),
        (BOTH, None, 1),
        (ITEMS, USER, 1),
        (TO_BC, USER, 1),
        (ITEMS.replace("Vendor Name\n", "Vendor Name, off\n"), USER, 0),
    ],
    ids=["two-way", "somebody", "nobody", "a line to BC", "one-way", "that line is off"],
)
def test_changes_of_the_integration_user_are_left_out_of_two_way_mappings_only(
    rules: str, user: str | None, read: int
) -> None:
    story = world(rules, item("1"), product("1", {"modifiedby": user}, changed="11:00"), coupled("1"))
    assert story.plan().scanned("ITEMS", "to_bc") == read


def test_what_the_integration_user_changed_is_read_as_a_retry() -> None:
    story = world(BOTH, item("1"), product("1", {"modifiedby": USER}), coupled("1", to_bc="Failure"))
    assert story.plan().scanned("ITEMS", "to_bc") == 1


def test_what_a_leg_wrote_to_sales_is_not_read_back_by_the_next_one() -> None:
    story = world(BOTH, item("1", {"Description": "Bike"}, changed="11:00"), product("1"), coupled("1"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert plan.scanned("ITEMS", "to_bc") == 0


def test_what_a_leg_wrote_to_bc_comes_back_as_unchanged() -> None:
    story = world(BOTH, item("1"), product("1", {"name": "Bike"}, changed="11:00"), coupled("1"))
    again = story.run()
    assert again.counts("ITEMS", "to_sales") == {"unchanged": 1}
    assert again.row("bc", "Item", "1")["Description"] == "Bike"


# --- dropped without being counted (R2.11) ------------------------------------------------------------------


def test_records_without_a_partner_are_read_but_not_counted() -> None:
    plan = world(ITEMS, item("1"), product("2")).plan()
    assert plan.counts("ITEMS", "to_sales") == {"left_out": 1}
    assert plan.counts("ITEMS", "to_bc") == {"left_out": 1}
    assert plan.records() == []


def test_what_is_left_out_is_left_out_as_a_retry_too() -> None:
    rules = with_(TO_SALES, "leave out bc where Blocked = Yes")
    story = world(rules, item("1", {"Blocked": True}), product("1"), coupled("1", to_sales="Failure"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"left_out": 1}
    assert plan.results("1") == ("Failure", "")


def test_a_coupling_of_another_table_is_none() -> None:
    story = world(TO_SALES, item("1"), product("1"), coupled("1", table=156))
    assert story.plan().counts("ITEMS", "to_sales") == {"left_out": 1}


# --- the order of the legs (R2.3) ---------------------------------------------------------------------------


def test_the_second_leg_sees_what_the_first_one_wrote() -> None:
    rules = creating(ITEMS)
    story = world(rules, item("1", {"Description": "Bike", "Vendor Item No.": "V-1"}, changed="09:00"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"created": 1}
    assert plan.counts("ITEMS", "to_bc") == {"unchanged": 1}
    (created,) = plan.table("sales", "product")
    assert created["name"] == "Bike"
    assert plan.coupling("1") is not None


@pytest.mark.parametrize(
    ("rules", "legs"), [(TO_SALES, ["to_sales"]), (TO_BC, ["to_bc"]), (BOTH, ["to_sales", "to_bc"])]
)
def test_the_arrow_says_which_legs_run_and_each_has_its_row_in_the_job_log(rules: str, legs: list[str]) -> None:
    plan = world(rules, item("1")).plan()
    assert [row[0] for row in plan.rows("SELECT leg FROM plan.pass ORDER BY pass")] == legs
    assert len(plan.table("bc", "Integration Synch. Job")) == len(legs)
