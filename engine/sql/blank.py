"""A kind of value -> its blank, its SQL type, and how people read it.

In a compiled expression text is never NULL ('' is blank), nor is a number (0), a truth (false) or an option
(its blank member); dates, moments, times and ids are NULL when blank. So blank is one thing (language.md,
rule of evaluation 4; sync-semantics R4.12) and comparing never meets a NULL unaware.
"""

from __future__ import annotations

from typing import Final

from engine.catalog.catalog import Field, Kind
from engine.model.model import Type
from engine.sql.quote import literal

TEXTS: Final[frozenset[Kind]] = frozenset({"text", "code", "blob", "date formula", "record id"})
NUMBERS: Final[frozenset[Kind]] = frozenset({"integer", "big integer", "decimal", "duration"})
NULLABLE: Final[frozenset[Kind]] = frozenset({"date", "moment", "time", "id"})

SQL_TYPES: Final[dict[Kind, str]] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "blob": "VARCHAR",
    "date formula": "VARCHAR",
    "record id": "VARCHAR",
    "option": "INTEGER",
    "boolean": "BOOLEAN",
    "integer": "INTEGER",
    "big integer": "BIGINT",
    "duration": "BIGINT",
    "decimal": "DECIMAL(38,10)",
    "date": "DATE",
    "time": "TIME",
    "moment": "TIMESTAMP",
    "id": "UUID",
}


def type_of(field: Field) -> Type:
    """The type of a field's value."""
    return Type(kind=field.kind, length=field.length, options=field.options, blank_option=field.blank_option)


def blank(type: Type) -> str:
    """SQL of the blank value of a type."""
    if type.kind in TEXTS:
        return "''"
    if type.kind in NUMBERS:
        return "0"
    if type.kind == "option":
        return str(type.blank_option)
    if type.kind == "boolean":
        return "false"
    return f"NULL::{SQL_TYPES[type.kind]}"


def default(field: Field) -> str | None:
    """SQL of the value a new row has in a field that nobody fills; None where that is simply blank."""
    given = field.default
    if not given or not field.stored:
        return None
    if field.kind == "option":
        for option in field.options:
            if given in (option.name, option.caption, str(option.number)):
                return str(option.number)
        return None
    if field.kind == "boolean":
        return "true" if given.lower() in ("true", "yes", "1") else None
    if field.kind in NUMBERS and given.replace(".", "", 1).isdigit():
        return given
    return None


def is_blank(sql: str, type: Type) -> str:
    """SQL truth: the value is blank."""
    if type.kind in NULLABLE:
        return f"({sql}) IS NULL"
    if type.kind == "boolean":
        return f"NOT ({sql})"
    return f"({sql}) = {blank(type)}"


def filled(sql: str, type: Type) -> str:
    """SQL of a stored value with NULL read as blank."""
    return sql if type.kind in NULLABLE else f"coalesce({sql}, {blank(type)})"


def shown(sql: str, type: Type) -> str:
    """SQL of the value as people read it: option captions, Yes and No, ISO dates, plain numbers; '' is blank."""
    match type.kind:
        case "text" | "code" | "blob" | "date formula" | "record id":
            return sql
        case "option" if type.options:
            cases = " ".join(f"WHEN {one.number} THEN {literal(one.caption.strip())}" for one in type.options)
            return f"(CASE {sql} {cases} WHEN {type.blank_option} THEN '' ELSE CAST({sql} AS VARCHAR) END)"
        case "boolean":
            return f"(CASE WHEN {sql} THEN 'Yes' ELSE 'No' END)"
        case "decimal":
            return f"(CASE WHEN {sql} = trunc({sql}) THEN CAST(CAST({sql} AS HUGEINT) AS VARCHAR) ELSE rtrim(CAST({sql} AS VARCHAR), '0') END)"
        case "moment":
            return f"coalesce(strftime({sql}, '%Y-%m-%dT%H:%M:%SZ'), '')"
        case _:
            return f"coalesce(CAST({sql} AS VARCHAR), '')"
