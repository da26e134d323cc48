"""A name or a value -> SQL text that means just that, whatever characters it holds.

The only place that quotes. Every name and every value from a user, a schema or an export passes here before it
becomes part of a statement.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

Literal = str | bool | int | Decimal | date | datetime | time | UUID | None


def identifier(name: str) -> str:
    """A schema, table or column name in double quotes. A zero byte, which no name can hold, is shown as U+FFFD."""
    return '"' + name.replace("\0", "\ufffd").replace('"', '""') + '"'


def qualified(*parts: str) -> str:
    """Several names joined by dots: `qualified("snap", "bc", "T")` -> `"snap"."bc"."T"`."""
    return ".".join(identifier(part) for part in parts)


def literal(value: Literal) -> str:
    """A value as an SQL constant of its type; `None` is NULL.

    A moment with a zone is turned into UTC; one without is taken as UTC. Negative numbers stand in brackets, so
    that a minus before them never makes a comment. A number that is not finite is our own mistake: ValueError.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return f"({value})" if value < 0 else str(value)
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} is no number of the database")
            return f"({value:f})" if value.is_signed() else f"{value:f}"
        case datetime():
            utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return f"TIMESTAMP '{utc.isoformat(sep=' ')}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case time():
            return f"TIME '{value.replace(tzinfo=None).isoformat()}'"
        case UUID():
            return f"UUID '{value}'"
        case str():
            return _text(value)


def _text(value: str) -> str:
    pieces = ("'" + piece.replace("'", "''") + "'" for piece in value.split("\0"))
    joined = " || chr(0) || ".join(pieces)
    return f"({joined})" if "\0" in value else joined
