"""The reference of the language: every example binds with the standard rules, and every construct has an example."""

from __future__ import annotations

import dataclasses
import re
import typing
from pathlib import Path

import pytest

from engine.catalog.settings import Value
from engine.diagnostic import worst
from engine.source import Source
from engine.syntax import ast
from engine.syntax.format import format_source
from engine.syntax.parse import parse
from tests.model.world import bound

RULES = Path(__file__).parents[2] / "rules"
EXAMPLES = re.findall(r"^```rules\n(.*?)^```$", (RULES / "README.md").read_text(encoding="utf-8"), re.M | re.S)
STANDARD = tuple(path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.rules")))
WORKSPACE: dict[str, Value] = {"current_user": "ANNETTE", "company_name": "Adatum Ltd"}
SHIPPED = tuple(f"{at}.rules" for at in range(1, len(STANDARD) + 1))


@pytest.mark.parametrize("example", EXAMPLES, ids=[one.split("\n")[0][:40] for one in EXAMPLES])
def test_an_example_binds(example: str) -> None:
    found = bound(*STANDARD, example, settings=WORKSPACE, shipped=SHIPPED).diagnostics
    assert [(one.code, one.message) for one in found] == []


def test_an_example_is_no_empty_promise() -> None:
    assert len(EXAMPLES) >= 10
    broken = EXAMPLES[0].replace("Account Name", "Acount Name")
    assert worst(bound(*STANDARD, broken, shipped=SHIPPED).diagnostics) == "error"


def kinds(node: object) -> set[type]:
    """The kinds of nodes inside a node of the tree."""
    if isinstance(node, tuple):
        return {kind for one in node for kind in kinds(one)}
    if not dataclasses.is_dataclass(node) or isinstance(node, Source):
        return set()
    inside = {kind for one in dataclasses.fields(node) if one.name != "span" for kind in kinds(getattr(node, one.name))}
    return inside | {type(node)}


def test_every_construct_has_an_example() -> None:
    shown: set[type] = set()
    for example in EXAMPLES:
        shown |= kinds(parse(Source(path="example.rules", text=example)).file.declarations)
    unions = (ast.Value, ast.Condition, ast.Filter, ast.Statement, ast.MappingItem, ast.JobLine, ast.Declaration)
    wanted = {kind for union in unions for kind in typing.get_args(union)}
    assert {kind.__name__ for kind in wanted - shown} == set()


@pytest.mark.parametrize("path", sorted(RULES.glob("*.rules")), ids=lambda path: path.name)
def test_the_standard_rules_stand_in_the_one_style(path: Path) -> None:
    source = Source(path=path.name, text=path.read_text(encoding="utf-8"))
    assert format_source(source) == (source.text, ())
