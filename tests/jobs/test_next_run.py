"""A date formula for the next run: written, in the queue, in a simulation; and the words of people who mean it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, strategies as some

from engine.jobs.define import fresh
from engine.jobs.exchange import from_json, to_json
from engine.jobs.queue import ASLEEP, Done, Hours, Setup
from engine.jobs.times import after_run
from engine.jobs.turns import finished
from engine.pipeline import checked, defaults, understand
from engine.source import Source
from engine.syntax.format import format_source
from engine.syntax.parse import parse
from tests.jobs.queues import running
from tests.jobs.test_simulate import one_item
from tests.model.world import bound
from tests.plan.stories import moment

BERLIN = "Europe/Berlin"
MAPPING = """mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {
  Name -> Account Name
}
"""


def job(*lines: str) -> str:
    inside = "".join(f"  {one}\n" for one in ("run CUSTOMER", *lines))
    return f'job CUSTOMER "Customers" {{\n{inside}}}\n'


def told(*lines: str) -> list[tuple[str, str, str]]:
    source = Source(path="a.rules", text=MAPPING + job(*lines))
    return [(one.code, one.message, one.hint) for one in checked(understand([source], (), defaults()))]


# --- the next day, worked out by hand -----------------------------------------------------------------------

AFTER = [
    # formula, hours, end of the run, next run
    ("1D", Hours(start=time(6)), "2026-06-15T06:20", "2026-06-16T06:00"),
    ("1D", Hours(), "2026-06-15T06:20", "2026-06-16T00:00"),
    ("1M", Hours(start=time(6)), "2026-01-31T06:20", "2026-02-28T06:00"),
    ("1M+CM", Hours(start=time(22)), "2026-01-31T22:10", "2026-02-28T22:00"),
    ("CM+1D", Hours(start=time(6)), "2026-02-01T06:10", "2026-03-01T06:00"),
    ("D1", Hours(start=time(6)), "2026-02-01T06:10", "2026-03-01T06:00"),
    ("WD1", Hours(start=time(6)), "2026-06-15T06:10", "2026-06-22T06:00"),
    ("1Q", Hours(start=time(6)), "2026-06-15T06:10", "2026-09-15T06:00"),
    # a day that is past is counted from the next day: 31 January is the end of its month
    ("CM", Hours(start=time(22)), "2026-01-31T22:10", "2026-02-28T22:00"),
    ("CM", Hours(start=time(22)), "2026-01-31T21:50", "2026-01-31T22:00"),
    # the day is that of the clock on the wall: 23:30 UTC is the first of July in Berlin
    ("CM", Hours(start=time(6), zone=BERLIN), "2026-06-30T23:30", "2026-07-31T04:00"),
    # the clock goes forward on 29 March 2026 in Berlin, and leaves 02:30 out
    ("1D", Hours(start=time(6), zone=BERLIN), "2026-03-28T05:10", "2026-03-29T04:00"),
    ("1D", Hours(start=time(2, 30), zone=BERLIN), "2026-03-28T01:40", "2026-03-29T01:00"),
    # a formula that never leads ahead, and a text that is none, count as a day
    ("-1M", Hours(start=time(6)), "2026-06-15T06:20", "2026-06-16T06:20"),
    ("whenever", Hours(), "2026-06-15T06:20", "2026-06-16T06:20"),
]


@pytest.mark.parametrize(("formula", "hours", "end", "expected"), AFTER)
def test_the_next_run_is_on_the_day_of_the_formula(formula: str, hours: Hours, end: str, expected: str) -> None:
    """R9.7."""
    setup = Setup(name="J", formula=formula, hours=hours)
    assert after_run(setup, datetime.fromisoformat(end)) == datetime.fromisoformat(expected)


terms = some.sampled_from(["1D", "CM", "-CM", "1M", "2W", "D31", "WD7", "1Q", "-1D", "CW", "CY", "3M"])
formulas = some.lists(terms, min_size=1, max_size=3).map(
    lambda parts: "".join(one if one[0] == "-" or at == 0 else f"+{one}" for at, one in enumerate(parts))
)


@given(formulas, some.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1)), some.sampled_from(["UTC", BERLIN]))
def test_whatever_the_formula_the_next_run_is_later(formula: str, end: datetime, zone: str) -> None:
    setup = Setup(name="J", formula=formula, hours=Hours(start=time(2, 30), zone=zone))
    assert after_run(setup, end) > end


# --- written ------------------------------------------------------------------------------------------------

WRITTEN = [
    ("next run 1M + CM", "next run 1M+CM", "1M+CM", Hours()),
    ("next run CM+1D at 06:00", "next run CM+1D at 06:00", "CM+1D", Hours(start=time(6))),
    (
        "next run D1 at 06:00 in time zone 'Europe/Berlin', sleep 1440 minutes when idle",
        "next run D1 at 06:00 in time zone 'Europe/Berlin', sleep 1440 minutes when idle",
        "D1",
        Hours(start=time(6), zone=BERLIN),
    ),
]


@pytest.mark.parametrize(("line", "written", "formula", "hours"), WRITTEN)
def test_a_formula_is_read_and_written_back(line: str, written: str, formula: str, hours: Hours) -> None:
    text = MAPPING + job(line)
    made, mistakes = format_source(Source(path="a.rules", text=text))
    assert made is not None and not mistakes and f"  {written}\n" in made
    assert format_source(Source(path="a.rules", text=made))[0] == made
    noon = moment("2026-06-15T12:00")
    state = fresh(bound(text).model, noon)
    (entry,) = state.entries
    setup = entry.setup
    assert (setup.formula, setup.hours, setup.recurring, setup.every) == (formula, hours, True, 0)
    assert from_json(to_json(state)) == state


def test_days_and_hours_of_the_job_hold_beside_it() -> None:
    """The last day of the month, put off to Monday where it is no weekday: 31 January 2026 is a Saturday."""
    (entry,) = fresh(bound(MAPPING + job("next run 1D+CM", "on weekdays from 08:00 to 17:00")).model, NOON).entries
    assert entry.setup.hours == Hours(days=frozenset(range(1, 6)), start=time(8), end=time(17))
    ran = running(one_item(jobs=MONTHLY), "60d", start="2025-12-20T09:00")
    assert [f"{one.start:%Y-%m-%d %H:%M}" for one in ran.timeline.runs] == [
        *("2025-12-22 08:00", "2025-12-31 08:00", "2026-02-02 08:00")
    ]


NOON = moment("2026-06-15T12:00")
MONTHLY = """
job ITEMS "Items" {
  run ITEMS
  next run 1D+CM at 08:00
  on weekdays
}
"""


def test_an_idle_job_with_a_formula_sleeps_only_where_it_says_so() -> None:
    setup = Setup(name="J", formula="1M", hours=Hours(start=time(6)))
    (entry,) = fresh(bound(MAPPING + job("next run 1M at 06:00")).model, NOON).entries
    after = finished(replace(entry, status="In Process"), Done(activity=0), NOON)
    assert after is not None and (after.status, after.start) == ("Ready", after_run(setup, NOON))
    text = MAPPING + job("next run 1M at 06:00, sleep 60 minutes when idle")
    (entry,) = fresh(bound(text).model, NOON).entries
    after = finished(replace(entry, status="In Process"), Done(activity=0), NOON)
    # an hour later is past the beginning of its hours, which have no end
    assert after is not None and (after.status, after.start) == (ASLEEP, NOON + timedelta(hours=1))
    (entry,) = fresh(bound(MAPPING + job("next run 1M at 06:00", "start asleep")).model, NOON).entries
    assert (entry.status, entry.start) == (ASLEEP, moment("2026-07-15T06:00"))


def test_a_formula_that_does_not_lead_ahead_is_told() -> None:
    ((code, message, hint),) = told("next run CM at 22:00")
    assert (code, message) == (
        "W362",
        "`CM` does not lead ahead from every day: counted from 2023-01-31 it is 2023-01-31 itself",
    )
    assert "1D+CM" in hint and told(f"next run {hint.split('like ')[1].split(';')[0]} at 22:00") == []
    ((code, message, hint),) = told("next run -1W")
    assert code == "W362" and "2022-12-25, a day before it" in message and "1M" in hint
    assert told("next run 1D", "wake on bc Customer") == []


def test_a_line_that_another_takes_the_place_of_is_told() -> None:
    lines = ("every 5 minutes", "next run 1D", "on Monday", "on Friday")
    assert [(code, message.split(" again")[0]) for code, message, _ in told(*lines)] == [
        ("W363", "the job says how often it runs"),
        ("W363", "the job says on which days and in which hours it runs"),
    ]


# --- what people write --------------------------------------------------------------------------------------

SLIPS = [
    # the line of a job, what is pointed at, the code, words of the way out
    ("on Monday and Friday from 06:00 to 22:00 every 5 minutes", "every", "E119", "begin a new line here"),
    ("on Monday and Friday from 06:00 to 22:00 and every 5 minutes", "every", "E119", "take the `and` away and begin"),
    ("every 5 minutes, on weekdays from 06:00 to 22:00", "on", "E119", "take the `,` away and begin a new line"),
    ("every 5 minutes and on weekdays", "on", "E119", "take the `and` away"),
    ("at most 3 attempts, 30 seconds apart, category 'X'", "category", "E119", "take the `,` away"),
    ("category 'X', start asleep", "start asleep", "E119", "take the `,` away"),
    ("wake on bc Customer, start asleep", "start asleep", "E119", "take the `,` away"),
    ("next run 1M and on weekdays", "on", "E119", "take the `and` away"),
    ("on Monday or Friday", "or", "E101", "write `and Friday`"),
    ("on Monday & Friday", "&", "E101", "write `and Friday`"),
    ("on Monday - Friday", "-", "E101", "write `to Friday`"),
    ("on weekdays and on Sunday", "on", "E101", "write only `Sunday`"),
    ("on Monday and from 06:00 to 22:00", "and", "E101", "take the `and` away"),
    ("on weekdays between 06:00 and 12:00", "between 06:00 and 12:00", "E101", "`from 06:00 to 12:00`"),
    ("on weekdays 06:00 to 22:00", "06:00 to 22:00", "E101", "`from 06:00 to 22:00`"),
    ("on weekdays from 6am to 10pm", "from 6am to 10pm", "E125", "`from 06:00 to 22:00`"),
    ("on weekdays from 06:00 to 12:00 and 13:00 to 18:00", "and 13:00 to", "E101", "a second job"),
    ("on the 1st", "the 1st", "E101", "next run D1 at 06:00"),
    ("every 2 hours", "hours", "E101", "every 120 minutes"),
    ("every hour", "every hour", "E101", "every 60 minutes"),
    ("every day at 06:00", "every day", "E101", "next run 1D at 06:00"),
    ("every 1M", "every 1M", "E101", "next run 1M at 06:00"),
    ("monthly", "monthly", "E101", "next run 1M at 06:00"),
    ("next run cm", "cm", "E101", "a date formula like 1M+CM"),
    ("wake on bc Customer and bc Vendor", "and", "E101", "a line `wake on …` for each"),
]


@pytest.mark.parametrize(("line", "at", "code", "way_out"), SLIPS)
def test_a_slip_in_a_job_is_told_once_with_the_way_out(line: str, at: str, code: str, way_out: str) -> None:
    text = MAPPING + job(line) + 'job after "Another" {\n  run CUSTOMER, every\n}\n'
    (mistake,) = parse(Source(path="a.rules", text=text)).mistakes
    assert (mistake.code, mistake.span.text if mistake.span else "") == (code, at)
    assert way_out in mistake.hint


def test_a_part_that_was_taken_for_a_name_is_told() -> None:
    text = MAPPING + 'job CUSTOMER "Customers" { run CUSTOMER every 5 minutes }\n'
    found = checked(understand([Source(path="a.rules", text=text)], (), defaults()))
    ((code, hint),) = [(one.code, one.hint) for one in found if one.severity == "error"]
    assert (code, hint) == ("E231", "begin a new line before `every`: every part of a job has its own")


def test_a_job_is_not_changed_line_by_line_and_that_is_told_once() -> None:
    text = "change job CUSTOMER { every 5 minutes }\n" + MAPPING
    (mistake,) = parse(Source(path="a.rules", text=text)).mistakes
    assert (mistake.code, mistake.message) == ("E102", "a job is not changed line by line")
