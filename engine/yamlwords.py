"""Values of YAML files and of JSON Schemas -> the words by which a message calls them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.yamlfile import Path

Schema = Mapping[str, Any]
CALLED = {
    "object": "lines of `key: value`",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def what(path: Path) -> str:
    """The name by which a message calls a place in a file: the key, or the number of an entry of a list."""
    names = [str(step) for step in path if isinstance(step, str)]
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of {names[-1]}" if names else f"entry {path[-1] + 1} of the list"
    return names[-1] or "the blank key"


def seen(value: object) -> str:
    """A value as a message shows what it found."""
    match value:
        case None:
            return "blank"
        case bool():
            return "true" if value else "false"
        case dict():
            return "lines of `key: value`"
        case list():
            return "a list"
        case str():
            return f"{value[:40]}…" if len(value) > 40 else (value or "blank text")
        case _:
            return f"the number {value}"


def example(schema: Schema, value: object, key: str = "") -> str:
    """What could be written instead of a value: the way out of a hint; blank when the schema has no example."""
    if isinstance(value, str) and value in _ON_OFF and schema.get("type") == "boolean":
        return f"write {_ON_OFF[value]}"
    if is_a(value, "number") and schema.get("type") == "string":
        return f"put it in quotes: '{value}'"
    examples = schema.get("examples")
    kinds = schema.get("type")
    if not examples and not key:
        return next((told for kind, told in _SHAPES.items() if kind == kinds or (kinds and kind in kinds)), "")
    if not examples:
        return ""
    return f"for example `{key}: {examples[0]}`" if key else f"for example {examples[0]}"


_SHAPES = {
    "integer": "write a whole number without quotes, for example 1",
    "number": "write a number without quotes, for example 12.5",
    "boolean": "write true or false",
    "array": "write a list: [one, two], or one below the other, each behind `- `",
    "object": "write `key: value` lines, one below the other",
    "string": "write a text, in quotes where it holds signs",
}
"""What a value of a kind looks like, where the schema has no example of its own."""

_ON_OFF = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON", "y", "Y"), "true"),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF", "n", "N"), "false"),
}


def listed(names: list[Any], before: str = "known are ") -> str:
    """Names after a few words (`known are a, b, c`), twelve at most; blank without any."""
    shown = [str(one) for one in names]
    return before + ", ".join(shown[:12]) + (", …" if len(shown) > 12 else "") if shown else ""


def is_a(value: object, kind: str) -> bool:
    """Is a value of a type of JSON Schema? A truth is no number, and a whole number is one whatever its form."""
    match kind:
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "integer":
            return isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)
        case "number":
            return isinstance(value, int | Decimal) and not isinstance(value, bool)
    raise NotImplementedError(f"the schema uses the type {kind}")


def same(one: object, other: object) -> bool:
    """Are two values equal, where a truth never equals a number?"""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


@lru_cache(maxsize=64)
def pattern(text: str) -> re.Pattern[str]:
    """A pattern, made ready once."""
    return re.compile(text)
