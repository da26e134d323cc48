"""Who is alike is seen by hashes in large tables: the plan is the very same as when every field is looked at."""

from __future__ import annotations

import pytest

from engine.jobs.gather import temporary
from engine.run.found import CLASSES
from engine.run.world import World
from tests.plan.stories import Plan, Row, coupled, item, product, world

RULES = """
mapping ITEMS "Items": bc Item as item <-> sales Product as product {
  create missing records


  Description               <->  Name
  Unit Cost                  ->  Standard Cost
  Vendor No.                 ->  Vendor ID, keep if blank
  Next Counting Start Date   ->  Valid From
  new sales record { Supplier Name := 'new' }
}
"""
BC = {"Description": "Pump", "Unit Cost": 5, "Vendor No.": "V1"}
SALES = {"name": "Pump", "standardcost": 5, "vendorid": "V1"}


def rows() -> tuple[Row, ...]:
    """1 and 2 are alike, 3 keeps its vendor, 4 and 5 differ, 6 changed on both sides, 7 is new, 8 is not touched."""
    items = {
        "1": (BC, SALES),
        "2": ({}, {}),
        "3": (BC | {"Vendor No.": ""}, SALES),
        "4": (BC | {"Unit Cost": 6}, SALES),
        "5": (BC, SALES | {"vendorid": None}),
        "6": (BC | {"Description": "Pipe"}, SALES | {"name": "Hose"}),
    }
    found = [
        row
        for no, (bc, sales) in items.items()
        for row in (item(no, bc, "10:00"), product(no, sales, "11:00" if no in "16" else "08:00"), coupled(no))
    ]
    return (*found, item("7", BC, "10:00"), item("8", BC), product("8", SALES | {"name": "Other"}), coupled("8"))


def planned(monkeypatch: pytest.MonkeyPatch, *, many: bool, rules: str) -> Plan:
    monkeypatch.setattr(World, "is_large", lambda *_: many)
    return world(rules, *rows()).plan()


def alike(plan: Plan) -> int:
    """How many records were taken for unchanged by their hashes."""
    names = temporary(plan.world)
    if "seen_1" not in names:
        return 0
    found = plan.world.connection.execute(
        f"SELECT count(*) FROM seen_1 WHERE class = {CLASSES.index('alike')}"
    ).fetchall()
    return int(found[0][0])


@pytest.mark.parametrize("arrow", ["<->", "->"])
def test_the_plan_is_the_same(monkeypatch: pytest.MonkeyPatch, arrow: str) -> None:
    rules = RULES.replace("<->", arrow)
    seen, looked_at = (planned(monkeypatch, many=many, rules=rules) for many in (True, False))
    assert (alike(seen), alike(looked_at)) == (2, 0)
    assert seen.records() == looked_at.records()
    assert seen.counts("ITEMS", "to_sales") == looked_at.counts("ITEMS", "to_sales")
    assert seen.table("bc", "CRM Integration Record") == looked_at.table("bc", "CRM Integration Record")
    assert seen.table("bc", "Item") == looked_at.table("bc", "Item")
    assert seen.table("sales", "product") == looked_at.table("sales", "product")
