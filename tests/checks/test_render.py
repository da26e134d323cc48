"""What a finding looks like on a terminal: the caret stands under what is wrong, whatever stands before it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from engine.checks.render import columns, excerpt, summary, to_text
from engine.diagnostic import Diagnostic
from engine.source import Source


def finding(text: str, wrong: str, **rest: str) -> Diagnostic:
    start = text.index(wrong)
    span = Source(path="rules/our.rules", text=text).span(start, start + len(wrong))
    said = {"message": "table Item has no field Nmae", "hint": "did you mean Name?"} | rest
    return Diagnostic(code="E204", name="unknown-field", severity="error", span=span, **said)


def test_a_finding_shows_its_place_the_line_a_caret_and_the_way_out() -> None:
    text = "mapping A {\n  Nmae -> Name\n}\n"
    assert to_text([finding(text, "Nmae")]).splitlines() == [
        "rules/our.rules:2:3: error E204 unknown-field: table Item has no field Nmae",
        "  |",
        "2 |   Nmae -> Name",
        "  |   ^^^^",
        "  = help: did you mean Name?",
    ]


def test_without_a_place_or_a_hint_only_the_message_is_left() -> None:
    bare = Diagnostic(code="E401", name="no-workspace", severity="error", span=None, message="there is no coupler.yaml")
    assert to_text([bare]) == "error E401 no-workspace: there is no coupler.yaml\n"


@pytest.mark.parametrize(
    ("before", "shown", "blanks"),
    [
        ("\t", "    ", 4),
        ("  \t", "    ", 4),
        ("漢字 ", "漢字 ", 5),
        ("é ", "é ", 2),
        ("e\N{COMBINING ACUTE ACCENT} ", "e\N{COMBINING ACUTE ACCENT} ", 2),
        ("\x1b[31m", "\N{REPLACEMENT CHARACTER}[31m", 5),
    ],
    ids=["tab", "tab after blanks", "wide", "accent", "joining accent", "escape"],
)
def test_the_caret_stands_under_the_span_after(before: str, shown: str, blanks: int) -> None:
    line, caret = excerpt(finding(f"{before}Nmae", "Nmae").span)
    assert line == f"{shown}Nmae"
    assert caret == " " * blanks + "^^^^"


def test_a_span_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    text = "one {\n  two\n}"
    line, caret = excerpt(Source(path="x", text=text).span(4, len(text)))
    assert (line, caret) == ("one {", "    ^")


def test_at_the_end_of_the_file_one_caret_is_left() -> None:
    assert excerpt(Source(path="x", text="one {").span(5)) == ("one {", "     ^")


def test_of_a_very_long_line_the_part_around_the_span_is_shown() -> None:
    text = "a" * 5000 + "Nmae" + "b" * 5000
    line, caret = excerpt(finding(text, "Nmae").span)
    assert len(line) == 120
    assert line[caret.index("^") :].startswith("Nmaeb")
    assert caret.count("^") == 4


def test_a_message_from_a_file_cannot_steer_the_terminal() -> None:
    text = to_text([finding("Nmae", "Nmae", message="no field \x1b[2JNmae", hint="\x07")])
    assert "\x1b" not in text
    assert "\x07" not in text


@given(st.text(min_size=1, max_size=300), st.data())
def test_every_place_of_every_text_can_be_shown(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    line, caret = excerpt(Source(path="x", text=text).span(start, end))
    assert caret.strip(" ") == "^" * caret.count("^")
    assert caret.count("^") >= 1
    assert sum(map(columns, line)) <= 4 * 300
    assert "\n" not in line


def test_the_last_line_sums_up() -> None:
    error = finding("Nmae", "Nmae")
    assert summary([], 3) == "No findings in 3 files."
    assert summary([error], 1) == "1 error in 1 file."
    warning = Diagnostic(code="W301", name="unused-ignore", severity="warning", span=None, message="x")
    note = Diagnostic(code="W326", name="blank-date-never-clears", severity="note", span=None, message="x")
    assert summary([error, warning, error, note], 14) == "2 errors, 1 warning and 1 note in 14 files."
