"""BC filter texts select what they say (section 10), tried on a handful of values."""

from __future__ import annotations

from datetime import date

import pytest

from engine.catalog.load import load_catalog
from engine.model import model
from engine.run.actions.filtertext import Clock, WrongFilterError, filter_of
from engine.source import Source

CATALOG = load_catalog()[0]
CUSTOMER = CATALOG.table("bc", "Customer")
SPAN = Source(path="here", text="").span(0)
CLOCK = Clock(today=date(2026, 5, 4), work_date=date(2026, 3, 31))


def read(text: str, field: str = "City") -> model.Filter | None:
    return filter_of(text, CUSTOMER.fields[field], CLOCK, SPAN)


def operand(text: str, field: str) -> object:
    found = read(text, field)
    assert isinstance(found, model.Relation) and isinstance(found.operand, model.Constant)
    return found.operand.value


def test_empty_is_no_filter() -> None:
    assert read("") is None
    assert read("  ") is None


def test_and_binds_tighter_than_or() -> None:
    found = read("A|B&C")
    assert isinstance(found, model.AnyOf)
    assert isinstance(found.parts[1], model.AllOf)


def test_brackets_group() -> None:
    assert isinstance(read("(A|B)&C"), model.AllOf)


@pytest.mark.parametrize(("text", "low", "high"), [("A..C", "A", "C"), ("..C", None, "C"), ("A..", "A", None)])
def test_ranges_may_be_open(text: str, low: str | None, high: str | None) -> None:
    found = read(text)
    assert isinstance(found, model.Range)
    ends = [one.value if isinstance(one, model.Constant) else None for one in (found.low, found.high)]
    assert ends == [low, high]


@pytest.mark.parametrize(
    ("text", "pattern", "ignore_case", "negated"),
    [
        ("@york", "york", True, False),
        ("*k", "*k", False, False),
        ("<>A*", "A*", False, True),
        ("'@J & V*'", "J & V*", True, False),
    ],
)
def test_patterns(text: str, pattern: str, ignore_case: bool, negated: bool) -> None:
    found = read(text)
    assert isinstance(found, model.Like)
    assert (found.pattern, found.ignore_case, found.negated) == (pattern, ignore_case, negated)


def test_values_have_the_kind_of_their_field() -> None:
    assert operand("''", "City") == ""
    assert operand("all", "Blocked") == 3
    assert operand("''", "Blocked") == 0
    assert operand("k1", "No.") == "K1"
    assert operand(">=100", "Credit Limit (LCY)") == 100
    assert operand("yes", "Prices Including VAT") is True


def test_dates_may_be_words_and_formulas() -> None:
    assert operand("today", "Last Date Modified") == date(2026, 5, 4)
    assert operand("w-1M", "Last Date Modified") == date(2026, 2, 28)
    assert operand("-1W", "Last Date Modified") == date(2026, 4, 27)
    assert operand("2026-01-31", "Last Date Modified") == date(2026, 1, 31)
    assert operand("yest", "Last Date Modified") == date(2026, 5, 3)
    assert operand("cm+1d", "Last Date Modified") == date(2026, 6, 1)
    assert operand("mon 1", "Last Date Modified") == date(2025, 12, 29)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Month", date(2026, 5, 1), date(2026, 5, 31)),
        ("p2", date(2026, 2, 1), date(2026, 2, 28)),
        ("p2..week", date(2026, 2, 1), date(2026, 5, 10)),
        ("C2026-12-30..c2026-12-31", date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_period_is_from_its_first_to_its_last_day(text: str, low: date, high: date) -> None:
    found = read(text, "Last Date Modified")
    assert isinstance(found, model.Range)
    assert [one.value for one in (found.low, found.high) if isinstance(one, model.Constant)] == [low, high]


def test_before_a_period_is_before_its_first_day() -> None:
    assert operand("<month", "Last Date Modified") == date(2026, 5, 1)
    assert operand("<=month", "Last Date Modified") == date(2026, 5, 31)


def test_a_day_of_a_moment_is_the_whole_day() -> None:
    found = read("today", "Last Modified Date Time")
    assert isinstance(found, model.Relation) and found.operand.type.kind == "date"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("(A", "City"),
        ("A|", "City"),
        ("A)", "City"),
        ("Everything", "Blocked"),
        ("soon", "Last Date Modified"),
        ("x", "Credit Limit (LCY)"),
    ],
)
def test_what_is_no_filter_is_refused(text: str, field: str) -> None:
    with pytest.raises(WrongFilterError):
        read(text, field)
