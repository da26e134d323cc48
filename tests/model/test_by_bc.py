"""`by bc`: what Business Central's own code fills stands alone on the right of `:=`, in a record of BC."""

from __future__ import annotations

import pytest

from engine.pipeline import checked, understand
from engine.source import Source


def found(body: str) -> list[tuple[str, str]]:
    text = f'process work "Work" {{\n  for each bc Customer as customer {{\n    {body}\n  }}\n}}\n'
    rules = understand([Source(path="own.rules", text=text)], (), {}, frozenset())
    return [(one.code, one.message) for one in checked(rules) if one.severity == "error"]


def test_it_is_understood() -> None:
    assert found("create bc Payment Terms { Code := customer.No.\n Description := by bc }") == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("create sales Account { Account Name := by bc }", "Business Central fills none of its fields"),
        ("create bc Payment Terms { Code := first filled(by bc, customer.No.) }", "stands alone"),
        ("if customer.Name = by bc { delete customer }", "stands alone"),
    ],
)
def test_elsewhere_it_is_told(body: str, words: str) -> None:
    (only,) = found(body)
    assert only[0] == "E230" and words in only[1]
