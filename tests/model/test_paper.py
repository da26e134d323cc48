"""The whole standard integration, as it was designed on paper, binds: this is the measure of the language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from engine.catalog.catalog import Field, Table
from engine.catalog.settings import Value
from engine.model.bind import Binding
from engine.model.model import Inlined, Partner
from engine.model.types import UNKNOWN, UNKNOWN_TABLE
from tests.model.world import bound

PAPER = Path(__file__).parents[1] / "rules" / "paper"
TEXTS = tuple(path.read_text(encoding="utf-8") for path in sorted(PAPER.glob("*.rules")))

# How the settings that bring mappings in and out can stand.
WORLDS: tuple[dict[str, Value], ...] = (
    {},
    {"unit_group_mapping_enabled": True, "extended_price_calculation": True, "ownership_model": 2},
    {"sales_order_integration_enabled": True, "item_availability_enabled": True},
    {"bidirectional_sales_order_integration": True, "multi_company_enabled": True},
)


def inside(node: object) -> Iterator[object]:
    """Every value inside a bound value, tables and fields as they are."""
    yield node
    if isinstance(node, tuple | list):
        for one in node:
            yield from inside(one)
    elif isinstance(node, dict):
        for one in node.values():
            yield from inside(one)
    elif is_dataclass(node) and not isinstance(node, Table | Field):
        for one in fields(node):
            if one.name not in ("span", "written"):
                yield from inside(getattr(node, one.name))


@pytest.mark.parametrize("settings", WORLDS, ids=lambda one: "+".join(one) or "as shipped")
def test_the_paper_rules_bind(settings: dict[str, Value]) -> None:
    """One honest finding: a nested `where` of the paper compares a field with itself."""
    found = bound(*TEXTS, settings=settings)
    assert [(one.code, one.span.text if one.span else "") for one in found.diagnostics] in (
        [("W201", "Item No. = entry.Item No.")],
        [],
    )
    assert not any(one is UNKNOWN or one is UNKNOWN_TABLE for one in inside(found.model))


def test_variants_come_and_go_with_the_settings() -> None:
    def arrow(settings: dict[str, Value]) -> str | None:
        mapping = bound(*TEXTS, settings=settings).model.mappings.get("SALESORDER-ORDER")
        return None if mapping is None else mapping.arrow

    assert arrow({}) is None
    assert arrow({"sales_order_integration_enabled": True}) == "->"
    assert arrow({"bidirectional_sales_order_integration": True}) == "<->"


@pytest.fixture(scope="module")
def paper() -> Binding:
    return bound(*TEXTS)


def test_every_look_up_leads_to_a_mapping(paper: Binding) -> None:
    names = {one.mapping.name for one in paper.facts.mappings}
    partners = [one for one in inside(paper.model) if isinstance(one, Partner)]
    assert partners
    assert {name for one in partners for name in one.mappings} <= names


def test_every_step_is_laid_open_at_each_place(paper: Binding) -> None:
    steps = [one for one in inside(paper.model.mappings) if isinstance(one, Inlined)]
    assert len([one for one in steps if one.step == "product details"]) == 2
    keys = [let.key for one in steps for let in one.lets]
    assert len(keys) == len(set(keys))


def test_mappings_run_after_what_they_depend_on(paper: Binding) -> None:
    order = paper.model.order
    assert sorted(order) == sorted(paper.model.mappings)
    for name, mapping in paper.model.mappings.items():
        assert all(order.index(one) < order.index(name) for one in mapping.depends_on)
