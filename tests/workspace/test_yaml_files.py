"""YAML as people write it: values, places of everything, and plain words for what is wrong."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
import yaml
from hypothesis import given, strategies as st

from engine.source import Source
from engine.yamlfile import MOST_DEPTH, Places, read_plain


def read(text: str) -> tuple[object | None, list[tuple[str, int, int]], Places]:
    value, found, places = read_plain(Source(path="file.yaml", text=text))
    return value, [(one.code, one.span.line, one.span.column) for one in found if one.span], places


def test_only_true_and_false_are_booleans_and_dates_stay_text() -> None:
    text = "[true, False, yes, no, on, off, Y, 2026-01-31, 12:30, 0x1F, 1_000, ~, null, '', '5']"
    assert read(text)[0] == [
        True, False, "yes", "no", "on", "off", "Y", "2026-01-31", "12:30", "0x1F", "1_000", None, None, "", "5",
    ]  # fmt: skip


def test_numbers_are_exact_and_keys_are_text() -> None:
    value, found, _ = read("1: 0.10\nyes: -5\n~: 1e3\n007: 12.\n")
    assert found == []
    assert value == {"1": Decimal("0.10"), "yes": -5, "~": Decimal(1000), "007": Decimal(12)}


def test_every_key_and_value_has_its_place() -> None:
    text = "# told\ncompany: Contoso Ltd   # whose\nrules:\n  - standard\n  - {path: 'own é/'}\n"
    value, found, places = read(text)
    assert found == [] and value == {"company": "Contoso Ltd", "rules": ["standard", {"path": "own é/"}]}
    assert (places.key(("company",)).line, places.key(("company",)).text) == (2, "company")
    assert places.value(("company",)).text == "Contoso Ltd"
    assert (places.value(("rules", 0)).line, places.value(("rules", 0)).column) == (4, 5)
    assert places.value(("rules", 1, "path")).text == "'own é/'"
    assert places.value(("rules", 1)).text == "{path: 'own é/'}"
    assert places.value(("rules", 1, "nothing", "below")) == places.value(("rules", 1))
    assert places.key(("rules", 0)) == places.value(("rules", 0))


@pytest.mark.parametrize("text", ["a: 1\r\nb: [x, 'é€𝄞', y]\r\n", "\ufeffa: 1\nb: [x, 'é€𝄞', y]\n"])
def test_places_are_right_whatever_the_line_ends_and_letters(text: str) -> None:
    _, found, places = read(text)
    assert found == []
    assert places.value(("b", 2)).text == "y"
    assert places.key(("a",)).text == "a"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "E402", 3, 1),
        ("a: b: c\n", "E401", 1, 5),
        ("a:\n\t- x\n", "E401", 2, 1),
        ("a: [1, 2\nb: 3\n", "E401", 1, 4),
        ("a: 'text\n", "E401", 1, 4),
        ("a: @x\n", "E401", 1, 4),
        ("a: 1\n b: 2\n", "E401", 2, 2),
        ("a: 1\n---\nb: 2\n", "E401", 2, 1),
        ("{a: 1}: 2\n", "E401", 1, 1),
        ("a: \x07\n", "E401", 1, 4),
        ("a: \ud800\n", "E401", 1, 4),
        ("a: &x 1\n", "E403", 1, 4),
        ("a: *x\n", "E403", 1, 4),
        ("a: !!python/object:os.system x\n", "E403", 1, 4),
        ("[" * 40, "E404", 1, MOST_DEPTH + 1),
    ],
)
def test_a_mistake_has_a_code_and_a_place(text: str, code: str, line: int, column: int) -> None:
    assert read(text)[1] == [(code, line, column)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("company Contoso\nrules: [a]\n", 1, "a colon is missing behind the key"),
        ("company:Contoso\nrules: [a]\n", 1, "a blank is missing behind the colon"),
        ("a: 1\nsettings\n  b: 2\n", 2, "a colon is missing behind the key"),
        ("a: 1\n\n# why\n  b: 2\n", 4, "this line is indented deeper than the line above"),
        ("a: b: c\n", 1, "the value holds a colon with a blank behind it"),
        ("a: {b: 1\nc: 2\n", 1, "a mapping in { } is not closed, or a comma is missing in it"),
        ('a: "b\nc: 2\n', 1, "a text in quotes is not closed"),
        ("a: 'Tom's'\n", 1, "the text in quotes ends before this"),
        ("a:\n\tb: 1\n", 2, "a tab cannot indent"),
        ("a: @b\n", 1, "a value cannot begin like this"),
        ("a: 1\n- b\n", 2, "this line does not belong to the lines above"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins here"),
    ],
)
def test_a_slip_is_told_where_it_was_made(text: str, line: int, message: str) -> None:
    _, (found,), _ = read_plain(Source(path="f", text=text))
    assert found.span is not None
    assert (found.message, found.span.line) == (message, line)
    assert found.hint


def test_the_first_of_two_equal_keys_counts_and_both_are_named() -> None:
    value, found, _ = read_plain(Source(path="f", text="a: 1\nb: 2\na: 3\n"))
    assert value == {"a": 1, "b": 2}
    assert found[0].message == "a stands twice, first in line 1"


def test_a_small_file_cannot_stand_for_a_huge_one() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 12)]
    value, found, _ = read("\n".join(lines))
    assert {code for code, _, _ in found} == {"E403"}
    assert len(str(value)) < 10_000


def test_a_file_that_is_too_long_is_not_read() -> None:
    assert [code for code, _, _ in read("a: '" + "x" * 8_000_000 + "'")[1]] == ["E404"]


def test_an_empty_file_is_nothing_without_complaint() -> None:
    assert read("")[:2] == (None, []) == read("# only a remark\n")[:2]


# PyYAML speaks YAML 1.1, for which 1E5 is text and needs no quotes; in 1.2 it is a number.
WORD = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=8).filter(
    lambda text: not re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", text)
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=10,
)


@given(PLAIN, st.booleans())
def test_what_another_program_writes_is_read_back(value: object, flow: bool) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, sort_keys=False)
    if "&id" in text:
        return
    found, findings, places = read_plain(Source(path="f", text=text))
    assert findings == ()
    assert found == value
    for path, span in places.values.items():
        assert 0 <= span.start <= span.end <= len(text), path


MARKS = [
    "a: ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    "!t ",
    "'",
    '"',
    "|\n",
    ">",
    "#",
    "%",
    "\t",
    "\x00",
]
PIECES = st.lists(st.sampled_from([*MARKS, "\r\n", "\ufeff", "\u2028", "é", "---\n", "? ", ": "]), max_size=30)


@given(PIECES.map("".join))
def test_no_text_breaks_the_reader(text: str) -> None:
    _, found, places = read_plain(Source(path="f", text=text))
    for one in found:
        assert one.span is not None and 0 <= one.span.start <= one.span.end <= len(text)
    for span in (*places.keys.values(), *places.values.values()):
        assert 0 <= span.start <= span.end <= len(text)
