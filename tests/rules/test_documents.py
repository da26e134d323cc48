"""Posted invoices, orders and opportunities on the shipped rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.plan.stories import SCHEDULED, Row, Story
from tests.rules.small import LATER, in_bc, in_sales, made, pair, standard, uid, whole
from tests.rules.test_prices import sold

CREATE = replace(SCHEDULED, creates_missing=True)
ONE_WAY, BOTH_WAYS = {"sales_order_integration_enabled": True}, {"bidirectional_sales_order_integration": True}


def buyer() -> list[Row]:
    return [
        in_bc("Customer", "C1", {"No.": "C1", "Name": "Adatum"}),
        in_sales("account", "A1", {"name": "Adatum", "customertypecode": 3}),
        pair("Customer", "C1", "A1"),
    ]


def invoiced(kind: str = "Item", no: str = "1", **values: Any) -> Row:
    numbers = {"Quantity": 2, "Unit Price": 50, "Line Discount Amount": 10, "Amount": 90, "Amount Including VAT": 108}
    where = {"Document No.": "PI1", "Line No.": 10000, "Type": kind, "No.": no, "Description": "Bell"}
    return in_bc("Sales Invoice Line", "invoice line", {**where, **numbers, "Unit of Measure Code": "PCS", **values})


def posted(*rows: Row, **settings: Any) -> Story:
    head = {"No.": "PI1", "Sell-to Customer No.": "C1", "Due Date": "2026-07-01"}
    return standard(*sold("1"), *buyer(), in_bc("Sales Invoice Header", "posted", head, LATER), *rows, **settings)


def test_a_posted_invoice_arrives_with_its_lines_and_totals() -> None:
    plan = whole(posted(invoiced()).plan("POSTEDSALESINV-INV", scope=CREATE))
    (invoice,) = made(plan, "invoice")
    assert (invoice["name"], str(invoice["customerid"])) == ("PI1", uid("A1"))
    assert (invoice["totalamount"], invoice["totaltax"], invoice["totallineitemdiscountamount"]) == (108, 18, 10)
    (line,) = made(plan, "invoicedetail")
    assert (line["invoiceid"], str(line["productid"])) == (invoice["invoiceid"], uid("product 1"))
    assert (line["baseamount"], line["extendedamount"], line["tax"], line["manualdiscountamount"]) == (100, 108, 18, 10)


def test_a_line_without_a_product_is_written_in() -> None:
    plan = whole(posted(invoiced("G/L Account", "8100")).plan("POSTEDSALESINV-INV", scope=CREATE))
    (line,) = made(plan, "invoicedetail")
    assert (line["isproductoverridden"], line["productdescription"]) == (True, "8100 Bell.")


def test_an_invoice_without_lines_waits() -> None:
    plan = whole(posted().plan("POSTEDSALESINV-INV", scope=CREATE))
    assert plan.fate("PI1").reason == "The lines of invoice PI1 are not there yet."


def test_a_blocked_item_stops_its_invoice() -> None:
    blocked = in_bc("Item", "item 2", {"No.": "2", "Blocked": True, "Base Unit of Measure": "PCS"})
    plan = whole(posted(blocked, invoiced(no="2")).plan("POSTEDSALESINV-INV", scope=CREATE))
    assert plan.fate("PI1").reason == "Item 2 on invoice PI1 is blocked."
    assert made(plan, "invoice") == []


def test_an_invoice_of_a_sales_order_takes_over_from_it() -> None:
    order = {"ordernumber": "ORD-1", "name": "Bells", "customerid": uid("A1"), "customeridtype": 1}
    named = standard(
        *sold("1"),
        *buyer(),
        in_sales("salesorder", "order", order),
        in_bc(
            "Sales Invoice Header",
            "posted",
            {"No.": "PI1", "Sell-to Customer No.": "C1", "Your Reference": "ORD-1"},
            LATER,
        ),
        invoiced(),
    )
    (invoice,) = made(whole(named.plan("POSTEDSALESINV-INV", scope=CREATE)), "invoice")
    assert (invoice["name"], str(invoice["salesorderid"])) == ("Bells", uid("order"))


def test_lines_do_not_run_alone() -> None:
    names = [row[0] for row in posted(invoiced()).plan().rows("SELECT mapping FROM plan.pass")]
    assert "POSTEDSALESINV-INV" in names
    assert "POSTEDSALESLINE-INV" not in names


# --- orders ---------------------------------------------------------------------------------------------


def ordered(*rows: Row, changed: str = LATER, coupled: bool = True, **settings: Any) -> Story:
    head = {
        "Document Type": "Order",
        "No.": "SO1",
        "Status": "Released",
        "Sell-to Customer No.": "C1",
        "Ship-to Name": "Adatum",
    }
    order = {"ordernumber": "ORD-1", "statecode": 1, "customerid": uid("A1"), "customeridtype": 1, "name": "Bells"}
    pairs = [pair("Sales Header", "header", "order")] if coupled else []
    return standard(
        *sold("1"),
        *buyer(),
        in_bc("Sales Header", "header", head, changed),
        in_sales("salesorder", "order", order),
        *pairs,
        *rows,
        **settings,
    )


def order_line(**values: Any) -> Row:
    where = {"Document Type": "Order", "Document No.": "SO1", "Line No.": 10000, "Type": "Item", "No.": "1"}
    return in_bc(
        "Sales Line", "line", {**where, "Quantity": 2, "Unit Price": 50, "Unit of Measure Code": "PCS", **values}
    )


@pytest.mark.parametrize(("values", "state"), [({"Outstanding Quantity": 2}, 1), ({"Quantity Invoiced": 2}, 4)])
def test_one_way_the_sales_order_follows_and_ends_invoiced(values: dict[str, int], state: int) -> None:
    plan = whole(ordered(order_line(**values), **ONE_WAY).plan("SALESORDER-ORDER"))
    assert plan.counts("SALESORDER-ORDER", "to_sales") == {"changed": 1}
    row = plan.row("sales", "salesorder", uid("order"))
    assert (row["shipto_name"], row["statecode"]) == ("Adatum", state)


def test_one_way_creates_nothing() -> None:
    plan = whole(ordered(order_line(), coupled=False, **ONE_WAY).plan("SALESORDER-ORDER"))
    assert plan.counts("SALESORDER-ORDER", "to_sales") == {"left_out": 1}


def test_both_ways_a_released_order_brings_its_lines() -> None:
    plan = whole(ordered(order_line(), **BOTH_WAYS).plan("SALESORDER-ORDER"))
    (line,) = made(plan, "salesorderdetail")
    assert (str(line["salesorderid"]), str(line["productid"]), line["quantity"]) == (uid("order"), uid("product 1"), 2)


def test_both_ways_a_line_that_is_gone_goes_on_the_other_side_too() -> None:
    left = in_sales("salesorderdetail", "left", {"salesorderid": uid("order"), "productid": uid("product 1")})
    plan = whole(ordered(left, pair("Sales Line", "gone", "left"), **BOTH_WAYS).plan("SALESORDER-ORDER"))
    assert plan.table("sales", "salesorderdetail") == []
    assert uid("gone") not in {str(one["Integration ID"]) for one in plan.table("bc", "CRM Integration Record")}


def test_an_archived_pair_is_left_out() -> None:
    archived = pair("Sales Header", "header", "order", archived=True)
    plan = whole(ordered(order_line(), archived, coupled=False, **BOTH_WAYS).plan("SALESORDER-ORDER"))
    assert plan.counts("SALESORDER-ORDER", "to_sales") == {"left_out": 1}


# --- opportunities --------------------------------------------------------------------------------------


def chance(company: str = "CT1", **settings: Any) -> Story:
    deal = {"No.": "OP1", "Description": "Big deal", "Status": "In Progress", "Contact No.": "CT2"}
    return standard(
        *buyer(),
        in_bc("Opportunity", "deal", {**deal, "Contact Company No.": "CT1"}, LATER),
        in_bc("Contact", "person", {"No.": "CT2", "Type": "Person", "Company No.": company}),
        in_bc(
            "Contact Business Relation", "relation", {"Contact No.": "CT1", "Link to Table": "Customer", "No.": "C1"}
        ),
        in_sales("contact", "their person", {"parentcustomerid": uid("A1")}),
        pair("Contact", "person", "their person"),
        **settings,
    )


def test_an_opportunity_is_created_under_its_account() -> None:
    plan = whole(chance().plan("OPPORTUNITY"))
    (deal,) = made(plan, "opportunity")
    assert (deal["name"], str(deal["parentaccountid"]), str(deal["parentcontactid"])) == (
        "Big deal",
        uid("A1"),
        uid("their person"),
    )
    assert str(deal["ownerid"]) == uid("our team")


def test_under_a_team_an_opportunity_of_a_person_without_company_stays() -> None:
    assert whole(chance("").plan("OPPORTUNITY")).counts("OPPORTUNITY", "to_sales") == {"left_out": 1}
