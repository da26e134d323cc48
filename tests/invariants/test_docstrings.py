"""Whoever reads a call knows what it means without opening it: everything public in the engine has a docstring.

A meaning is told once. So a method needs none whose protocol or base class tells it, nor do the functions by which all
modules of a kind are called, which the module that calls them explains; nor a function that makes the node of the
grammar's rule of the same name, which the rule itself shows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import engine

ENGINE = Path(engine.__file__).parent
FILES = {path.relative_to(ENGINE).as_posix(): path for path in sorted(ENGINE.rglob("*.py"))}

KINDS = {
    "commands/": ("__init__.py", ("add", "run")),
    "checks/": ("laws.py", ("check",)),
}
"""Modules of one kind: where the functions are explained that every one of them has, and what these are called."""

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Public:
    """A public class, function or method; `within` is the class around it."""

    node: Documented
    within: ast.ClassDef | None

    @property
    def said(self) -> str:
        return ast.get_docstring(self.node) or ""


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def public(node: ast.Module | ast.ClassDef) -> Iterator[Public]:
    """Everything of a module that its users may name; what begins with `_` is its own affair."""
    for one in node.body:
        if isinstance(one, Documented) and not one.name.startswith("_"):
            yield Public(one, node if isinstance(node, ast.ClassDef) else None)
            if isinstance(one, ast.ClassDef):
                yield from public(one)


def place(name: str, one: Public) -> str:
    return f"{name}:{one.node.lineno} {one.node.name}"


def parameters(node: Documented) -> str:
    return "" if isinstance(node, ast.ClassDef) else ast.unparse(node.args)


@cache
def told_elsewhere() -> frozenset[tuple[str, str]]:
    """Name and parameters of the methods that protocols and base classes tell of."""
    classes = [node for name in FILES for node in ast.walk(tree(name)) if isinstance(node, ast.ClassDef)]
    bases = {ast.unparse(base).rpartition(".")[2] for one in classes for base in one.bases}
    return frozenset(
        (each.node.name, parameters(each.node))
        for one in classes
        if one.name in bases or any(ast.unparse(base) == "Protocol" for base in one.bases)
        for each in public(one)
        if each.said
    )


@cache
def grammar() -> frozenset[str]:
    """The rules and aliases of the grammar, which the functions that make their nodes are named after."""
    text = (ENGINE / "syntax" / "rules.lark").read_text(encoding="utf-8")
    aliases = re.findall(r"-> (\w+)", text)
    return frozenset((*aliases, *re.findall(r"^[?!]*(\w+)(?:\.\d+)?\s*:", text, re.MULTILINE)))


def is_told(name: str, one: Public) -> bool:
    """Is its meaning told somewhere: by itself, or once for all of its kind?"""
    node = one.node
    if one.said:
        return True
    if one.within is not None:
        return (node.name, parameters(node)) in told_elsewhere()
    if any(name.startswith(folder) and node.name in known for folder, (_, known) in KINDS.items()):
        return True
    builds = name in ("syntax/build.py", "syntax/build_values.py") and parameters(node) == "c: Children, at: Span"
    return builds and node.name in grammar() and len(node.body) <= 2


def test_everything_public_says_what_it_means() -> None:
    silent = [place(name, one) for name in FILES for one in public(tree(name)) if not is_told(name, one)]
    assert silent == []


FILLER = {"a", "an", "the", "of", "for", "to", "return", "returns", "get", "gets", "give", "gives", "this", "class"}


def is_empty(one: Public) -> bool:
    """Does it say no more than its name? A notation (`depends on M`) says all."""
    named = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", one.node.name)}
    words = {word.lower() for word in re.findall(r"\w+", one.said)}
    return bool(one.said) and one.said[0] != "`" and not words - named - FILLER


def test_it_says_more_than_its_name() -> None:
    """`def next_number` with `Return the next number.` has told nothing."""
    assert [place(name, one) for name in FILES for one in public(tree(name)) if is_empty(one)] == []


def test_what_a_kind_has_in_common_is_told_once() -> None:
    for folder, (where, known) in KINDS.items():
        said = ast.get_docstring(tree(folder + where)) or ""
        assert [one for one in known if f"`{one}" not in said] == [], folder


def test_every_module_begins_with_what_it_is_for() -> None:
    assert [name for name in FILES if tree(name).body and not ast.get_docstring(tree(name))] == []
