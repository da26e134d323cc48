"""What is told of one record of a small world: every decision of a run, in the words of the rules."""

from __future__ import annotations

from engine.plan.legs import passes
from engine.why.why import steps
from tests.plan.rules import BOTH, ITEMS, TO_BC, TO_SALES, creating, with_
from tests.plan.stories import USER, bc_id, coupled, item, product, sales, sales_id, watermark, world
from tests.why.telling import heard


def test_every_piece_of_a_filter_is_true_or_false_with_the_value_of_the_record() -> None:
    rules = with_(TO_SALES, "filter bc Blocked = No and (Description = Road* or Unit Price = >100)")
    told = heard(world(rules, item("1000", {"Description": "City bike", "Unit Price": 120})), "ITEMS", "1000")
    assert [sign for sign, _, _ in told.lines("to_sales", "filter")] == ["yes"]
    assert told.lines("to_sales", "condition") == [
        ("yes", "Blocked = No", "Blocked is No"),
        ("yes", "Description = Road* or Unit Price = >100", ""),
        ("no", "Description = Road*", "Description is City bike"),
        ("yes", "Unit Price = >100", "Unit Price is 120"),
    ]


def test_a_filter_that_keeps_a_record_out_is_named_with_its_line() -> None:
    rules = with_(TO_SALES, "filter bc Blocked = No")
    told = heard(world(rules, item("1000", {"Blocked": True}), product("1000"), coupled("1000")), "ITEMS", "1000")
    chapter = told.chapter("to_sales")
    assert (chapter.outcome, chapter.reason) == ("not read", "kept out by filter bc Blocked = No")
    assert chapter.place == ("1.rules", 3)
    assert told.line("to_sales", "filter").text == "Blocked is Yes"


def test_the_time_of_the_last_run_keeps_a_record_out() -> None:
    rows = (item("1000"), product("1000"), coupled("1000"), watermark("ITEMS", bc_read="09:00"))
    told = heard(world(TO_SALES, *rows), "ITEMS", "1000")
    assert told.chapter("to_sales").reason == "not modified since the last run"
    text = told.line("to_sales", "watermark").text
    assert text == "modified 2026-06-15 08:00:00; read is what was modified after 2026-06-15 09:00:00"


def test_a_failed_record_is_read_again_whatever_the_filter_says() -> None:
    rules = with_(TO_SALES, "filter bc Blocked = No")
    rows = (item("1000", {"Blocked": True}), product("1000"), coupled("1000", to_sales="Failure"))
    told = heard(world(rules, *rows), "ITEMS", "1000")
    assert told.line("to_sales", "filter").sign == "no"
    assert told.line("to_sales", "retry").sign == "yes"
    assert told.line("to_sales", "read").text == "yes, though kept out otherwise, as a retry"
    assert told.chapter("to_sales").outcome == "unchanged"


def test_changes_of_the_integration_user_are_not_read() -> None:
    rows = (item("1000"), product("1000", {"name": "Racer", "modifiedby": USER}, "09:00"), coupled("1000"))
    told = heard(world(BOTH, *rows), "ITEMS", "1000")
    assert told.chapter("to_bc").outcome == "not read"
    assert told.line("to_bc", "own change").sign == "no"
    assert "integration user" in told.chapter("to_bc").reason


def test_a_leave_out_is_told_as_what_it_is() -> None:
    rules = with_(TO_SALES, "leave out bc where No. = 1000")
    told = heard(world(rules, item("1000"), product("1000"), coupled("1000")), "ITEMS", "1000")
    assert told.chapter("to_sales").outcome == "left out"
    assert told.chapter("to_sales").reason == "a rule leaves it out: leave out bc where No. = 1000"


def test_a_record_without_partner_is_left_out_or_gets_one() -> None:
    rows = (item("1000", {"Description": "Road bike"}),)
    alone = heard(world(TO_SALES, *rows), "ITEMS", "1000")
    assert alone.chapter("to_sales").outcome == "left out"
    assert alone.line("to_sales", "creates").place == ("1.rules", 3)
    created = heard(world(creating(TO_SALES), *rows), "ITEMS", "1000")
    assert created.chapter("to_sales").outcome == "created"
    assert created.lines("to_sales", "field") == [("changes", "Name", "(blank) -> Road bike")]
    assert ("changes", "coupling", "made") in created.lines("to_sales", "coupling written")


def test_what_match_based_coupling_would_find_is_told_by_criteria() -> None:
    rules = with_(TO_SALES, "match No. = Product ID", "match Description = Name")
    rows = (
        item("1000", {"Description": "Road bike"}),
        product("2000", {"name": "Road bike"}),
        product("3000", {"name": "Road bike"}),
    )
    told = heard(world(rules, *rows), "ITEMS", "1000")
    by_number, by_name = told.lines("to_sales", "match")
    assert by_number == ("no", "match No. = Product ID", "no Product fits")
    assert by_name[2] == "no Product fits"  # the number stands beside the name, and no product has it
    rules = with_(TO_SALES, "match Description = Name")
    (only,) = heard(world(rules, *rows), "ITEMS", "1000").lines("to_sales", "match")
    assert only == ("no", "match Description = Name", "more than one Product fits: Road bike; Road bike")
    (one,) = heard(world(rules, *rows[:2]), "ITEMS", "1000").lines("to_sales", "match")
    assert one == ("yes", "match Description = Name", "Road bike fits; coupler match would couple it")
    taken = heard(world(rules, *rows[:2], item("2000"), coupled("2000")), "ITEMS", "1000")
    assert taken.lines("to_sales", "match") == [
        ("no", "match Description = Name", "only Road bike (coupled already) fits")
    ]


def test_the_stamps_say_who_changed_since_the_last_run() -> None:
    rows = (item("1000", changed="09:00"), product("1000"), coupled("1000"))
    told = heard(world(BOTH, *rows), "ITEMS", "1000")
    assert told.lines("to_sales", "changed") == [
        ("changes", "Item", "changed: modified 2026-06-15 09:00:00, last seen 2026-06-15 08:00:00"),
        ("same", "Product", "not changed: modified 2026-06-15 08:00:00, last seen 2026-06-15 08:00:00"),
    ]


def test_a_record_that_nobody_changed_is_not_compared() -> None:
    rows = (item("1000", {"Description": "New"}), product("1000", {"name": "Old"}), coupled("1000"))
    told = heard(world(TO_SALES, *rows), "ITEMS", "1000")
    assert told.chapter("to_sales").outcome == "unchanged"
    assert "not compared" in told.chapter("to_sales").reason
    assert told.lines("to_sales", "field") == []


FIGHT = (
    item("1000", {"Description": "Road bike", "Unit Cost": 5}, "09:00"),
    product("1000", {"name": "Racer"}, "10:00"),
    coupled("1000"),
)


def test_a_conflict_names_the_line_and_the_strategy_that_is_missing() -> None:
    told = heard(world(BOTH, *FIGHT), "ITEMS", "1000")
    assert told.outcomes() == [("to_sales", "conflict"), ("to_bc", "conflict")]
    strategy = told.line("to_sales", "strategy")
    assert strategy.text.endswith("differ in Description <-> Name; no strategy is written, so it is a conflict")
    assert told.line("to_sales", "field", "Name").parts[0].kind == "failure"
    assert told.line("to_sales", "lines").text == "nothing of this is written"


def test_the_strategy_that_settles_a_conflict_is_told_on_both_ways_with_its_line() -> None:
    rules = with_(BOTH, "on update conflict keep bc")
    told = heard(world(rules, *FIGHT), "ITEMS", "1000")
    assert told.chapter("to_sales").outcome == "changed"
    assert told.line("to_sales", "strategy").text.endswith("this side wins and overwrites the other")
    assert told.line("to_sales", "strategy").place == ("1.rules", 3)
    kept = heard(world(with_(BOTH, "on update conflict keep sales"), *FIGHT), "ITEMS", "1000")
    assert kept.chapter("to_sales").outcome == "skipped"
    assert kept.line("to_sales", "strategy").text.endswith("nothing is written in this direction")
    assert kept.chapter("to_bc").outcome == "changed"


def test_both_changed_without_a_difference_is_no_conflict() -> None:
    rows = (item("1000", {"Unit Cost": 5}, "09:00"), product("1000", changed="10:00"), coupled("1000"))
    told = heard(world(BOTH, *rows), "ITEMS", "1000")
    assert told.line("to_sales", "strategy").text.endswith("no conflict")
    assert told.chapter("to_sales").outcome == "changed"


def test_a_forced_run_asks_no_stamps() -> None:
    told = heard(world(BOTH, *FIGHT), "ITEMS", "1000", force=True)
    assert told.outcomes() == [("to_sales", "changed"), ("to_bc", "changed")]
    assert told.line("to_sales", "strategy", "forced").text.startswith("a forced run writes every record")


def test_a_partner_that_was_deleted_is_told_with_what_becomes_of_the_record() -> None:
    rows = (item("1000", changed="09:00"), coupled("1000"))
    told = heard(world(TO_SALES, *rows), "ITEMS", "1000")
    assert told.chapter("to_sales").outcome == "failed"
    assert told.line("to_sales", "coupling").text.startswith("the coupled Product no longer exists")
    assert told.line("to_sales", "strategy").text.endswith("no strategy is written, so the record fails")
    restored = heard(world(with_(TO_SALES, "on deletion conflict restore"), *rows), "ITEMS", "1000")
    assert restored.chapter("to_sales").outcome == "created"
    assert restored.line("to_sales", "strategy").place == ("1.rules", 3)


def test_a_record_that_was_deleted_is_never_read() -> None:
    told = heard(world(BOTH, item("1000", changed="09:00"), coupled("1000")), "ITEMS", "1000")
    assert told.chapter("to_bc").outcome == "no record"


def test_a_skip_mark_is_the_whole_story() -> None:
    rows = (item("1000", changed="09:00"), product("1000"), coupled("1000", to_sales="Failure", skipped=True))
    told = heard(world(TO_SALES, *rows), "ITEMS", "1000")
    assert (told.chapter("to_sales").outcome, told.chapter("to_sales").code) == ("skipped", "W621")
    assert told.line("to_sales", "coupling").text.endswith("last result Failure, marked as skipped")
    assert told.lines("to_sales", "field") == []


def test_a_sales_record_is_as_good_to_point_at() -> None:
    rows = (item("1000", changed="09:00"), product("1000", {"name": "Racer"}), coupled("1000"))
    story = world(BOTH, *rows)
    by_name, by_id = heard(story, "ITEMS", "Racer"), heard(story, "ITEMS", sales_id("1000"))
    assert by_name.tale == by_id.tale
    assert [one.source_id for one in by_name.chapters] == [bc_id("1000"), sales_id("1000")]


def test_the_second_way_sees_what_the_first_one_made() -> None:
    told = heard(world(creating(ITEMS), item("1000", {"Description": "Road bike"})), "ITEMS", "1000")
    assert told.chapter("to_sales").outcome == "created"
    back = told.chapter("to_bc")
    assert back.source == "Road bike"
    assert back.outcome == "unchanged"


def test_a_story_of_the_snapshot_leaves_the_snapshot_as_it_is() -> None:
    story = world(creating(ITEMS), item("1000"))
    before = story.snapshot.read_bytes()
    heard(story, "ITEMS", "1000")
    assert story.snapshot.read_bytes() == before


def test_what_the_mapping_brings_along_is_told_under_the_outcome() -> None:
    rules = with_(
        TO_SALES,
        "after changed sales record {",
        "  for each sales Unit as unit where Name = 'OLD' { change unit { Name := item.Description } }",
        "}",
    )
    rows = (
        item("1000", {"Description": "Road bike"}, "09:00"),
        product("1000"),
        coupled("1000"),
        sales("uom", {"uomid": sales_id("7000"), "name": "OLD"}),
    )
    told = heard(world(rules, *rows), "ITEMS", "1000")
    along = told.line("to_sales", "along")
    assert (along.name, along.text) == ("Unit Road bike", "changed")
    assert [one.text for one in along.parts] == ["OLD -> Road bike"]


def test_only_the_last_leg_that_can_matter_is_planned() -> None:
    """A mapping that stands behind is not run for the story of one before it."""
    other = TO_BC.replace("ITEMS", "LATER").replace('"Items"', '"Later"')
    story = world((BOTH, with_(other, "depends on ITEMS")), item("1000"))
    assert [one.mapping.name for one in passes(story.rules.model)] == ["ITEMS", "ITEMS", "LATER"]
    assert [one.mapping.name for one in steps(story.rules.model, "ITEMS", alone=False)] == ["ITEMS", "ITEMS"]
    assert [one.mapping.name for one in steps(story.rules.model, "LATER", alone=True)] == ["LATER"]
