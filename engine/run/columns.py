"""A column of a table -> its SQL definition, its blank, its value with the blank where there is none.

BC has no NULL: what nobody writes holds the blank of its kind.
"""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.snapshot.types import empty_value
from engine.sql.quote import identifier


def blank_of(table: Table, column: str) -> str:
    """SQL of what a column holds that nobody writes."""
    found = table.fields.get(column)
    return empty_value(table.system, found) if found is not None else "NULL"


def defined(table: Table, column: str, type: str) -> str:
    """The column as it is made in a table."""
    given = blank_of(table, column)
    return f"{identifier(column)} {type}" + ("" if given == "NULL" else f" DEFAULT {given}")


def filled(table: Table, column: str) -> str:
    """SQL of the column, blank where it is NULL."""
    given = blank_of(table, column)
    return identifier(column) if given == "NULL" else f"coalesce({identifier(column)}, {given})"
