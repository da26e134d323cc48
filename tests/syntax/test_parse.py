"""What was written stands in the tree, at its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.source import Source, Span
from engine.syntax import ast
from engine.syntax.parse import parse
from tests.syntax.worlds import PAPER, filter_of, item, mapping, paper, read, statement, step, value

NOWHERE = Span(source=Source(path="", text=""), start=0, end=0)


def name(text: str) -> ast.Name:
    return ast.Name(span=NOWHERE, text=text)


def path(*names: str) -> ast.Path:
    return ast.Path(span=NOWHERE, names=tuple(name(one) for one in names))


def text(value: str) -> ast.Text:
    return ast.Text(span=NOWHERE, value=value)


def number(value: str) -> ast.Number:
    return ast.Number(span=NOWHERE, value=Decimal(value), written=value)


def pattern(value: str) -> ast.Pattern:
    return ast.Pattern(span=NOWHERE, text=value)


def span(low: ast.Expression | None, high: ast.Expression | None) -> ast.Range:
    return ast.Range(span=NOWHERE, low=low, high=high)


# --- the standard rules -------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", PAPER, ids=lambda file: file.stem)
def test_every_paper_rule_is_read(file: Path) -> None:
    source = paper(file)
    parsed = parse(source)
    assert parsed.mistakes == ()
    heads = sum(line[:1].isalpha() for line in source.text.splitlines())
    assert len(parsed.file.declarations) == heads
    assert len(parsed.file.comments) >= 1


@pytest.mark.parametrize("file", PAPER, ids=lambda file: file.stem)
def test_declarations_stand_where_their_text_stands(file: Path) -> None:
    for declared in parse(paper(file)).file.declarations:
        again = read(declared.span.text)
        assert again.mistakes == ()
        assert again.file.declarations == (declared,)


def test_there_are_fifteen_paper_files() -> None:
    assert len(PAPER) == 15


# --- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "No.",
        "Base Unit of Measure",
        "Ship-to Country/Region Code",
        "File Size (Bytes)",
        "Total (LCY)",
        "Payment Discount %",
        "VAT Bus. Posting Gr. (Price)",
        "Name & Address",
        "Überweisung an Gläubiger",
        "baseamount",
        "Yes Man",
        "Overdue Amounts as of",
    ],
)
def test_a_caption_needs_no_quotes(written: str) -> None:
    assert value(written) == path(written)


@pytest.mark.parametrize("written", ["Cost + Fee", "and so on", "3rd Party", "No", "a  b"])
def test_any_name_can_be_said_in_quotes(written: str) -> None:
    assert value(f'"{written}"') == path(written)


def test_a_dot_before_a_letter_leads_on() -> None:
    assert value('item."Vendor No.".Name') == path("item", "Vendor No.", "Name")
    assert value("line.Product.List Price") == path("line", "Product", "List Price")
    assert value("item.Vendor No.") == path("item", "Vendor No.")


def test_words_of_the_language_are_names_where_they_cannot_be_words() -> None:
    found = statement("create bc Item as new price { filter := match.filter }")
    assert isinstance(found, ast.Create)
    assert found.alias == name("new price")
    (line,) = found.block.statements
    assert isinstance(line, ast.Assign)
    assert (line.target, line.value) == (name("filter"), path("match", "filter"))


# --- the filter language of Business Central -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Open", path("Open")),
        ("''", text("")),
        ("'O''Neill'", text("O'Neill")),
        ("NAV*", pattern("NAV*")),
        ("@*bike shop*", pattern("@*bike shop*")),
        ("??-1*", pattern("??-1*")),
        ("'J & V*'", pattern("J & V*")),
        ("@'b & c'", pattern("@b & c")),
        ("'@b & c'", pattern("@b & c")),
        ("10000..20000", span(number("10000"), number("20000"))),
        ("1.5..", span(number("1.5"), None)),
        ("..'M'", span(None, text("M"))),
        ("A..B", span(path("A"), path("B"))),
    ],
)
def test_one_term_of_a_filter(written: str, meant: ast.Filter) -> None:
    assert filter_of(written) == meant


def test_and_binds_tighter_than_or_in_a_filter() -> None:
    found = filter_of(">0&<100|''")
    assert isinstance(found, ast.AnyOf)
    both, blank = found.parts
    assert isinstance(both, ast.AllOf)
    assert [one.operator for one in both.parts if isinstance(one, ast.Relation)] == [">", "<"]
    assert blank == text("")


def test_brackets_in_a_filter_group_it_or_a_value() -> None:
    grouped = filter_of("(A|B)&<>C*")
    assert isinstance(grouped, ast.AllOf)
    assert isinstance(grouped.parts[0], ast.FilterGroup)
    unequal = grouped.parts[1]
    assert isinstance(unequal, ast.Relation)
    assert unequal.operand == pattern("C*")
    calculated = filter_of("(x + 1) * 2")
    assert isinstance(calculated, ast.Arithmetic)
    assert isinstance(calculated.left, ast.Group)


@pytest.mark.parametrize("sign", ["=", "<>", "<", ">", "<=", ">="])
def test_every_relation_can_stand_in_a_filter(sign: str) -> None:
    found = filter_of(f"A|{sign}-5")
    assert isinstance(found, ast.AnyOf)
    last = found.parts[1]
    assert isinstance(last, ast.Relation)
    assert last.operator == sign
    assert isinstance(last.operand, ast.Minus)


def test_dates_can_be_reckoned_in_a_filter() -> None:
    found = filter_of("today - 7D..work date")
    assert isinstance(found, ast.Range)
    assert isinstance(found.low, ast.Arithmetic)
    assert isinstance(found.high, ast.Word)


def test_a_filter_ends_where_the_condition_goes_on() -> None:
    found = item("filter bc Status = Open|Rel* and No. = 5.. when setting x")
    assert isinstance(found, ast.RecordFilter)
    assert isinstance(found.condition, ast.And)
    assert found.when is not None


# --- lines ----------------------------------------------------------------------------------------------------------


def test_a_line_goes_on_after_a_comma_and_before_a_joining_word() -> None:
    short = read(step('find bc Item as i where A = 1 and B = 2 sorted by C, D else fail "none"')).file
    long = read(
        step(
            "find bc Item as i where",
            "    A = 1  # the first",
            "",
            "    # and another",
            "    and B = 2",
            "  sorted by C,",
            "    D",
            '  else fail "none"',
        )
    )
    assert long.mistakes == ()
    assert long.file == short
    assert len(long.file.comments) == 2


def test_a_declaration_at_the_top_goes_on_too() -> None:
    parsed = read("let a =\n  1\n  + 2\nlet b = (3\n+ 4)\n  let c = 5\n")
    assert parsed.mistakes == ()
    assert [one.alias.text for one in parsed.file.declarations if isinstance(one, ast.Let)] == ["a", "b", "c"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_windows_line_ends_mean_the_same(ending: str) -> None:
    written = mapping("No. -> No.  # key", "", "Name -> Name, keep if blank").replace("\n", ending)
    assert read(written).file == read(mapping("No. -> No.", "Name -> Name, keep if blank")).file


def test_a_byte_order_mark_is_no_text() -> None:
    parsed = read("\ufeff" + mapping("No. -> No."))
    assert parsed.mistakes == ()
    assert len(parsed.file.declarations) == 1


def test_an_empty_file_is_an_empty_file() -> None:
    for nothing in ("", "\n", "  \n# only a comment", "\r\n\r\n"):
        parsed = read(nothing)
        assert parsed.mistakes == ()
        assert parsed.file.declarations == ()


def test_comments_are_kept_with_their_places() -> None:
    parsed = read("# above\n" + mapping("No. -> No.  # ignore: E204 why not", "Name -> '# no comment'"))
    assert [(one.text, one.own_line, one.span.line) for one in parsed.file.comments] == [
        ("# above", True, 1),
        ("# ignore: E204 why not", False, 3),
    ]


# --- what else a rule can say --------------------------------------------------------------------------------


def test_options_of_a_line() -> None:
    found = item("No. <-> No., blank means '-', to sales a.B, to bc c.D, unchecked, off, else keep when setting s")
    assert isinstance(found, ast.FieldLine)
    said = found.options
    assert (said.unchecked, said.off, said.else_keep, said.else_blank, said.keep_if_blank) == (
        True,
        True,
        True,
        False,
        False,
    )
    assert (said.blank_means, said.to_sales, said.to_bc) == (text("-"), path("a", "B"), path("c", "D"))
    assert said.when is not None


def test_else_if_is_an_if_in_the_else() -> None:
    found = statement("if a { x := 1 } else if b { x := 2 } else { x := 3 }")
    assert isinstance(found, ast.If)
    assert isinstance(found.otherwise, ast.If)
    assert isinstance(found.otherwise.otherwise, ast.Block)


def test_a_where_reaches_as_far_as_it_can() -> None:
    found = value("count of bc Item where A = 1 and B = 2")
    assert isinstance(found, ast.Aggregate)
    assert isinstance(found.where, ast.And)
    grouped = value("(count of bc Item where A = 1) = 2 and B")
    assert isinstance(grouped, ast.And)


def test_what_could_not_be_read_is_named() -> None:
    parsed = read(mapping("No. -> -> No.") + step("x := 1") + 'process P "Title" {\n  y = 1\n}\n')
    assert parsed.unread == (("mapping", "M"), ("process", "P"))
    assert len(parsed.file.declarations) == 1
