"""The filter language in plain Python: filters as trees, how they are written, and what they hold for.

Written from the rules about filters (10.1 and 10.2), without a look at the engine.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "code", "number"]
Value = str | Decimal


@dataclass(frozen=True)
class Compare:
    """`<>X`, `>X` …; `=` may be left out."""

    sign: str
    value: Value


@dataclass(frozen=True)
class Between:
    """`X..Y`; either end may be open."""

    low: Value | None
    high: Value | None


@dataclass(frozen=True)
class Like:
    """A pattern with `*` and `?`; `@` takes small letters for capitals."""

    pattern: str
    ignores_case: bool
    negated: bool


@dataclass(frozen=True)
class Both:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    parts: tuple[Node, ...]


Node = Compare | Between | Like | Both | Either


def written(node: Node) -> str:
    """The filter as a person writes it."""
    match node:
        case Compare(sign, value):
            return f"{'' if sign == '=' else sign}{constant(value)}"
        case Between(low, high):
            return f"{constant(low) if low is not None else ''}..{constant(high) if high is not None else ''}"
        case Like(pattern, ignores_case, negated):
            return f"{'<>' if negated else ''}{'@' if ignores_case else ''}{constant(pattern)}"
        case Both(parts):
            return "&".join(f"({written(one)})" if isinstance(one, Either) else written(one) for one in parts)
        case Either(parts):
            return "|".join(written(one) for one in parts)


def constant(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "'" + value.replace("'", "''") + "'"


def holds(node: Node, value: Value, kind: Kind) -> bool:
    """R10.1 to R10.9: is the value in the filter? Nothing at all has been made blank before."""
    match node:
        case Compare(sign, wanted):
            other = operand(wanted, kind)
            return {
                "=": value == other,
                "<>": value != other,
                "<": less(value, other),
                ">": less(other, value),
                "<=": not less(other, value),
                ">=": not less(value, other),
            }[sign]
        case Between(low, high):  # R10.2: both ends belong to it
            return (low is None or not less(value, operand(low, kind))) and (
                high is None or not less(operand(high, kind), value)
            )
        case Like(pattern, ignores_case, negated):  # R10.3, R10.4
            pattern = pattern.upper() if kind == "code" else pattern
            signs = {"*": ".*", "?": "."}
            expression = "".join(signs.get(one, re.escape(one)) for one in pattern)
            flags = re.DOTALL | (re.IGNORECASE if ignores_case else 0)
            return (re.fullmatch(expression, str(value), flags) is not None) != negated
        case Both(parts):
            return all(holds(one, value, kind) for one in parts)
        case Either(parts):
            return any(holds(one, value, kind) for one in parts)


def operand(value: Value, kind: Kind) -> Value:
    """R10.3: what stands in a filter of a code is trimmed and in capitals."""
    return value.strip().upper() if kind == "code" and isinstance(value, str) else value


def less(one: Value, other: Value) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one < other
    return in_dictionary(str(one)) < in_dictionary(str(other))


def in_dictionary(text: str) -> tuple[str, str, str]:
    """R10.2: letters count first, then accents, then case, small before capital."""
    bare = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    return bare.lower(), text.lower(), text.swapcase()
