"""A consultant's slips of a day, one at a time: each is told once, on its line, with the way out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.diagnostic import Diagnostic
from engine.pipeline import understand
from engine.source import Source

TEXT = (Path(__file__).parent / "consultant.rules").read_text(encoding="utf-8")
CURRENCY = """
mapping CURRENCY "Currencies": bc Currency as currency <-> sales Transaction Currency as money {
  Code  ->  Currency Code
}
"""


@cache
def found(text: str) -> tuple[Diagnostic, ...]:
    sources = [Source(path="our.rules", text=text), Source(path="currency.rules", text=CURRENCY)]
    return tuple(understand(sources, (), {}).found)


def places(text: str) -> list[tuple[int, str]]:
    return [(one.span.line, one.code) for one in found(text) if one.span is not None]


def test_the_file_is_right_before_anybody_edits_it() -> None:
    assert found(TEXT) == ()


# what is replaced, by what; line and code of what is told; how the hint of the first begins
SLIPS: list[tuple[str, str, list[tuple[int, str]], str]] = [
    ("on update conflict", "on conflict", [(6, "E102")], "did you mean `on update conflict`?"),
    ("mapping SUPPLIER", "mappng SUPPLIER", [(2, "E102")], "did you mean `mapping`?"),
    (
        "mapping SUPPLIER",
        "Mapping SUPPLIER",
        [(2, "E115")],
        "the words of the language are in small letters: `mapping`",
    ),
    ('"Suppliers and accounts": ', "", [(2, "E101")], "expected a text in double quotes"),
    ('"Suppliers and accounts"', "'Suppliers and accounts'", [(2, "E112")], 'write "Suppliers and accounts"'),
    (
        "bc Vendor as vendor <->",
        "Vendor as vendor <->",
        [(2, "E101")],
        "say of which system: `bc` (Business Central) or `sales`",
    ),
    ("bc Vendor as vendor", "bc Vendor vendor", [(2, "E101")], "write `as vendor`"),
    (
        "bc Vendor as vendor",
        "BC Vendor as vendor",
        [(2, "E115")],
        "the words of the language are in small letters: `bc`",
    ),
    (" <-> sales Account", " <=> sales Account", [(2, "E109")], "the arrows are `->`, `<-` and `<->`"),
    (
        "when setting sales connection enabled",
        "if setting sales connection enabled",
        [(3, "E102")],
        "did you mean `when`?",
    ),
    (
        "when setting sales connection",
        "when settings sales connection",
        [(3, "E207")],
        "write `setting sales connection enabled`",
    ),
    ("depends on CURRENCY", "depend on CURRENCY", [(4, "E102")], "did you mean `depends on`?"),
    ("depends on CURRENCY", "depends CURRENCY", [(4, "E102")], "did you mean `depends on`?"),
    ("only coupled records", "coupled records only", [(5, "E102")], "did you mean `only coupled records`?"),
    ("keep bc", "keep BC", [(6, "E115")], "the words of the language are in small letters: `keep bc`"),
    ("keep bc", "bc wins", [(6, "E101")], "expected `fail`, `keep bc` or `keep sales`"),
    (
        "filter bc Blocked is blank",
        "filter Blocked is blank",
        [(7, "E101")],
        "say of which system: `bc` (Business Central) or `sales`",
    ),
    ("filter bc Blocked is blank", "filter bc Blocked is empty", [(7, "E102")], "did you mean `is blank`?"),
    ("filter bc Blocked is blank", "filter bc Blocked isn't blank", [(7, "E204")], "did you mean Blocked?"),
    ("and No. = V10000", "AND No. = V10000", [(7, "E115")], "the words of the language are in small letters: `and`"),
    ("and No. = V10000", "& No. = V10000", [(7, "E110")], "write `and` between conditions"),
    ("V10000..V20000", "V10000 to V20000", [(7, "E207")], "a range has two dots: V10000..V20000"),
    ("V10000..V20000", "V10000...V20000", [(7, "E114")], "a range has two dots: 10000..20000"),
    ("Relationship Type = Vendor", "Relationship Type is Vendor", [(8, "E101")], "write `=` to compare with a value"),
    (
        "Relationship Type = Vendor",
        "Relationship Type in Vendor, Customer",
        [(8, "E101")],
        "one of several values is written `= A|B|C`",
    ),
    ("Relationship Type = Vendor", "Relationship Type == Vendor", [(8, "E107")], "one `=` compares"),
    ("Name = ''", 'Name = ""', [(9, "E101")], "a blank text is '', a name stands between these"),
    ("Name = ''", "Name = '", [(9, "E105")], "a ' is missing at the end"),
    ("leave out bc where", "leave out where", [(9, "E101")], "say of which system: `bc` (Business Central) or `sales`"),
    ("leave out bc where", "exclude bc where", [(9, "E102")], "did you mean `leave out`?"),
    ("No. = Account Number and", "No. -> Account Number and", [(10, "E106")], "write `=`"),
    (", exact case", " exact case", [(10, "E120")], "write `, exact case`"),
    (
        "create when nothing matches",
        "create if nothing matches",
        [(11, "E102")],
        "did you mean `create when nothing matches`?",
    ),
    ("Name            <->", "Name            -->", [(13, "E109")], "the arrows are `->`, `<-` and `<->`"),
    ("Name            <->", "Name            <->>", [(13, "E109")], "the arrows are `->`, `<-` and `<->`"),
    ("Name            <->  Account Name", "Name            <->", [(13, "E121")], "expected a field behind the arrow"),
    (
        "Name            <->  Account Name",
        "Name            Account Name",
        [(13, "E101")],
        "expected `->`, `<-` or `<->`",
    ),
    ("City, keep if blank", "City keep if blank", [(14, "E120")], "write `, keep if blank`"),
    ("City, keep if blank", "City, keep blank", [(14, "E102")], "did you mean `keep if blank`?"),
    ("via CURRENCY", "using CURRENCY", [(15, "E220")], "CURRENCY is a mapping: write `via CURRENCY`"),
    ("via CURRENCY", "by CURRENCY", [(15, "E204")], "did you mean Currency?"),
    ("blank means 'EUR'", "blank is 'EUR'", [(15, "E102")], "did you mean `blank means`?"),
    ("blank means 'EUR'", "blank means 'EUR", [(15, "E105")], "a ' is missing at the end"),
    (
        "{ All = Yes, blank = No }",
        "{ All = Yes; blank = No }",
        [(16, "E113")],
        "take it away; the end of the line ends a statement",
    ),
    ("{ All = Yes, blank = No }", "{ All -> Yes, blank -> No }", [(16, "E106")], "write `=`"),
    ("{ All = Yes, blank = No }", "{ All = Yes, blank = No", [(16, "E103")], "a `}` is missing"),
    ("max(Balance, 0)", "max(Balance, 0", [(17, "E132")], "a `)` is missing after it"),
    (
        "max(Balance, 0)",
        "maximum(Balance, 0)",
        [(17, "E118")],
        "the functions are first filled, round, max, left, plain text",
    ),
    ("max(Balance, 0)", "max(Balance; 0)", [(17, "E113")], "take it away; the end of the line ends a statement"),
    (
        "find bc Payment Terms as terms where",
        "find bc Payment Terms as terms with",
        [(19, "E101")],
        "expected `else create`, `else fail`, `sorted by`, `where`, t",
    ),
    ("find bc Payment Terms as terms", "get bc Payment Terms as terms", [(19, "E102")], "did you mean `find`?"),
    ("new sales record {", "new record {", [(20, "E101")], "say of which system: `bc` (Business Central) or `sales`"),
    ("new sales record {", "new sales records {", [(20, "E102")], "did you mean `record`?"),
    ("Description := left(", "Description = left(", [(21, "E106")], "write `:=` to set it"),
    ("'New: ' + vendor.Name", "'New: ' & vendor.Name", [(21, "E110")], "write `+` to join texts"),
    ("'New: ' + vendor.Name", "'New: ' vendor.Name", [(21, "E101")], "expected `)` or `,`"),
    ("'New: ' + vendor.Name, 50)", "'New: ' + vendor.Name, 50", [(21, "E132")], "a `)` is missing after it"),
    ("if terms is blank {", "if terms is blank then {", [(22, "E101")], "take it away: `if … { … }`"),
    ("if terms is blank {", "if (terms is blank {", [(22, "E132")], "a `)` is missing after it"),
    ("} else {", "} otherwise {", [(24, "E102")], "did you mean `else`?"),
    ("Credit Hold := Yes", "Credit Hold := true", [(23, "E207")], "write Yes or No"),
    ("Credit Hold := Yes", "Credit Hold := yes", [(23, "E207")], "write Yes or No"),
    ("Credit Hold := Yes", "Credit Hold := Yes;", [(23, "E113")], "take it away; the end of the line ends a statement"),
    (
        "for each sales Quote as quote where",
        "foreach sales Quote as quote where",
        [(32, "E102")],
        "did you mean `for each`?",
    ),
    (
        "for each sales Quote as quote where",
        "for each sales Quote where",
        [(32, "E101")],
        "write `Quote as record`, with a name of your own",
    ),
    (
        "for each sales Quote as quote where",
        "for all sales Quote as quote where",
        [(32, "E102")],
        "did you mean `for each`?",
    ),
    ("sorted by", "order by", [(32, "E206")], "did you mean Active?"),
    (
        'else fail "Quote {quote.Name} has',
        'else error "Quote {quote.Name} has',
        [(33, "E102")],
        "did you mean `else fail`?",
    ),
    (
        'else fail "Quote {quote.Name} has no customer."',
        "else fail 'Quote {quote.Name} has no customer.'",
        [(33, "E112")],
        'write "Quote {quote.Name} has no customer."',
    ),
    (
        'else fail "Quote {quote.Name} has no customer."',
        'else fail "Quote {quote.Name} has no customer.',
        [(33, "E105")],
        'a " is missing at the end',
    ),
    (
        'else fail "Quote {quote.Name} has no customer."',
        'else fail "Quote {quote.Name has no customer."',
        [(33, "W206")],
        "a value stands in braces: {customer.No.}",
    ),
    (
        'else fail "Quote {quote.Name} has no customer."',
        'fail "Quote {quote.Name} has no customer."',
        [(33, "E101")],
        "expected `else fail` or `else warn`",
    ),
    ("is not blank else fail", "is not blank, else fail", [(33, "E101")], "expected `else fail` or `else warn`"),
    (">= today", "=> today", [(34, "E109")], "write `->` for the arrow, `>=` for at least"),
    (">= today", ">= Today", [(34, "W205")], "write today, which everybody can read"),
    ("2026-01-31", "31.01.2026", [(35, "E124")], "a date is written year-month-day, like 2026-01-31"),
    ("2026-01-31", "01/31/2026", [(35, "E124")], "a date is written year-month-day, like 2026-01-31"),
    ("then 'old' else 'new'", "? 'old' : 'new'", [(35, "E102")], "write `if … then … else …`"),
    ("let age = if", "let age := if", [(35, "E106")], "write `=`"),
    ("let age = if", "age = if", [(35, "E106")], "write `:=` to set it"),
    ("uncouple quote", "uncouple", [(37, "E121")], "expected a value, `bc` or `sales`"),
    ("every 30 minutes", "every 30 min", [(46, "E102")], "did you mean `minutes`?"),
    ("every 30 minutes", "every half hour", [(46, "E101")], "expected a number"),
    ("from 22:00 to 23:30", "from 22.00 to 23.30", [(47, "E125")], "a time is written from 00:00 to 23:59"),
    ("from 22:00 to 23:30", "from 10pm to 11pm", [(47, "E125")], "a time is written from 00:00 to 23:59"),
    ("on weekdays from", "on Munday from", [(47, "E134")], "did you mean Monday?"),
    ("on weekdays from", "on Weekdays from", [(47, "E134")], "write it in small letters: `weekdays`"),
    ("on weekdays from", "on weekday from", [(47, "E102")], "did you mean `weekdays`?"),
    ("on weekdays from", "on Monday to Fryday from", [(47, "E134")], "did you mean Friday?"),
    ("on weekdays from", "on every Monday from", [(47, "E101")], "expected a day like Monday, `every day`, "),
    ("on weekdays from", "on Monday form", [(47, "E102")], "did you mean `from`?"),
    ("on weekdays from", "on Monday Friday from", [(47, "E101")], "expected `,` or `and` and another day, "),
    ("run tidy-quotes", "run tidy quotes", [(45, "E231")], "did you mean tidy-quotes?"),
    ("# Our suppliers", "// Our suppliers", [(1, "E123")], "write # instead"),
    (
        "# Our suppliers are accounts in Sales.",
        "/* Our suppliers are\n   accounts in Sales. */",
        [(1, "E123")],
        "write # at the beginning of every line of it",
    ),
    (
        "# Our suppliers are accounts in Sales.",
        "/* Our suppliers are\n   accounts in Sales.",
        [(1, "E123")],
        "write # at the beginning of every line of it",
    ),
    (
        "  create when nothing matches\n",
        "  create when nothing matches\n  /* two lines\n     of a comment */\n",
        [(12, "E123")],
        "write # at the beginning of every line of it",
    ),
    ("process tidy-quotes", "procedure tidy-quotes", [(31, "E102")], "did you mean `process`?"),
    (
        "setting statistics synch time := now",
        "set statistics synch time := now",
        [(41, "E221")],
        "a setting is set with `setting statistics synch time := …`; ",
    ),
    (
        "change quote { Description := age }",
        "change quote Description := age",
        [(39, "E122")],
        "write `change … { … := … }`",
    ),
    (
        "change quote { Description := age }",
        "quote.Description := age",
        [(39, "E101")],
        "write `change quote { … := … }`",
    ),
]


@pytest.mark.parametrize(("old", "new", "told", "hint"), SLIPS, ids=[f"{old} > {new}"[:60] for old, new, _, _ in SLIPS])
def test_a_slip_is_told_where_it_is(old: str, new: str, told: list[tuple[int, str]], hint: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    assert places(text) == told
    assert hint and found(text)[0].hint.startswith(hint)


# --- one sign too many or too few ----------------------------------------------------------------------------

OUTSIDE_MESSAGES = [
    at for at, sign in enumerate(TEXT) if sign in "{}" and TEXT.count('"', TEXT.rfind("\n", 0, at) + 1, at) % 2 == 0
]


def head_of(at: int) -> int:
    """The line on which the block begins that this brace opens or closes."""
    open_lines: list[int] = []
    for place in OUTSIDE_MESSAGES:
        line = TEXT.count("\n", 0, place) + 1
        begun = line
        if TEXT[place] == "{":
            open_lines.append(line)
        else:
            begun = open_lines.pop()
        if place == at:
            return begun
    raise AssertionError(at)


@pytest.mark.parametrize("at", OUTSIDE_MESSAGES)
def test_a_brace_that_is_missing_is_one_finding_at_its_block(at: int) -> None:
    ((line, code),) = places(TEXT[:at] + TEXT[at + 1 :])
    own = TEXT.count("\n", 0, at) + 1
    if TEXT[at] == "{":
        assert (line, code) in ((own, "E122"), (own, "E101"))
    else:
        assert line in (own, head_of(at)) and code == "E103"


@pytest.mark.parametrize("at", OUTSIDE_MESSAGES)
def test_a_brace_too_many_is_one_finding_on_its_line(at: int) -> None:
    own = TEXT.count("\n", 0, at) + 1
    assert places(TEXT[:at] + TEXT[at] + TEXT[at:]) == [(own, "E104")]


@pytest.mark.parametrize("at", [at for at in OUTSIDE_MESSAGES if TEXT[at] == "}" and TEXT[at - 1] == " "])
def test_a_line_with_a_closing_brace_that_is_missing_is_one_finding(at: int) -> None:
    start, end = TEXT.rfind("\n", 0, at) + 1, TEXT.find("\n", at)
    if TEXT[start:end].strip() == "}":
        assert places(TEXT[:start] + TEXT[end + 1 :]) == [(head_of(at), "E103")]


@pytest.mark.parametrize("at", [at for at, sign in enumerate(TEXT) if sign in "'\""])
def test_a_quote_that_is_missing_is_told_on_its_line_only(at: int) -> None:
    own = TEXT.count("\n", 0, at) + 1
    lines = {line for line, _ in places(TEXT[:at] + TEXT[at + 1 :])}
    assert lines == {own} and len(places(TEXT[:at] + TEXT[at + 1 :])) <= 2


def test_two_slips_in_one_block_are_two_findings() -> None:
    text = TEXT.replace("  on update conflict keep bc\n", "  on update conflict keep BC\n")
    text = text.replace("    if terms is blank {\n", "    if terms is blank\n")
    assert places(text) == [(6, "E115"), (22, "E122")]


def test_braces_that_do_not_stand_below_each_other_are_told_once_too() -> None:
    text = 'process p "P" { for each sales Quote as quote { if quote is coupled {\nuncouple quote } }\n'
    assert len(places(text)) == 1
