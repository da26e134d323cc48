"""Law: what has a name is used under that name: steps, value lists, what is looked up or worked out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.source import Span
from engine.syntax import ast


def check(context: Context) -> Iterator[Diagnostic]:
    for one in context.facts.unused("values"):
        message, hint = (
            f"no line uses the value list {one.name}",
            f"take it away, or write `using {one.name}` on a line",
        )
        yield finding("W318", "unused-values", "warning", one.span, message, hint)
    for one in context.facts.unused("step"):
        message = f"no rule does the step {one.name}"
        yield finding("W319", "unused-step", "warning", one.span, message, "take it away, or do it somewhere")
    needed = _needed(context)
    for one in (*context.facts.unused("alias"), *context.facts.unused("let")):
        if (one.span.path, one.span.start) not in needed:
            what = "the value" if one.kind == "let" else "the record"
            hint = "take it away, or use it"
            yield finding("W320", "unused-name", "warning", one.span, f"{what} {one.name} is never used", hint)


def _needed(context: Context) -> set[tuple[str, int]]:
    """The places of names that have to be given, or that are looked up for the sake of their `else`."""
    found: list[Span] = []
    found += [one.alias.span for one in context.written(ast.ForEach)]
    found += [one.alias.span for one in context.written(ast.ForPieces)]
    found += [one.alias.span for one in context.written(ast.Whenever)]
    found += [one.alias.span for one in context.written(ast.Find) if one.otherwise is not None]
    found += [name.span for one in context.written(ast.Step) for name in one.gives]
    found += [name.span for one in context.written(ast.Do) for name in one.gives]
    return {(span.path, span.start) for span in found}
