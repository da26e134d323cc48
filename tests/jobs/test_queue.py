"""The life of entries in the queue: statuses, tries, sleep, waking, categories; and laws over any queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from hypothesis import given, settings, strategies as some

from engine.jobs.exchange import BrokenStateError, from_json, to_json
from engine.jobs.queue import ASLEEP, Done, Entry, Failed, Hours, QueueState, Result, Setup
from engine.jobs.schedule import Event, Schedule
from engine.jobs.times import is_open
from engine.jobs.turns import dispatched, finished, held, recovered, restarted, woken

NOON = datetime(2026, 6, 15, 12)
MINUTE = timedelta(minutes=1)
JOB = Setup(name="J", every=30, sleeps=True, inactivity=720, attempts=2, delay=30)


def entry(setup: Setup = JOB, number: int = 1, **more: object) -> Entry:
    return replace(Entry(number=number, setup=setup, start=NOON), **more)  # type: ignore[arg-type]


def at(hour: int, minute: int = 0, day: int = 15) -> datetime:
    return datetime(2026, 6, day, hour, minute)


# --- after a run ---------------------------------------------------------------------------------------


def test_a_run_with_activity_leaves_the_job_ready_for_its_interval() -> None:
    after = finished(entry(status="In Process"), Done(activity=1), NOON)
    assert after is not None and (after.status, after.start) == ("Ready", at(12, 30))


def test_an_idle_run_puts_it_to_sleep() -> None:
    after = finished(entry(status="In Process"), Done(activity=0), NOON)
    assert after is not None and (after.status, after.start) == (ASLEEP, at(0, 0, 16))


def test_a_run_that_wrote_no_row_of_the_log_is_not_idle() -> None:
    after = finished(entry(status="In Process"), Done(activity=None), NOON)
    assert after is not None and after.status == "Ready"


def test_a_job_without_sleep_is_ready_after_every_run() -> None:
    after = finished(entry(replace(JOB, sleeps=False), status="In Process"), Done(activity=0), NOON)
    assert after is not None and (after.status, after.start) == ("Ready", at(12, 30))


def test_asleep_with_no_timeout_nothing_is_planned() -> None:
    after = finished(entry(replace(JOB, inactivity=0), status="In Process"), Done(activity=0), NOON)
    assert after is not None and (after.status, after.start) == (ASLEEP, None)
    assert not after.startable


def test_a_job_that_runs_once_is_gone_afterwards() -> None:
    assert finished(entry(replace(JOB, recurring=False), status="In Process"), Done(activity=3), NOON) is None


def test_tries_grow_apart_then_the_job_is_in_error_and_a_restart_begins_anew() -> None:
    first = finished(entry(status="In Process"), Failed(reason="no line"), NOON)
    assert first is not None
    assert (first.status, first.tried, first.message) == ("Ready", 1, "no line")
    assert first.start == NOON + timedelta(seconds=30, milliseconds=10)
    second = finished(first, Failed(reason="no line"), NOON)
    assert second is not None and second.start == NOON + timedelta(seconds=30, milliseconds=100)
    third = finished(second, Failed(reason="no line"), NOON)
    assert third is not None and (third.status, third.start, third.tried) == ("Error", None, 2)
    again = restarted(third, at(13))
    assert (again.status, again.start, again.tried, again.message) == ("Ready", at(13), 0, "")


def test_success_counts_the_tries_from_the_beginning() -> None:
    after = finished(entry(tried=2, message="no line", status="In Process"), Done(activity=1), NOON)
    assert after is not None and (after.tried, after.message) == (0, "")


# --- waking --------------------------------------------------------------------------------------------


def test_a_sleeping_job_wakes_thirty_seconds_later() -> None:
    after = woken(entry(status=ASLEEP, start=at(0, 0, 16)), NOON)
    assert (after.status, after.start) == ("Ready", NOON + timedelta(seconds=30))


def test_a_job_that_starts_within_a_minute_is_left() -> None:
    soon = entry(start=NOON + MINUTE)
    assert woken(soon, NOON) is soon
    later = entry(start=NOON + MINUTE + timedelta(seconds=1))
    assert woken(later, NOON).start == NOON + timedelta(seconds=30)


def test_nothing_wakes_what_is_held_in_error_unplanned_or_runs_once() -> None:
    far = at(0, 0, 16)
    for one in (
        entry(status="On Hold", start=far),
        entry(status="Error", start=far),
        entry(status="In Process", start=far),
        entry(status=ASLEEP, start=None),
        entry(replace(JOB, recurring=False), start=far),
    ):
        assert woken(one, NOON) is one


# --- a turn --------------------------------------------------------------------------------------------


def test_the_dispatcher_asks_in_this_order() -> None:
    night = replace(JOB, hours=Hours(start=time(22), end=time(23)))
    assert dispatched(entry(night, status="On Hold", expires=at(11)), NOON, busy=True)[0] == "left"
    assert dispatched(entry(night, expires=at(11)), NOON, busy=True)[0] == "deleted"
    turn, after = dispatched(entry(night), NOON, busy=True)
    assert (turn, after.start) == ("put off", at(22))
    assert dispatched(entry(), NOON, busy=True)[1].status == "Waiting"
    assert dispatched(entry(), NOON, busy=False)[1].status == "In Process"


# --- the queue in motion -------------------------------------------------------------------------------


def played(entries: Sequence[Entry], results: Sequence[Result], takes: timedelta, until: datetime) -> list[Event]:
    """What happens in a queue whose runs come to these results in turn, again and again."""
    turns = iter(range(10_000))
    schedule = Schedule.of(
        QueueState(now=NOON, entries=tuple(entries)), lambda one, moment: (results[next(turns) % len(results)], takes)
    )
    return list(schedule.until(until))


def told(events: Sequence[Event]) -> list[str]:
    return [f"{one.at:%H:%M} {one.before.name} {one.what}" for one in events]


def test_jobs_of_one_category_run_one_after_the_other_by_priority_then_number() -> None:
    shared = Setup(name="A", recurring=False, category="C")
    entries = [
        entry(shared, 1),
        entry(replace(shared, name="B"), 2, start=NOON + MINUTE),
        entry(replace(shared, name="D"), 3, start=NOON + MINUTE),
        entry(replace(shared, name="E", priority=1000), 4, start=NOON + 2 * MINUTE),
        entry(replace(shared, name="F", category=""), 5, start=NOON + MINUTE),
    ]
    assert told(played(entries, [Done(activity=1)], 10 * MINUTE, at(13))) == [
        "12:00 A starts",
        "12:01 B waits",
        "12:01 D waits",
        "12:01 F starts",
        "12:02 E waits",
        "12:10 A ends",
        "12:10 E starts",
        "12:11 F ends",
        "12:20 E ends",
        "12:20 B starts",
        "12:30 B ends",
        "12:30 D starts",
        "12:40 D ends",
    ]


def test_a_job_in_process_elsewhere_holds_its_category() -> None:
    shared = Setup(name="A", every=30, category="C")
    entries = [entry(shared, 1, status="In Process"), entry(replace(shared, name="B"), 2)]
    assert told(played(entries, [Done(activity=1)], MINUTE, at(13))) == ["12:00 B waits"]
    again = recovered(QueueState(now=NOON, entries=tuple(entries)), NOON)
    assert told(played(again.entries, [Done(activity=1)], MINUTE, at(12, 5)))[0] == "12:00 A starts"


def test_on_hold_lets_the_run_end_and_stays() -> None:
    schedule = Schedule.of(
        QueueState(now=NOON, entries=(entry(),)), lambda one, moment: (Done(activity=1), 10 * MINUTE)
    )
    list(schedule.until(NOON))
    schedule.put(held(schedule.entries[1]))
    assert told(list(schedule.until(at(13)))) == ["12:10 J ends"]
    assert schedule.entries[1].status == "On Hold"


def test_an_edit_wakes_only_those_that_listen_and_not_the_one_that_wrote() -> None:
    far = at(0, 0, 16)
    entries = (
        entry(replace(JOB, wakes=frozenset({"T"})), 1, status=ASLEEP, start=far),
        entry(replace(JOB, name="K", wakes=frozenset({"T", "U"})), 2, status=ASLEEP, start=far),
        entry(replace(JOB, name="L", wakes=frozenset({"U"})), 3, status=ASLEEP, start=far),
    )
    schedule = Schedule.of(QueueState(now=NOON, entries=entries), lambda one, moment: (Done(activity=0), MINUTE))
    assert [one.name for one in schedule.wake(["T"], but=1)] == ["K"]
    assert told(list(schedule.until(at(13)))) == ["12:00 K starts", "12:01 K ends"]


def test_run_now_runs_a_sleeping_job_and_leaves_one_on_hold() -> None:
    entries = (entry(status=ASLEEP, start=at(0, 0, 16)), entry(replace(JOB, name="K"), 2, status="On Hold"))
    schedule = Schedule.of(QueueState(now=NOON, entries=entries), lambda one, moment: (Done(activity=1), MINUTE))
    assert told(list(schedule.run_now(1))) == ["12:00 J starts", "12:01 J ends"]
    assert told(list(schedule.run_now(2))) == []
    assert schedule.entries[1].start == at(12, 31)


# --- laws over any queue -------------------------------------------------------------------------------

moments = some.integers(0, 3 * 24 * 60).map(lambda minutes: NOON + minutes * MINUTE)
clocks = some.one_of(some.none(), some.times().map(lambda one: one.replace(microsecond=0)))
windows = some.builds(
    Hours,
    days=some.frozensets(some.integers(1, 7), min_size=1),
    start=clocks,
    end=clocks,
    zone=some.sampled_from(("UTC", "Europe/Berlin", "America/New_York")),
).filter(lambda one: one.start != one.end or one.start is None)
setups = some.builds(
    Setup,
    name=some.just("J"),
    recurring=some.booleans(),
    every=some.integers(0, 300),
    sleeps=some.booleans(),
    inactivity=some.integers(0, 900),
    attempts=some.integers(0, 3),
    delay=some.integers(0, 100),
    category=some.sampled_from(("", "A", "B")),
    priority=some.sampled_from((1000, 2000)),
    hours=some.one_of(some.just(Hours()), windows),
    wakes=some.frozensets(some.sampled_from(("T", "U"))),
)
results = some.one_of(
    some.builds(Done, activity=some.sampled_from((None, 0, 1))), some.builds(Failed, reason=some.just("no"))
)
queues = some.lists(some.tuples(setups, moments), min_size=1, max_size=8).map(
    lambda given: tuple(
        Entry(number=number, setup=replace(setup, name=f"J{number}"), start=start)
        for number, (setup, start) in enumerate(given, start=1)
    )
)


@settings(max_examples=60, deadline=None)
@given(queues, some.lists(results, min_size=1, max_size=7), some.integers(0, 90))
def test_no_two_runs_of_a_category_overlap_and_none_is_outside_its_window(
    entries: tuple[Entry, ...], turns: list[Result], minutes: int
) -> None:
    running: dict[int, Event] = {}
    for one in played(entries, turns, minutes * MINUTE, NOON + timedelta(days=4)):
        number, category = one.before.number, one.before.setup.category
        if one.what == "starts":
            assert is_open(one.before.setup.hours, one.at)
            assert number not in running
            assert not category or all(other.before.setup.category != category for other in running.values())
            running[number] = one
        elif one.what == "ends":
            assert one.at - running.pop(number).at == minutes * MINUTE


@settings(max_examples=60, deadline=None)
@given(queues, some.lists(results, min_size=1, max_size=7), some.lists(some.tuples(moments, some.sampled_from("TU"))))
def test_sleeping_jobs_wake_by_the_rules_and_by_nothing_else(
    entries: tuple[Entry, ...], turns: list[Result], edits: list[tuple[datetime, str]]
) -> None:
    count = iter(range(100_000))
    schedule = Schedule.of(
        QueueState(now=NOON, entries=entries), lambda one, moment: (turns[next(count) % len(turns)], MINUTE)
    )
    planned: dict[int, datetime | None] = {}
    for moment, table in [*sorted(edits), (NOON + timedelta(days=4), "")]:
        for one in schedule.until(moment):
            if one.what == "starts" and one.before.number in planned:
                expected = planned.pop(one.before.number)
                assert expected is not None and one.at >= expected
            if one.what == "ends" and one.entry is not None and one.entry.status == ASLEEP:
                planned[one.entry.number] = one.entry.start
        before = dict(schedule.entries)
        after = schedule.wake([table])
        for entry in after:
            assert table in entry.setup.wakes and before[entry.number].start is not None
            assert entry.start == schedule.now + timedelta(seconds=30)
            planned[entry.number] = entry.start
        for number, entry in schedule.entries.items():
            if entry not in after and entry.status == ASLEEP and table in entry.setup.wakes and entry.setup.recurring:
                assert entry.start is None or entry.start - schedule.now <= MINUTE, number


@settings(max_examples=60, deadline=None)
@given(queues)
def test_a_state_comes_back_from_json_as_it_was(entries: tuple[Entry, ...]) -> None:
    state = QueueState(now=NOON, entries=entries)
    assert from_json(to_json(state)) == state


def test_a_text_that_is_no_state_says_so() -> None:
    for text in (
        "",
        "[]",
        "{}",
        '{"format": 1, "now": "x", "entries": []}',
        '{"format": 1, "now": "2026-06-15T12:00:00Z"}',
    ):
        try:
            from_json(text)
        except BrokenStateError as problem:
            assert str(problem)
        else:
            raise AssertionError(text)
