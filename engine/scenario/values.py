"""A value as a scenario writes it, or as a row holds it -> one plain form, so that both can be compared.

Blank of every kind is None: blank text, 0, false, the zero id, no date, the blank member of an option. A code is
trimmed and in capitals, a number has at most five decimals, a moment is UTC to the millisecond.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from uuid import UUID

from engine.catalog.catalog import Field
from engine.catalog.suggest import did_you_mean

Plain = str | Decimal | bool | date | datetime | time | UUID | None

SHORT_ID = re.compile(r"~([0-9a-fA-F]{1,12})")
_LONG_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WITH_NUMBER = re.compile(r"(.*?) ?\((-?\d+)\)")
_FIVE = Decimal("0.00001")


class WrongValueError(Exception):
    """A value that the field cannot hold: what is wrong, and the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def plain(field: Field, value: object) -> Plain:
    """The plain form of a value written in a scenario. Raises WrongValueError."""
    if value is None or value == "":
        return None
    match field.kind:
        case "option":
            return option(field, value)
        case "integer" | "big integer" | "decimal" | "duration":
            return number(field, value)
        case "boolean":
            if isinstance(value, bool):
                return value or None
            if value == 0 or value == 1:
                return bool(value) or None
            raise _wrong(field, "true or false", value)
        case "date":
            return read_date(field, value)
        case "moment":
            return read_moment(field.name, value)
        case "time":
            try:
                return time.fromisoformat(str(value))
            except ValueError:
                raise _wrong(field, "a time", value) from None
        case "id":
            return read_id(field.name, value)
        case "code":
            return str(_text(field, value)).strip().upper() or None
        case _:
            return _text(field, value) or None


def held(field: Field, value: object) -> Plain:
    """The plain form of a value that a row holds (as DuckDB gives it)."""
    match value:
        case None | "":
            return None
        case bool():
            return value or None
        case int() if field.kind == "option":
            return None if value in blank_options(field) else Decimal(value)
        case int() | Decimal():
            return _rounded(Decimal(value))
        case datetime():
            return value.replace(microsecond=value.microsecond // 1000 * 1000)
        case UUID():
            return value if value.int else None
        case str() if field.kind == "code":
            return value.strip().upper() or None
        case date() | time() | str():
            return value
        case _:
            return str(value)


def blank_options(field: Field) -> frozenset[int]:
    """The numbers of an option field that stand for blank: -1, members without a caption, 0 where it is no member."""
    members = {one.number: one.caption.strip() for one in field.options}
    blank = {number for number, caption in members.items() if not caption}
    return frozenset(blank | ({-1, 0} - members.keys()))


def option(field: Field, value: object) -> Plain:
    """The number of an option given as `Customer (3)`, `3` or `Customer`; None for its blank."""
    if isinstance(value, bool):
        raise _wrong(field, "an option", value)
    if isinstance(value, (int, Decimal)):
        return _known_number(field, int(value))
    written = str(value).strip()
    if written in ("Blank", "Blank (0)", "-1"):
        captions = {one.caption.strip() for one in field.options}
        if written.startswith("Blank") and "Blank" in captions:
            return Decimal(next(one.number for one in field.options if one.caption.strip() == "Blank"))
        return None
    if re.fullmatch(r"-?\d+", written):
        return _known_number(field, int(written))
    both = _WITH_NUMBER.fullmatch(written)
    for one in field.options:
        faces = (one.caption.strip(), one.name)
        if written in faces or (both and both[1].strip() in faces and int(both[2]) == one.number):
            return None if one.number in blank_options(field) else Decimal(one.number)
    if both and not both[1].strip():
        return _known_number(field, int(both[2]))
    listed = [one.caption.strip() for one in field.options if one.caption.strip()]
    raise WrongValueError(f"the option {field.name} has no value {written}", did_you_mean(written, listed))


def _known_number(field: Field, given: int) -> Plain:
    if given in blank_options(field):
        return None
    if field.options and all(one.number != given for one in field.options):
        listed = ", ".join(f"{one.number} {one.caption}".strip() for one in field.options)
        raise WrongValueError(f"the option {field.name} has no value {given}", f"it can be {listed}")
    return Decimal(given)


def number(field: Field, value: object) -> Plain:
    """A number as written, to the decimals that the field keeps. WrongValueError: it is none, or not a whole one."""
    if isinstance(value, bool):
        raise _wrong(field, "a number", value)
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise _wrong(field, "a number", value) from None
    if field.kind != "decimal" and found != found.to_integral_value():
        raise _wrong(field, "a whole number", value)
    return _rounded(found)


def _rounded(found: Decimal) -> Decimal | None:
    rounded = found.quantize(_FIVE).normalize() if found.is_finite() and abs(found) < Decimal(10) ** 20 else found
    return rounded or None


def read_id(what: str, value: object) -> UUID | None:
    """An id in full or short (`~c1`); None for the zero id."""
    written = str(value).strip()
    short = SHORT_ID.fullmatch(written)
    if short:
        return UUID(int=int(short[1], 16)) if int(short[1], 16) else None
    if not _LONG_ID.fullmatch(written):
        raise WrongValueError(f"{what} must be an id, not {written[:40]}", "write it in full, or short like ~c1")
    found = UUID(written)
    return found if found.int else None


def read_date(field: Field, value: object) -> Plain:
    """A date; of a moment its day. WrongValueError: it is none."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise _wrong(field, "a date", value) from None


def read_moment(what: str, value: object) -> datetime | None:
    """A moment in UTC without zone, to the millisecond; a date is its midnight."""
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        message = f"{what} must be a moment, not {str(value)[:40]}"
        raise WrongValueError(message, "write it like '2026-03-02T10:00:00Z'") from None
    if found.tzinfo is not None:
        found = found.astimezone(UTC).replace(tzinfo=None)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def _text(field: Field, value: object) -> str:
    if isinstance(value, bool):
        raise _wrong(field, "text", value)
    return str(value)


def _wrong(field: Field, wanted: str, value: object) -> WrongValueError:
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return WrongValueError(f"{field.name} must be {wanted}, not {shown[:40]}")


def same(field: Field | None, one: Plain, other: Plain) -> bool:
    """Are two plain values equal? Record ids are when they name the same table and key values."""
    if one is None or other is None:
        return one is other
    if field is not None and field.kind == "record id":
        return _record_id(str(one)) == _record_id(str(other))
    if isinstance(one, UUID) != isinstance(other, UUID):
        return str(one).lower() == str(other).lower()
    if isinstance(one, datetime) != isinstance(other, datetime) and isinstance(one, date) and isinstance(other, date):
        return _as_moment(one) == _as_moment(other)
    if isinstance(one, str) != isinstance(other, str):
        return shown(None, one) == shown(None, other)
    return one == other


def _as_moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def _record_id(text: str) -> tuple[str, tuple[str, ...]]:
    table, _, keys = text.partition(":")
    return table.strip().casefold(), tuple(part.strip().casefold() for part in keys.split(","))


def at_least(found: Plain, least: Plain) -> bool:
    """Is a value this one, or later or greater?"""
    if least is None:
        return True
    if found is None:
        found = Decimal(0) if isinstance(least, Decimal) else None
    if isinstance(found, date) and isinstance(least, date):
        return _as_moment(found) >= _as_moment(least)
    if isinstance(found, Decimal) and isinstance(least, Decimal):
        return found >= least
    if isinstance(found, str) and isinstance(least, str):
        return found >= least
    return False


def shown(field: Field | None, value: object) -> str:
    """A plain value as a difference shows it."""
    match value:
        case None:
            return "blank"
        case True:
            return "true"
        case datetime():
            text = value.isoformat(timespec="milliseconds").replace(".000", "")
            return f"{text}Z"
        case UUID():
            return f"~{value.int:x}" if value.int < 16**12 else str(value)
        case Decimal():
            if field is not None and field.kind == "option":
                caption = next((one.caption.strip() for one in field.options if one.number == value), "")
                return f"{caption} ({value:f})".strip()
            return f"{value:f}"
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
