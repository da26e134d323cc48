"""Words for days and date formulas in filters: what they let through, by a clock that stands still."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, strategies as st

from engine.model import days
from tests.model.world import bound, mapping_text
from tests.plan.rules import TO_SALES, with_
from tests.plan.stories import DAY, bc_id, item, world
from tests.sql.compiled import Asked, mapping

TODAY = date.fromisoformat(DAY)
ALL = [date(TODAY.year - 1, 12, 20) + timedelta(days=at) for at in range(420)]


@cache
def asked() -> Asked:
    """A snapshot with one item for every day of more than a year, and one with no day at all."""
    dated = (item(str(number), {"Last Date Modified": day}) for number, day in enumerate(ALL, 1))
    return Asked(world(TO_SALES, *dated, item("900", {"Last Date Modified": None})))


def let_through(text: str, sign: str = "=") -> list[date | None]:
    passed = asked().keys_that_pass(mapping(with_(TO_SALES, f"filter bc Last Date Modified {sign} {text}")))
    blank = [None] if bc_id("900") in passed else []
    return [*blank, *(day for number, day in enumerate(ALL, 1) if bc_id(str(number)) in passed)]


def one(text: str) -> date:
    (found,) = let_through(text)
    assert found is not None
    return found


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-06-15"),
        ("yesterday", "2026-06-14"),
        ("tomorrow", "2026-06-16"),
        ("-1D", "2026-06-14"),
        ("2W", "2026-06-29"),
        ("1Q", "2026-09-15"),
        ("CM", "2026-06-30"),
        ("-CM", "2026-06-01"),
        ("CM+1D", "2026-07-01"),
        ("CM - 1D", "2026-06-29"),
        ("CM-1D", "2026-06-29"),
        ("-1M+CM", "2026-05-31"),
        ("CW", "2026-06-21"),
        ("-CQ", "2026-04-01"),
        ("CY", "2026-12-31"),
        ("WD4", "2026-06-18"),
        ("WD1", "2026-06-22"),  # 15 June is a Monday itself
        ("-WD1", "2026-06-08"),
        ("D10", "2026-07-10"),
        ("-D10", "2026-06-10"),
        ("1D-2W", "2026-06-02"),
        ("today-7D", "2026-06-08"),
        ("today - 7D", "2026-06-08"),
        ("today+CM", "2026-06-30"),
        ("today-CM", "2026-06-01"),
        ("work date-1M", "2026-05-15"),
        ("yesterday-1D", "2026-06-13"),
        ("monday", "2026-06-15"),
        ("sunday", "2026-06-21"),
        ("monday 1", "2025-12-29"),
        ("friday 27", "2026-07-03"),
    ],
)
def test_a_word_or_formula_is_one_day(text: str, expected: str) -> None:
    assert one(text) == day(expected)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("week", "2026-06-15", "2026-06-21"),
        ("month", "2026-06-01", "2026-06-30"),
        ("quarter", "2026-04-01", "2026-06-30"),
        ("p1", "2026-01-01", "2026-01-31"),
        ("period 2", "2026-02-01", "2026-02-28"),
        ("-1W..yesterday", "2026-06-08", "2026-06-14"),
        ("-CM..CM", "2026-06-01", "2026-06-30"),
        ("p1..month", "2026-01-01", "2026-06-30"),
        ("2026-01-31..p2", "2026-01-31", "2026-02-28"),
        ("2026-05-30..C2026-05-31", "2026-05-30", "2026-05-31"),
        ("C2026-05-30..2026-06-01", "2026-05-31", "2026-06-01"),
    ],
)
def test_a_period_is_all_its_days(text: str, first: str, last: str) -> None:
    assert let_through(text) == [one for one in ALL if day(first) <= one <= day(last)]


def test_before_and_after_a_period() -> None:
    first, last = day("2026-06-01"), day("2026-06-30")
    assert let_through(">month") == [one for one in ALL if one > last]
    assert let_through("month..") == [one for one in ALL if one >= first]
    assert let_through("..month") == [None, *(one for one in ALL if one <= last)]
    assert let_through("<month") == [None, *(one for one in ALL if one < first)]
    assert let_through("month", "<>") == [None, *(one for one in ALL if not first <= one <= last)]
    assert let_through("week|p1") == [*let_through("p1"), *let_through("week")]
    assert let_through("month&>today") == [one for one in ALL if TODAY < one <= last]


def test_blank_days() -> None:
    assert let_through("''") == [None]
    assert let_through("<>''") == ALL
    assert None in let_through("<>today")


def test_a_clock_decides_and_the_work_date_has_its_own_words() -> None:
    assert (found := days.read("today+1D")) is not None and found.start == "today"
    assert (found := days.read("p3")) is not None and found.start == "work date"
    assert days.day(date(2024, 2, 10), found.high) == date(2024, 3, 31)
    assert (week := days.read("thursday 1")) is not None and days.day(date(2026, 8, 1), week.low) == date(2026, 1, 1)


MOMENTS = [
    "2026-06-14T23:59:59",
    "2026-06-15T00:00:00",
    "2026-06-15T23:59:59",
    "2026-06-16T00:00:00",
    "2026-06-30T23:59:59",
]


@cache
def timed() -> Asked:
    rows = (item(str(number), {"Last DateTime Modified": one}) for number, one in enumerate(MOMENTS, 1))
    return Asked(world(TO_SALES, *rows))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("today", [2, 3]),
        ("2026-06-15", [2, 3]),
        ("yesterday..today", [1, 2, 3]),
        ("tomorrow..CM", [4, 5]),
        ("month", [1, 2, 3, 4, 5]),
        (">today", [4, 5]),
        ("'2026-06-15T00:00:00'", [2]),
        ("<now", [1, 2]),
    ],
)
def test_a_day_next_to_a_moment_is_the_whole_day(text: str, numbers: list[int]) -> None:
    passed = timed().keys_that_pass(mapping(with_(TO_SALES, f"filter bc Last DateTime Modified = {text}")))
    assert passed == {bc_id(str(number)) for number in numbers}


# --- any formula, against counting day by day --------------------------------------------------------------

UNITS = "DWMQY"
TERMS = st.one_of(
    st.builds(
        lambda sign, count, unit: f"{sign}{count}{unit}",
        st.sampled_from("+-"),
        st.integers(0, 40),
        st.sampled_from(UNITS),
    ),
    st.builds(lambda sign, unit: f"{sign}C{unit}", st.sampled_from("+-"), st.sampled_from(UNITS)),
    st.builds(lambda sign, number: f"{sign}WD{number}", st.sampled_from("+-"), st.integers(1, 7)),
    st.builds(lambda sign, number: f"{sign}D{number}", st.sampled_from("+-"), st.integers(1, 31)),
)


def unit_of(one: date, unit: str) -> tuple[int, ...]:
    """What two days of the same week, month … have in common."""
    match unit:
        case "D":
            return (one.toordinal(),)
        case "W":
            return one.isocalendar()[:2]
        case "M":
            return one.year, one.month
        case "Q":
            return one.year, (one.month + 2) // 3
        case _:
            return (one.year,)


def counted(start: date, term: str) -> date:
    """A term of a formula, by going from one day to the next."""
    back, body = term[0] == "-", term[1:]
    step = timedelta(days=-1 if back else 1)
    if body.startswith("C"):
        while unit_of(start + step, body[1:]) == unit_of(start, body[1:]):
            start += step
        return start
    if body.startswith(("WD", "D")):
        number = int(body.lstrip("WD"))
        start += step
        while number != (start.isoweekday() if body[0] == "W" else start.day):
            start += step
        return start
    count, unit = int(body[:-1]), body[-1]
    if unit in "DW":
        return start + step * (count * (7 if unit == "W" else 1))
    wanted = start.day
    for _ in range(count * {"M": 1, "Q": 3, "Y": 12}[unit]):  # from one month to the next, as days of the first
        start = start.replace(day=1) + (timedelta(days=32) if not back else timedelta(days=-1))
        start = start.replace(day=1)
    last = counted(start, "+CM") if count else start
    return start.replace(day=min(wanted, last.day)) if count else start


@given(start=st.dates(date(1990, 1, 1), date(2090, 1, 1)), terms=st.lists(TERMS, min_size=1, max_size=3))
def test_any_formula_is_what_counting_gives(start: date, terms: list[str]) -> None:
    found = days.read("".join(terms))
    assert found is not None and found.low == found.high
    expected = start
    for term in terms:
        expected = counted(expected, term)
    assert days.day(start, found.low) == expected


def test_no_formula_leaves_the_calendar() -> None:
    assert (found := days.read("999999Y")) is not None
    assert days.day(TODAY, found.low) == date.max
    assert (back := days.read("-999999Y")) is not None
    assert days.day(TODAY, back.low) == date.min


# --- what is wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("mnth", "did you mean month"),
        ("m", "a day is a date"),  # month or monday
        ("WD9", "a day is a date"),
        ("p0", "a day is a date"),
        ("p1000", "a day is a date"),
        ("32", "two digits are a day"),
        ("3102", "four a day and a month"),
        ("123", "six and eight have the year behind"),
        ("C2026-12-31", "write it as an end"),
    ],
)
def test_a_word_that_is_no_day_is_told_with_the_way_out(text: str, hint: str) -> None:
    (found,) = bound(mapping_text(f"filter bc Last Date Modified = {text}")).diagnostics
    assert found.code == "E234" and hint in found.hint


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("yesterda", "yesterday"),
        ("cm", "CM"),
        ("t", "today"),
        ("w", "work date"),
        ("mon 36", "monday 36"),
        ("q", "quarter"),
    ],
)
def test_a_word_cut_short_is_read_and_told(text: str, whole: str) -> None:
    (found,) = bound(mapping_text(f"filter bc Last Date Modified = {text}")).diagnostics
    assert found.code == "W205" and f"write {whole}," in found.hint
    assert let_through(text) == let_through(whole)


def test_a_period_is_no_value() -> None:
    (found,) = bound(mapping_text("new bc record { Last Date Modified := month }")).diagnostics
    assert (found.code, "CM" in found.hint) == ("E234", True)
