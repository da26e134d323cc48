"""Law: a second `there is` after `or` says with brackets whether it belongs to the `where` of the first.

A `where` reaches as far as it can. `there is an A where x or there is a B where y` reads as two questions and is one:
an A for which x holds, or that stands beside a B; without any A it never holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, walk
from engine.diagnostic import Diagnostic
from engine.syntax import ast


def check(context: Context) -> Iterator[Diagnostic]:
    told: set[tuple[str, int]] = set()
    for outer in context.written(ast.ThereIs):
        if outer.where is None:
            continue
        for inner in _at_one_level(outer.where, differs=outer.negated):
            place = (inner.span.path, inner.span.start)
            if place not in told and not _asks_about(inner, outer.alias):
                told.add(place)
                yield _told(outer, inner)


def _at_one_level(node: ast.Expression, *, differs: bool) -> Iterator[ast.ThereIs]:
    """The `there is` in a `where` that no bracket holds together, where being inside changes what is said.

    differs: being inside matters; after `and` it does not, as long as the first question is asked with `there is a`.
    """
    match node:
        case ast.Or():
            yield from _at_one_level(node.left, differs=True)
            yield from _at_one_level(node.right, differs=True)
        case ast.And():
            yield from _at_one_level(node.left, differs=differs)
            yield from _at_one_level(node.right, differs=differs)
        case ast.Not():
            yield from _at_one_level(node.operand, differs=differs)
        case ast.ThereIs() if differs:
            yield node
        case _:
            pass


def _asks_about(inner: ast.ThereIs, alias: ast.Name | None) -> bool:
    """Does the inner question speak of the record of the outer one? Then it can only stand inside."""
    return alias is not None and any(one.text == alias.text for one in walk(inner, ast.Name))


def _told(outer: ast.ThereIs, inner: ast.ThereIs) -> Diagnostic:
    first, second = _words(outer), _words(inner)
    message = f"`{second}` stands inside the `where` of `{first}`, which reaches as far as it can"
    hint = f"write `({first} where …) or ({second} …)`, or brackets around what follows the first `where`"
    return finding("W346", "there-is-inside-where", "warning", inner.span, message, hint)


def _words(one: ast.ThereIs) -> str:
    return f"there is {'no' if one.negated else 'a'} {one.table.system} {one.table.name.text}"
