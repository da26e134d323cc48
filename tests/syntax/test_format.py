"""One style: the meaning and the comments stay, and formatting twice changes nothing."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings, strategies as st

from engine.source import Source
from engine.syntax import ast
from engine.syntax.format import format_file, format_source
from engine.syntax.parse import parse
from tests.syntax.worlds import PAPER, paper, read

# Whole files are slow to shrink, and a failing one says enough as it is.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)

ATOM = st.sampled_from(
    [
        *(
            "No.",
            "Name",
            "item.Unit Price",
            '"a+b"',
            'item."No.".Name',
            "Yes",
            "blank",
            "today",
            "5",
            "1.50",
            "2026-01-31",
        ),
        *("'x'", "''", "'O''N'", '"No"', '"new"', '"match"', "setting s", '"like"', '"where x"', "a.b.c", '"max(x)"'),
        *('"A?"', "Bus. Gr.", "x.Bus. Gr.", '"with"', '"by x"', "-7", '"next by"', "setting order nos."),
    ]
)
NAME = st.sampled_from(
    ["a", "list", '"new price"', "Base Unit", "No.", '"x, y"', "G/L Account No.", '"and"', "value in use"]
)


def values() -> st.SearchStrategy[str]:
    def more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join),
            st.tuples(inner, inner, inner).map(lambda c: f"(if {c[0]} then {c[1]} else {c[2]})"),
            st.tuples(inner, inner).map(lambda c: f"first filled({c[0]}, round({c[1]}, 0.01))"),
            inner.map(lambda c: f"({c})"),
            inner.map(lambda c: f"({c}) via CUSTOMER|VENDOR"),
            inner.map(lambda c: f"({c}) using {{ No = Active, Yes = 'b' }}"),
            st.tuples(inner, conditions(ATOM)).map(lambda c: f"(sum of {c[0]} in bc Item where {c[1]})"),
            st.sampled_from(["'X'", '"No."', 'setting "order nos."', "a.b + 'x'"]).map(
                lambda c: f"(next number from {c} by 10)"
            ),
        )

    return st.recursive(ATOM, more, max_leaves=6)


def filters(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    closed = inner.map(lambda c: f"({c})")
    term = st.one_of(
        ATOM,
        closed,
        st.sampled_from(["NAV*", "@*bike shop*", "'a b*'", "@'x & y'", "'@it''s'", "<>A*", ">=5", "=3", "<-1", "??"]),
        ATOM.map(lambda c: f"..{c}"),
        closed.map(lambda c: f"{c}.."),
        st.tuples(closed, ATOM).map("..".join),
        st.sampled_from(["Item..Resource", '"No."..Z', "5..", "1.5..2.5", "today - 1W..", "2026-01-01..2026-12-31"]),
    )
    grouped = st.lists(term, min_size=1, max_size=3).map("|".join)
    return st.one_of(grouped, st.tuples(grouped, term).map(lambda c: f"({c[0]})&{c[1]}"))


def conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.one_of(
        st.tuples(inner, filters(inner)).map(lambda c: f"{c[0]} = {c[1]}"),
        st.tuples(inner, st.sampled_from(["<>", "<", ">="]), inner).map(" ".join),
        inner.map(lambda c: f"{c} is not blank"),
        inner.map(lambda c: f"not {c} is coupled by ITEM"),
        inner.map(lambda c: f"coupled with {c}"),
        inner.map(lambda c: f"(there is no sales Account as acc where Name <> {c})"),
    )
    return st.lists(st.tuples(st.sampled_from(["and", "or"]), one), min_size=1, max_size=4).map(
        lambda parts: " ".join([parts[0][1], *(f"{word} {text}" for word, text in parts[1:])])
    )


VALUE = values()
CONDITION = conditions(VALUE)


def statements() -> st.SearchStrategy[str]:
    simple = st.one_of(
        st.tuples(NAME, VALUE).map(lambda c: f"{c[0]} := {c[1]}"),
        st.tuples(NAME, VALUE, CONDITION).map(lambda c: f"{c[0]} := {c[1]}, blank means {c[1]}, off when {c[2]}"),
        st.tuples(NAME, CONDITION).map(lambda c: f"let {c[0]} = {c[1]}"),
        st.tuples(NAME, VALUE, NAME).map(lambda c: f"do the thing with {c[1]}, {c[1]} gives {c[0]}, {c[2]}"),
        CONDITION.map(lambda c: f'require {c} else fail "It is {{a.b}}."'),
        st.tuples(NAME, CONDITION).map(
            lambda c: f"find bc Item as {c[0]} where {c[1]} else where {c[1]} sorted by A, B"
        ),
        CONDITION.map(lambda c: f"delete sales Order Product where {c}"),
        st.just('for each "x y" in pieces(a, 100) { Text := "x y".Text }'),
    )

    def more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        block = st.lists(inner, max_size=4).map(lambda lines: "{\n" + "".join(line + "\n" for line in lines) + "}")
        short = inner.filter(lambda line: "\n" not in line).map(lambda line: f"{{ {line} }}")
        body = st.one_of(block, short)
        return st.one_of(
            st.tuples(CONDITION, body).map(lambda c: f"if {c[0]} {c[1]}"),
            st.tuples(CONDITION, body, body).map(lambda c: f"if {c[0]} {c[1]} else if a {c[2]} else {c[1]}"),
            st.tuples(CONDITION, body).map(lambda c: f"for each bc Item as i where {c[0]} {c[1]}"),
            st.tuples(CONDITION, body).map(lambda c: f"find bc Item as i where {c[0]} else create {c[1]}"),
            body.map(lambda c: f"create bc Item as new like a.b {c}"),
        )

    return st.recursive(simple, more, max_leaves=5)


LINE = st.one_of(
    st.tuples(VALUE, st.sampled_from(["->", "<-", "<->"]), VALUE).map(
        lambda c: f"({c[0]}) {c[1]} {c[2]}, keep if blank"
    ),
    st.tuples(NAME, st.sampled_from(["->", "<-", "<->"]), NAME).map(" ".join),
    CONDITION.map(lambda c: f"filter bc {c} when setting x"),
    st.lists(statements(), max_size=3).map(lambda c: "new or changed bc record {\n" + "\n".join(c) + "\n}"),
    st.sampled_from(
        ["", "only coupled records", "depends on A, B when c", "match A = B and C = D, exact case", "drop X"]
    ),
)
FILE = st.one_of(
    st.lists(statements(), max_size=4).map(lambda c: "step x with a\n gives b {\n" + "\n".join(c) + "\n}\n"),
    st.lists(LINE, max_size=5).map(lambda c: "change mapping X {\n" + "\n".join(c) + "\n}\n"),
    st.lists(LINE, max_size=5).map(
        lambda c: 'mapping X "T": bc A as a <-> sales B as b when setting y {\n' + "\n".join(c) + "\n}\n"
    ),
)


def with_comments(text: str, rng: random.Random) -> str:
    """Comments at ends of lines and on their own, empty lines, other indentation, statements broken over lines."""
    made: list[str] = []
    phrases = ("create or change", "when idle", "create when")
    for at, line in enumerate(text.splitlines()):
        for word in (" and ", " or ", " else ", " where ", " when ", " + "):
            if line.count(word) != 1 or any(sign in line for sign in ("'", '"', "#", *phrases)) or rng.random() > 0.3:
                continue
            between = rng.choice(["\n  ", f"  # inside {at}\n# inside on its own {at}\n"])
            line = line.replace(word, between + word.strip() + " ")
        if rng.random() < 0.25:
            made.append(" " * rng.randrange(5) + f"#above {at}")
        if rng.random() < 0.15:
            made.append(" " * rng.randrange(3))
        made.append(" " * rng.randrange(4) * (at > 0) + line + (f" # behind {at}" if rng.random() < 0.25 else ""))
    return "\n".join([*made, "# last"][: len(made) + rng.randrange(2)]) + "\n"


def lawful(text: str) -> str:
    """The formatted text, after all laws of formatting were asked of it."""
    parsed = read(text)
    assert parsed.mistakes == (), parsed.mistakes[0]
    once = format_file(parsed.file)
    again = read(once)
    assert again.mistakes == (), again.mistakes[0]
    assert again.file == parsed.file
    assert sorted(one.text for one in again.file.comments) == sorted(one.text for one in parsed.file.comments)
    assert format_file(again.file) == once
    assert not re.search(r"[ \t]\n|\n\n\n|\{\n\n|\A\n", once)
    return once


@pytest.mark.parametrize("file", PAPER, ids=lambda file: file.stem)
def test_paper_rules_keep_their_meaning(file: Path) -> None:
    made = lawful(paper(file).text)
    longest = max((line for line in made.splitlines() if "#" not in line), key=len)
    assert len(longest) <= 120 or '"' in longest or "'" in longest


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(FILE, st.randoms(use_true_random=False))
def test_any_rule_keeps_its_meaning_and_its_comments(text: str, rng: random.Random) -> None:
    lawful(with_comments(text, rng))


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(st.sampled_from(PAPER), st.randoms(use_true_random=False))
def test_paper_rules_with_comments_everywhere(file: Path, rng: random.Random) -> None:
    source = paper(file)
    declared = rng.choice(parse(source).file.declarations)
    lawful(with_comments(declared.span.text, rng))


@settings(max_examples=40, deadline=None, phases=PHASES)
@given(st.sampled_from(PAPER), st.randoms(use_true_random=False))
def test_blanks_and_line_ends_do_not_matter(file: Path, rng: random.Random) -> None:
    declared = rng.choice(parse(paper(file)).file.declarations)
    text = declared.span.text
    wild = "".join(" " * rng.randrange(6) + line + " " * rng.randrange(3) + "\r\n" for line in text.split("\n"))
    assert lawful(wild.lstrip()) == lawful(text + "\n")


def test_the_style() -> None:
    text = """
mapping   "ITEM-PRODUCT"   "Items": bc "Item" as item<->sales Product as product when setting sales connection
{
filter bc Blocked=No   # only these


filter sales Name=<>''&@*bike*|'B & C*'
No.->Product ID
Description<->"Name"
"Vendor No."   ->  Vendor ID, off
  # constants

'x' -> Product Type
every sales record{ Currency:=local currency }
new sales record {
Decimals Supported:=2
do   set our company
"Cost + Fee" :=max( Unit Price,0 )  *  2, unchecked when setting a
if a=1{ x:=2 }
else{
y:=3
}
}
}
# the end"""
    assert (
        lawful(text)
        == """mapping ITEM-PRODUCT "Items": bc Item as item <-> sales Product as product when setting sales connection {
  filter bc Blocked = No  # only these

  filter sales Name = <>''&@*bike*|'B & C*'
  No.           ->  Product ID
  Description  <->  Name
  Vendor No.    ->  Vendor ID, off
  # constants

  'x'  ->  Product Type
  every sales record { Currency := local currency }
  new sales record {
    Decimals Supported := 2
    do set our company
    "Cost + Fee"       := max(Unit Price, 0) * 2, unchecked when setting a
    if a = 1 { x := 2 }
    else {
      y := 3
    }
  }
}
# the end
"""
    )


def test_long_lines_are_broken_at_their_outermost_joints() -> None:
    text = (
        "step a {\nfind bc Sales Header Archive as earlier where Document Type = header.Document Type "
        "and No. = header.No. and Version No. = 1 "
        'sorted by Doc. No. Occurrence descending else fail "No earlier version."\n}\n'
    )
    assert (
        lawful(text)
        == """step a {
  find bc Sales Header Archive as earlier where Document Type = header.Document Type and No. = header.No.
      and Version No. = 1
    sorted by Doc. No. Occurrence descending
    else fail "No earlier version."
}
"""
    )


def test_a_comment_inside_a_statement_moves_above_it() -> None:
    assert lawful("let a = 1  # one\n  # two\n  + 2  # three\n") == "# one\n# two\nlet a = 1 + 2  # three\n"


def test_a_comment_between_two_branches_moves_into_the_second() -> None:
    text = "step a {\nif x {\ny := 1\n} # why\nelse {\nz := 1\n}\n}\n"
    assert "  } else {\n    # why\n    z := 1\n" in lawful(text)


def test_a_file_with_mistakes_is_not_formatted() -> None:
    made, mistakes = format_source(Source(path="x.rules", text="let a := 1\n"))
    assert made is None
    assert [one.code for one in mistakes] == ["E106"]


def test_nothing_stays_nothing() -> None:
    assert format_source(Source(path="x.rules", text="\n\n")) == ("", ())
    assert format_file(ast.RuleFile(source=Source(path="x", text=""), declarations=())) == ""
