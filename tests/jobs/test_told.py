"""What a timeline looks like: on a narrow terminal, and on the chart of its page."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from engine.jobs.gantt import LEFT, RIGHT, WIDTH, Row, chart
from engine.jobs.queue import ASLEEP, Entry, QueueState, Setup, Status
from engine.jobs.summary import lines
from engine.jobs.tell import tell
from engine.jobs.timeline import CONNECTION_OFF, Happened, LegRun, Ran, Timeline, What

NOON = datetime(2026, 6, 15, 12)
NAMES = ("CUSTOMER", "SALESPRC-PRODPRICE", "create-sales-orders")


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def ran(job: str, start: int, then: Status = "Ready", due: int | None = None, error: str = "") -> Ran:
    leg = LegRun(
        mapping=job,
        table="Customer",
        leg="to_sales",
        scanned=9,
        created=111,
        changed=222,
        unchanged=0,
        skipped=0,
        failed=33,
        conflicts=4,
    )
    return Ran(
        number=start, job=job, start=at(start), end=at(start + 1), legs=(leg,), activity=1, known=False, error=error,
        then=then, next=None if due is None else at(due),
    )  # fmt: skip


def said(minutes: int, what: What, job: str, text: str) -> Happened:
    return Happened(at=at(minutes), what=what, job=job, text=text)


def timeline(runs: tuple[Ran, ...], happened: tuple[Happened, ...] = ()) -> Timeline:
    entries = (Entry(number=n, setup=Setup(name=name), status=ASLEEP, start=at(900)) for n, name in enumerate(NAMES))
    return Timeline(
        begin=NOON, end=at(600), runs=runs, happened=happened, edits=(), pingpongs=(), lost=(), clashes=(),
        queue=QueueState(now=at(600), entries=tuple(entries)), touched=(),
    )  # fmt: skip


def shown(given: Timeline, width: int) -> list[str]:
    stream = io.StringIO()
    tell(given, stream, colour=False, width=width)
    return stream.getvalue().splitlines()


def test_the_table_of_jobs_fits_eighty_columns_with_nothing_cut() -> None:
    happened = tuple(said(5, "woken", name, "by an edit; starts 12:05:30") for name in NAMES)
    told = shown(timeline(tuple(ran(name, 10, error="no line") for name in NAMES), happened), 80)
    assert max(map(len, told)) <= 80 and "…" not in "".join(told)
    assert any("create-sales-orders" in one and "asleep, 06-16 03:00" in one for one in told)


def test_what_several_jobs_are_told_at_one_moment_is_one_line() -> None:
    happened = (
        *(said(5, "note", name, CONNECTION_OFF) for name in NAMES),
        *(said(6, "woken", name, "by an edit; starts 12:06:30") for name in NAMES[:2]),
    )
    assert [(one.job, one.text) for one in lines(timeline((), happened))] == [
        ("", "its connection is off: CUSTOMER, SALESPRC-PRODPRICE, create-sales-orders"),
        ("CUSTOMER", "woken by an edit; starts 12:06:30"),
        ("SALESPRC-PRODPRICE", "woken by an edit; starts 12:06:30"),
    ]


def row(given: Timeline) -> Row:
    (found,) = chart(given).rows
    return found


def x(minutes: int) -> float:
    return round(LEFT + minutes / 600 * (WIDTH - LEFT - RIGHT), 1)


def width(first: int, last: int) -> float:
    return round(x(last) - x(first), 1)


def test_a_job_sleeps_on_the_chart_until_something_wakes_it() -> None:
    woken = (said(60, "woken", "CUSTOMER", "by an edit"),)
    assert row(timeline((ran("CUSTOMER", 9, ASLEEP, 500),))).asleep == ((x(10), width(10, 500)),)
    assert row(timeline((ran("CUSTOMER", 9, ASLEEP, 500),), woken)).asleep == ((x(10), width(10, 60)),)


def test_a_job_is_on_hold_on_the_chart_while_its_connection_is_off() -> None:
    happened = (
        said(60, "note", "CUSTOMER", CONNECTION_OFF),
        said(120, "note", "CUSTOMER", "its connection is on again"),
    )
    made = timeline((ran("CUSTOMER", 9, ASLEEP, 500), ran("CUSTOMER", 121)), happened)
    assert (row(made).asleep, row(made).held) == (((x(10), width(10, 60)),), ((x(60), width(60, 120)),))
    still = timeline((ran("CUSTOMER", 9),), happened[:1])
    assert row(still).held == ((x(60), width(60, 600)),) and chart(still).held
    assert not chart(timeline((ran("CUSTOMER", 9),))).held


def test_a_failed_run_is_drawn_over_the_try_that_follows_it() -> None:
    made = timeline((ran("CUSTOMER", 9, error="no line"), ran("CUSTOMER", 10)))
    assert [one.kind for one in row(made).bars] == ["active", "error"]
