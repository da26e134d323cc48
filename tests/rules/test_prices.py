"""Prices become lines of price lists, old pricing and new, and bring their header along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.plan.stories import SCHEDULED, Row
from tests.rules.small import LATER, LOCAL, in_bc, in_sales, made, pair, standard, uid, whole

CREATE = replace(SCHEDULED, creates_missing=True)


def item(no: str, **values: Any) -> Row:
    return in_bc("Item", f"item {no}", {"No.": no, "Description": no, "Base Unit of Measure": "PCS", **values})


def product(no: str) -> Row:
    values = {"productnumber": no, "name": no, "producttypecode": 1, "statecode": 0}
    units = {"defaultuomid": uid("pieces"), "defaultuomscheduleid": uid("NAV PCS")}
    return in_sales("product", f"product {no}", {**values, **units})


def sold(no: str) -> list[Row]:
    return [item(no), product(no), pair("Item", f"item {no}", f"product {no}")]


def group(changed: str = LATER) -> Row:
    return in_bc("Customer Price Group", "group", {"Code": "RETAIL", "Description": "Retail"}, changed)


def price(no: str, amount: int, changed: str = LATER, **values: Any) -> Row:
    given = {"Sales Type": "Customer Price Group", "Sales Code": "RETAIL", "Item No.": no, "Unit Price": amount}
    return in_bc("Sales Price", f"price {no}", {**given, "Unit of Measure Code": "PCS", **values}, changed)


def header(changed: str = LATER, **values: Any) -> Row:
    given = {"Code": "S1", "Description": "Spring", "Price Type": "Sale", "Amount Type": "Price", "Status": "Active"}
    return in_bc("Price List Header", "header", {**given, **values}, changed)


def line(no: str, amount: int, **values: Any) -> Row:
    kind = {"Price Type": "Sale", "Amount Type": "Price", "Asset Type": "Item", "Asset No.": no}
    given = {"Price List Code": "S1", "Line No.": 1, "Unit Price": amount, "Unit of Measure Code": "PCS"}
    return in_bc("Price List Line", f"line {no}", {**kind, **given, **values}, LATER)


def test_a_price_group_becomes_a_price_list_with_its_prices() -> None:
    plan = whole(standard(*sold("1"), group(), price("1", 90)).plan("CUSTPRCGRP-PRICE", scope=CREATE))
    (list_,) = made(plan, "pricelevel")
    assert (list_["name"], list_["description"]) == ("RETAIL", "Retail")
    assert str(list_["transactioncurrencyid"]) == uid(LOCAL)
    (row,) = made(plan, "productpricelevel")
    assert (row["amount"], row["pricelevelid"]) == (90, list_["pricelevelid"])
    assert (str(row["productid"]), str(row["uomid"])) == (uid("product 1"), uid("pieces"))


def test_prices_in_two_currencies_fail_their_group() -> None:
    prices = (
        price("1", 90),
        in_bc(
            "Sales Price", "other", {**dict(price("1", 80).values), "SystemId": uid("other"), "Currency Code": "EUR"}
        ),
    )
    plan = whole(standard(*sold("1"), group(), *prices).plan("CUSTPRCGRP-PRICE", scope=CREATE))
    fate = plan.fate("RETAIL")
    assert (fate.action, fate.reason) == ("fail", "The prices of group RETAIL are in more than one currency.")
    assert made(plan, "pricelevel") == []


def test_an_item_that_does_not_exist_fails_its_group() -> None:
    plan = whole(standard(group(), price("9", 90)).plan("CUSTPRCGRP-PRICE", scope=CREATE))
    assert plan.fate("RETAIL").reason == "Item 9 does not exist."


def test_an_item_without_a_product_is_sent_first() -> None:
    plan = whole(standard(item("1"), group(), price("1", 90)).plan("CUSTPRCGRP-PRICE", scope=CREATE))
    (new,) = made(plan, "product")
    assert [row["productid"] for row in made(plan, "productpricelevel") if row["amount"] == 90] == [new["productid"]]


def test_an_unchanged_group_still_sends_its_prices() -> None:
    held = in_sales("pricelevel", "list", {"name": "RETAIL", "transactioncurrencyid": uid(LOCAL)})
    rows = (group(), held, pair("Customer Price Group", "group", "list"), price("1", 90))
    plan = whole(standard(*sold("1"), *rows).plan("CUSTPRCGRP-PRICE"))
    assert len(made(plan, "productpricelevel")) == 1


def test_a_price_takes_the_line_that_is_there() -> None:
    held = in_sales("pricelevel", "list", {"name": "RETAIL", "transactioncurrencyid": uid(LOCAL)})
    known = {"pricelevelid": uid("list"), "productid": uid("product 1"), "uomid": uid("pieces"), "amount": 80}
    rows = (group(), held, pair("Customer Price Group", "group", "list"), in_sales("productpricelevel", "row", known))
    plan = whole(standard(*sold("1"), *rows, price("1", 90)).plan("SALESPRC-PRODPRICE"))
    assert made(plan, "productpricelevel") == []
    assert plan.row("sales", "productpricelevel", uid("row"))["amount"] == 90


def test_a_price_without_its_list_fails() -> None:
    plan = whole(standard(*sold("1"), group(), price("1", 90)).plan("SALESPRC-PRODPRICE"))
    assert plan.counts("SALESPRC-PRODPRICE", "to_sales") == {"failed": 1}


def test_a_price_list_of_the_new_pricing_comes_with_its_lines() -> None:
    story = standard(*sold("1"), header(), line("1", 90), extended_price_calculation=True)
    plan = whole(story.plan("PLHEADER-PRICE", scope=CREATE))
    (list_,) = made(plan, "pricelevel")
    assert (list_["name"], list_["description"], list_["statecode"]) == ("S1", "Spring", 0)
    assert [row["amount"] for row in made(plan, "productpricelevel")] == [90]


def test_a_draft_is_an_inactive_price_list() -> None:
    story = standard(header(Status="Draft"), extended_price_calculation=True)
    (list_,) = made(whole(story.plan("PLHEADER-PRICE", scope=CREATE)), "pricelevel")
    assert list_["statecode"] == 1


def test_lines_from_a_minimum_quantity_on_stay_in_bc() -> None:
    story = standard(*sold("1"), line("1", 90, **{"Minimum Quantity": 10}), extended_price_calculation=True)
    assert whole(story.plan("PLLINE-PRODPRICE")).scanned("PLLINE-PRODPRICE", "to_sales") == 0
