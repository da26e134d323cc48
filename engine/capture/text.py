"""A scenario as plain values -> the YAML text of a scenario file, in the style of the shipped ones."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDE = 116
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./&()%+-]*|~[0-9a-f]{1,12}")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def to_yaml(scenario: Mapping[str, Any], about: Sequence[str]) -> str:
    """One scenario in a file. about: lines of a comment above it."""
    lines = [f"# {line}" for one in about for line in textwrap.wrap(one, WIDE - 2)]
    first, *rest = _block(scenario, "  ")
    return "\n".join([*lines, f"- {first[2:]}", *rest]) + "\n"


def _block(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in values.items():
        head = f"{indent}{scalar(key)}:"
        if isinstance(value, dict) and value and (_deep(value) or len(head) + len(flow(value)) > WIDE):
            yield head
            yield from _block(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield head
            for row in value:
                yield from _row(row, indent + "  ")
        else:
            yield f"{head} {flow(value)}"


def _deep(values: Mapping[str, Any]) -> bool:
    return any(
        isinstance(one, list) and one and isinstance(one[0], dict) and len(flow(one)) > 60 for one in values.values()
    )


def _row(row: Mapping[str, Any], indent: str) -> Iterator[str]:
    """A row on one line, or on as many as it takes."""
    whole = f"{indent}- {flow(row)}"
    if len(whole) <= WIDE:
        yield whole
        return
    parts = [part for key, value in row.items() for part in _parts(key, value)]
    line = f"{indent}- {{{parts[0]}"
    for part in parts[1:]:
        if len(line) + len(part) + 3 > WIDE:
            yield f"{line},"
            line = f"{indent}   {part}"
        else:
            line = f"{line}, {part}"
    yield f"{line}}}"


def _parts(key: str, value: object) -> Iterator[str]:
    """What may stand on a line of its own: a value, or each of the values in one that is too long for a line."""
    if not isinstance(value, dict) or len(flow(value)) <= WIDE - 12:
        yield f"{scalar(key)}: {flow(value)}"
        return
    inner = [f"{scalar(name)}: {flow(one)}" for name, one in value.items()]
    inner[0], inner[-1] = f"{scalar(key)}: {{{inner[0]}", f"{inner[-1]}}}"
    yield from inner


def flow(value: object) -> str:
    """A value on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(flow(one) for one in value) + "]"
        case _:
            return scalar(value)


def scalar(value: object) -> str:
    """Text in quotes wherever a reader of YAML could take it for anything else."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            if _PLAIN.fullmatch(value) and value == value.strip() and value.lower() not in _WORDS:
                return value
            if all(one.isprintable() for one in value):
                return "'" + value.replace("'", "''") + "'"
            return json.dumps(value, ensure_ascii=True)
        case _:
            return f"'{value}'"
