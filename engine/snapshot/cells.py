"""A raw text cell -> SQL that reads it as a kind, says whether it is empty, and says whether it is wrong.

Three steps, all as SQL text over columns, so that a million rows cost one pass:
`read` gives the typed value, NULL for an empty or unreadable cell; a cell is wrong when it is not empty and `read`
is NULL; `kept` turns the read value into what the snapshot holds (zero ids and blank dates to NULL, BC blanks).
Nothing is guessed: a number has a decimal point unless a comma is declared, a date is ISO unless an order is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, assert_never

from engine.catalog.catalog import Field, System
from engine.frozen import dataclass
from engine.snapshot.types import DECIMAL, column_type, empty_value
from engine.sql.quote import literal

Order = Literal["iso", "dmy", "mdy", "ymd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the cells of a file are written.

    decimal_comma: 1234,5 instead of 1234.5. dates: the order of day, month, year beside ISO.
    exponents: a number may be 1.5e-05, because a program wrote it; in a CSV it is the trace of a spreadsheet.
    """

    decimal_comma: bool = False
    dates: Order = "iso"
    exponents: bool = False


PLAIN = Dialect(exponents=True)
"""What programs write: decimal point, ISO dates."""

_TRUTHS = {"true": "TRUE", "yes": "TRUE", "1": "TRUE", "false": "FALSE", "no": "FALSE", "0": "FALSE"}
_INTEGER = r"[+-]?\d+"
_DAY = r"\d{4}-\d{2}-\d{2}"
_ORDERED_DAY = r"(\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{8})"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_ZONE = r" ?(Z|[+-]\d{2}(:?\d{2})?)?"
_ZERO_ID = "UUID '00000000-0000-0000-0000-000000000000'"


def read(field: Field, raw: str, dialect: Dialect) -> str:
    """SQL: the typed value of the VARCHAR expression `raw`; NULL where it is empty or cannot be read."""
    cell = f"trim({raw})"
    match field.kind:
        case "text" | "blob" | "record id" | "date formula":
            return raw
        case "code":
            return f"upper({cell})"
        case "boolean":
            return f"CASE lower({cell}) {_whens(_TRUTHS)} END"
        case "option":
            return _option(field, cell)
        case "integer" | "big integer" | "duration":
            return _when(cell, _INTEGER + r"(\.0*)?", f"TRY_CAST({cell} AS {column_type(field.kind)})")
        case "decimal":
            return _decimal(cell, dialect)
        case "date":
            return _date(cell, dialect)
        case "time":
            return _when(cell, _CLOCK, f"TRY_CAST({cell} AS TIME)")
        case "moment":
            return _moment(cell, dialect)
        case "id":
            return f"CASE WHEN length({cell}) BETWEEN 32 AND 38 THEN TRY_CAST({cell} AS UUID) END"
        case _:
            assert_never(field.kind)


def is_empty(raw: str) -> str:
    """SQL: does the cell hold nothing?"""
    return f"coalesce(trim({raw}) = '', TRUE)"


def kept(system: System, field: Field, value: str) -> str:
    """SQL: what the snapshot holds for a value that was read.

    The zero id, the dates that BC and OData write for none (0001-01-01, in BC also 1753-01-01) and the number that
    an option has for blank stand for no value; in Sales the empty text does too.
    """
    cleaned = value
    match field.kind:
        case "text" | "code" | "blob" | "record id" | "date formula":
            cleaned = f"nullif({value}, '')"
        case "id":
            cleaned = f"nullif({value}, {_ZERO_ID})"
        case "option":
            for number in blank_numbers(field):
                cleaned = f"nullif({cleaned}, {number})"
        case "date" | "moment":
            type_name = "DATE" if field.kind == "date" else "TIMESTAMP"
            blanks = ("0001-01-01", "1753-01-01") if system == "bc" else ("0001-01-01",)
            for day in blanks:
                cleaned = f"nullif({cleaned}, {type_name} '{day}')"
        case _:
            pass
    empty = empty_value(system, field)
    return cleaned if empty == "NULL" else f"coalesce({cleaned}, {empty})"


def blank_numbers(field: Field) -> tuple[int, ...]:
    """The numbers of an option field that stand for no value: -1 unless it is a member, and blank members."""
    members = {one.number: one.caption.strip() for one in field.options}
    return tuple(sorted({number for number, caption in members.items() if not caption} | ({-1} - members.keys())))


def option_words(field: Field) -> Mapping[str, int]:
    """Every way to write a member of an option in a cell, in lower case -> its number.

    A number comes first, then captions, then member names, then `Caption (3)`; the first member wins where two agree.
    """
    words: dict[str, int] = {str(one.number): one.number for one in field.options}
    faces = (
        [(one.caption, one.number) for one in field.options],
        [(one.name, one.number) for one in field.options],
        [(f"{one.caption.strip()} ({one.number})", one.number) for one in field.options],
    )
    for group in faces:
        for text, number in group:
            if text.strip():
                words.setdefault(text.strip().lower(), number)
    return words


def _option(field: Field, cell: str) -> str:
    number = _when(cell, _INTEGER + r"(\.0*)?", f"TRY_CAST({cell} AS INTEGER)")
    words = option_words(field)
    if not words:
        return number
    pairs = ", ".join(f"{literal(word)}: {member}" for word, member in words.items())
    return f"coalesce(MAP {{{pairs}}}[lower({cell})], {number})"


def _decimal(cell: str, dialect: Dialect) -> str:
    exponent = r"([eE][+-]?\d+)?" if dialect.exponents else ""
    if dialect.decimal_comma:
        return _when(cell, rf"[+-]?(\d+(,\d*)?|,\d+){exponent}", f"TRY_CAST(replace({cell}, ',', '.') AS {DECIMAL})")
    return _when(cell, rf"[+-]?(\d+(\.\d*)?|\.\d+){exponent}", f"TRY_CAST({cell} AS {DECIMAL})")


def _date(cell: str, dialect: Dialect) -> str:
    iso = _when(cell, _DAY + r"([T ]00:00(:00(\.0+)?)?" + _ZONE + ")?", f"TRY_CAST(left({cell}, 10) AS DATE)")
    formats = _formats(dialect.dates)
    if not formats:
        return iso
    day = _when(cell, _ORDERED_DAY, f"try_strptime({_one_separator(cell)}, {_list(formats)})")
    return f"coalesce({iso}, CAST({day} AS DATE))"


def _moment(cell: str, dialect: Dialect) -> str:
    zoned = f"TRY_CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    iso = _when(cell, rf"{_DAY}([T ]{_CLOCK}{_ZONE})?", zoned)
    formats = _formats(dialect.dates)
    if not formats:
        return iso
    clocks = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    spelled = [day + clock for day in formats for clock in clocks]
    moment = _when(cell, _ORDERED_DAY + "( .*)?", f"try_strptime({_one_separator(cell)}, {_list(spelled)})")
    return f"coalesce({iso}, {moment})"


def _formats(order: Order) -> tuple[str, ...]:
    match order:
        case "iso":
            return ()
        case "dmy":
            return ("%d-%m-%Y",)
        case "mdy":
            return ("%m-%d-%Y",)
        case "ymd":
            return ("%Y-%m-%d", "%Y%m%d")
        case _:
            assert_never(order)


def _one_separator(cell: str) -> str:
    """31.12.2026 and 31/12/2026 to 31-12-2026; a dot or slash in the clock is no clock."""
    return f"replace(replace({cell}, '.', '-'), '/', '-')"


def _list(texts: tuple[str, ...] | list[str]) -> str:
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def _whens(words: Mapping[str, str]) -> str:
    return " ".join(f"WHEN {literal(word)} THEN {value}" for word, value in words.items())


def _when(cell: str, pattern: str, value: str) -> str:
    return f"CASE WHEN regexp_full_match({cell}, {literal(pattern)}) THEN {value} END"
