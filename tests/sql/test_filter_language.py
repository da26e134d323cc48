"""Business Central's filter language, form by form: what each lets through, worked out by hand (R10.1 to R10.17).

The clock stands on Monday, 15 June 2026; the work date is the same day unless a test says otherwise.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest

from tests.plan.rules import TO_SALES, with_
from tests.plan.stories import bc, bc_id, item, world
from tests.sql.compiled import Asked, mapping

SETTINGS = {"current_user": "ANNETTE", "company_name": "Adatum"}
TEXTS = [
    "",
    "J & V",
    "J & V Ltd",
    "j & v",
    "A*B",
    "A(B)",
    "x=1",
    "O'Neill",
    "bike",
    "Bike",
    "Road Bike",
    "10042",
    "100000",
    "20",
]
CODES = ["", "A1", "B1", "B2", "NAV", "100"]
NUMBERS = ["0", "-5", "200", "500", "1200", "0.5"]
FIRST = date(2025, 1, 1)
DAYS = [FIRST + timedelta(days=at) for at in range(3 * 365)]  # to the end of 2027


@cache
def asked(field: str) -> tuple[Asked, tuple[object, ...]]:
    """A snapshot with one item for every value of a field."""
    values: tuple[object, ...] = {
        "Description": tuple(TEXTS),
        "Vendor No.": tuple(CODES),
        "Unit Cost": tuple(NUMBERS),
        "Type": (0, 1, 2),
        "Blocked": (False, True),
        "Last Date Modified": (None, *DAYS),
    }[field]
    rows = [item(str(number), {field: value}) for number, value in enumerate(values, 1)]
    lists = [
        bc("My Vendor", {"User ID": user, "Vendor No.": no})
        for user, no in (("ANNETTE", "B1"), ("ANNETTE", "NAV"), ("BO", "A1"))
    ]
    return Asked(world(TO_SALES, *rows, *lists), SETTINGS), values


def let_through(field: str, text: str) -> list[object]:
    snapshot, values = asked(field)
    passed = snapshot.keys_that_pass(mapping(with_(TO_SALES, f"filter bc {field} = {text}"), SETTINGS))
    return [value for number, value in enumerate(values, 1) if bc_id(str(number)) in passed]


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        # 10.1: the grammar
        ("Vendor No.", "A1", ["A1"]),
        ("Vendor No.", "A1|B2", ["A1", "B2"]),
        ("Unit Cost", ">200&<1200", ["500"]),
        ("Unit Cost", "0|>200&<1200", ["0", "500"]),  # & binds tighter
        ("Unit Cost", "(0|500)&>0", ["500"]),
        ("Unit Cost", "=500", ["500"]),
        ("Unit Cost", "<>500", ["0", "-5", "200", "1200", "0.5"]),
        ("Unit Cost", "<0.5", ["0", "-5"]),
        ("Unit Cost", "<=0.5", ["0", "-5", "0.5"]),
        ("Unit Cost", ">=500", ["500", "1200"]),
        ("Unit Cost", "200..500", ["200", "500"]),
        ("Unit Cost", "..0", ["0", "-5"]),
        ("Unit Cost", "500..", ["500", "1200"]),
        ("Unit Cost", "-5..0.5", ["0", "-5", "0.5"]),
        ("Description", "'O''Neill'", ["O'Neill"]),
        ("Description", "@bike", ["bike", "Bike"]),
        ("Description", "'@bike'", ["bike", "Bike"]),  # @ inside the quotes
        ("Description", "@'BIKE'", ["bike", "Bike"]),
        # 10.2.2: ranges hold both ends and follow the order of the letters
        ("Description", "10000..10042", ["10042", "100000"]),
        ("Description", "'a'..'B'", ["A*B", "A(B)"]),  # capitals stand among small letters
        ("Vendor No.", "A1..B1", ["A1", "B1"]),
        # 10.2.3: case counts in texts; codes are trimmed and in capitals
        ("Description", "'bike'", ["bike"]),
        ("Description", "*Bike", ["Bike", "Road Bike"]),
        ("Description", "@*bike", ["bike", "Bike", "Road Bike"]),
        ("Vendor No.", "' nav '", ["NAV"]),
        # 10.2.4: wildcards
        ("Description", "?ike", ["bike", "Bike"]),
        ("Description", "J*", ["J & V", "J & V Ltd"]),
        ("Description", "*i*e", ["bike", "Bike", "Road Bike"]),
        ("Vendor No.", "<>B*", ["", "A1", "NAV", "100"]),
        ("Vendor No.", "B?", ["B1", "B2"]),
        # 10.2.5, 10.2.9: blank
        ("Vendor No.", "''", [""]),
        ("Vendor No.", "<>''", ["A1", "B1", "B2", "NAV", "100"]),
        ("Vendor No.", "<>A1", ["", "B1", "B2", "NAV", "100"]),  # blank rows stay
        ("Unit Cost", "''", ["0"]),
        ("Type", "''", []),  # it has no blank member
        # 10.2.6: quotes protect signs, but not wildcards and @
        ("Description", "'J & V'", ["J & V"]),
        ("Description", "'J & V*'", ["J & V", "J & V Ltd"]),
        ("Description", "'@J & V*'", ["J & V", "J & V Ltd", "j & v"]),
        ("Description", "'A(B)'", ["A(B)"]),
        ("Description", "'x=1'", ["x=1"]),
        # 10.2.7: options by caption, several; Yes and No
        ("Type", "Service", [1]),
        ("Type", "Inventory|Non-Inventory", [0, 2]),
        ("Type", "1", [1]),
        ("Type", "<>Service", [0, 2]),
        ("Blocked", "Yes", [True]),
        ("Blocked", "No", [False]),
        # 10.2.8: & on one field
        ("Description", "*B*&*i*", ["Bike", "Road Bike"]),
        # 10.2.10: more than 200 operators
        ("Unit Cost", "|".join(str(number) for number in range(2, 402, 2)), ["200"]),
        # 10.3.15: tokens
        ("Vendor No.", "%myvendors", ["B1", "NAV"]),
        ("Vendor No.", "<>%myvendors", ["", "A1", "B2", "100"]),
        ("Vendor No.", "%myvendors&<>NAV|A1", ["A1", "B1"]),
        ("Vendor No.", "%MyVendors", ["B1", "NAV"]),
    ],
)
def test_a_form(field: str, text: str, expected: list[object]) -> None:
    assert let_through(field, text) == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        # 10.3.11: digits; what is missing comes from the work date
        ("15", "2026-06-15", "2026-06-15"),
        ("03", "2026-06-03", "2026-06-03"),
        ("31", "2026-06-30", "2026-06-30"),  # June has no 31st
        ("1503", "2026-03-15", "2026-03-15"),
        ("150327", "2027-03-15", "2027-03-15"),
        ("15032027", "2027-03-15", "2027-03-15"),
        ("'15-03-27'", "2027-03-15", "2027-03-15"),
        ("'15/03'", "2026-03-15", "2026-03-15"),
        ("'15.3.2027'", "2027-03-15", "2027-03-15"),
        ("'15 03 27'", "2027-03-15", "2027-03-15"),
        ("'2027-03-15'", "2027-03-15", "2027-03-15"),
        ("2027-03-15", "2027-03-15", "2027-03-15"),
        ("0101..15", "2026-01-01", "2026-06-15"),
        ("300626..C300626", "2026-06-30", "2026-06-30"),  # a closing date lies behind its day
        ("C300626..0207", "2026-07-01", "2026-07-02"),
        ("C3006..0207", "2026-07-01", "2026-07-02"),
        # 10.3.12: words
        ("today", "2026-06-15", "2026-06-15"),
        ("work date", "2026-06-15", "2026-06-15"),
        ("yesterday", "2026-06-14", "2026-06-14"),
        ("tomorrow", "2026-06-16", "2026-06-16"),
        ("week", "2026-06-15", "2026-06-21"),
        ("month", "2026-06-01", "2026-06-30"),
        ("quarter", "2026-04-01", "2026-06-30"),
        ("wednesday", "2026-06-17", "2026-06-17"),
        ("wednesday 1", "2025-12-31", "2025-12-31"),
        ("period", "2026-06-01", "2026-06-30"),
        ("p2", "2026-02-01", "2026-02-28"),
        ("period 12", "2026-12-01", "2026-12-31"),
        ("p13", "2027-01-01", "2027-01-31"),
        ("period - 1", "2026-05-01", "2026-05-31"),
        ("p+1", "2026-07-01", "2026-07-31"),
        ("year", "2026-01-01", "2026-12-31"),
        ("year - 1", "2025-01-01", "2025-12-31"),
        # 10.3.13: formulas
        ("-1D", "2026-06-14", "2026-06-14"),
        ("CM", "2026-06-30", "2026-06-30"),
        ("2W", "2026-06-29", "2026-06-29"),
        ("WD4", "2026-06-18", "2026-06-18"),
        ("today-7D", "2026-06-08", "2026-06-08"),
        ("-CM..CM", "2026-06-01", "2026-06-30"),
    ],
)
def test_a_form_for_days(text: str, first: str, last: str) -> None:
    low, high = date.fromisoformat(first), date.fromisoformat(last)
    assert let_through("Last Date Modified", text) == [one for one in DAYS if low <= one <= high]


def test_two_digits_of_a_year_are_from_1950_to_2049() -> None:
    from engine.model.days import short_date

    assert short_date("010149", "day month") == date(2049, 1, 1)
    assert short_date("010150", "day month") == date(1950, 1, 1)


def test_a_region_may_write_the_month_first() -> None:
    settings = {**SETTINGS, "date_order": 1}
    snapshot, values = asked("Last Date Modified")
    passed = snapshot.keys_that_pass(mapping(with_(TO_SALES, "filter bc Last Date Modified = 0315|'4/1/27'"), settings))
    assert [value for number, value in enumerate(values, 1) if bc_id(str(number)) in passed] == [
        date(2026, 3, 15),
        date(2027, 4, 1),
    ]


# --- the table of accounting periods -----------------------------------------------------------------------

STARTS = ["2025-04-01", "2025-10-01", "2026-04-01", "2026-05-01", "2026-07-15", "2027-04-01"]
OPENS = {"2025-04-01", "2026-04-01", "2027-04-01"}


@cache
def with_books() -> Asked:
    """Fiscal years from April; their periods are of odd lengths, so that nobody can take them for months."""
    rows = [item(str(number), {"Last Date Modified": one}) for number, one in enumerate(DAYS, 1)]
    books = [bc("Accounting Period", {"Starting Date": one, "New Fiscal Year": one in OPENS}) for one in STARTS]
    return Asked(world(TO_SALES, *rows, *books))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("period 1", "2026-04-01", "2026-04-30"),
        ("p2", "2026-05-01", "2026-07-14"),
        ("p3", "2026-07-15", "2027-03-31"),
        ("p4", "2027-04-01", "2027-12-31"),  # the last one never ends
        ("p9", "2027-04-01", "2027-12-31"),  # there are no more
        ("period", "2026-05-01", "2026-07-14"),
        ("period - 2", "2025-10-01", "2026-03-31"),
        ("period - 3", "2025-04-01", "2025-09-30"),
        ("p+1", "2026-07-15", "2027-03-31"),
        ("year", "2026-04-01", "2027-03-31"),
        ("year - 1", "2025-04-01", "2026-03-31"),
        ("year 1", "2025-04-01", "2026-03-31"),
        ("year 3", "2027-04-01", "2027-12-31"),
        ("p1..p2", "2026-04-01", "2026-07-14"),
        ("..period - 3", "2025-01-01", "2025-09-30"),
        (">year", "2027-04-01", "2027-12-31"),
        ("<p2&>=year", "2026-04-01", "2026-04-30"),
    ],
)
def test_accounting_periods_and_fiscal_years_are_those_of_the_books(text: str, first: str, last: str) -> None:
    low, high = date.fromisoformat(first), date.fromisoformat(last)
    passed = with_books().keys_that_pass(mapping(with_(TO_SALES, f"filter bc Last Date Modified = {text}")))
    found = [one for number, one in enumerate(DAYS, 1) if bc_id(str(number)) in passed]
    assert found == [one for one in DAYS if low <= one <= high]


def test_before_the_first_year_of_the_books_the_calendar_counts() -> None:
    books = [bc("Accounting Period", {"Starting Date": "2027-01-01", "New Fiscal Year": True})]
    rows = [item(str(number), {"Last Date Modified": one}) for number, one in enumerate(DAYS, 1)]
    passed = Asked(world(TO_SALES, *rows, *books)).keys_that_pass(
        mapping(with_(TO_SALES, "filter bc Last Date Modified = p2"))
    )
    found = [one for number, one in enumerate(DAYS, 1) if bc_id(str(number)) in passed]
    assert (found[0], found[-1], len(found)) == (date(2026, 2, 1), date(2026, 2, 28), 28)


# --- tokens --------------------------------------------------------------------------------------------------


def test_me_user_and_company_are_read_from_the_settings() -> None:
    rows = [item(str(number), {"Description": one}) for number, one in enumerate(["ANNETTE", "Adatum", "BO"], 1)]
    snapshot = Asked(world(TO_SALES, *rows), SETTINGS)

    def passing(text: str) -> set[str]:
        return snapshot.keys_that_pass(mapping(with_(TO_SALES, f"filter bc Description = {text}"), SETTINGS))

    assert passing("%me") == passing("%user") == passing("%USER") == {bc_id("1")}
    assert passing("%company") == {bc_id("2")}
    assert passing("<>%me&<>%company") == {bc_id("3")}
    assert passing("'%me'") == set()  # in quotes it is a text
