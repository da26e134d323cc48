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
        ("createdby", "createdon", "modifiedby", "modifiedon", "createdonbehalfby", "modifiedonbehalfby"),
        "columns that the platform gives every table",
    ),
    **dict.fromkeys(("overriddencreatedon", "versionnumber"), "columns that the platform gives every table"),
    **dict.fromkeys(
        ("Text", "Value", "Process", "Created", "Type", "Message", "Date", "Order", "Category", "Source", "Size"),
        "words of reports and of the language, and of names of the connector's own tables and fields",
    ),
    **dict.fromkeys(("Active", "Open", "Timeline", "timeline", "pager"), "words of reports and pages"),
    **dict.fromkeys(
        (
            "company",
            "description",
            "duration",
            "name",
            "need",
            "product",
            "quote",
            "size",
            "source",
            "text",
            "title",
            "type",
        ),
        "words of English that stand in programs everywhere",
    ),
}
"""Words that are the name of a field, and may stand in the engine as what else they mean, and why."""


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


GAP = "\0"
"""What stands in a text where a value is put in that is only known when the program runs."""


def written(node: ast.expr) -> str | None:
    """The text that an expression makes, as far as it is written down; None for one that makes none."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.FormattedValue():
            return written(node.value) or GAP
        case ast.JoinedStr():
            return "".join(written(one) or "" for one in node.values)
        case ast.BinOp(op=ast.Add()):
            left, right = written(node.left), written(node.right)
            return None if left is None and right is None else f"{left or GAP}{right or GAP}"
        case ast.Call(func=ast.Attribute(value=joint, attr="join"), args=[ast.List() | ast.Tuple() as parts]):
            between = written(joint)
            return None if between is None else between.join(written(one) or GAP for one in parts.elts)
        case _:
            return None


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and content of every text of a module that is no docstring; one that is put together, as a whole."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {
        id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and id(node) not in told and (text := written(node)):
            yield node.lineno, text


@cache
def words() -> frozenset[str]:
    """The business names that are one word, as far as their word is nobody else's."""
    business, _ = names()
    return frozenset(one for one in business if re.fullmatch(r"\w+", one) and not one.isdigit()) - REASONS.keys()


@cache
def several_words() -> tuple[str, ...]:
    """Names of two and more words, which nobody writes by chance."""
    business, own = names()
    return tuple(
        one for one in business if len(one.split()) > 1 and one[0].isupper() and not any(one in each for each in own)
    )


def named(text: str) -> set[str]:
    """The business tables and fields that a text names, as a whole or within; `a-b` is a name of the rules."""
    business, _ = names()
    whole = {text} & business - REASONS.keys() if text.strip() else set()
    single = set(re.findall(r"(?<![\w-])\w+(?![\w-])", text)) & words()
    return (
        whole
        | single
        | {one for one in several_words() if one in text and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)}
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_no_text_names_a_business_table_or_field(path: Path) -> None:
    told = list(texts(path))
    business, _ = names()
    if named("\n".join(text for _, text in told)) or {text for _, text in told} & business:
        assert [(line, found) for line, text in told if (found := named(text))] == []


@pytest.mark.parametrize(
    "code",
    [
        "x = 'statecode'",
        """x = f'SELECT s."Unit Price" FROM {t}'""",
        "x = 'sales' + 'order'",
        "x = f'Sales {\"Header\"}'",
        "x = ' '.join(['Phone', 'No.'])",
        "raise ValueError(f'{a}.accountid is missing')",
    ],
)
def test_no_way_of_writing_hides_one(code: str, tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text(code, encoding="utf-8")
    assert any(named(text) for _, text in texts(path))


def templates() -> dict[str, str]:
    """What of the engine is no Python: grammar, pages, style and script, without comments that begin with `//`."""
    files = [path for kind in ("lark", "html", "css", "js") for path in sorted(ENGINE.rglob(f"*.{kind}"))]
    return {path.name: re.sub(r"//.*", "", path.read_text(encoding="utf-8")) for path in files}


def test_grammar_and_templates_name_none() -> None:
    assert {name: found for name, text in templates().items() if (found := named(text))} == {}


def test_the_exceptions_are_needed() -> None:
    """A word that nothing has any more goes from the list."""
    everything = [*(text for path in FILES for _, text in texts(path)), *templates().values()]
    used = {word for text in everything for word in re.findall(r"\w+", text)}
    assert sorted(REASONS.keys() - used) == []
