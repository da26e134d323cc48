"""Law: a value list says one thing for each value, and is read backwards only where it can be."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, carries, finding, lines, mappings, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m
from engine.syntax import ast


def check(context: Context) -> Iterator[Diagnostic]:
    for values in context.written(ast.Values):
        yield from _doubled(values.pairs)
    for using in context.written(ast.Using):
        if isinstance(using.values, tuple):
            yield from _doubled(using.values)
    if not any(True for _ in context.every(m.Translate)):
        return
    for facts in mappings(context):
        for line in lines(facts):
            for _, carry in carries(line) if line.two_way else ():
                yield from _ambiguous(carry.value)


def _doubled(pairs: tuple[ast.Pair, ...]) -> Iterator[Diagnostic]:
    seen: set[ast.Pair] = set()
    for pair in pairs:
        if pair in seen:
            message = f"{pair.span.text} stands in the list already"
            yield finding("W328", "entry-twice", "warning", pair.span, message, "take one of them away")
        seen.add(pair)


def _ambiguous(value: m.Value) -> Iterator[Diagnostic]:
    """On a two-way line each value stands for one other: seen from either side."""
    for translate in walk(value, m.Translate):
        seen: dict[object, m.Constant] = {}
        for source, target in translate.pairs:
            first = seen.setdefault(source.value, target)
            if first.value != target.value:
                said = f"{source.span.text} stands for {first.span.text} and for {target.span.text}"
                message = f"{said}, so the line cannot be read both ways"
                hint = "the first entry is taken; write two lines, one each way, to say what is meant"
                yield finding("W329", "list-not-invertible", "warning", source.span, message, hint)
