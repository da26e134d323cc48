"""A newcomer edits the shipped rules wrongly, in two dozen ways, and is told so that the next edit is right.

The messages lie in data/newcomer.md, to be read like a page. After a message was made better on purpose, write them
anew with `python tests/checks/test_newcomer.py` and read the difference.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from engine.checks.render import to_text
from engine.diagnostic import Diagnostic
from engine.pipeline import checked, defaults, understand
from engine.source import Source

RULES = Path(__file__).parents[2] / "rules"
GOLDEN = Path(__file__).parent / "data" / "newcomer.md"

Edit = tuple[str, str, str]
PHONE = "  Phone No.             <->  Main Phone\n"
EDITS: dict[str, Edit] = {
    "a field is misspelt": ("products", "Description           <->  Name", "Descripton            <->  Name"),
    "a field is written in small letters": ("products", "Description           <->  Name", "description <->  Name"),
    "a table is misspelt": ("products", "bc Item as item <->", "bc Itme as item <->"),
    "an option value does not exist": ("products", "Product Type = Sales Inventory\n", "Product Type = Inventory\n"),
    "an arrow of another language": ("products", "No.                    ->  Product ID", "No. => Product ID"),
    "a quote is not closed": ("customers", "'systemuser'  ", "'systemuser  "),
    "typographic quotes": ("customers", "'systemuser'", "‘systemuser’"),
    "a keyword is misspelt": ("customers", "only coupled records", "only couple records"),
    "a conflict is settled in a way that there is not": (
        "customers",
        "only coupled records",
        "only coupled records\n  on update conflict keep newest",
    ),
    "a keyword begins with a capital": ("customers", "filter bc Blocked is blank", "Filter bc Blocked is blank"),
    "a brace is missing": ("customers", "record { do set our company }", "record { do set our company"),
    "a bracket is missing": ("products", "max(Unit Price, 0) ", "max(Unit Price, 0  "),
    "a look-up through a mapping that does not exist": ("customers", "via CURRENCY,", "via CURRENCIES,"),
    "a text where a number belongs": ("products", "Decimals Supported := 2", "Decimals Supported := 'two'"),
    "a setting is misspelt": ("products", "group mapping enabled\n  only", "group maping enabled\n  only"),
    "two filters that exclude each other": (
        "products",
        "filter bc Blocked = No\n",
        "filter bc Blocked = No\n  filter bc Blocked = Yes\n",
    ),
    "a line stands twice": ("customers", PHONE, PHONE + PHONE),
    "an alias is misspelt": ("products", "require item.Base Unit", "require itm.Base Unit"),
    "an assignment with an equals sign": (
        "products",
        "Product Type := Sales Inventory",
        "Product Type = Sales Inventory",
    ),
    "a requirement without a message": ("products", ' else fail "Item {item.No.} has no base unit of measure."', ""),
    "mappings that depend on each other": (
        "customers",
        "depends on CURRENCY, PAY",
        "depends on CONTACT, CURRENCY, PAY",
    ),
    "a column that can only be read": ("customers", "->  Credit Limit\n", "->  Aging 30\n"),
    "a function that does not exist": ("products", "max(Inventory, 0)", "maximum(Inventory, 0)"),
    "a step that does not exist": (
        "products",
        "{ do default price lines with product }",
        "{ do default price line with product }",
    ),
    "a step is given too little": (
        "products",
        "do product details with item, product, 'ITEM '",
        "do product details with item, product",
    ),
    "a mapping has the name of another": ("products", "mapping RESOURCE-PRODUCT", "mapping ITEM-PRODUCT"),
    "the sides of a line are swapped": (
        "customers",
        "Name                  <->  Account Name",
        "Account Name <-> Name",
    ),
    "an unknown word after a comma": ("customers", "Country/Region, unchecked", "Country/Region, uncheked"),
    "a message refers to a field that is not there": (
        "products",
        '"Item {item.No.} has no',
        '"Item {item.Number} has no',
    ),
    "a filter as a table view writes it": (
        "customers",
        "filter bc Blocked is blank\n",
        "filter bc WHERE(Blocked=FILTER(<>All))\n",
    ),
    "a pattern as a query writes it": (
        "customers",
        "filter bc Blocked is blank\n",
        "filter bc Blocked is blank and Name LIKE 'A%'\n",
    ),
    "a blank field as a query asks for it": (
        "customers",
        "filter bc Blocked is blank\n",
        "filter bc Blocked IS NULL\n",
    ),
    "a name in square brackets": ("products", "No.                    ->  Product ID", "[No.] -> Product ID"),
    "a decimal comma": ("products", "Decimals Supported := 2", "Decimals Supported := 2,0"),
    "an option value with the name of its field": (
        "products",
        "filter bc Blocked = No\n",
        "filter bc Type = Type::Inventory\n",
    ),
    "a bullet from a letter": ("products", "No.                    ->  Product ID", "• No. -> Product ID"),
    "a dash from a letter": ("base-data", "Item No. via ITEM-PRODUCT", "Item No. via ITEM\u2011PRODUCT"),
    "a comment of another language": ("customers", "only coupled records", "only coupled records -- for now"),
    "words in another order": ("customers", "only coupled records", "records only coupled"),
    "a line that is dropped with its arrow": (
        "customers",
        "only coupled records",
        "only coupled records\n  drop Name <-> Account Name",
    ),
    "a condition before a line": (
        "products",
        "No.                    ->  Product ID",
        "if Blocked = No then No. -> Product ID",
    ),
}


@cache
def shipped() -> tuple[Source, ...]:
    return tuple(
        Source(path=f"rules/{path.name}", text=path.read_text(encoding="utf-8"))
        for path in (RULES / f"{one}.rules" for one in ("base-data", "customers", "products"))
    )


def findings(sources: tuple[Source, ...]) -> tuple[Diagnostic, ...]:
    return checked(understand(sources, (), defaults()))


def said(one: Diagnostic) -> tuple[str, str, str]:
    return one.code, one.message, one.span.source.line(one.span.line) if one.span else ""


@cache
def known() -> Counter[tuple[str, str, str]]:
    """What is told about the shipped rules as they are."""
    return Counter(said(one) for one in findings(shipped()))


def messages(edit: Edit) -> str:
    """What is told about the shipped rules after an edit, and was not before."""
    name, before, after = edit
    edited = []
    for source in shipped():
        if source.path == f"rules/{name}.rules":
            assert before in source.text, f"the shipped rules no longer say {before!r}"
            source = Source(path=source.path, text=source.text.replace(before, after, 1))
        edited.append(source)
    left, new = Counter(known()), []
    for one in findings(tuple(edited)):
        left[said(one)] -= 1
        if left[said(one)] < 0:
            new.append(one)
    return to_text(new)


def golden() -> dict[str, str]:
    if not GOLDEN.exists():
        return {}
    return dict(re.findall(r"^## (.+?)\n\n```text\n(.*?)```$", GOLDEN.read_text(encoding="utf-8"), re.M | re.S))


def write_anew() -> None:
    parts = ["# What a newcomer is told\n\nEvery edit in test_newcomer.py of the shipped rules and what lint says.\n"]
    parts += [f"\n## {title}\n\n```text\n{messages(edit)}```\n" for title, edit in EDITS.items()]
    GOLDEN.write_text("".join(parts), encoding="utf-8")


def test_the_page_tells_of_every_edit_and_no_other() -> None:
    assert list(golden()) == list(EDITS)


@pytest.mark.parametrize("title", EDITS)
def test_the_newcomer_is_told(title: str) -> None:
    told = messages(EDITS[title])
    assert told == golden()[title]
    assert "error" in told or "warning" in told


if __name__ == "__main__":
    write_anew()
