"""Parts of an expectation -> how they are compared and called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from engine import connector
from engine.catalog.catalog import Field
from engine.scenario.stage import ARCHIVED, ARCHIVED_UPDATED, RESULTS, STATISTICS
from engine.scenario.values import Plain, held, same, shown


def caption_of(field: Field, number: object) -> str:
    """The caption of an option value; blank for a number that is none."""
    return next((one.caption for one in field.options if one.number == number), "")


def same_record(one: str, other: str) -> bool:
    """Do two texts name the same record?"""
    record = Field(number=0, name="record", caption="record", kind="record id")
    return same(record, one or None, other or None)


def plain_setting(value: object, field: Field) -> Plain:
    """A setting's value in plain form, moments in UTC."""
    from datetime import UTC, datetime

    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return held(field, value)


def marks_of(one: Mapping[str, Any]) -> dict[str, tuple[str, object]]:
    """Key of a coupling -> its column and the value expected there."""
    columns = {
        "last_synch_bc": connector.BC_STAMP,
        "last_synch_sales": connector.SALES_STAMP,
        "skipped": connector.SKIPPED,
        "statistics_uploaded": STATISTICS,
        "archived": ARCHIVED,
        "archived_updated": ARCHIVED_UPDATED,
        "option_value": connector.OPTION_VALUE,
        "option_caption": connector.OPTION_CAPTION,
    }
    found = {key: (column, one[key]) for key, column in columns.items() if key in one}
    for key, column in (("result_to_sales", connector.RESULT_TO_SALES), ("result_to_bc", connector.RESULT_TO_BC)):
        if key in one:
            found[key] = (column, RESULTS[one[key]])
    return found


def coupling_name(one: Mapping[str, Any]) -> str:
    """How a message calls an expected coupling."""
    sides = " ".join(text_of(one[key]) for key in ("bc", "sales") if key in one)
    return f"coupling {one.get('mapping', one.get('bc_table'))} {sides}".strip()


def log_name(one: Mapping[str, Any]) -> str:
    """How a message calls an expected entry of the job log."""
    return f"{one.get('mapping')} {one.get('leg', '')}".strip()


def text_of(value: object) -> str:
    """A value of a scenario as a message shows it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {inner}" for name, inner in value.items()) + "}"
    return "blank" if value in (None, "") else str(value)


def ids_text(ids: Sequence[UUID] | set[UUID]) -> str:
    """Ids as a message lists them, sorted; `none` without any."""
    return ", ".join(sorted(shown(None, one) for one in ids)) or "none"
