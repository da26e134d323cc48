"""The shipped mappings are what the table says, every line, filter, dependency and choice; and they bind everywhere."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import yaml

from engine.catalog.settings import Value
from tests.rules.shipped import Row, shipped, table

FILE = Path(__file__).parent / "expected_mappings.yaml"
LISTS = ("clauses", "depends", "filters", "matches", "lines")

# How the settings that bring mappings in and out can stand.
CHOICES: dict[str, tuple[Value, ...]] = {
    "unit_group_mapping_enabled": (False, True),
    "extended_price_calculation": (False, True),
    "ownership_model": (1, 2),
    "orders": ("", "sales_order_integration_enabled", "bidirectional_sales_order_integration"),
    "multi_company_enabled": (False, True),
    "sales_connection_enabled": (True, False),
}


def expected() -> dict[str, Row]:
    rows: dict[str, Row] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for row in rows.values():
        for name in LISTS:
            given = row[name]
            row[name] = given.splitlines() if isinstance(given, str) else given
    return rows


EXPECTED = expected()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mapping_is_what_the_table_says(name: str) -> None:
    assert table(shipped())[name] == EXPECTED[name]


def test_the_table_is_whole() -> None:
    assert set(table(shipped())) == set(EXPECTED)
    assert len(EXPECTED) == 24
    assert sum(len(one["lines"]) for one in EXPECTED.values()) == 230


def worlds() -> list[dict[str, Value]]:
    found = []
    for choice in itertools.product(*CHOICES.values()):
        settings: dict[str, Value] = dict(zip(CHOICES, choice, strict=True))
        orders = settings.pop("orders")
        if orders:
            settings[str(orders)] = True
        found.append(settings)
    return found


def bind_and_ask(settings: dict[str, Value]) -> None:
    found = shipped(settings)
    assert found.diagnostics == (), settings
    names = set(found.model.mappings)
    sales = settings["sales_connection_enabled"]
    assert ("ITEM-PRODUCT" in names) == sales
    assert ("UNIT GROUP" in names) == (sales and settings["unit_group_mapping_enabled"])
    assert ("PLHEADER-PRICE" in names) == (sales and settings["extended_price_calculation"])
    assert ("CUSTPRCGRP-PRICE" in names) == (sales and not settings["extended_price_calculation"])
    assert ("SOLINE-ORDERDETAIL" in names) == (sales and "bidirectional_sales_order_integration" in settings)
    assert ("SALESORDER-ORDER" in names) == (sales and len(settings) == 6)


def test_the_rules_bind_under_other_settings() -> None:
    """Every setting in every position, not with every other one."""
    some = worlds()[::11]
    assert all({one.get(name) for one in some} >= {False, True} for name in CHOICES if name.endswith("enabled"))
    for settings in some:
        bind_and_ask(settings)


@pytest.mark.slow
def test_the_rules_bind_under_every_combination_of_settings() -> None:
    assert len(worlds()) == 96
    for settings in worlds():
        bind_and_ask(settings)


def test_masters_run_before_what_names_them() -> None:
    """Users, currencies, units, customers, contacts, items, resources, then the others (R9.18)."""
    order = shipped({"ownership_model": 1, "sales_order_integration_enabled": True}).model.order
    masters = ("SALESPEOPLE", "CURRENCY", "UNIT OF MEASURE", "CUSTOMER", "CONTACT", "ITEM-PRODUCT", "RESOURCE-PRODUCT")
    places = [order.index(name) for name in masters]
    assert places == sorted(places)
    others = set(order) - set(masters) - {"PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT", "VENDOR"}
    assert min(order.index(name) for name in others) > places[-1]
