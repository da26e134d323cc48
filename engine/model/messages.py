"""`"Item {item.No.} has no unit."` -> texts and values in turn."""

from __future__ import annotations

import re
from typing import Final

import engine.model.values as values
from engine.model.model import Message, Value
from engine.model.scope import Scope
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast

BRACES: Final = re.compile(r"\{([^{}]*)\}")
DOT: Final = re.compile(r'\.(?=[A-Za-z"])')


def message_of(world: World, scope: Scope, node: ast.Message) -> Message:
    """A message with the values that its braces name."""
    parts: list[str | Value] = []
    start = node.span.start + (1 if node.span.text.startswith('"') else 0)
    at = 0
    for found in BRACES.finditer(node.text):
        if found.start() > at:
            parts.append(node.text[at : found.start()])
        inner = Span(source=node.span.source, start=start + found.start(1), end=start + found.end(1))
        parts.append(values.value_of(world, scope, _expression(found.group(1), inner)))
        at = found.end()
    if at < len(node.text):
        parts.append(node.text[at:])
    for part in parts:
        if isinstance(part, str) and ("{" in part or "}" in part):
            told = "a brace in this message is not closed" if "{" in part else "a brace in this message closes nothing"
            world.say("W206", node.span, told, "a value stands in braces: {customer.No.}")
            break
    return Message(span=node.span, parts=tuple(parts))


def _expression(written: str, span: Span) -> ast.Expression:
    """What stands between braces: a path, a setting, or a word for a moment."""
    text = written.strip()
    if text == "today":
        return ast.Word(span=span, word="today")
    if text == "work date":
        return ast.Word(span=span, word="work date")
    if text == "now":
        return ast.Word(span=span, word="now")
    if text.startswith("setting "):
        return ast.Setting(span=span, name=ast.Name(span=span, text=text.removeprefix("setting ").strip().strip('"')))
    names: list[ast.Name] = []
    at = 0
    ends = [found.start() for found in DOT.finditer(written)] + [len(written)]
    for end in ends:
        place = Span(source=span.source, start=span.start + at, end=span.start + end)
        part = written[at:end].strip()
        names.append(ast.Name(span=place, text=part.strip('"'), quoted=part.startswith('"')))
        at = end + 1
    return ast.Path(span=span, names=tuple(names))
