"""Filters over random values: what the compiled filter lets through is what the plain-Python one lets through."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import get_args

import pytest
from hypothesis import given, settings, strategies as st

from tests.plan.rules import TO_SALES, with_
from tests.plan.stories import bc_id, item, world
from tests.sql.compiled import Asked, mapping
from tests.sql.filters import Between, Both, Compare, Either, Kind, Like, Node, Value, holds, written

TEXTS = ["", "A", "a", "AB", "ab", "B", "A b", "10", "9", "100", "A*", "x'y", "100%", "a_b", "Ä", "A&B", "(A)", "A..B"]
CODES = sorted({one.strip().upper() for one in TEXTS})
NUMBERS = [Decimal(one) for one in ("0", "1", "-1", "9", "10", "10.5", "100")]
FIELDS: dict[Kind, tuple[str, list[Value]]] = {
    "text": ("Description", list(TEXTS)),
    "code": ("Vendor No.", list(CODES)),
    "number": ("Unit Cost", list(NUMBERS)),
}
PATTERNS = st.sampled_from(["*", "A*", "*b", "?", "??", "*a*", "A?", "1*", "*'*", "*%", "a_*", "Ä*", "?*", "*&*"])
SIGNS = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])


def filters(kind: Kind) -> st.SearchStrategy[Node]:
    written_as = TEXTS + [f" {one} " for one in TEXTS[1:4]] if kind == "code" else FIELDS[kind][1]
    values = st.sampled_from([one for one in written_as if "*" not in str(one)])
    leaves: list[st.SearchStrategy[Node]] = [
        st.builds(Compare, SIGNS, values),
        st.builds(Between, values, values),
        st.builds(Between, values, st.none()),
        st.builds(Between, st.none(), values),
    ]
    if kind != "number":
        leaves.append(st.builds(Like, PATTERNS, st.booleans(), st.booleans()))
    several = {"min_size": 2, "max_size": 3}
    both = st.builds(Both, st.lists(st.one_of(*leaves), **several).map(tuple))
    return st.one_of(*leaves, both, st.builds(Either, st.lists(st.one_of(*leaves, both), **several).map(tuple)))


@cache
def asked(kind: Kind) -> Asked:
    """A snapshot with one item for every value."""
    name, values = FIELDS[kind]
    return Asked(world(TO_SALES, *(item(str(number), {name: value}) for number, value in enumerate(values, 1))))


def let_through(kind: Kind, text: str) -> set[Value]:
    """The values of the items that a mapping with this filter reads."""
    name, values = FIELDS[kind]
    passed = asked(kind).keys_that_pass(mapping(with_(TO_SALES, f"filter bc {name} = {text}")))
    return {value for number, value in enumerate(values, 1) if bc_id(str(number)) in passed}


@pytest.mark.parametrize("kind", get_args(Kind))
@settings(max_examples=40)
@given(data=st.data())
def test_a_filter_lets_through_what_its_words_say(kind: Kind, data: st.DataObject) -> None:
    node = data.draw(filters(kind))
    text = written(node)
    expected = {value for value in FIELDS[kind][1] if holds(node, value, kind)}
    assert let_through(kind, text) == expected, text


@pytest.mark.slow
@pytest.mark.parametrize("kind", get_args(Kind))
@settings(max_examples=400)
@given(data=st.data())
def test_many_filters(kind: Kind, data: st.DataObject) -> None:
    node = data.draw(filters(kind))
    assert let_through(kind, written(node)) == {one for one in FIELDS[kind][1] if holds(node, one, kind)}, written(node)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("''", {""}),
        ("<>''", set(TEXTS) - {""}),
        ("A|B", {"A", "B"}),
        ("10..100", {"10", "100"}),
        ("@a", {"A", "a"}),
        ("@'a*'", {one for one in TEXTS if one.upper().startswith("A")}),
        ("<>A*&<>''", {one for one in TEXTS if one and not one.startswith("A")}),
        ("'x''y'", {"x'y"}),
        ("'A&B'", {"A&B"}),
        ("'A..B'", {"A..B"}),
        (">=A&<B", {"A", "AB", "ab", "A b", "A*", "a_b", "Ä", "A&B", "A..B"}),
    ],
)
def test_filters_as_people_write_them(text: str, expected: set[Value]) -> None:
    assert let_through("text", text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("code", "''", {""}),
        ("code", "<>''", set(CODES) - {""}),
        ("code", "' ab '", {"AB"}),
        ("number", "''", {Decimal(0)}),
        ("number", "<>''", set(NUMBERS) - {Decimal(0)}),
    ],
)
def test_blank_and_codes_as_people_write_them(kind: Kind, text: str, expected: set[Value]) -> None:
    assert let_through(kind, text) == expected


@pytest.mark.parametrize("text", ["Inventory|Service", "0|1", "<>Non-Inventory", "Inventory..Service", "<2"])
def test_an_option_goes_by_caption_or_number(text: str) -> None:
    rows = (item(str(number), {"Type": number - 1}) for number in range(1, 4))
    passed = Asked(world(TO_SALES, *rows)).keys_that_pass(mapping(with_(TO_SALES, f"filter bc Type = {text}")))
    assert passed == {bc_id("1"), bc_id("2")}


@pytest.mark.parametrize("text", ["''", "No", "<>Yes"])
def test_blank_of_yes_or_no_is_no(text: str) -> None:
    rows = (item(str(number), {"Blocked": number == 2}) for number in (1, 2))
    passed = Asked(world(TO_SALES, *rows)).keys_that_pass(mapping(with_(TO_SALES, f"filter bc Blocked = {text}")))
    assert passed == {bc_id("1")}
