"""What comes along with a record on the shipped rules: rounding lines, notes, prepayments, lines, units, prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.plan.stories import Plan, Row, moment
from tests.rules.small import COMPANY, LATER, PRICES, in_bc, in_sales, made, pair, standard, uid, whole
from tests.rules.test_documents import BOTH_WAYS, buyer, invoiced, order_line, ordered
from tests.rules.test_prices import CREATE, header, line, sold

# --- an invoice with prices including VAT -------------------------------------------------------------------


def with_vat(including: bool) -> Plan:
    """Three pieces at 10 with 20 % VAT in it; prices are rounded to cents."""
    head = {"No.": "PI1", "Sell-to Customer No.": "C1", "Prices Including VAT": including}
    amounts = {"Quantity": 3, "Unit Price": 10, "Line Discount Amount": 0, "Amount": 25, "Amount Including VAT": 30}
    return whole(
        standard(
            *sold("1"),
            *buyer(),
            in_bc("General Ledger Setup", "ledger", {"Unit-Amount Rounding Precision": Decimal("0.01")}),
            in_bc("Sales Invoice Header", "posted", head, LATER),
            invoiced(**amounts),
        ).plan("POSTEDSALESINV-INV", scope=CREATE)
    )


def test_what_the_net_prices_miss_of_an_invoice_is_a_line_called_rounding() -> None:
    rows = {one["productdescription"]: one for one in made(with_vat(True), "invoicedetail")}
    assert len(rows) == 2
    assert (rows["Rounding"]["quantity"], rows["Rounding"]["priceperunit"]) == (1, Decimal("0.01"))
    (goods,) = [one for name, one in rows.items() if name != "Rounding"]
    assert goods["priceperunit"] == Decimal("8.33")


def test_prices_without_vat_need_no_such_line() -> None:
    (goods,) = made(with_vat(False), "invoicedetail")
    assert goods["priceperunit"] == 10


# --- orders, both ways --------------------------------------------------------------------------------------

OPEN, RELEASED = 0, 1


@pytest.mark.parametrize(("paid", "status"), [(0, OPEN), (20, RELEASED)])
def test_a_prepayment_that_is_due_keeps_the_order_open(paid: int, status: int) -> None:
    due = order_line(**{"Prepmt. Line Amount": 20, "Prepmt. Amt. Inv.": paid})
    plan = whole(ordered(due, changed="08:00", **BOTH_WAYS).plan("SALESORDER-ORDER"))
    assert plan.row("bc", "Sales Header", uid("header"))["Status"] == status


def note(text: str) -> Row:
    given = {"objectid": uid("order"), "isdocument": False, "filesize": 0, "subject": "Delivery", "notetext": text}
    return in_sales("annotation", "note", given)


def test_a_note_on_the_sales_order_is_copied_to_the_order() -> None:
    plan = whole(
        ordered(order_line(), note("<p>After noon</p>"), changed="08:00", **BOTH_WAYS).plan("SALESORDER-ORDER")
    )
    (link,) = plan.table("bc", "Record Link")
    assert link["Note"] == "After noon"
    (books,) = plan.table("bc", "CRM Annotation Coupling")
    assert str(books["CRM Annotation ID"]) == uid("note")


def test_a_copied_note_whose_sales_note_is_gone_is_deleted() -> None:
    story = ordered(order_line(), note("After noon"), changed="08:00", **BOTH_WAYS)
    story.apply(story.plan("SALESORDER-ORDER"))
    story.remove("sales", "annotation", uid("note"))
    story.change("sales", "salesorder", uid("order"), {"modifiedon": moment("12:20")})
    plan = whole(story.plan("SALESORDER-ORDER", now="12:30"))
    assert plan.table("bc", "Record Link") == []
    assert plan.table("bc", "CRM Annotation Coupling") == []


CUT = 'process cut "Cut" { for each sales Order as order { uncouple order } }'


def test_with_an_order_its_lines_are_uncoupled_and_it_is_no_longer_ours() -> None:
    item = in_sales("salesorderdetail", "item", {"salesorderid": uid("order"), "productid": uid("product 1")})
    other = in_sales("salesorder", "other", {"bcbi_companyid": uid("their company")})
    story = ordered(order_line(), item, other, pair("Sales Line", "line", "item"), rules=CUT, **BOTH_WAYS)
    story.edit("sales", "salesorder", uid("order"), bcbi_companyid=uid(COMPANY))
    plan = whole(story.plan("cut"))
    assert plan.row("sales", "salesorder", uid("order"))["bcbi_companyid"] is None
    left = {str(one["Integration ID"]) for one in plan.table("bc", "CRM Integration Record")}
    assert not {uid("header"), uid("line")} & left


# --- resources ----------------------------------------------------------------------------------------------


def hired(**values: Any) -> list[Row]:
    """A resource that is a product in Sales, at 60 an hour."""
    resource = {"No.": "R1", "Name": "Fitter", "Base Unit of Measure": "HOUR", "Unit Price": 60}
    given = {"productnumber": "R1", "name": "Fitter", "producttypecode": 3, "statecode": 0, "price": 60, **values}
    return [
        in_bc("Resource", "R1", resource),
        in_bc("Unit of Measure", "HOUR", {"Code": "HOUR"}),
        in_bc("Unit Group", "units", {"Source Type": "Resource", "Source No.": "R1", "Source Id": uid("R1")}),
        in_sales("uomschedule", "their units", {"name": "RESOURCE R1 UOM GR", "baseuomname": "HOUR", "statecode": 0}),
        in_sales("product", "fitter", {**given, "defaultuomscheduleid": uid("their units")}),
        pair("Resource", "R1", "fitter"),
        pair("Unit Group", "units", "their units"),
    ]


def test_a_unit_of_a_resource_becomes_a_unit_of_its_group_and_has_a_price() -> None:
    day = {"Resource No.": "R1", "Code": "DAY", "Qty. per Unit of Measure": 8}
    rows = (*hired(), in_bc("Resource Unit of Measure", "day", day, LATER))
    plan = whole(standard(*rows, unit_group_mapping_enabled=True).plan("RESOURCE UOM", scope=CREATE))
    (unit,) = made(plan, "uom")
    assert (unit["name"], unit["quantity"], str(unit["uomscheduleid"])) == ("DAY", 8, uid("their units"))
    (price,) = made(plan, "productpricelevel")
    assert (price["amount"], price["uomid"], str(price["pricelevelid"])) == (480, unit["uomid"], uid(PRICES))


def test_the_price_of_a_resource_becomes_a_line_of_the_price_list() -> None:
    rate = line("R1", 75, **{"Asset Type": "Resource", "Asset No.": "R1", "Unit of Measure Code": "PCS"})
    unit = {"defaultuomid": uid("pieces"), "defaultuomscheduleid": uid("NAV PCS")}
    resource = {"No.": "R1", "Name": "Fitter", "Base Unit of Measure": "PCS"}
    product = {"productnumber": "R1", "name": "Fitter", "producttypecode": 3, "statecode": 0, **unit}
    rows = (in_bc("Resource", "R1", resource), in_sales("product", "fitter", product), pair("Resource", "R1", "fitter"))
    story = standard(*rows, header(), rate, extended_price_calculation=True)
    plan = whole(story.plan("PLHEADER-PRICE", scope=CREATE))
    (price,) = made(plan, "productpricelevel")
    assert (price["amount"], str(price["productid"])) == (75, uid("fitter"))
