"""Laws of the linter: the cases around those that their pages show. What is right is left alone."""

from __future__ import annotations

import pytest

from engine.checks import laws, manual
from engine.pipeline import checked, defaults, understand
from engine.source import Source

SELLERS = """\
mapping SALESPEOPLE "Salespeople": bc Salesperson/Purchaser as seller <- sales User as user {
  Name <- left(Full Name, 50)
}
"""


def customer(*lines: str, arrow: str = "->", name: str = "CUSTOMER") -> str:
    head = f'mapping {name} "Customers": bc Customer as customer {arrow} sales Account as account {{\n'
    return head + "".join(f"  {line}\n" for line in lines) + "}\n"


def told(*texts: str) -> list[tuple[str, int]]:
    """The findings as code and line."""
    sources = [Source(path=f"{at}.rules", text=text) for at, text in enumerate(texts)]
    return [(one.code, one.span.line if one.span else 0) for one in checked(understand(sources, (), defaults()))]


def codes(*texts: str) -> set[str]:
    return {code for code, _ in told(*texts)}


def test_every_law_has_a_page() -> None:
    pages = {page for page, _ in manual.known()}
    assert len(laws.LAWS) >= 24
    assert {"E310", "W310", "E315", "W345"} <= pages


def test_a_text_that_fits_is_no_matter() -> None:
    assert told(customer("Name -> Account Name", "Name 2 -> Website")) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("'01234567890' -> Ticker Symbol", True),
        ("'0123456789' -> Ticker Symbol", False),
        ("left(Address, 10) -> Ticker Symbol", False),
        ("left(Address, 11) -> Ticker Symbol", True),
        ("Address -> Description", False),
    ],
)
def test_texts_are_measured(line: str, found: bool) -> None:
    assert ("W310" in codes(customer("Name -> Account Name", line))) == found


def test_both_ways_of_a_line_are_measured() -> None:
    assert told(customer("Name 2 <-> Website", arrow="<->")) == [("W310", 2)]
    assert told(customer("Name 2 -> Website", arrow="->")) == []


def test_a_two_way_line_into_a_column_that_is_only_read() -> None:
    assert ("E310", 3) in told(customer("Name <-> Account Name", "Amount <-> Aging 30", arrow="<->"))


def test_lines_under_different_settings_may_fill_one_field() -> None:
    lines = (
        "Name   -> Account Name when setting unit group mapping enabled",
        "Name 2 -> Account Name when not setting unit group mapping enabled",
    )
    assert told(customer(*lines)) == []


def test_a_line_that_is_off_fills_nothing() -> None:
    assert told(customer("Name -> Account Name", "Name 2 -> Account Name, off")) == []


def test_a_dependency_of_a_dependency_is_one() -> None:
    between = customer("depends on SALESPEOPLE", "Name -> Account Name", name="BETWEEN")
    line = "Salesperson Code -> Preferred User via SALESPEOPLE"
    assert told(SELLERS, between, customer("depends on BETWEEN", "Name -> Account Name", line)) == []
    assert told(SELLERS, between, customer("Name -> Account Name", line)) == [("W314", 3)]


def test_a_look_up_that_says_what_becomes_of_the_missing_needs_no_dependency() -> None:
    line = "Salesperson Code -> Preferred User via SALESPEOPLE, else keep"
    assert told(SELLERS, customer("Name -> Account Name", line)) == []


def test_a_status_is_set_after_the_record_was_made() -> None:
    set_at_once = customer("Name -> Account Name", "new sales record { Status := Active }")
    set_later = customer("Name -> Account Name", "after new sales record { change account { Status := Active } }")
    set_always = customer("Name -> Account Name", "every sales record { Status := Active }")
    assert (codes(set_at_once), codes(set_later), codes(set_always)) == ({"E311"}, set(), set())


def test_a_plain_range_of_numbers_is_a_filter_on_the_key() -> None:
    assert told(customer("filter bc No. = 10000..20000", "Name -> Account Name")) == [("W330", 2)]
    assert told(customer("filter bc Name = A*", "Name -> Account Name")) == []


def test_an_option_that_finds_its_words_on_the_other_side_needs_no_list() -> None:
    text = customer("Name -> Account Name", "Partner Type -> Relationship Type")
    assert told(text) == [("W312", 3)], "Sales knows neither Company nor Person"
    assert "W312" not in codes(customer("Name -> Account Name", "Partner Type -> Relationship Type, off"))


def test_an_entry_twice_is_told_wherever_the_list_stands() -> None:
    values = "values TERMS \"Terms\" { 'NET' = 'N', 'NET' = 'N' }\n"
    line = "Payment Terms Code using TERMS -> SIC Code"
    assert told(values + customer("Name -> Account Name", line)) == [("W328", 1)]


def test_what_is_used_in_a_message_is_used() -> None:
    lines = (
        "find bc Currency as money where Code = customer.Currency Code",
        "Name -> Account Name",
        'every sales record { require customer.Name is not blank else fail "No name, {money.Description}." }',
    )
    assert told(customer(*lines)) == []


def test_one_slip_is_told_once_though_others_lean_on_it() -> None:
    broken = SELLERS.replace("Name <- ", "Name <= ")
    line = "Salesperson Code -> Preferred User via SALESPEOPLE"
    text = customer("depends on SALESPEOPLE", "Name -> Account Name", line)
    found = told(broken, text)
    assert [(code[:2], line) for code, line in found] == [("E1", 2)]


def test_a_name_that_was_never_given_is_still_told_beside_a_slip() -> None:
    broken = SELLERS.replace("Name <- ", "Name <= ")
    assert "E202" in codes(broken, customer("depends on SELLERS", "Name -> Account Name"))


def test_a_field_that_does_not_exist_is_not_judged_further() -> None:
    assert told(customer("Nmae -> Account Name")) == [("E204", 2)]
    assert told(customer("filter bc Blocked = Shop", "Name -> Account Name")) == [("E206", 2)]


def test_findings_come_in_the_order_of_the_text() -> None:
    found = told(customer("Address -> Ticker Symbol", "Nmae -> Account Name", "filter bc Priority = 90..10"))
    assert [line for _, line in found] == sorted(line for _, line in found)
    assert len(found) == 3


def test_the_law_on_replaced_lines_speaks_of_our_own_files_only() -> None:
    ours = "change mapping CUSTOMER {\n  Search Name -> Account Name\n}\n"
    assert told(customer("Name -> Account Name"), ours) == [("W345", 2)]


def asked(condition: str) -> bool:
    """Is it told that the second `there is` of a condition stands inside the first?"""
    rule = f'rule "Customers" {{\n  for each bc Customer as customer {{ require {condition} else warn "No." }}\n}}\n'
    found = codes(rule)
    assert found <= {"W346"}
    return "W346" in found


ORDER = "bc Sales Header where Sell-to Customer No. = customer.No."
INVOICE = "bc Sales Invoice Header where Sell-to Customer No. = customer.No."


def test_a_second_there_is_says_with_brackets_where_it_belongs() -> None:
    assert asked(f"there is a {ORDER} or there is a {INVOICE}")
    assert asked(f"there is no {ORDER} and there is no {INVOICE}")
    assert asked(f"there is a {ORDER} and Status = Open or not there is a {INVOICE}")
    assert not asked(f"(there is a {ORDER}) or there is a {INVOICE}")
    assert not asked(f"(there is no {ORDER}) and (there is no {INVOICE})")


def test_what_can_only_be_meant_inside_needs_no_brackets() -> None:
    assert not asked(f"there is a {ORDER} and there is a {INVOICE}")  # the same, inside or outside
    named = ORDER.replace("Header where", "Header as header where")
    assert not asked(f"there is a {named} or there is a bc Sales Line where Document No. = header.No.")
    assert not asked(f"there is a {ORDER} and (Status = Open or there is a {INVOICE})")
