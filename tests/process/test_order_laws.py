"""Random submitted orders: what is planned agrees with the laws of the order process, worked out one by one in Python.

The laws are those of the reference, section 1 to 3: which orders, the first reason, lines with their numbers, amounts,
and comment lines, freight, the discount of the document; nothing at all for an order that is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from tests.plan.stories import Plan, Row
from tests.rules.small import LOCAL, in_bc, in_sales, pair, standard, uid, whole

FREIGHT, WRITE_IN = "8000", "WRITE-IN"
PRODUCTS = {
    # product -> (type, state, what it is coupled to)
    "bike": (1, 0, ("Item", "I-BIKE")),
    "lamp": (1, 0, ("Item", "I-LAMP")),
    "hour": (3, 0, ("Resource", "R-HOUR")),
    "old": (1, 1, ("Item", "I-OLD")),
    "fee": (4, 0, None),
    "loose": (1, 0, None),
    "loose hour": (3, 0, None),
}
BUYERS = {
    # account -> (type of relationship, is it coupled)
    "Adatum": (3, True),
    "Rival": (1, True),
    "Stranger": (3, False),
}
PEOPLE = {"Ann": "Adatum", "Sam": "Rival", "Nobody": None}


@dataclass(frozen=True)
class Line:
    product: str | None
    quantity: int
    price: int
    volume: int
    manual: int
    text: str
    typed: str


@dataclass(frozen=True)
class Order:
    buyer: str | None
    state: int
    handed_over: str | None
    freight: int
    discount: int
    lines: tuple[Line, ...]


texts = st.sampled_from(
    ["", "short", "x" * 100, "abcdefghij" * 25, "one\ntwo", "\nsecond line", "Bike", "long " * 50 + "\n" + "z" * 101]
)
lines = st.builds(
    Line,
    product=st.sampled_from(
        [None, None, "bike", "bike", "bike", "lamp", "lamp", "hour", "hour", "old", "fee", "loose", "loose hour"]
    ),
    quantity=st.integers(1, 9),
    price=st.integers(0, 200),
    volume=st.integers(0, 3),
    manual=st.integers(0, 5),
    text=texts,
    typed=st.sampled_from(["", "Something special", "y" * 130]),
)
orders = st.builds(
    Order,
    buyer=st.sampled_from(
        [None, "Adatum", "Adatum", "Adatum", "Adatum", "Ann", "Ann", "Rival", "Sam", "Stranger", "Nobody"]
    ),
    state=st.sampled_from([1, 1, 1, 1, 1, 0, 4]),
    handed_over=st.sampled_from([None, None, None, "1900-01-01", "1900-01-02", "2026-06-01"]),
    freight=st.sampled_from([0, 0, 0, 25]),
    discount=st.sampled_from([0, 0, 7]),
    lines=st.lists(lines, max_size=4).map(tuple),
)


def rows_of(given: list[Order]) -> list[Row]:
    rows = [in_bc("G/L Account", FREIGHT, {"No.": FREIGHT, "Name": "Freight"})]
    rows.append(in_bc("Item", WRITE_IN, {"No.": WRITE_IN, "Description": "Write-in", "Type": "Non-Inventory"}))
    for name, (kind, state, partner) in PRODUCTS.items():
        rows.append(
            in_sales(
                "product", name, {"name": name, "productnumber": name, "producttypecode": kind, "statecode": state}
            )
        )
        if partner is not None:
            table, no = partner
            words = (
                {"Description": "Bike", "Allow Invoice Disc.": no != "I-LAMP"} if table == "Item" else {"Name": "Hour"}
            )
            rows += [in_bc(table, no, {"No.": no, **words}), pair(table, no, name)]
    for name, (relation, coupled) in BUYERS.items():
        rows.append(in_sales("account", name, {"name": name, "customertypecode": relation}))
        rows.append(in_bc("Customer", f"C {name}", {"No.": f"C {name}".upper(), "Name": name}))
        if coupled:
            rows.append(pair("Customer", f"C {name}", name))
    for name, company in PEOPLE.items():
        rows.append(
            in_sales("contact", name, {"fullname": name, "parentcustomerid": uid(company) if company else None})
        )
    for at, order in enumerate(given):
        whole_amount = sum(one.quantity * one.price for one in order.lines)
        rows.append(
            in_sales(
                "salesorder",
                f"order {at}",
                {
                    "ordernumber": f"ORD-{at}",
                    "name": f"Order {at}",
                    "customerid": uid(order.buyer) if order.buyer else None,
                    "customeridtype": 0 if order.buyer is None else 2 if order.buyer in PEOPLE else 1,
                    "transactioncurrencyid": uid(LOCAL),
                    "statecode": order.state,
                    "lastbackofficesubmit": order.handed_over,
                    "freightamount": order.freight,
                    "discountamount": order.discount,
                    "discountpercentage": 0,
                    "totallineitemamount": whole_amount,
                    "totalamountlessfreight": whole_amount - order.discount,
                },
            )
        )
        for nth, one in enumerate(order.lines, start=1):
            rows.append(
                in_sales(
                    "salesorderdetail",
                    f"line {at}/{nth}",
                    {
                        "salesorderid": uid(f"order {at}"),
                        "sequencenumber": nth,
                        "productid": uid(one.product) if one.product else None,
                        "quantity": one.quantity,
                        "priceperunit": one.price,
                        "volumediscountamount": one.volume,
                        "manualdiscountamount": one.manual,
                        "description": one.text,
                        "productdescription": one.typed,
                    },
                )
            )
    return rows


# --- the oracle: one order after the other ------------------------------------------------------------------


def waits(order: Order) -> bool:
    """1.1: submitted, and never handed over or on the very first day."""
    return order.state == 1 and order.handed_over in (None, "1900-01-01")


def refusal(order: Order) -> str | None:
    """1.4, 1.6, 1.7: a word of the first reason; None when the order is made."""
    if order.buyer is None:
        return "no potential customer"
    account = PEOPLE.get(order.buyer, order.buyer)
    if account is None:
        return "No account can be found"
    relation, coupled = BUYERS[account]
    if order.buyer not in PEOPLE and relation != 3:
        return "not of type customer"
    if not coupled:
        return "not coupled to a customer"
    for line in order.lines:
        if line.product is None:
            continue
        kind, state, partner = PRODUCTS[line.product]
        if state != 0:
            return "is not active"
        if kind not in (1, 3):
            return "neither sales inventory nor a service"
        if partner is None:
            return "not coupled to an item" if kind == 1 else "not coupled to a resource"
    if order.freight > 0 and not order.lines:
        return "freight but no line"
    if order.discount and not any(amount for amount, allows in amounts(order) if allows):
        return "allows an invoice discount"
    return None


def amounts(order: Order) -> list[tuple[Decimal, bool]]:
    """Line amounts, and whether the line allows a discount of the document."""
    found = []
    for line in order.lines:
        discount = line.quantity * line.volume + line.manual
        allows = line.product != "lamp"
        found.append((Decimal(line.quantity * line.price - discount), allows))
    return found


def pieces(text: str) -> list[str]:
    return [text[at : at + 100] for at in range(0, len(text), 100)]


def documents(order: Order) -> list[tuple[Any, ...]]:
    """1.6, 1.7, 3: (number, type, no., description, quantity, attached to) of all lines of the BC order."""
    made: list[tuple[Any, ...]] = []

    def add(kind: int, no: str, text: str, quantity: int, attached: int) -> int:
        made.append(((len(made) + 1) * 10000, kind, no, text, quantity, attached))
        return len(made) * 10000

    for line in order.lines:
        first, *more = line.text.split("\n")
        first = first or line.typed
        if line.product is None:
            own = add(2, WRITE_IN, first[:100], line.quantity, 0)
            rest = pieces(first)[1:]
        else:
            table, no = PRODUCTS[line.product][2] or ("", "")
            name = "Bike" if table == "Item" else "Hour"
            own = add(2 if table == "Item" else 3, no, name, line.quantity, 0)
            rest = pieces(first)
            if first == name:
                continue
        if line.product is None and first[100:] == first[:100] and first:
            continue  # what is left repeats the line word for word
        for piece in [*rest, *(one for text in more for one in pieces(text))]:
            add(0, "", piece, 0, own)
    if order.freight > 0:
        add(1, FREIGHT, "Freight Amount", 1, 0)
    return made


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(orders, min_size=12, max_size=25))
def test_planned_documents_follow_the_laws(given: list[Order]) -> None:
    plan = whole(
        standard(
            *rows_of(given),
            sales_order_integration_enabled=True,
            write_in_product_no=WRITE_IN,
            write_in_product_type="Item",
            freight_gl_account_no=FREIGHT,
        ).plan("create-sales-orders")
    )
    headers = {row["Your Reference"]: row for row in plan.table("bc", "Sales Header")}
    fates = {one.label: one for one in plan.records("create-sales-orders") if one.action == "fail"}
    couplings = {row["CRM ID"]: row["Integration ID"] for row in plan.table("bc", "CRM Integration Record")}
    made = 0
    for at, order in enumerate(given):
        number, why = f"ORD-{at}", refusal(order)
        row = plan.row("sales", "salesorder", uid(f"order {at}"))
        if not waits(order) or why is not None:
            assert number not in headers
            assert uid(f"order {at}") not in {str(one) for one in couplings}
            assert str(row["lastbackofficesubmit"] or "")[:10] == (order.handed_over or "")
            told = reason_of(plan, at)
            assert (told is not None) == waits(order), (order, told)
            assert told is None or (why is not None and why in told), (why, told)
            continue
        made += 1
        header = headers[number]
        assert (header["Document Type"], header["Status"], header["Sell-to Customer No."]) == (
            1,
            0,
            "C ADATUM" if order.buyer != "Sam" else "C RIVAL",
        )
        assert {str(one): str(two) for one, two in couplings.items()}[uid(f"order {at}")] == str(header["SystemId"])
        rows = sorted(
            (one for one in plan.table("bc", "Sales Line") if one["Document No."] == header["No."]),
            key=lambda one: one["Line No."],
        )
        got = [
            (
                one["Line No."],
                one["Type"],
                one["No."],
                one["Description"],
                int(one["Quantity"]),
                one["Attached to Line No."],
            )
            for one in rows
        ]
        assert got == documents(order)
        sold = [one for one in rows if one["Type"] in (2, 3)]
        assert [(one["Line Amount"], one["Unit Price"]) for one in sold] == [
            (amount, line.price) for (amount, _), line in zip(amounts(order), order.lines, strict=True)
        ]
        spread = [one["Inv. Discount Amount"] for one in rows if one["Inv. Discount Amount"]]
        assert sum(spread) == order.discount
        assert str(row["lastbackofficesubmit"])[:10] == "2026-06-15"
        assert row["statecode"] == 1
    assert len(headers) == made
    assert "W641" not in {code for code, _ in plan.notes()}  # the text goes on in comment lines: nothing is cut off
    assert len(fates) == sum(1 for one in given if waits(one) and refusal(one))
    assert plan.counts("create-sales-orders", "process") == {
        name: count for name, count in {"created": made, "failed": len(fates)}.items() if count
    }


def reason_of(plan: Plan, at: int) -> str | None:
    found = [
        one.reason
        for one in plan.records("create-sales-orders")
        if one.action == "fail" and one.label == f"ORD-{at} Order {at}"
    ]
    return found[0] if found else None
