"""An accounting period or fiscal year -> SQL of its first or last day, from the books' own table of periods (R10.12).

A period begins on the day that its row says and ends before the next one begins; the last one never ends. Where the
table has no row that helps, the day of the calendar holds.
"""

from __future__ import annotations

from datetime import date

from engine.catalog.filters import filters
from engine.model.model import Period
from engine.sql.quote import identifier
from engine.sql.values import Reading

_ENDLESS = "DATE '9999-12-31'"


def booked(period: Period, work_date: date, otherwise: str, reading: Reading) -> str:
    """otherwise: SQL of the day by the calendar."""
    books = filters().books
    table = reading.around.catalog.table("bc", books.table)
    rows = reading.scope.relations.relation(table)
    starts, opens = identifier(books.starts), identifier(books.opens)
    today = f"DATE '{work_date.isoformat()}'"
    counted = opens if period.unit == "year" else "true"
    if period.counted == "current":
        at = f"nullif(count(*) FILTER (WHERE {counted} AND {starts} <= {today}), 0) + {period.number}"
    elif period.unit == "year":
        at = str(period.number)
    else:
        year = f"max({starts}) FILTER (WHERE {opens} AND {starts} <= {today})"
        at = f"list_position({_days(starts, counted)}, {year}) + {period.number - 1}"
    place = "least(greatest(counted, 1), len(days))"
    found = f"coalesce(days[{place} + 1] - 1, {_ENDLESS})" if period.last else f"days[{place}]"
    found = f"CASE WHEN len(days) > 0 AND counted IS NOT NULL THEN {found} END"
    return (
        f"(SELECT coalesce({found}, {otherwise}) FROM (SELECT coalesce({_days(starts, counted)}, []) AS days, {at} AS counted "
        f"FROM {rows} WHERE {starts} IS NOT NULL) books)"
    )


def _days(starts: str, counted: str) -> str:
    return f"list({starts} ORDER BY {starts}) FILTER (WHERE {counted})"
