"""One record of a leg: skip marks, partners that are gone, changes, conflicts, force (sync-semantics 3.1 to 3.6)."""

from __future__ import annotations

import pytest

from engine.run.gates import RunScope
from tests.plan.rules import BOTH, ITEMS, TO_BC, TO_SALES, creating, with_
from tests.plan.stories import Row, Story, bc_id, coupled, item, moment, product, sales_id, watermark, world

FORCE = RunScope(force=True, since_watermark=False)


def _mapping_row(story: Story) -> str:
    (row,) = story.plan().table("bc", "Integration Table Mapping")
    return str(row["SystemId"])


def pair(bc: str = "Bike", sales: str = "Bike", *, bc_at: str = "08:00", sales_at: str = "08:00") -> tuple[Row, Row]:
    return item("1", {"Description": bc}, bc_at), product("1", {"name": sales}, sales_at)


# --- the skip mark (R3.2) -----------------------------------------------------------------------------------


def test_a_record_marked_as_skipped_is_left_alone_in_both_directions() -> None:
    story = world(ITEMS, *pair("Bike", "Cycle", bc_at="11:00", sales_at="11:00"), coupled("1", skipped=True))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"skipped": 1}
    assert plan.counts("ITEMS", "to_bc") == {"skipped": 1}
    assert [one.code for one in plan.records()] == ["W621", "W621"]
    assert plan.row("sales", "product", sales_id("1"))["name"] == "Cycle"
    assert plan.stamps("1") == (moment("08:00"), moment("08:00"))


def test_the_skip_mark_holds_for_forced_runs_too() -> None:
    story = world(ITEMS, *pair("Bike", "Cycle", bc_at="11:00"), coupled("1", skipped=True))
    assert story.plan(scope=FORCE).counts("ITEMS", "to_sales") == {"skipped": 1}


def test_on_the_way_to_bc_the_mark_of_any_coupling_of_the_sales_record_counts() -> None:
    rows = (item("1"), product("1", {"name": "Bike"}, "10:00"), coupled("2", table=156, with_="1", skipped=True))
    assert world(TO_BC, *rows, coupled("1")).plan().counts("ITEMS", "to_bc") == {"skipped": 1}
    assert world(creating(TO_BC), *rows).plan().counts("ITEMS", "to_bc") == {"skipped": 1}
    assert world(TO_BC, *rows).plan().counts("ITEMS", "to_bc") == {"left_out": 1}
    assert world(TO_SALES, *rows, coupled("1")).plan().counts("ITEMS", "to_sales") == {"unchanged": 1}


def test_the_skip_mark_stands_before_a_missing_partner() -> None:
    story = world(with_(ITEMS, "on deletion conflict restore"), item("1"), coupled("1", skipped=True))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"skipped": 1}
    assert plan.table("sales", "product") == []


# --- a new partner (R3.7) -----------------------------------------------------------------------------------


def test_a_mapping_that_creates_gives_an_uncoupled_record_its_partner() -> None:
    plan = world(creating(ITEMS), item("1", {"Description": "Bike", "Unit Cost": 7})).plan()
    assert plan.counts("ITEMS", "to_sales") == {"created": 1}
    (made,) = plan.table("sales", "product")
    assert (made["name"], made["standardcost"]) == ("Bike", 7)
    books = plan.coupling("1")
    assert books is not None
    assert (books["CRM ID"], books["Table ID"]) == (made["productid"], 27)


def test_a_new_partner_in_bc_too() -> None:
    plan = world(creating(TO_BC), product("1", {"name": "Bike"})).plan()
    assert plan.counts("ITEMS", "to_bc") == {"created": 1}
    (made,) = plan.table("bc", "Item")
    assert made["Description"] == "Bike"


# --- the partner is gone (R3.8 to R3.10) --------------------------------------------------------------------


@pytest.mark.parametrize(("rules", "leg", "row"), [(TO_SALES, "to_sales", item("1")), (TO_BC, "to_bc", product("1"))])
def test_a_missing_partner_fails_the_record_where_nothing_is_said(rules: str, leg: str, row: Row) -> None:
    plan = world(rules, row, coupled("1")).plan()
    assert plan.counts("ITEMS", leg) == {"failed": 1}
    assert "no longer exists" in (plan.records()[0].reason or "")
    assert plan.results("1") == (("Failure", "") if leg == "to_sales" else ("", "Failure"))
    assert plan.stamps("1") == (moment("08:00"), moment("08:00"))


def test_a_missing_partner_is_noticed_even_if_nothing_changed_but_not_past_the_watermark() -> None:
    assert world(TO_SALES, item("1"), coupled("1")).plan().counts("ITEMS", "to_sales") == {"failed": 1}
    asleep = world(TO_SALES, item("1"), coupled("1"), watermark("ITEMS", bc_read="09:00"))
    assert asleep.plan().counts("ITEMS", "to_sales") == {}


@pytest.mark.parametrize(("rules", "leg", "row"), [(TO_SALES, "to_sales", item("1")), (TO_BC, "to_bc", product("1"))])
def test_uncouple_removes_the_coupling_and_counts_as_unchanged(rules: str, leg: str, row: Row) -> None:
    plan = world(with_(rules, "on deletion conflict uncouple"), row, coupled("1")).plan()
    assert plan.counts("ITEMS", leg) == {"unchanged": 1}
    assert plan.coupling("1") is None
    assert [one.action for one in plan.records()] == ["uncouple"]
    assert len(plan.table("bc", "Item")) + len(plan.table("sales", "product")) == 1


@pytest.mark.parametrize(("rules", "leg", "row"), [(TO_SALES, "to_sales", item("1")), (TO_BC, "to_bc", product("1"))])
def test_restore_makes_a_fresh_partner_with_all_fields_under_a_new_coupling(rules: str, leg: str, row: Row) -> None:
    plan = world(with_(rules, "on deletion conflict restore"), row, coupled("1")).plan()
    assert plan.counts("ITEMS", leg) == {"created": 1}
    (books,) = plan.table("bc", "CRM Integration Record")
    (made,) = plan.table("sales", "product") if leg == "to_sales" else plan.table("bc", "Item")
    new = {"to_sales": ("CRM ID", "productid"), "to_bc": ("Integration ID", "SystemId")}[leg]
    assert books[new[0]] == made[new[1]]
    assert str(made[new[1]]) not in (sales_id("1"), bc_id("1"))


def test_restore_does_not_ask_whether_the_mapping_creates() -> None:
    assert "only coupled records" in TO_SALES
    plan = world(
        with_(TO_SALES, "on deletion conflict restore"), item("1", {"Description": "Bike"}), coupled("1")
    ).plan()
    assert [one["name"] for one in plan.table("sales", "product")] == ["Bike"]


def test_a_restore_that_fails_has_lost_the_coupling_all_the_same() -> None:
    rules = with_(
        TO_SALES,
        "on deletion conflict restore",
        'every sales record { require item.Unit Cost > 0 else fail "No cost." }',
    )
    story = world(rules, item("1", {"Unit Cost": 0}), coupled("1", to_sales="Failure"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"failed": 1}
    assert plan.coupling("1") is None
    story.apply(plan)
    story.edit("bc", "Item", bc_id("1"), "12:10")
    assert story.plan(now="12:30").counts("ITEMS", "to_sales") == {"left_out": 1}


def test_a_second_partner_is_made_beside_the_first_one_when_only_the_coupling_was_removed() -> None:
    story = world(creating(TO_SALES), item("1", {"Description": "Bike"}))
    for now in ("12:00", "12:30", "13:00"):
        plan = story.plan(now=now)
        assert plan.counts("ITEMS", "to_sales") == {"created": 1}
        story.apply(plan)
        (books,) = story.plan().table("bc", "CRM Integration Record")
        story.remove("bc", "CRM Integration Record", str(books["SystemId"]))
        story.edit("bc", "Item", bc_id("1"), now)
        story.change("bc", "Integration Table Mapping", _mapping_row(story), {"Synch. Int. Tbl. Mod. On Fltr.": None})
    assert len(story.plan("ITEMS", now="13:30").table("sales", "product")) == 4


@pytest.mark.parametrize("strategy", ["fail", "restore", "uncouple"])
def test_a_forced_run_knows_no_deletion_conflict_the_write_fails(strategy: str) -> None:
    story = world(with_(TO_SALES, f"on deletion conflict {strategy}"), item("1"), coupled("1"))
    plan = story.plan(scope=FORCE)
    assert plan.counts("ITEMS", "to_sales") == {"failed": 1}
    assert plan.coupling("1") is not None


# --- was it changed? (R3.11, R3.12) -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ("08:00:00.000", "unchanged"),
        ("08:00:00.010", "changed"),
        ("08:00:00.011", "changed"),
        ("08:00:00.009", "unchanged"),
    ],
)
def test_stamps_closer_than_10_milliseconds_are_equal(changed: str, found: str) -> None:
    story = world(TO_SALES, *pair("Bike", "Cycle", bc_at=changed), coupled("1"))
    assert story.plan().counts("ITEMS", "to_sales") == {found: 1}


def test_a_record_older_than_its_stamp_is_unchanged() -> None:
    story = world(TO_SALES, *pair("Bike", "Cycle", bc_at="07:00"), coupled("1"))
    assert story.plan().counts("ITEMS", "to_sales") == {"unchanged": 1}


def test_an_empty_stamp_is_older_than_anything() -> None:
    story = world(TO_SALES, *pair("Bike", "Cycle"), coupled("1", None, None))
    assert story.plan().counts("ITEMS", "to_sales") == {"changed": 1}


def test_what_failed_counts_as_changed_whatever_its_stamp_says() -> None:
    story = world(TO_SALES, *pair("Bike", "Cycle"), coupled("1", to_sales="Failure"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert plan.results("1") == ("Success", "")


def test_an_unchanged_record_is_left_without_any_bookkeeping() -> None:
    story = world(TO_SALES, *pair("Bike", "Cycle", sales_at="11:00"), coupled("1"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"unchanged": 1}
    assert plan.stamps("1") == (moment("08:00"), moment("08:00"))
    assert plan.results("1") == ("", "")
    assert ("bc", "CRM Integration Record") not in plan.written()


# --- both sides changed (R3.13 to R3.20) --------------------------------------------------------------------


def test_both_changed_and_a_two_way_line_that_differs_is_a_conflict_and_fails_in_both_legs() -> None:
    story = world(ITEMS, *pair("Bike", "Cycle", bc_at="10:00", sales_at="11:00"), coupled("1"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"conflicts": 1}
    assert plan.counts("ITEMS", "to_bc") == {"conflicts": 1}
    assert plan.results("1") == ("Failure", "Failure")
    assert plan.stamps("1") == (moment("08:00"), moment("08:00"))


def test_the_words_of_a_conflict_name_both_tables_and_the_first_two_way_line_that_differs() -> None:
    rules = with_(ITEMS, "Vendor No. <-> Vendor ID")
    story = world(
        rules,
        item("1", {"Description": "Bike", "Vendor No.": "V1"}, "10:00"),
        product("1", {"name": "Cycle", "vendorid": "V1"}, "11:00"),
        coupled("1"),
    )
    reason = story.plan().fate("1", "to_sales").reason or ""
    assert "Item" in reason and "Product" in reason
    assert "Description" in reason and "Vendor" not in reason


def test_a_conflict_lists_the_two_way_fields_that_differ_and_nothing_else() -> None:
    rules = with_(ITEMS, "Vendor No. <-> Vendor ID", "No. -> Product ID", "every sales record { Size := 'seen' }")
    story = world(
        rules,
        item("1", {"Description": "Bike", "Vendor No.": "V1", "Unit Cost": 5}, "10:00"),
        product("1", {"name": "Cycle", "vendorid": "V1", "standardcost": 3}, "11:00"),
        coupled("1"),
    )
    assert story.plan().fields("1", "to_sales") == {"Name": ("Cycle", "Bike")}


def test_a_conflict_is_per_record_not_per_field() -> None:
    rules = with_(ITEMS, "Vendor No. <-> Vendor ID")
    story = world(
        rules,
        item("1", {"Description": "New", "Vendor No.": "V1"}, "10:00"),
        product("1", {"name": "Old", "vendorid": "V2"}, "11:00"),
        coupled("1"),
    )
    assert story.plan().counts("ITEMS", "to_sales") == {"conflicts": 1}


def test_both_changed_but_only_one_way_lines_differ_is_no_conflict() -> None:
    story = world(
        ITEMS,
        item("1", {"Description": "Bike", "Unit Cost": 9}, "10:00"),
        product("1", {"name": "Bike", "standardcost": 5, "vendorpartnumber": "V-9"}, "11:00"),
        coupled("1"),
    )
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert plan.counts("ITEMS", "to_bc") == {"changed": 1}
    assert plan.row("sales", "product", sales_id("1"))["standardcost"] == 9
    assert plan.row("bc", "Item", bc_id("1"))["Vendor Item No."] == "V-9"


def test_both_changed_and_nothing_differs_is_no_conflict() -> None:
    story = world(ITEMS, *pair("Bike", "Bike", bc_at="10:00", sales_at="11:00"), coupled("1"))
    assert story.plan().counts("ITEMS", "to_sales") == {"unchanged": 1}


@pytest.mark.parametrize("rules", [TO_SALES, TO_BC])
def test_a_one_way_mapping_knows_no_conflict_the_source_wins(rules: str) -> None:
    story = world(rules, *pair("Bike", "Cycle", bc_at="10:00", sales_at="11:00"), coupled("1"))
    plan = story.plan()
    leg = "to_sales" if rules == TO_SALES else "to_bc"
    assert plan.counts("ITEMS", leg) == {"changed": 1}


def test_a_fresh_coupling_looks_changed_on_both_sides() -> None:
    differing = world(ITEMS, *pair("Bike", "Cycle"), coupled("1", None, None)).plan()
    assert differing.counts("ITEMS", "to_sales") == {"conflicts": 1}
    alike = world(ITEMS, *pair("Bike", "Bike"), coupled("1", None, None)).plan()
    assert alike.counts("ITEMS", "to_sales") == {"unchanged": 1}


def test_a_failure_of_the_other_leg_makes_the_other_side_count_as_changed() -> None:
    story = world(ITEMS, *pair("Bike", "Cycle", bc_at="10:00"), coupled("1", to_bc="Failure"))
    assert story.plan().counts("ITEMS", "to_sales") == {"conflicts": 1}


def test_keep_bc_writes_to_sales_and_the_way_back_finds_it_settled() -> None:
    rules = with_(ITEMS, "on update conflict keep bc")
    story = world(rules, *pair("Bike", "Cycle", bc_at="10:00", sales_at="11:00"), coupled("1"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert plan.counts("ITEMS", "to_bc") == {"unchanged": 1}
    assert plan.row("sales", "product", sales_id("1"))["name"] == "Bike"


def test_keep_sales_skips_the_way_to_sales_and_writes_to_bc() -> None:
    rules = with_(ITEMS, "on update conflict keep sales")
    story = world(rules, *pair("Bike", "Cycle", bc_at="10:00", sales_at="11:00"), coupled("1"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"skipped": 1}
    assert plan.counts("ITEMS", "to_bc") == {"changed": 1}
    assert plan.row("bc", "Item", bc_id("1"))["Description"] == "Cycle"


def test_the_loser_of_a_conflict_keeps_its_stamps_and_result() -> None:
    rules = with_(ITEMS, "on update conflict keep sales")
    story = world(rules, *pair("Bike", "Cycle", bc_at="10:00", sales_at="11:00"), coupled("1"))
    plan = story.plan()
    assert plan.fate("1", "to_sales").code == "W623"
    assert plan.results("1") == ("", "Success")


def test_the_winner_overwrites_every_line_of_its_leg_there_is_no_merge_of_fields() -> None:
    rules = with_(ITEMS, "on update conflict keep bc", "Vendor No. <-> Vendor ID")
    story = world(
        rules,
        item("1", {"Description": "New", "Vendor No.": "V1"}, "10:00"),
        product("1", {"name": "Old", "vendorid": "V2"}, "11:00"),
        coupled("1"),
    )
    written = story.plan().row("sales", "product", sales_id("1"))
    assert (written["name"], written["vendorid"]) == ("New", "V1")


def test_a_one_way_line_of_the_losing_side_still_comes_along_after_keep_bc() -> None:
    rules = with_(ITEMS, "on update conflict keep bc")
    story = world(
        rules,
        item("1", {"Description": "Bike"}, "10:00"),
        product("1", {"name": "Cycle", "vendorpartnumber": "V-9"}, "11:00"),
        coupled("1"),
    )
    plan = story.plan()
    assert plan.row("bc", "Item", bc_id("1"))["Vendor Item No."] == "V-9"
    assert plan.row("bc", "Item", bc_id("1"))["Description"] == "Bike"


# --- stamps after the write (R3.21, R3.32, R3.33) -----------------------------------------------------------


def test_a_record_compared_and_found_alike_gets_fresh_stamps() -> None:
    story = world(TO_SALES, *pair(bc_at="10:00", sales_at="11:00"), coupled("1"))
    plan = story.plan()
    assert plan.counts("ITEMS", "to_sales") == {"unchanged": 1}
    assert plan.stamps("1") == (moment("10:00"), moment("11:00"))
    assert plan.results("1") == ("Success", "")


def test_after_a_write_the_stamps_are_those_of_both_rows() -> None:
    story = world(TO_SALES, *pair("Bike", "Cycle", bc_at="10:00", sales_at="08:00"), coupled("1"))
    plan = story.plan(now="12:00")
    assert plan.stamps("1") == (moment("10:00"), moment("12:00"))
    assert plan.row("sales", "product", sales_id("1"))["modifiedon"] == moment("12:00")


def test_stamps_never_go_back() -> None:
    story = world(TO_SALES, *pair(bc_at="10:00", sales_at="07:00"), coupled("1", "10:00", "11:00", to_sales="Failure"))
    assert story.plan().stamps("1") == (moment("10:00"), moment("11:00"))


@pytest.mark.parametrize(
    ("rules", "stamps"),
    [(BOTH, (moment("10:00"), moment("11:59:59.001"))), (TO_SALES, (moment("10:00"), moment("12:00")))],
)
def test_a_write_over_a_changed_sales_record_leaves_its_stamp_999_milliseconds_back(
    rules: str, stamps: tuple[object, object]
) -> None:
    story = world(
        rules,
        item("1", {"Description": "Bike", "Unit Cost": 9} if rules == BOTH else {"Description": "Cycle"}, "10:00"),
        product("1", {"name": "Bike"}, "11:00"),
        coupled("1"),
    )
    assert story.plan("ITEMS").stamps("1") == stamps


def test_a_write_over_a_changed_bc_record_leaves_its_stamp_10_milliseconds_back() -> None:
    rules = with_(ITEMS, "on update conflict keep sales")
    story = world(rules, *pair("Bike", "Cycle", bc_at="10:00", sales_at="11:00"), coupled("1"))
    assert story.plan().stamps("1") == (moment("11:59:59.990"), moment("11:00"))


def test_what_was_found_alike_does_not_lower_a_stamp() -> None:
    story = world(BOTH, *pair(bc_at="10:00", sales_at="11:00"), coupled("1"))
    assert story.plan().stamps("1") == (moment("10:00"), moment("11:00"))


# --- force (R3.22) ------------------------------------------------------------------------------------------


def test_a_forced_run_counts_changed_even_if_nothing_differs() -> None:
    story = world(TO_SALES, *pair(), coupled("1"))
    plan = story.plan(scope=FORCE)
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert plan.results("1") == ("Success", "")


def test_a_forced_run_knows_no_update_conflict() -> None:
    story = world(ITEMS, *pair("Bike", "Cycle", bc_at="10:00", sales_at="11:00"), coupled("1"))
    plan = story.plan(scope=FORCE)
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    assert plan.row("bc", "Item", bc_id("1"))["Description"] == "Bike"


def test_a_forced_run_lowers_no_stamp() -> None:
    story = world(BOTH, *pair("Bike", "Cycle", bc_at="10:00", sales_at="11:00"), coupled("1"))
    plan = story.plan(scope=FORCE)
    assert plan.row("sales", "product", sales_id("1"))["name"] == "Bike"
    assert plan.stamps("1") == (moment("12:00"), moment("12:00"))  # each leg wrote, both sides had changed


def test_an_implicit_match_is_coupled_and_forced() -> None:
    rules = with_(TO_SALES, "recognise sales where Name = item.Description")
    plan = world(rules, *pair("Bike", "Bike"), product("2", {"name": "Cycle"})).plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    books = plan.coupling("1")
    assert books is not None and str(books["CRM ID"]) == sales_id("1")
    assert plan.stamps("1") == (moment("08:00"), moment("12:00"))


def test_a_coupled_record_is_not_recognised_as_another() -> None:
    rules = creating(TO_SALES, "recognise sales where Name = item.Description")
    plan = world(rules, *pair("Bike", "Bike"), coupled("1")).plan()
    assert plan.counts("ITEMS", "to_sales") == {"unchanged": 1}


BELOW = "  every sales record { Vendor ID := 'hook' }\n}"


@pytest.mark.parametrize(("strategy", "action"), [("keep bc", "change"), ("keep sales", "skip")])
def test_blocks_below_the_lines_are_not_carried_out_when_both_sides_differ(strategy: str, action: str) -> None:
    rules = with_(BOTH, f"on update conflict {strategy}").replace("\n}", "\n" + BELOW, 1)
    rows = (item("1", {"Description": "Bike"}, "10:00"), product("1", {"name": "Cycle"}, "11:00"), coupled("1"))
    fate = world(rules, *rows).plan().fate("1", "to_sales")
    assert fate.action == action
    assert "Vendor ID" not in fate.fields


def test_without_a_conflict_such_a_block_is_carried_out() -> None:
    rules = with_(BOTH, "on update conflict keep bc").replace("\n}", "\n" + BELOW, 1)
    rows = (item("1", {"Description": "Bike"}, "10:00"), product("1", {"name": "Cycle"}), coupled("1"))
    assert world(rules, *rows).plan().fields("1", "to_sales")["Vendor ID"] == ("", "hook")


def test_a_block_above_the_lines_comes_before_anybody_knows_of_a_conflict() -> None:
    rules = with_(BOTH, "on update conflict keep bc", "every sales record { Vendor ID := 'hook' }")
    rows = (item("1", {"Description": "Bike"}, "10:00"), product("1", {"name": "Cycle"}, "11:00"), coupled("1"))
    assert world(rules, *rows).plan().fields("1", "to_sales")["Vendor ID"] == ("", "hook")


@pytest.mark.parametrize(("strategy", "action"), [("keep bc", "change"), ("keep sales", "skip"), ("fail", "conflict")])
def test_what_would_fail_below_the_lines_is_not_asked_in_a_conflict(strategy: str, action: str) -> None:
    block = '  every sales record { require item.Unit Cost > 0 else fail "No cost." }\n}'
    rules = with_(BOTH, f"on update conflict {strategy}").replace("\n}", "\n" + block, 1)
    rows = (item("1", {"Description": "Bike"}, "10:00"), product("1", {"name": "Cycle"}, "11:00"), coupled("1"))
    assert world(rules, *rows).plan().fate("1", "to_sales").action == action


def test_who_wins_a_conflict_makes_no_difference_to_a_new_record() -> None:
    rules = creating(with_(ITEMS, "on update conflict keep bc"))
    rules = rules.rstrip().removesuffix("}") + "  every sales record { Current Cost := item.Unit Cost }\n}\n"
    plan = world(rules, item("1", {"Description": "Bike", "Unit Cost": 7})).plan()
    (made,) = plan.table("sales", "product")
    assert (made["name"], made["currentcost"]) == ("Bike", 7)


NAMED = "recognise sales where Name = item.Description"


def test_of_two_that_recognise_one_partner_the_last_has_it() -> None:
    rows = (item("1", {"Description": "Bike"}), item("2", {"Description": "Bike"}), product("1", {"name": "Bike"}))
    plan = world(creating(TO_SALES, NAMED), *rows).plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 2}
    assert [str(one["Integration ID"]) for one in plan.table("bc", "CRM Integration Record")] == [bc_id("2")]


def test_a_recognised_partner_of_a_record_that_is_gone_changes_hands() -> None:
    rows = (item("2", {"Description": "Bike"}), product("1", {"name": "Bike"}), coupled("1"))
    plan = world(creating(TO_SALES, NAMED), *rows).plan()
    assert plan.counts("ITEMS", "to_sales") == {"changed": 1}
    (books,) = plan.table("bc", "CRM Integration Record")
    assert (str(books["Integration ID"]), str(books["CRM ID"])) == (bc_id("2"), sales_id("1"))


def test_a_recognised_partner_is_coupled_with_both_stamps_before_anything_can_fail() -> None:
    rules = creating(TO_SALES, NAMED, 'every sales record { require item.Unit Cost > 0 else fail "No cost." }')
    plan = world(rules, item("1", {"Description": "Bike"}), product("1", {"name": "Bike"}, "11:00")).plan()
    assert plan.counts("ITEMS", "to_sales") == {"failed": 1}
    assert plan.stamps("1") == (moment("08:00"), moment("11:00"))
    assert plan.results("1") == ("Failure", "")


def test_a_recognised_partner_is_written_even_if_nothing_differs() -> None:
    rules = with_(TO_SALES, NAMED, "changed sales record { Vendor ID := 'written' }")
    plan = world(rules, *pair("Bike", "Bike")).plan()
    assert plan.row("sales", "product", sales_id("1"))["vendorid"] == "written"


def test_what_is_created_beside_a_recognised_partner_is_coupled_too() -> None:
    rows = (item("1", {"Description": "Bike"}), item("2", {"Description": "Cycle"}), product("1", {"name": "Bike"}))
    plan = world(creating(TO_SALES, NAMED), *rows).plan()
    assert plan.counts("ITEMS", "to_sales") == {"created": 1, "changed": 1}
    assert plan.coupling("1") is not None and plan.coupling("2") is not None
