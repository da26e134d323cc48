"""Texts that the stories of this folder are told with."""

from __future__ import annotations

from pathlib import Path

from engine.source import Source
from engine.syntax import ast
from engine.syntax.parse import Parsed, parse

PAPER = sorted((Path(__file__).parent.parent / "rules" / "paper").glob("*.rules"))


def read(text: str) -> Parsed:
    return parse(Source(path="test.rules", text=text))


def paper(path: Path) -> Source:
    return Source(path=path.name, text=path.read_text(encoding="utf-8"))


def mapping(*lines: str) -> str:
    """A mapping with these lines, the first of them being line 2."""
    return (
        'mapping M "Items": bc Item as item <-> sales Product as product {\n'
        + "".join(f"  {line}\n" for line in lines)
        + "}\n"
    )


def step(*lines: str) -> str:
    """A step with these statements, the first of them being line 2."""
    return "step do it with a, b {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def item(line: str) -> ast.MappingItem:
    """The one line of a mapping, which must be right."""
    parsed = read(mapping(line))
    assert not parsed.mistakes, parsed.mistakes
    (declared,) = parsed.file.declarations
    assert isinstance(declared, ast.Mapping)
    (only,) = declared.items
    return only


def statement(text: str) -> ast.Statement:
    """The one statement of a step, which must be right."""
    parsed = read(step(text))
    assert not parsed.mistakes, parsed.mistakes
    (declared,) = parsed.file.declarations
    assert isinstance(declared, ast.Step)
    (only,) = declared.block.statements
    return only


def value(text: str) -> ast.Expression:
    """What a `let` names."""
    found = statement(f"let x = {text}")
    assert isinstance(found, ast.Let)
    return found.value


def filter_of(text: str) -> ast.Filter:
    """What stands on the right of `=` in a record filter."""
    found = item(f"filter bc F = {text}")
    assert isinstance(found, ast.RecordFilter)
    assert isinstance(found.condition, ast.Equals)
    return found.condition.filter
