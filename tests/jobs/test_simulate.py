"""The job queue simulated on small worlds: who runs, what an edit causes, what never settles, what is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import jsonschema
import pytest

from engine.jobs import page, tell
from engine.jobs.define import asked_setup, one_off
from engine.jobs.edits import Edit
from engine.jobs.queue import Entry, QueueState, Setup
from engine.jobs.summary import by_job, lines
from engine.plan.turns import turns
from engine.shipped import shipped
from tests.jobs.queues import JOB, edit, running
from tests.plan.rules import BOTH, ITEMS, TO_BC, TO_SALES
from tests.plan.stories import Story, bc, bc_id, coupled, item, moment, product, sales_id, world

RESTLESS = JOB.replace(", sleep 720 minutes when idle", "")
ON = {"enable_cds_connection": True, "connection_working": True, "sales_connection_enabled": True}


def one_item(rules: str = BOTH, jobs: str = JOB) -> Story:
    """One coupled pair at rest."""
    rows = (item("1", {"Description": "Bike"}), product("1", {"name": "Bike"}), coupled("1"))
    return world(rules + jobs, *rows, settings=ON)


def test_an_idle_job_falls_asleep_and_wakes_with_an_edit() -> None:
    ran = running(one_item(), "1d", edit("15:00", "Item", bc_id("1"), Description="Red bike"))
    assert ran.runs("ITEMS") == ["12:00:00 idle", "15:00:30 changed 1", "15:30:40 idle", "03:30:50 idle"]
    (followed,) = ran.timeline.edits
    assert followed.takes == timedelta(seconds=40)
    assert followed.settled == followed.reached
    assert followed.by == "ITEMS"


def test_an_edit_in_sales_waits_for_the_next_run() -> None:
    ran = running(one_item(), "1d", edit("15:00", "product", sales_id("1"), name="Red bike"))
    assert ran.runs("ITEMS") == ["12:00:00 idle", "00:00:10 changed 1", "00:30:20 idle", "12:30:30 idle"][:3]
    (followed,) = ran.timeline.edits
    assert followed.takes == timedelta(hours=9, seconds=20)


def test_an_edit_that_no_line_carries_was_read_and_there_was_nothing_to_carry() -> None:
    ran = running(one_item(), "4h", edit("15:00", "Item", bc_id("1"), Description_2="red"))
    (followed,) = ran.timeline.edits
    assert followed.reached is not None and "nothing to carry" in followed.outcome
    assert not ran.timeline.touched


def test_a_record_without_partner_is_not_carried_over_where_none_is_created() -> None:
    new = replace(edit("12:30", "Item", None, **{"No.": "7", "Description": "Bell"}), op="create")
    (followed,) = running(one_item(), "2h", new).timeline.edits
    assert followed.reached is None and "not coupled" in followed.outcome


def test_an_edit_nobody_reads_and_a_deletion_are_told() -> None:
    gone = replace(edit("13:00", "product", sales_id("1")), op="delete")
    ran = running(one_item(), "2h", edit("12:30", "product", sales_id("1"), name="Red"), gone)
    unread, deleted = ran.timeline.edits
    assert unread.reached is None and unread.outcome == "no run has read it yet"
    assert deleted.reached is None and "deletion" in deleted.outcome


def test_an_edit_of_a_record_that_is_not_there_is_refused_and_the_rest_goes_on() -> None:
    ran = running(one_item(), "2h", edit("12:30", "Item", {"No.": "9"}, Description="x"))
    assert [one.what for one in ran.timeline.happened] == ["refused"]
    assert ran.timeline.edits == ()


TWO = (
    TO_BC
    + """
process dot "A full stop after every name" {
  for each sales Product as product where product is coupled {
    find bc Item as item where coupled with product
    change product { Name := item.Description + '.' }
  }
}
job dot "Names" {
  run dot
  every 30 minutes
}
"""
)


def test_two_lines_that_never_agree_are_a_ping_pong_and_both_are_named() -> None:
    ran = running(one_item(TWO, RESTLESS), "4h", edit("12:10", "Item", bc_id("1"), Description="Red bike"))
    names = {one.field: one for one in ran.timeline.pingpongs}
    assert set(names) == {"Name", "Description"}
    for ball in names.values():
        assert ball.times >= 3
        assert {rule for rule, _ in ball.rules} == {"Name := item.Description + '.'", "Description <- Name"}
        assert all(":" in place for _, place in ball.rules)


def test_what_settles_is_no_ping_pong() -> None:
    edits = [edit(f"{hour}:10", "Item", bc_id("1"), Description=f"Bike {hour}") for hour in range(12, 20)]
    ran = running(one_item(), "10h", *edits)
    assert ran.timeline.pingpongs == ()
    assert all(one.reached is not None for one in ran.timeline.edits)


def test_a_one_way_mapping_loses_what_was_edited_on_the_other_side() -> None:
    edits = (
        edit("12:10", "product", sales_id("1"), name="Blue bike"),
        edit("12:20", "Item", bc_id("1"), Description="Red bike"),
    )
    ran = running(one_item(TO_SALES), "2h", *edits)
    (lost,) = ran.timeline.lost
    assert (lost.field, lost.value, lost.now) == ("Name", "Blue bike", "Red bike")
    assert lost.rule == "Description -> Name"


def test_both_sides_edited_collide() -> None:
    edits = (
        edit("12:10", "product", sales_id("1"), name="Blue bike"),
        edit("12:20", "Item", bc_id("1"), Description="Red bike"),
    )
    ran = running(one_item(), "1h", *edits)
    assert ran.timeline.clashes
    assert "Both" in ran.timeline.clashes[0].reason
    assert all(one.reached is None for one in ran.timeline.edits)


def test_without_a_connection_a_job_is_tried_again_and_ends_in_error() -> None:
    rows = (item("1"), product("1"), coupled("1"))
    story = world(BOTH + JOB, *rows, settings={**ON, "connection_working": False})
    ran = running(story, "1d", takes=0)
    assert [one.start.second for one in ran.timeline.runs] == [0, 30, 0]
    assert [one.then for one in ran.timeline.runs] == ["Ready", "Ready", "Error"]


def test_a_full_synchronisation_runs_in_waves() -> None:
    rules = (
        BOTH.replace("only coupled records", "depends on GROUPS\n  create missing records")
        + """
mapping GROUPS "Groups": bc Unit of Measure as unit -> sales Unit Group as group {
  create missing records
  match Code = Name
  Code -> Name
}
"""
    )
    story = world(rules + JOB, item("1", {"Description": "Bike"}), bc("Unit of Measure", {"Code": "PCS"}), settings=ON)
    ran = running(story, "1h", full=True)
    full = [(one.job, f"{one.start:%H:%M:%S}") for one in ran.timeline.runs if one.job.endswith("full")]
    assert full == [("GROUPS full", "12:00:01"), ("ITEMS full", "12:00:12")]
    assert [one.then for one in ran.timeline.runs if one.job.endswith("full")] == ["gone", "gone"]
    assert ran.timeline.queue.entry("ITEMS") is not None


def test_while_a_line_runs_the_job_of_its_mapping_is_on_hold_and_then_stands_as_before() -> None:
    sleeping = QueueState(
        now=moment("12:00"),
        entries=(Entry(number=1, setup=Setup(name="ITEMS", runs=("ITEMS",), every=5), start=moment("12:00:05")),),
    )
    ran = running(one_item(), "4m", full=True, takes=60, queue=sleeping)
    assert [(one.job, f"{one.start:%H:%M:%S}") for one in ran.timeline.runs] == [
        ("ITEMS full", "12:00:01"),
        ("ITEMS", "12:01:01"),
    ]


# --- the short cut ------------------------------------------------------------------------------------

STOCK = """
process stock "Items that moved" {
  let since = first filled(setting item availability synch time, now)
  for each bc Item as item where SystemModifiedAt > since {
    find sales Product as product where coupled with item
    if product is not blank { change product { Size := item.No. } }
  }
  setting item availability synch time := now
}
job stock "Stock" {
  run stock
  every 60 minutes
}
"""
DAILY = """
process daily "Once a day" {
  for each sales Product as product where Valid From < today { change product { Valid From := today } }
}
job daily "Daily" {
  run daily
  every 120 minutes, sleep 120 minutes when idle
}
"""


@pytest.mark.parametrize("rules", [ITEMS, TWO])
def test_runs_that_are_not_planned_again_would_have_found_what_is_told(rules: str) -> None:
    """The same with and without the short cut: every run, every record, every row at the end."""
    edits = (
        edit("13:05", "Item", bc_id("1"), Description="Red bike"),
        edit("19:00", "product", sales_id("1"), name="Blue bike"),
        edit("2026-06-16T00:30", "Item", bc_id("2"), Description="Green bike"),
    )
    rows = (
        item("1", {"Description": "Bike"}), product("1", {"name": "Bike"}), coupled("1"),
        item("2", {"Description": "Frame"}), product("2", {"name": "Frame"}), coupled("2"),
        item("3", {"Description": "Soon"}, "2026-06-15T20:00"), product("3", {"name": "old"}), coupled("3"),
    )  # fmt: skip
    story = world(rules + JOB + STOCK + DAILY, *rows, settings=ON)
    fast, slow = running(story, "13h", *edits), running(story, "13h", *edits, short_cut=False)
    assert slow.timeline.planned == len(slow.timeline.runs)
    assert fast.timeline.planned < slow.timeline.planned
    assert [replace(one, known=False) for one in fast.timeline.runs] == list(slow.timeline.runs)
    assert fast.timeline.touched == slow.timeline.touched
    assert fast.timeline.edits == slow.timeline.edits
    assert fast.rows == slow.rows


def test_a_quiet_month_is_planned_once() -> None:
    ran = running(one_item(jobs=JOB + STOCK), "30d")
    planned = [one.job for one in ran.timeline.runs if not one.known]
    assert planned == ["ITEMS", "stock", "ITEMS"]  # the first run moves the watermark
    assert len(ran.timeline.runs) > 700


def test_what_asks_for_the_day_is_planned_once_a_day() -> None:
    ran = running(one_item(jobs=DAILY), "3d")
    assert [one.start.day for one in ran.timeline.runs if one.active] == [15, 16, 17, 18]
    assert ran.timeline.planned < len(ran.timeline.runs)


def test_what_holds_a_field_against_the_day_is_planned_again_when_that_day_comes() -> None:
    """The product of day 18 is not looked at on days 16 and 17, and found on day 19, just as without the short cut."""
    rows = (product("1", {"validfromdate": "2026-06-18"}), product("2", {"validfromdate": "2026-07-30"}))
    once = DAILY.replace("Valid From := today", "Valid From := 2026-07-30")
    story = world(ITEMS + once, *rows, settings=ON)
    ran, slow = running(story, "6d"), running(story, "6d", short_cut=False)
    planned = [one.start.day for one in ran.timeline.runs if not one.known]
    assert planned == [15, 18, 19, 19]  # on the day itself, when it is passed, and once more: nothing is left
    assert [replace(one, known=False) for one in ran.timeline.runs] == list(slow.timeline.runs)
    assert ran.rows == slow.rows


REFUSED = """
process arrivals "Arrivals become items" {
  for each sales Product as product where Product ID is not blank {
    create bc Item as item {
      No. := product.Product ID
      Next Counting Start Date := today
    }
    require product.Name is not blank else fail "Product {product.Product ID} has no name on {today}."
  }
}
job arrivals "Arrivals" {
  run arrivals
  every 120 minutes
}
"""


def test_a_day_that_only_a_refused_record_would_get_is_no_reason_to_plan_again() -> None:
    story = world(ITEMS + REFUSED, product("1", {"productnumber": "1"}), settings=ON)
    ran, slow = running(story, "3d"), running(story, "3d", short_cut=False)
    assert [one.start.day for one in ran.timeline.runs if not one.known] == [15]
    assert [one.legs[0].failed for one in ran.timeline.runs] == [1] * len(ran.timeline.runs)
    assert [replace(one, known=False) for one in ran.timeline.runs] == list(slow.timeline.runs)


def test_a_day_that_a_record_gets_in_a_condition_is_asked_every_day() -> None:
    asks = REFUSED.replace("require product.Name is not blank", "require item.Next Counting Start Date < 2026-06-17")
    story = world(ITEMS + asks, product("1", {"productnumber": "1"}), settings=ON)
    ran, slow = running(story, "3d"), running(story, "3d", short_cut=False)
    assert {one.start.day for one in ran.timeline.runs if not one.known} >= {15, 16, 17}
    assert [replace(one, known=False) for one in ran.timeline.runs] == list(slow.timeline.runs)


def test_a_rule_that_asks_the_time_of_day_is_planned_every_time() -> None:
    asks = STOCK.replace("SystemModifiedAt > since", "SystemModifiedAt < since")
    ran = running(one_item(jobs=asks.replace("Size := item.No.", "Size := 'L'")), "5h")
    assert ran.timeline.planned == len(ran.timeline.runs)


# --- what is shown ------------------------------------------------------------------------------------


def test_text_json_and_page_tell_the_same() -> None:
    story = one_item(TWO, RESTLESS)
    ran = running(story, "4h", edit("12:10", "Item", bc_id("1"), Description="<b>Red & bike</b>"))
    told = json.loads(tell.to_json(ran.timeline))
    schema = json.loads((shipped("schemas") / "json" / "timeline.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, schema)
    assert len(told["runs"]) == len(ran.timeline.runs)
    assert told["pingpongs"][0]["times"] >= 3
    text = page.render(ran.timeline, company="Adatum <Ltd>", snapshot="june.duckdb")
    assert "<b>Red" not in text and "Adatum &lt;Ltd&gt;" in text
    assert text.count('<rect class="active"') == sum(one.active for one in ran.timeline.runs)
    assert "http" not in text.replace("http-equiv", "")
    assert sum(one.active + one.idle for one in by_job(ran.timeline)) == len(ran.timeline.runs)


def test_long_rows_of_idle_runs_are_one_line() -> None:
    ran = running(one_item(jobs=JOB + STOCK), "1d")
    told = lines(ran.timeline)
    assert len(told) < 20
    assert sum(one.count for one in told if one.kind in ("idle", "active", "error")) == len(ran.timeline.runs)


@pytest.mark.parametrize(("disabled", "woken"), [(False, ["15:00:30 changed 1"]), (True, [])])
def test_a_record_does_not_wake_the_job_of_a_mapping_that_is_not_to_be_woken(disabled: bool, woken: list[str]) -> None:
    """R9.12: `Disable Event-driven Synch. Job Rescheduling` stands in the row of the mapping."""
    rows = (item("1", {"Description": "Bike"}), product("1", {"name": "Bike"}), coupled("1"))
    mark = bc("Integration Table Mapping", {"Name": "ITEMS", "Disable Event Job Resch.": disabled})
    story = world(BOTH + JOB, *rows, mark, settings=ON)
    ran = running(story, "4h", edit("15:00", "Item", bc_id("1"), Description="Red bike"))
    assert ran.runs("ITEMS")[1:2] == woken


ONCE = """
process numbers "Every item is described by its number" when setting multi company enabled {
  for each bc Item as item { change item { Description 2 := item.No. } }
}
job numbers "Numbers" when setting multi company enabled {
  run numbers
  at most 3 attempts, 60 seconds apart
}
job by-hand "Only when somebody asks" { run ITEMS }
"""


def test_a_setting_that_asks_for_a_job_without_interval_queues_it_once() -> None:
    """It starts a second later, needs no connection where it stays in Business Central, and is gone after its run."""
    turn = [
        replace(edit(at, "Item", None), table=None, values=None, settings={"multi_company_enabled": on})
        for at, on in (("12:40", True), ("12:50", False), ("13:00", True))
    ]
    story = world(BOTH + JOB + ONCE, item("1"), product("1"), coupled("1"), settings={})
    ran = running(story, "2h", *turn)
    assert ran.runs("numbers") == ["12:40:01 changed 1", "13:00:01 idle"]
    assert ran.runs("by-hand") == []
    assert [one.text for one in ran.timeline.happened if one.what == "appears"] == ["the settings ask for it"] * 2
    assert [one.name for one in ran.timeline.queue.entries] == ["ITEMS"]


def test_what_a_job_without_interval_runs_is_no_part_of_a_plan_of_everything() -> None:
    story = world(
        BOTH + JOB + ONCE, item("1"), product("1"), coupled("1"), settings={**ON, "multi_company_enabled": True}
    )
    assert [one.name for one in turns(story.rules.model).by_hand] == ["numbers"]
    assert [one.name for one in turns(story.rules.model, ("numbers",)).processes] == ["numbers"]


ASKED = """
job by-hand "What somebody starts" {
  run what is asked for
  at most 4 attempts, 7 seconds apart
  category 'LATER'
  on every day from 14:00 to 15:00 in time zone 'Europe/Berlin'
}
"""


def test_what_somebody_starts_is_run_as_the_job_says_that_runs_what_is_asked_for() -> None:
    """Its hours too; it is no entry of the queue itself, whatever the settings do."""
    story = one_item(jobs=ASKED)
    turn = replace(edit("12:30", "Item", None), table=None, values=None, settings={"multi_company_enabled": True})
    with_when = one_item(jobs=ASKED.replace('starts" {', 'starts" when setting multi company enabled {'))
    assert running(with_when, "1h", turn).timeline.queue.entries == ()
    setup = one_off("ITEMS full", ("ITEMS",), 1, moment("12:00"), asked_setup(story.rules.model), full=True).setup
    assert (setup.attempts, setup.delay, setup.category, setup.recurring) == (4, 7, "LATER", False)
    ran = running(story, "2h", full=True, start="11:00")
    assert [(one.job, f"{one.start:%H:%M}") for one in ran.timeline.runs] == [("ITEMS full", "12:00")]
    assert ran.timeline.queue.entries == ()


def test_refusals_that_repeat_are_told_once_and_then_in_one_line() -> None:
    """A record that fails again and again is activity for the queue (R9.10), but no news for who reads the timeline."""
    told = lines(running(world(ITEMS + REFUSED, product("1", {"productnumber": "1"}), settings=ON), "1d").timeline)
    assert [(one.kind, one.text) for one in told] == [
        ("active", "1 failed"),
        ("idle", "11 runs of 1 job found nothing new, until 2026-06-16 10:01 (arrivals still 1 failed)"),
    ]


def test_a_narrow_terminal_is_told_in_short_and_nothing_is_cut() -> None:
    ran = running(one_item(), "1d", edit("15:00", "Item", bc_id("1"), Description="Red bike"))
    for width in (80, 120):
        out = StringIO()
        tell.tell(ran.timeline, out, colour=False, width=width)
        (row,) = (one for one in out.getvalue().split("\n") if one.startswith(" ITEMS"))
        assert len(row) <= width
        assert "asleep, 06-16 15:31" in out.getvalue() and "…" not in out.getvalue()


YEARLY = """
process year "The fiscal year in every name" {
  for each sales Product as product where product is coupled {
    find bc Item as item where coupled with product
    change product { Name := if setting fiscal year start = 2027-01-01 then 'new year' else 'old year' }
  }
}
job year "Names" {
  run year
  every 240 minutes, sleep 240 minutes when idle
}
"""


def names(story: Story, *edits: Edit) -> list[str]:
    """What the runs over New Year wrote, and when."""
    ran = running(story, "1d", *edits, start="2026-12-31T12:00")
    return [f"{one.at:%H:%M} {write.after}" for one in ran.timeline.touched for write in one.fields]


def test_the_fiscal_year_begins_with_the_new_year_of_the_clock() -> None:
    story = one_item(YEARLY, "")
    over_new_year = ["12:00 old year", "00:00 new year"]  # the runs at 16:00 and 20:00 found nothing to do
    assert names(story) == over_new_year
    assert names(story, Edit(at=moment("2026-12-31T18:00"), settings={"multi_company_enabled": True})) == over_new_year


def test_a_fiscal_year_that_somebody_has_set_stays() -> None:
    rows = (item("1", {"Description": "Bike"}), product("1", {"name": "Bike"}), coupled("1"))
    given = {**ON, "fiscal_year_start": date(2026, 1, 1)}
    assert names(world(YEARLY, *rows, settings=given)) == ["12:00 old year"]
    early = Edit(at=moment("2026-12-31T18:00"), settings={"fiscal_year_start": date(2027, 1, 1)})
    assert names(one_item(YEARLY, ""), early) == ["12:00 old year", "20:00 new year"]


def test_a_connection_that_is_off_holds_the_jobs_and_one_that_is_on_again_sets_them_up_anew() -> None:
    off = Edit(at=moment("2026-06-15T13:00"), settings={"sales_connection_enabled": False})
    none = Edit(at=moment("2026-06-15T13:05"), settings={"enable_cds_connection": False})
    again = Edit(at=moment("2026-06-15T15:00"), settings={"sales_connection_enabled": True})
    change = edit("14:00", "Item", bc_id("1"), Description="Red bike")
    ran = running(one_item(jobs=RESTLESS), "4h", off, none, change, again)
    assert ran.runs("ITEMS") == [
        *("12:00:00 idle", "12:30:10 idle", "13:00:20 idle"),  # one connection is enough for it
        *("15:00:00 changed 1", "15:30:10 idle"),
    ]
    said = [(f"{one.at:%H:%M}", one.text) for one in ran.timeline.happened if one.job == "ITEMS"]
    assert said == [("13:05", "its connection is off"), ("15:00", "its connection is on again")]
