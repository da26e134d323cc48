"""The engine knows no business: what tables and fields are called stands in rules/ and schemas/, not in Python.

Every text in the engine that is no docstring is held against the names and captions of all tables. The tables that
the connector keeps for itself may be named, and so may the few words that are words of something else as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import engine
from engine.catalog.catalog import Table
from engine.catalog.load import load_catalog

ENGINE = Path(engine.__file__).parent
FILES = sorted(ENGINE.rglob("*.py"))

OWN = ("CDS ", "CRM ", "Int. ", "Integration ", "Job Queue ", "Config. Template ")
"""How the names of the connector's own tables begin; the last one holds what `apply template` applies."""

REASONS = {
    **dict.fromkeys(("Name", "Description", "fullname"), "by these a record is called in plans and reports"),
    **dict.fromkeys(
        ("createdonbehalfby", "modifiedonbehalfby", "overriddencreatedon", "versionnumber"),
        "columns that the platform gives every table",
    ),
    **dict.fromkeys(
        ("createdby", "createdon", "modifiedby", "modifiedon"), "columns that the platform gives every table"
    ),
    **dict.fromkeys(("Text", "Value", "Process", "Created", "Type", "Message"), "words of reports and of the language"),
}
"""Names of fields that may stand in the engine, and why."""


def is_own(table: Table) -> bool:
    return table.name.startswith(OWN) or table.name == "option_set"


@cache
def names() -> tuple[frozenset[str], frozenset[str]]:
    """All names and captions of business tables and their fields, and those that the connector's own tables have."""
    business: set[str] = set()
    own: set[str] = set()
    for table in load_catalog()[0].tables():
        words = own if is_own(table) else business
        words.update((table.name, table.caption))
        for field in table.fields.values():
            mine = own if is_own(table) or field.name.startswith("System") else business
            mine.update((field.name, field.caption))
            if is_own(table):
                own.update(word for one in field.options for word in (one.caption, one.name))
    return frozenset(business - own), frozenset(own)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and content of every text of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    told = {id(one.value) for body in bodies for one in body if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def is_common(name: str) -> bool:
    """A single word in small letters (`name`, `value`, `text`) is a word of programs everywhere."""
    return name.islower() and name.isalpha() and len(name) <= 11


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_no_text_is_the_name_of_a_business_table_or_field(path: Path) -> None:
    business, _ = names()
    found = [
        (line, text)
        for line, text in texts(path)
        if text.strip() and text in business and text not in REASONS and not is_common(text)
    ]
    assert found == []


@cache
def several_words() -> re.Pattern[str]:
    """Names of two and more words, which nobody writes by chance."""
    business, own = names()
    sure = [
        one for one in business if len(one.split()) > 1 and one[0].isupper() and not any(one in each for each in own)
    ]
    return re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(sure, key=len, reverse=True)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_no_text_speaks_of_one(path: Path) -> None:
    found = [(line, match[0]) for line, text in texts(path) for match in several_words().finditer(text)]
    is_help = path.parent.name == "commands"  # its examples are those of the sample
    assert found == [] or is_help


def test_the_exceptions_are_needed() -> None:
    """A word that no module has any more goes from the list."""
    written = {text for path in FILES for _, text in texts(path)}
    assert sorted(REASONS.keys() - written) == []


def test_grammar_and_templates_speak_of_no_table() -> None:
    tables = {table.name for table in load_catalog()[0].tables() if not is_own(table) and len(table.name) > 8}
    for path in [*ENGINE.rglob("*.lark"), *ENGINE.rglob("*.html"), *ENGINE.rglob("*.sql"), *ENGINE.rglob("*.md.j2")]:
        text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        assert [one for one in tables if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)] == [], path
