"""Every slip is told, with its place, what is wrong and the way out; one hides no other."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings, strategies as st

from engine.source import Source
from engine.syntax.kinds import KINDS
from engine.syntax.parse import parse
from tests.syntax.worlds import PAPER, mapping, paper, read, step


def told(text: str) -> list[tuple[int, str]]:
    return [(one.span.line, one.code) for one in read(text).mistakes if one.span is not None]


# line of a mapping, code, what is underlined, a word of the hint
LINES = [
    ("fliter bc Blocked = No", "E102", "fliter", "`filter`"),
    ("filtre sales Status = Active", "E102", "filtre", "`filter`"),
    ("Filter bc Blocked = No", "E115", "Filter", "`filter`"),
    ("DEPENDS ON CUSTOMER", "E115", "DEPENDS ON", "`depends on`"),
    ("only coupled record", "E102", "only coupled record", "`only coupled records`"),
    ("leave out bc whre No. = 'X'", "E102", "whre", "`where`"),
    ("filter bc Blocked = No AND Type = Service", "E115", "AND", "`and`"),
    ("filter bc Blocked == No", "E107", "==", "one `=`"),
    ("filter bc Blocked != No", "E108", "!=", "`<>`"),
    ("filter bc Name <> NAV*", "E117", "<>", "`= <>`"),
    ("filter bc No. = 1896-S", "E116", "1896-S", "'1896-S'"),
    ("filter bc Date = 31.01.2026", "E124", "31.01.2026", "2026-01-31"),
    ("filter bc Date = 2026-02-30", "E124", "2026-02-30", "2026-01-31"),
    ("filter bc A = 1 && B = 2", "E110", "&&", "`and`"),
    ("filter bc A = 1 || B = 2", "E110", "||", "`or`"),
    ("filter bc", "E121", "", "a condition"),
    ("No. => No.", "E109", "=>", "`->`"),
    ("No. → No.", "E114", "→", "->"),
    ("No. -> No.;", "E113", ";", "end of the line"),
    ("No. = Product ID", "E121", "", "`->`"),
    ("No. := Product ID", "E131", ":=", "arrow"),
    ("'abc -> No.", "E105", "'abc -> No.", "'"),
    ("No. -> “abc”", "E114", "“", '"'),
    ("No.\u00a0-> Product ID", "E114", "\u00a0", "plain blank"),
    ("No. -> No. keep if blank", "E120", "keep if blank", "`, keep if blank`"),
    ("No. -> 'x' unchecked", "E120", "unchecked", "`, unchecked`"),
    ("No. -> No., off, off", "E127", "off", "one of them"),
    ("lower(No.) -> No.", "E118", "lower", "first filled"),
    ("rond(Price, 1) -> No.", "E118", "rond", "round"),
    ("upper(trim(No.)) -> No.", "E118", "upper", "first filled"),
    ("// a comment", "E123", "//", "#"),
    ("-- a comment", "E123", "--", "#"),
    ('require No. = 1 else fail "x"', "E131", "require", "in a block"),
    ("max(1, 2 -> No.", "E132", "(", "`)`"),
    ("No. -> No. -> No.", "E101", "->", "end of the line"),
    ("No. -> ", "E121", "", "a value"),
    ("filter bc A = (1|2) + 1", "E128", "(1|2)", "brackets"),
    ("filter bc A = " + "9" * 50, "E133", "9" * 50, "smaller"),
    ("filter bc A = " + "(" * 200 + "1" + ")" * 200, "E129", None, "`let`"),
]
STATEMENTS = [
    ("Name = 'x'", "E106", "=", "`:=`"),
    ("let x := 5", "E106", ":=", "`=`"),
    ("Name -> 'x'", "E131", "->", "`:=`"),
    ("filter bc No. = 1", "E131", "filter", "in a mapping"),
    ("require a = b else fail 'none'", "E112", "'none'", '"none"'),
    ('apply template "T"', "E111", '"T"', "'T'"),
    ("if a { x := 1 y := 2 }", "E119", "y", "new line"),
    ("if a", "E122", "", "{"),
    ("for eahc bc Item as i { x := 1 }", "E102", "for eahc", "`for each`"),
    ("Creat bc Item { x := 1 }", "E102", "Creat", "`create`"),
]


@pytest.mark.parametrize(("line", "code", "there", "hint"), LINES)
def test_a_slip_on_a_line_of_a_mapping(line: str, code: str, there: str | None, hint: str) -> None:
    (one,) = read(mapping(line)).mistakes
    assert (one.code, KINDS[one.name]) == (code, code)
    assert hint in one.hint
    assert one.span is not None
    assert one.span.line == 2
    assert there is None or one.span.text == there


@pytest.mark.parametrize(("line", "code", "there", "hint"), STATEMENTS)
def test_a_slip_in_a_statement(line: str, code: str, there: str, hint: str) -> None:
    (one,) = read(step(line)).mistakes
    assert (one.code, one.span.line if one.span else 0, one.span.text if one.span else "") == (code, 2, there)
    assert hint in one.hint


def test_every_slip_of_a_mapping_is_told_at_once() -> None:
    lines = [line for line, code, _, _ in LINES if code not in ("E129",) and line != "No. -> "]
    right = "Description -> Name"
    text = mapping(*[one for line in lines for one in (line, right)])
    expected = [(2 + 2 * at, code) for at, code in enumerate(code for line, code, _, _ in LINES if line in lines)]
    assert told(text) == expected


def test_every_slip_of_a_step_is_told_at_once() -> None:
    lines = [line for line, code, _, _ in STATEMENTS if code != "E122"]
    codes = [code for _, code, _, _ in STATEMENTS if code != "E122"]
    assert told(step(*lines)) == [(2 + at, code) for at, code in enumerate(codes)]


def test_slips_inside_blocks_are_told_too() -> None:
    text = step("if a == b {", "  x = 1", "} else if c != d {", "  y = 2", "} else {", "  z = 3", "}", "w := 'x' off")
    assert told(text) == [(2, "E107"), (3, "E106"), (4, "E108"), (5, "E106"), (7, "E106"), (9, "E120")]


def test_a_slip_in_a_head_hides_none_in_its_body() -> None:
    assert told('mappnig M "t": bc A as a -> sales B as b {\n  fliter bc C = 1\n}\n') == [(1, "E102"), (2, "E102")]
    assert told("process P 'title' {\n  x = 1\n}\n") == [(1, "E112"), (2, "E106")]


def test_a_slip_in_one_declaration_hides_none_in_another() -> None:
    broken = mapping("No. -> -> No.")
    text = broken + "\n" + step("x = 1") + "\n" + broken
    assert told(text) == [(2, "E101"), (6, "E106"), (10, "E101")]


def test_a_brace_that_is_not_closed_is_found_by_its_indentation() -> None:
    text = step("if a {", "  x := 1") + step("x = 1")
    assert told(text) == [(2, "E103"), (6, "E106")]
    assert told("step a {\n  x := 1\n\n# more\nstep b {\n  y := 1\n}\n") == [(1, "E103")]


def test_a_brace_too_many_is_told_where_it_stands() -> None:
    assert told(mapping("No. -> No.") + "}\n" + step("x := 1")) == [(4, "E104")]


def test_what_stands_between_declarations_is_told() -> None:
    assert told("hello world\n" + mapping("No. -> No.")) == [(1, "E101")]


def test_a_nul_character_is_told_and_nothing_else() -> None:
    assert told("let a = 1\nlet \0\n") == [(2, "E130")]


def test_mistakes_come_in_the_order_of_the_text() -> None:
    text = step("x = 1", "if a {", "  y = 2", "}") + mapping("fliter bc A = 1", "No. -> 'x")
    lines = [line for line, _ in told(text)]
    assert lines == sorted(lines) == [2, 4, 8, 9]


@pytest.mark.parametrize(
    "text",
    [
        mapping(*["No. -> -> No."] * 3_000),
        step("x := " + "(" * 5_000),
        step("x := " + "not " * 5_000 + "a"),
        step("x := " + " + ".join("a" * 1 for _ in range(5_000))),
        "step a " + "{ if a " * 5_000,
        "{" * 10_000,
        "'" * 10_001,
        "let a = " + "9" * 100_000,
        'job a "a" { every ' + "9" * 5_000 + " minutes }",
        "a" * 200_000,
        "a " * 50_000,
        "let a = " + "if a then b else " * 3_000 + "c",
        "let a = b = " + "|".join(["c"] * 5_000),
    ],
    ids=lambda text: text[:20],
)
def test_huge_and_deep_texts_are_no_trouble(text: str) -> None:
    parsed = read(text)
    assert len(parsed.mistakes) <= 60
    assert all(one.message and one.span is not None for one in parsed.mistakes)


_JUNK = [
    *"{}()\"'=:<>-|&.*,#;@?/\\\n\t",
    "where ",
    "else ",
    "if ",
    "blank",
    "“",
    "\u00a0",
    "..",
    "9-9",
    "\r",
    "\x00",
    "🙂",
]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(PAPER), st.integers(1, 6))
def test_no_text_is_too_bad_to_be_told_about(rng: random.Random, file: object, times: int) -> None:
    text = paper(file).text  # type: ignore[arg-type]
    start = rng.randrange(len(text))
    text = text[start : start + 1_500]
    for _ in range(times):
        at = rng.randrange(len(text) + 1)
        text = rng.choice([text[:at] + rng.choice(_JUNK) + text[at:], text[:at] + text[at + rng.randrange(9) :]])
    parsed = parse(Source(path="bad.rules", text=text))
    for one in parsed.mistakes:
        assert one.code == KINDS[one.name]
        assert one.span is not None
        assert 0 <= one.span.start <= one.span.end <= len(text)
        assert "_NL" not in one.hint + one.message
        assert "$END" not in one.hint + one.message
    if not parsed.mistakes:
        assert all(declared.span.text for declared in parsed.file.declarations)


def test_a_name_with_a_word_of_the_language_stands_in_double_quotes() -> None:
    bare = 'step header and lines with order {\n}\nprocess p "P" {\n  do header and lines with order\n}\n'
    told = [(one.code, one.span.text if one.span else "", one.hint) for one in parse(source(bare)).mistakes]
    hint = 'write "header and lines", or choose a name without `and`'
    assert told == [("E116", "header and lines", hint)] * 2
    assert parse(source(bare.replace("header and lines", '"header and lines"'))).mistakes == ()


def source(text: str) -> Source:
    return Source(path="test.rules", text=text)
