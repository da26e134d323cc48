"""Small worlds on the shipped rules: records by name, coupled by name, one clock.

    story = standard(customer("C1", Name="Adatum"), account("A1", name="Adatum"), pair("Customer", "C1", "A1"))
    plan = story.plan("CUSTOMER")

Every name stands for one id. A record is as old as its coupling, so that a pair is at rest, unless `changed` says
otherwise.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import md5
from typing import Any
from uuid import UUID

from tests.model.world import catalog
from tests.plan.stories import Plan, Row, Story, bc, moment, sales, world

COMPANY, TEAM, LOCAL, PRICES = "our company", "our team", "GBP", "default prices"
LATER = "10:00"
"""After everything else of a world happened, before the clock."""


def uid(name: str) -> str:
    """The id that a name stands for."""
    return str(UUID(md5(name.encode()).hexdigest()))


def in_bc(table: str, name: str, values: dict[str, Any] | None = None, changed: str = "08:00") -> Row:
    return bc(table, {"SystemId": uid(name), **(values or {})}, changed)


def in_sales(table: str, name: str, values: dict[str, Any] | None = None, changed: str = "08:00") -> Row:
    """A row of Sales; its id column is called like its table."""
    return sales(table, {f"{table}id": uid(name), **(values or {})}, changed)


def pair(table: str, bc_name: str, sales_name: str, *, archived: bool = False, seen: bool = True) -> Row:
    """The coupling of a record of a table of Business Central; `seen`: with stamps as old as the records."""
    stamp: datetime | None = moment("08:00") if seen else None
    return bc(
        "CRM Integration Record",
        {
            "CRM ID": uid(sales_name),
            "Integration ID": uid(bc_name),
            "Table ID": catalog().table("bc", table).number,
            "Last Synch. Modified On": stamp,
            "Last Synch. CRM Modified On": stamp,
            "Archived Sales Order": archived,
        },
    )


def base() -> list[Row]:
    """What every world has: our company, the local currency, a unit of pieces, the default price list."""
    return [
        in_sales("bcbi_company", COMPANY, {"bcbi_name": "Adatum"}),
        in_sales("transactioncurrency", LOCAL, {"isocurrencycode": "GBP", "currencyname": "Pound", "exchangerate": 1}),
        in_sales("organization", "organization", {"currencydecimalprecision": 2, "basecurrencysymbol": "GBP"}),
        in_sales("uomschedule", "NAV PCS", {"name": "NAV PCS", "baseuomname": "PCS"}),
        in_sales(
            "uom",
            "pieces",
            {"name": "PCS", "uomscheduleid": uid("NAV PCS"), "quantity": 1, "isschedulebaseuom": True},
        ),
        in_sales("pricelevel", PRICES, {"name": "Prices", "transactioncurrencyid": uid(LOCAL)}),
        in_bc("Unit of Measure", "PCS", {"Code": "PCS"}),
        pair("Unit of Measure", "PCS", "NAV PCS"),
    ]


def standard(*rows: Row, rules: str = "", **settings: Any) -> Story:
    """A story on the shipped rules, and on `rules` that come on top of them."""
    given = {
        "own_company": uid(COMPANY),
        "default_team": uid(TEAM),
        "local_currency": "GBP",
        "base_currency": uid(LOCAL),
        "default_price_list": uid(PRICES),
        "sales_connection_enabled": True,
        "enable_cds_connection": True,
        "ownership_model": 2,
        **settings,
    }
    return world(rules, *base(), *rows, settings=given, standard=True)


def made(plan: Plan, table: str) -> list[dict[str, Any]]:
    """The rows of a table of Sales that a plan creates, by their id."""
    known = plan.world.catalog.table("sales", table)
    old = {row[0] for row in plan.rows(f"SELECT {known.id_field} FROM {plan.world.snapshot_relation(known)}")}
    return [row for row in plan.table("sales", table) if row[known.id_field] not in old]


def whole(plan: Plan) -> Plan:
    """The plan, which leaves nothing out."""
    assert plan.found == (), [(one.message, one.span.text if one.span else "") for one in plan.found]
    return plan
