"""One slip, one finding: a misspelt name is told once, and nothing that only follows from it."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest

from engine.checks.context import walk
from engine.pipeline import checked, defaults, understand
from engine.source import Source
from engine.syntax import ast
from engine.syntax.parse import parse

RULES = {path.name: path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "rules").glob("*.rules")}


def told(texts: dict[str, str]) -> list[tuple[str, str]]:
    sources = tuple(Source(path=name, text=text) for name, text in sorted(texts.items()))
    found = checked(understand(sources, (), defaults()), standard=True)
    return [(one.code, one.message) for one in found]


def codes(text: str) -> list[str]:
    return [code for code, _ in told({"our.rules": text})]


PROCESS = """\
process visits "Visits" {
  for each bc Customer as customer where Blocked is blank {
    find bc Contact as person where No. = customer.Primary Contact No.
    let name = first filled(person.Name, customer.Name)
    find sales Account as account where coupled with customer
    if account is not blank { do greet with account, name gives greeted }
    change account { Website := left(person.Home Page, 100) }
  }
}
step greet with account, name gives greeted {
  let greeted = name
  change account { Description := greeted }
}
"""
MAPPING = """\
values SIZES "Sizes" { 'S' = 'Small', 'L' = 'Large' }
mapping CURRENCY "Currencies": bc Currency as currency -> sales Transaction Currency as money {
  left(Code, 5) -> Currency Code
}
mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {
  depends on CURRENCY
  only coupled records
  find bc Contact as person where No. = customer.Primary Contact No.
  Currency Code -> Currency via CURRENCY
  Name 2 -> Website using SIZES
  person.E-Mail -> Email
  every sales record {
    let greeting = first filled(person.Name, customer.Name)
    Description := greeting
  }
}
job CUSTOMER "Customers" {
  run CUSTOMER
  every 30 minutes
  at most 10 attempts, 30 seconds apart
  wake on bc Customer
}
"""


def test_they_are_right_as_they_stand() -> None:
    assert codes(PROCESS) == []
    assert codes(MAPPING) == []


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("bc Customer as", "bc Custmer as", "E201"),
        ("bc Contact as", "bc Contct as", "E201"),
        ("sales Account as", "sales Acount as", "E201"),
        ("person.Name,", "person.Nmae,", "E204"),
        ("Website :=", "Webste :=", "E204"),
        ("Description :=", "Descripton :=", "E204"),
        ("let name", "let nmae", "E207"),
        ("Contact as person", "Contact as persn", "E207"),
        ("Account as account", "Account as acount", "E207"),
        ("do greet", "do gret", "E203"),
        ("step greet", "step gret", "E203"),
        ("let greeted", "let greetd", "E225"),
        ("greet with account, name gives greeted {", "greet with account, name gives greetd {", "E225"),
    ],
)
def test_a_slip_in_a_process(right: str, wrong: str, code: str) -> None:
    assert codes(PROCESS.replace(right, wrong, 1)) == [code]


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("bc Customer as", "bc Custmer as", "E201"),
        ("sales Account as", "sales Acount as", "E201"),
        ("bc Contact as", "bc Contct as", "E201"),
        ("Name 2 ->", "Name3 ->", "E204"),
        ("-> Website", "-> Webste", "E204"),
        ("-> Email", "-> Emial", "E204"),
        ("depends on CURRENCY", "depends on CURENCY", "E202"),
        ("mapping CURRENCY", "mapping CURENCY", "E202"),
        ("mapping CUSTOMER", "mapping CUSTMER", "E231"),
        ("via CURRENCY", "via CURENCY", "E202"),
        ("using SIZES", "using SIZE", "E220"),
        ("values SIZES", "values SIZE", "E220"),
        ("let greeting", "let greting", "E207"),
        ("customer.Name)", "custmer.Name)", "E207"),
        ("person.E-Mail", "persn.E-Mail", "E207"),
    ],
)
def test_a_slip_in_a_mapping(right: str, wrong: str, code: str) -> None:
    assert codes(MAPPING.replace(right, wrong, 1)) == [code]


def test_the_first_place_says_how_many_miss_the_name() -> None:
    ((code, message),) = told({"our.rules": MAPPING.replace("mapping CURRENCY", "mapping CURENCY")})
    assert (code, message) == ("E202", "there is no mapping CURRENCY, and 1 more place uses it")


def test_two_slips_are_two_findings() -> None:
    twice = PROCESS.replace("person.Name,", "person.Nmae,").replace("Website :=", "Webste :=")
    assert codes(twice) == ["E204", "E204"]


def test_what_is_unused_beside_a_slip_is_still_told() -> None:
    idle = PROCESS.replace("person.Name,", "person.Nmae,").replace("    let name", "    let idle = 1\n    let name")
    assert codes(idle) == ["W320", "E204"]


@cache
def names() -> list[tuple[str, int, str]]:
    """Every name in the shipped rules: its file, its place, and how it is written."""
    files = [parse(Source(path=name, text=text)).file for name, text in sorted(RULES.items())]
    found = [one.span for file in files for one in walk(file.declarations, ast.Name)]
    return [(one.path, one.start, one.text) for one in found if len(one.text) > 3 and not one.text.startswith('"')]


def test_one_letter_too_many_in_the_shipped_rules_is_at_most_one_finding() -> None:
    """At most: a name that nobody else uses, like that of a job, may be any name."""
    before = told(RULES)
    found = 0
    for path, start, name in random.Random(7).sample(names(), 16):
        text = RULES[path]
        wrong = text[: start + 2] + "x" + text[start + 2 :]
        new = [one for one in told({**RULES, path: wrong}) if one not in before]
        assert len(new) <= 1, (path, name, new)
        found += len(new)
    assert found > 12
