"""Random expressions over random values: what is compiled gives what plain Python gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.plan.stories import bc_id, item, world
from tests.sql.compiled import Asked, mapping

Row = dict[str, Any]
RULES = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {{
  only coupled records
  {} -> {}
}}
"""
ROWS: list[Row] = [
    {
        "Unit Price": Decimal(price),
        "Unit Cost": Decimal(cost),
        "Description": text,
        "Description 2": other,
        "Blocked": blocked,
    }
    for price, cost, text, other, blocked in (
        ("0", "0", "", "", False),
        ("12.34", "-3", "Bike", "", True),
        ("0.005", "2", " two words ", "Other", False),
        ("-1.5", "0", "first\nsecond", "x", True),
        ("1000000", "0.25", "Ä'quote", "Bike", False),
    )
]


@dataclass(frozen=True)
class Expression:
    """An expression: how it is written, and what it comes to for a row."""

    text: str
    of: Callable[[Row], Any]


def number(text: str) -> Expression:
    return Expression(text, lambda row: Decimal(text))


def field(name: str) -> Expression:
    return Expression(name, lambda row: row[name])


def plus(one: Expression, other: Expression) -> Expression:
    return Expression(f"({one.text} + {other.text})", lambda row: one.of(row) + other.of(row))


def minus(one: Expression, other: Expression) -> Expression:
    return Expression(f"({one.text} - {other.text})", lambda row: one.of(row) - other.of(row))


def times(one: Expression, other: Expression) -> Expression:
    return Expression(f"({one.text} * {other.text})", lambda row: one.of(row) * other.of(row))


def divided(one: Expression, other: Expression) -> Expression:
    return Expression(
        f"({one.text} / {other.text})", lambda row: one.of(row) / other.of(row) if other.of(row) else Decimal(0)
    )


def larger(one: Expression, other: Expression) -> Expression:
    return Expression(f"max({one.text}, {other.text})", lambda row: max(one.of(row), other.of(row)))


def rounded(one: Expression, precision: str) -> Expression:
    """Half away from zero."""
    step = Decimal(precision)
    return Expression(
        f"round({one.text}, {precision})",
        lambda row: (one.of(row) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step,
    )


def chosen(one: Expression, other: Expression) -> Expression:
    return Expression(
        f"(if Blocked = Yes then {one.text} else {other.text})",
        lambda row: one.of(row) if row["Blocked"] else other.of(row),
    )


def first_filled(one: Expression, other: Expression) -> Expression:
    return Expression(f"first filled({one.text}, {other.text})", lambda row: one.of(row) or other.of(row))


def left(one: Expression, count: int) -> Expression:
    return Expression(f"left({one.text}, {count})", lambda row: one.of(row)[:count])


def trimmed(one: Expression) -> Expression:
    return Expression(f"trim({one.text})", lambda row: one.of(row).strip(" "))


def first_line(one: Expression) -> Expression:
    return Expression(f"first line({one.text})", lambda row: one.of(row).split("\n")[0])


NUMBER_LEAVES = st.sampled_from(
    [field("item.Unit Price"), field("item.Unit Cost"), number("0"), number("2"), number("0.5")]
)
NUMBERS = st.recursive(
    NUMBER_LEAVES,
    lambda inner: st.one_of(
        *(st.builds(one, inner, inner) for one in (plus, minus, larger, chosen, first_filled)),
        st.builds(times, inner, NUMBER_LEAVES),
        st.builds(divided, inner, st.sampled_from([number("2"), number("4"), field("item.Unit Cost")])),
    ),
    max_leaves=5,
)
TEXTS = st.recursive(
    st.sampled_from([field("item.Description"), field("item.Description 2"), Expression("'-'", lambda row: "-")]),
    lambda inner: st.one_of(
        *(st.builds(one, inner, inner) for one in (plus, chosen, first_filled)),
        st.builds(left, inner, st.integers(1, 6)),
        st.builds(trimmed, inner),
        st.builds(first_line, inner),
    ),
    max_leaves=5,
)


@cache
def asked() -> Asked:
    return Asked(world(RULES.format("Description", "Name"), *(item(str(at), row) for at, row in enumerate(ROWS, 1))))


def both(expression: Expression, target: str) -> list[tuple[Any, Any]]:
    """(what is compiled, what Python says) for every row."""
    text = expression.text if expression.text.endswith(")") else f"first filled({expression.text}, {expression.text})"
    found = asked().values(mapping(RULES.format(text, target)))
    seen = [{f"item.{name}": value for name, value in row.items()} | row for row in ROWS]
    return [(found[bc_id(str(at))], expression.of(row)) for at, row in enumerate(seen, 1)]


@settings(max_examples=40)
@given(NUMBERS)
def test_numbers(expression: Expression) -> None:
    for compiled, expected in both(expression, "Standard Cost"):
        assert abs(Decimal(compiled) - expected) <= Decimal("1e-6") * max(1, abs(expected)), expression.text


@settings(max_examples=40)
@given(TEXTS)
def test_texts(expression: Expression) -> None:
    for compiled, expected in both(expression, "Description"):
        assert compiled == expected, expression.text


@pytest.mark.parametrize("precision", ["0.01", "0.1", "1", "0.05", "5", "0.00001"])
@pytest.mark.parametrize("name", ["item.Unit Price", "item.Unit Cost"])
def test_rounding_is_half_away_from_zero(name: str, precision: str) -> None:
    for compiled, expected in both(rounded(field(name), precision), "Standard Cost"):
        assert Decimal(compiled) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-06-15"),
        ("(today - 30D)", "2026-05-16"),
        ("(work date + 1M)", "2026-07-15"),
        ("(work date + 1Y - 1D)", "2027-06-14"),
        ("(today + 2W)", "2026-06-29"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    found = asked().values(mapping(RULES.format(text, "Valid From")))
    assert {str(one) for one in found.values()} == {expected}
