"""Quoting: a value or name comes back out of the database as it went in, whatever it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import duckdb
import pytest
from hypothesis import given, settings, strategies as st

from engine.sql.quote import Literal, identifier, literal, qualified

DATABASE = duckdb.connect()
QUICK = settings(max_examples=60, deadline=None)
texts = st.text(
    st.one_of(st.characters(blacklist_categories=["Cs"]), st.sampled_from(list("'\"\\;-$\0\n"))), max_size=30
)


def through(value: Literal) -> object:
    return DATABASE.execute(f"SELECT {literal(value)}").fetchall()[0][0]


@QUICK
@given(
    st.one_of(
        texts,
        st.booleans(),
        st.integers(-(1 << 63), (1 << 63) - 1),
        st.decimals(Decimal(-(10**20)), Decimal(10**20), places=10),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.uuids(),
    )
)
def test_a_value_comes_back_as_it_went_in(value: Literal) -> None:
    found = through(value)
    assert found == value
    assert isinstance(found, type(value))


@QUICK
@given(texts.filter(lambda text: text != "" and "\0" not in text))
def test_a_name_comes_back_as_it_went_in(name: str) -> None:
    description = DATABASE.execute(f"SELECT 1 AS {identifier(name)}").description
    assert description is not None
    assert description[0][0] == name


@QUICK
@given(st.integers(), st.decimals(allow_nan=False, allow_infinity=False, min_value=-999, max_value=999, places=3))
def test_a_minus_before_a_negative_number_makes_no_comment(whole: int, decimal: Decimal) -> None:
    assert "--" not in f"1 -{literal(whole)} -{literal(decimal)}"


def test_nothing_is_null_and_moments_are_utc() -> None:
    assert through(None) is None
    summer = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert through(summer) == datetime(2026, 6, 1, 10)
    assert through(datetime(2026, 6, 1, tzinfo=UTC)) == datetime(2026, 6, 1)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_a_number_that_is_none_is_our_own_mistake(value: Decimal) -> None:
    with pytest.raises(ValueError, match="no number"):
        literal(value)


def test_names_are_joined_part_by_part() -> None:
    assert qualified("snap", "bc", 'a.b"c') == '"snap"."bc"."a.b""c"'
    assert identifier("a\0b") == '"a\ufffdb"'


def test_the_types_are_those_of_the_values() -> None:
    kinds = [
        DATABASE.execute(f"SELECT typeof({literal(one)})").fetchall()[0][0]
        for one in ("x", True, date(2026, 1, 1), datetime(2026, 1, 1), time(1), UUID(int=1))
    ]
    assert kinds == ["VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP", "TIME", "UUID"]
