"""A scenario may expect a FlowField: it is worked out from the rows as they stand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog.catalog import Table
from engine.scenario.calculated import worked_out
from engine.scenario.values import Plain, held, shown
from tests.model.world import catalog

LINES: list[dict[str, Any]] = [
    {"Document Type": 1, "Document No.": "O1", "Type": 2, "Amount": 7, "Completely Shipped": True},
    {"Document Type": 1, "Document No.": "O1", "Type": 2, "Amount": 5, "Completely Shipped": False},
    {"Document Type": 1, "Document No.": "O1", "Type": 0, "Amount": 0, "Completely Shipped": False},
    {"Document Type": 1, "Document No.": "O2", "Type": 2, "Amount": 9, "Completely Shipped": True},
    {"Document Type": 0, "Document No.": "O1", "Type": 2, "Amount": 3, "Completely Shipped": False},
    {"Document Type": 1, "Document No.": "O3", "Type": 0, "Amount": 0, "Completely Shipped": False},
]


def read(table: Table, row: Any, name: str) -> Plain:
    return held(table.fields[name], row.get(name))


@pytest.mark.parametrize(
    ("name", "no", "expected"),
    [
        ("Amount", "O1", "12"),
        ("Amount", "O4", "blank"),
        ("Completely Shipped", "O1", "blank"),
        ("Completely Shipped", "O2", "true"),
        ("Completely Shipped", "O3", "blank"),
    ],
)
def test_a_calculated_field_of_an_order(name: str, no: str, expected: str) -> None:
    header, line = catalog().table("bc", "Sales Header"), catalog().table("bc", "Sales Line")
    wanted = header.fields[name].calculation
    assert wanted is not None
    found = worked_out(wanted, header, {"Document Type": 1, "No.": no}, line, LINES, read)
    assert shown(header.fields[name], found) == expected
