"""Days and date formulas are read, written back in the one style, and mean the same again."""

from __future__ import annotations

import pytest

from engine.source import Source
from engine.syntax import ast
from engine.syntax.format import format_source
from tests.syntax.worlds import filter_of, mapping


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("yesterday", "yesterday"),
        ("today-7D", "today - 7D"),
        ("..work date-1M", "..work date - 1M"),
        ("today-CM", "today - CM"),
        ("CM+1D", "CM + 1D"),
        ("-1M+CM", "-1M + CM"),
        ("1D-2W", "1D - 2W"),
        ("-CM..CM", "-CM..CM"),
        ("monday 36|p1", "monday 36|p1"),
        ("month&<>week", "month&<>week"),
        ("..C2026-12-31", "..C2026-12-31"),
        ("-1D..today", "-1D..today"),
    ],
)
def test_a_day_is_written_back(text: str, style: str) -> None:
    written, mistakes = format_source(Source(path="a.rules", text=mapping(f"filter bc Posting Date = {text}")))
    assert (mistakes, written.splitlines()[1]) == ((), f"  filter bc Posting Date = {style}")
    assert filter_of(style) == filter_of(text)


def test_a_minus_sign_belongs_to_other_names() -> None:
    assert filter_of("today-book") == ast.Path(span=filter_of("x").span, names=(name("today-book"),))
    assert filter_of("CM-1D") == ast.Path(span=filter_of("x").span, names=(name("CM-1D"),))


def name(text: str) -> ast.Name:
    return ast.Name(span=filter_of("x").span, text=text)
