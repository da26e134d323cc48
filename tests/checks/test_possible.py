"""Conditions that can never hold are told; conditions that some record satisfies never are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from engine.pipeline import checked, defaults, understand
from engine.source import Source


def impossible(*filters: str) -> bool:
    """Is the filter of a mapping told to be never true?"""
    lines = "".join(f"  filter bc {one}\n" for one in filters)
    head = 'mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {\n'
    text = f"{head}{lines}  Name -> Account Name\n}}\n"
    rules = understand([Source(path="our.rules", text=text)], (), defaults())
    codes = {one.code for one in checked(rules)}
    assert not {code for code in codes if code[:2] in ("E1", "E2")}, (text, rules.found)
    return "E315" in codes


@pytest.mark.parametrize(
    "filters",
    [
        ("Blocked = Ship", "Blocked = All"),
        ("Blocked = Ship and Blocked <> Ship",),
        ("Blocked = ''", "Blocked is not blank"),
        ("Priority = >5&<3",),
        ("Priority = >4&<5",),
        ("Priority = 10..20", "Priority = 21.."),
        ("Credit Limit (LCY) = >100", "Credit Limit (LCY) <= 100"),
        ("Last Date Modified = 2026-02-01..", "Last Date Modified = ..2026-01-31"),
        ("Currency Code = 'EUR'", "Currency Code = 'USD'"),
        ("Currency Code = E*", "Currency Code = 'USD'|'GBP'"),
        ("Name = 'Adatum'", "Name is blank"),
        ("Tax Liable = Yes", "not Tax Liable"),
        ("Tax Liable", "Tax Liable = No"),
        ("Priority = 1 and (Priority = 2 or Priority = 3)",),
    ],
)
def test_what_can_never_be_true_is_told(filters: tuple[str, ...]) -> None:
    assert impossible(*filters)


@pytest.mark.parametrize(
    "filters",
    [
        ("Blocked = Ship|All", "Blocked = All|Invoice"),
        ("Blocked <> Ship", "Blocked <> All"),
        ("Priority = >3&<5",),
        ("Credit Limit (LCY) = >4&<5",),
        ("Priority = 10..20", "Priority = 20.."),
        ("Last Date Modified = 2026-01-31..", "Last Date Modified = ..2026-01-31"),
        ("Currency Code = 'eur'", "Currency Code = 'EUR'"),
        ("Currency Code = E*", "Currency Code = *R"),
        ("Currency Code = E*", "Currency Code <> 'EUR'"),
        ("Name = @*bike*", "Name = *B*"),
        ("Name = 'A'..'M'", "Name = 'Z'"),
        ("Last Date Modified = today..", "Last Date Modified = ..2020-01-01"),
        ("Blocked = Ship or Blocked = All",),
        ("Priority = 1", "Statistics Group = 2"),
    ],
)
def test_what_some_record_satisfies_is_not_told(filters: tuple[str, ...]) -> None:
    assert not impossible(*filters)


NUMBERS = st.integers(-3, 3)
TERMS = st.one_of(
    NUMBERS.map(lambda one: (f"={one}", lambda value, one=one: value == one)),
    NUMBERS.map(lambda one: (f"<>{one}", lambda value, one=one: value != one)),
    NUMBERS.map(lambda one: (f">{one}", lambda value, one=one: value > one)),
    NUMBERS.map(lambda one: (f"<={one}", lambda value, one=one: value <= one)),
    st.tuples(NUMBERS, NUMBERS).map(
        lambda two: (f"{min(two)}..{max(two)}", lambda value, two=two: min(two) <= value <= max(two))
    ),
)


@given(st.lists(st.lists(TERMS, min_size=1, max_size=3), min_size=1, max_size=3))
def test_filters_on_a_decimal_agree_with_trying_every_quarter(filters: list[list[tuple[str, object]]]) -> None:
    """Filters over whole numbers change their answer at whole numbers only, so quarters are all there is to try."""
    written = ["Credit Limit (LCY) = " + "&".join(text for text, _ in terms) for terms in filters]
    tried = [Decimal(quarter) / 4 for quarter in range(-20, 21)]
    some = any(all(holds(value) for terms in filters for _, holds in terms) for value in tried)  # type: ignore[operator]
    assert impossible(*written) == (not some)
