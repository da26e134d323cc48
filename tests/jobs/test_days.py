"""The days and the priority of a job: as people write them, as they are written down, in the queue, in a simulation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.jobs.define import fresh
from engine.jobs.queue import Done, Entry, QueueState, Setup
from engine.jobs.schedule import Schedule
from engine.pipeline import checked, defaults, understand
from engine.source import Source
from engine.syntax.format import format_source
from engine.syntax.weekdays import WEEKDAYS, weekday
from tests.jobs.queues import JOB, running
from tests.jobs.test_simulate import one_item
from tests.model.world import bound
from tests.plan.stories import moment

MAPPING = """mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {
  Name -> Account Name
}
"""


def job(*lines: str, name: str = "CUSTOMER") -> str:
    inside = "".join(f"  {one}\n" for one in ("run CUSTOMER", "every 30 minutes", *lines))
    return f'job {name} "Customers" {{\n{inside}}}\n'


def told(*jobs: str) -> list[tuple[str, str]]:
    source = Source(path="a.rules", text=MAPPING + "".join(jobs))
    return [(one.code, one.message) for one in checked(understand([source], (), defaults()))]


DAYS = [
    ("weekdays", "weekdays", {1, 2, 3, 4, 5}),
    ("weekends", "weekends", {6, 7}),
    ("every day", "every day", {1, 2, 3, 4, 5, 6, 7}),
    ("Monday", "Monday", {1}),
    ("Sundays", "Sunday", {7}),
    ("Monday, Wednesday and Friday", "Monday, Wednesday and Friday", {1, 3, 5}),
    ("MON, WED, FRI", "Monday, Wednesday and Friday", {1, 3, 5}),
    ("tues and thurs", "Tuesday and Thursday", {2, 4}),
    ("Monday, Wednesday, and Friday", "Monday, Wednesday and Friday", {1, 3, 5}),
    ("Monday to Thursday", "Monday to Thursday", {1, 2, 3, 4}),
    ("Mon-Fri", "Monday to Friday", {1, 2, 3, 4, 5}),
    ("Friday to Monday", "Friday to Monday", {5, 6, 7, 1}),
    ("weekdays and Saturday", "weekdays and Saturday", {1, 2, 3, 4, 5, 6}),
    ("Monday to Wednesday, Saturday", "Monday to Wednesday and Saturday", {1, 2, 3, 6}),
    ("Friday,\n    Monday", "Friday and Monday", {5, 1}),
]


@pytest.mark.parametrize(("written", "tidy", "days"), DAYS, ids=[one[0].replace("\n", " ") for one in DAYS])
def test_days_are_read_as_written_and_written_in_one_way(written: str, tidy: str, days: set[int]) -> None:
    for hours in ("", " from 08:00 to 17:00", " in time zone 'Europe/London'"):
        text = MAPPING + job(f"on {written}{hours}")
        (entry,) = fresh(bound(text).model, moment("2026-06-15T12:00")).entries
        assert entry.setup.hours.days == days
        made, found = format_source(Source(path="a.rules", text=text))
        assert found == () and made is not None
        assert made.splitlines()[-2] == f"  on {tidy}{hours}"
        assert format_source(Source(path="a.rules", text=made))[0] == made
        assert told(job(f"on {written}{hours}")) == []


def test_every_beginning_of_a_day_that_is_long_enough_is_this_day_and_nothing_else_is() -> None:
    for day in WEEKDAYS:
        assert {weekday(day[:length].upper()) for length in range(3, len(day) + 1)} == {day}
        assert weekday(day[:2]) is None and weekday(f"{day}x") is None


def test_a_job_of_three_days_runs_on_these() -> None:
    story = one_item(jobs=JOB.replace("  wake on", "  on Tue and Thursday to Fri from 08:00 to 18:00\n  wake on"))
    ran = running(story, "7d")  # from Monday noon
    starts = [f"{one.start:%a %H:%M}" for one in ran.timeline.runs]
    assert starts == ["Tue 08:00", "Thu 08:00", "Fri 08:00"]  # asleep for 12 hours: past 18:00 each time


def test_a_day_named_twice_is_told_once_for_each_place() -> None:
    assert told(job("on Monday, Monday and mon")) == [
        ("W360", "Monday is among the days before already"),
        ("W360", "Monday is among the days before already"),
    ]
    assert [code for code, _ in told(job("on weekdays and Thursday to Saturday"))] == ["W360"]
    assert told(job("on weekdays and Saturday to Sunday")) == []


def test_a_window_across_midnight_needs_the_day_after() -> None:
    ((code, message),) = told(job("on Friday from 22:00 to 06:00"))
    assert code == "W361"
    assert message == (
        "the window ends at midnight after Friday, because Saturday is not among its days; "
        "on Friday it is open from 00:00 to 06:00 as well"
    )
    assert told(job("on every day from 22:00 to 06:00")) == []
    assert told(job("on Monday to Sunday from 22:00 to 06:00")) == []
    assert told(job("on Friday from 06:00 to 22:00")) == []


@pytest.mark.parametrize(
    ("one", "other", "fight"),
    [
        ("on weekdays", "on weekends", False),
        ("on weekdays", "on Friday to Sunday", True),
        ("on every day from 06:00 to 18:00", "on every day from 18:00 to 06:00", False),
        ("on every day from 06:00 to 18:00", "on every day from 17:00 to 06:00", True),
        ("on every day from 22:00 to 06:00", "on every day from 05:00 to 07:00", True),
        ("on weekdays from 08:00 to 12:00", "on weekends from 08:00 to 12:00", False),
        ("on weekdays", "on weekends in time zone 'Europe/London'", True),
        ("on weekdays", "at most 2 attempts, 30 seconds apart", True),
    ],
)
def test_two_jobs_whose_windows_never_meet_do_not_fight_over_a_mapping(one: str, other: str, fight: bool) -> None:
    assert [code for code, _ in told(job(one), job(other, name="OTHER"))] == (["W350"] if fight else [])


def test_of_three_jobs_the_one_that_meets_another_is_told() -> None:
    third = job("on Sunday from 10:00 to 11:00", name="THIRD")
    ((code, message),) = told(job("on weekdays"), job("on weekends", name="OTHER"), third)
    assert code == "W350" and "job OTHER too" in message


def test_of_those_that_wait_for_a_category_the_one_of_high_priority_goes_first() -> None:
    lines = [
        "category 'A', low priority",
        "category 'A'",
        "category 'A', normal priority",
        "category 'A', high priority",
    ]
    text = MAPPING + "".join(job(one, name=f"J{at}") for at, one in enumerate(lines))
    made, _ = format_source(Source(path="a.rules", text=text))
    assert made is not None and [one.strip() for one in made.splitlines() if "category" in one] == lines
    noon = moment("2026-06-15T12:00")
    queue = fresh(bound(text).model, noon)
    first = Entry(number=9, setup=Setup(name="first", runs=("CUSTOMER",), category="A", priority=1), start=noon)
    schedule = Schedule.of(QueueState(now=noon, entries=(first, *queue.entries)), _minute)
    assert [one.before.name for one in schedule.until(moment("2026-06-15T12:20")) if one.what == "starts"] == [
        *("first", "J3", "J1", "J2", "J0")
    ]


def _minute(entry: Entry, at: object) -> tuple[Done, timedelta]:
    return Done(activity=1), timedelta(minutes=1)
