"""Small worlds in which much happens at once, for laws that hold for every plan."""

from __future__ import annotations

from functools import cache

from tests.plan.rules import BOTH, ITEMS, TO_BC, TO_SALES, creating, with_
from tests.plan.stories import Plan, Row, Story, bc, coupled, item, product, sales, watermark, world

COST = 'every sales record { require item.Unit Cost > 0 else fail "Item {item.No.} has no cost." }'
PRICES = """after new or changed sales record {
    create or change sales Product Price List where Product = product { Amount := product.Standard Cost }
  }"""


def rows() -> tuple[Row, ...]:
    """One item for every fate, ten in all."""
    return (
        item("1", {"Description": "New", "Unit Cost": 5}, "09:00"),
        item("2", {"Description": "Changed", "Unit Cost": 5}, "09:00"),
        item("3", {"Description": "Alike", "Unit Cost": 5}, "09:00"),
        item("4", {"Description": "Untouched", "Unit Cost": 5}),
        item("5", {"Description": "In conflict", "Unit Cost": 5}, "09:00"),
        item("6", {"Description": "Failing", "Unit Cost": 0}, "09:00"),
        item("7", {"Description": "Marked", "Unit Cost": 5}, "09:00"),
        item("8", {"Description": "Partner gone", "Unit Cost": 5}, "09:00"),
        item("9", {"Description": "Changed in Sales", "Unit Cost": 5}),
        item("10", {"Description": "Blocked", "Unit Cost": 5, "Blocked": True}, "09:00"),
        product("2", {"name": "Old", "standardcost": 5}),
        product("3", {"name": "Alike", "standardcost": 5}),
        product("4", {"name": "Other", "standardcost": 5}),
        product("5", {"name": "Otherwise", "standardcost": 5}, "09:30"),
        product("6", {"name": "Failing", "standardcost": 1}),
        product("7", {"name": "Other", "standardcost": 5}),
        product("9", {"name": "New name", "standardcost": 5, "vendorpartnumber": "V-9"}, "09:30"),
        product("11", {"name": "In Sales only", "standardcost": 5}, "09:30"),
        *(coupled(no) for no in ("2", "3", "4", "5", "6", "8", "9", "10")),
        coupled("7", skipped=True),
        watermark("ITEMS"),
        sales("productpricelevel", {"productid": None, "amount": 1}),
        bc("Unit of Measure", {"Code": "PCS"}),
    )


RULES = {
    "two-way": with_(ITEMS, COST),
    "two-way, creating": with_(creating(ITEMS), COST, "filter bc Blocked = No"),
    "keep bc, restore": with_(ITEMS, "on update conflict keep bc", "on deletion conflict restore", COST),
    "keep sales, uncouple": with_(ITEMS, "on update conflict keep sales", "on deletion conflict uncouple"),
    "to Sales": with_(creating(TO_SALES), COST),
    "to BC": creating(TO_BC),
    "without a line to BC": with_(BOTH, "leave out bc where Blocked = Yes"),
    "with neighbours": with_(creating(ITEMS), COST, PRICES),
}


def story(name: str) -> Story:
    return world(RULES[name], *rows())


@cache
def planned(name: str) -> Plan:
    """One plan of it, for all who only look at it."""
    return story(name).plan()
