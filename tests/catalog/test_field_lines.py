"""One line of a table file: what it says comes out, what it cannot say is told; no text breaks the reader."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from engine.catalog.catalog import Calculation, Criterion, Field, Option, Reference
from engine.catalog.fieldline import KINDS, Fault, parse_choices, parse_field


def field(line: str, name: str = "Level") -> Field:
    found = parse_field(name, line, "bc", {"Date Filter"})
    assert isinstance(found, Field), found
    return found


def fault(line: str) -> Fault:
    found = parse_field("Level", line, "bc")
    assert isinstance(found, Fault), found
    return found


def test_number_caption_and_length_may_be_left_out() -> None:
    assert field("text") == Field(number=0, name="Level", caption="Level", kind="text")
    assert field('7 big integer "Rank ""A"""') == Field(number=7, name="Level", caption='Rank "A"', kind="big integer")
    assert field("7 code 20").length == 20


def test_choices_have_numbers_captions_and_member_names() -> None:
    assert field("option | -1 blank, 0 A, 2 'b, c' as BC").options == (
        Option(number=-1, caption=" ", name=" "),
        Option(number=0, caption="A", name="A"),
        Option(number=2, caption="b, c", name="BC"),
    )
    in_sales = parse_field("level", 'option "Level" | 1 No Charge, 2 2% 10; Net 30', "sales")
    assert isinstance(in_sales, Field)
    assert [one.name for one in in_sales.options] == ["NoCharge", "2%10;Net30"]


def test_a_reference_may_depend_on_the_record() -> None:
    assert field("code 20 | -> Item[No.] where Blocked = No when Type = Item | -> Resource[No.]").references == (
        Reference(
            table="Item",
            field="No.",
            where=(Criterion(field="Blocked", how="is", value="No"),),
            when=(Criterion(field="Type", how="is", value="Item"),),
        ),
        Reference(table="Resource", field="No."),
    )


def test_a_calculation_says_what_it_looks_at() -> None:
    line = "decimal | = minus sum Entry[Amount (LCY)] where A = [No.] and B = [Date Filter] and C = up to [Date Filter]"
    one = field(f"{line} and D matches >0|1 and E = blank")
    assert one.access == "read"
    assert one.calculation == Calculation(
        method="sum",
        table="Entry",
        field="Amount (LCY)",
        negated=True,
        where=(
            Criterion(field="A", how="field", value="No."),
            Criterion(field="B", how="flow filter", value="Date Filter"),
            Criterion(field="C", how="flow filter", value="Date Filter"),
            Criterion(field="D", how="filter", value=">0|1"),
            Criterion(field="E", how="is", value=""),
        ),
    )


@pytest.mark.parametrize(
    ("line", "code", "message", "hint"),
    [
        ("50100 Text 30", "kind", "Text is not a type of field", "did you mean text?"),
        ("nvarchar 30", "kind", "nvarchar is not a type of field", "did you mean text?"),
        ("guid", "kind", "guid is not a type of field", "did you mean id?"),
        ("", "kind", "the type of Level is missing", "types are"),
        ("code", "kind", "the code field Level has no length", "code 20"),
        ("date 10", "kind", "a date field has no length", "only text and code"),
        ("text 30 -> Item[No.]", "line", "a bar is missing in text 30 -> Item[No.]", "behind a bar"),
        ("text | 1 A", "kind", "a text field has no choices", "write option"),
        ("option | 1 A, 1 B", "option", "choice 1 stands twice, as A and B", "its own number"),
        ("option | 1 A, B", "option", "the choice B is not understood", "its number and its caption"),
        ("text 30 | readonly", "line", "readonly is not understood", "did you mean read only?"),
        ("text 30 | ", "line", "nothing behind a bar is not understood", "after a bar"),
        ("text 30 |", "line", "a bar needs a blank on both sides", "after a bar"),
        ("text 30 | -> Item[]", "line", "Item[] names no table", "Table[Field]"),
        ("text 30 | -> Item[No.] where X", "line", "the condition X is not understood", "write Colour = Red"),
        ("decimal | = total Entry[Amount]", "line", "total is not a calculation", "calculations are sum"),
        ('text 30 "Level', "line", "the caption of Level has no end", "double quotes"),
    ],
)
def test_a_slip_is_told_with_the_way_out(line: str, code: str, message: str, hint: str) -> None:
    found = fault(line)
    assert found.code == code
    assert message in found.message
    assert hint in found.hint


CAPTION = st.text(st.characters(codec="utf-8", exclude_characters="|\n\r"), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)
WORD = st.from_regex(r"[A-Z][A-Za-z0-9./&()-]{0,8}( [A-Z][a-z]{0,5})?", fullmatch=True)


@given(
    number=st.integers(1, 2**31 - 1),
    caption=CAPTION.filter(bool),
    captions=st.lists(WORD, min_size=1, max_size=4, unique=True),
    table=WORD,
    target=WORD,
)
def test_what_is_written_comes_out(number: int, caption: str, captions: list[str], table: str, target: str) -> None:
    choices = ", ".join(f"{at} {one}" for at, one in enumerate(captions))
    quoted = caption.replace('"', '""')
    one = field(f'{number} option "{quoted}" | {choices} | -> {table}[{target}] | insert only')
    assert (one.number, one.caption, one.access) == (number, caption, "insert")
    assert [(each.number, each.caption) for each in one.options] == list(enumerate(captions))
    assert [(each.table, each.field) for each in one.references] == [(table, target)]


WORDS = [
    " | ",
    "->",
    "= sum",
    "where",
    "when",
    "and",
    "[",
    "]",
    '"',
    "'",
    "0 A",
    ", ",
    "default ",
    "20",
    "9" * 11,
    "-1 ",
]
PIECES = st.sampled_from([*sorted(KINDS), *WORDS])


@given(st.lists(PIECES | st.text(max_size=4), max_size=12).map(" ".join), st.sampled_from(["bc", "sales"]))
def test_no_text_breaks_the_reader(line: str, system: str) -> None:
    assert isinstance(parse_field("Level", line, system), Field | Fault)  # type: ignore[arg-type]
    assert isinstance(parse_choices(line, system), tuple | Fault)  # type: ignore[arg-type]
