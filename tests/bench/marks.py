"""The mappings of the hand-written SQL: bench.rules, and the large ones of the standard integration."""

from __future__ import annotations

from dataclasses import dataclass

INTEGRATION_USER = "05e40000-0000-4000-8000-000000000099"
COMPANY = "c0300000-0000-4000-8000-000000000001"
LOCAL_CURRENCY = "UUID '7c000000-0000-4000-8000-000000000001'"
PRICE_LIST = "UUID '91000000-0000-4000-8000-000000000001'"
MONEY = "DECIMAL(38,10)"


@dataclass(frozen=True, slots=True)
class Carried:
    """A column of the Sales row, the value it gets out of `i` and the look-ups, the type both are compared in."""

    column: str
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Back:
    """A field of the BC row that a change in Sales reaches: what it holds, what it gets."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """Codes of a BC table and their partners; `field` of the BC row holds the code."""

    alias: str
    table: str
    number: int
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mapping. Conditions and joins are SQL over `i` (the BC row) and `p` (the Sales row).

    fields: to Sales, none when the mapping does not go there; back: to Business Central, likewise. two_way: the columns
    that make a conflict. lines: what is done to other tables beside it, on the table narrow. own_changes: what the
    integration user changed is read too.
    """

    name: str
    bc: str
    number: int
    sales: str
    sales_id: str
    filter_bc: str
    filter_sales: str
    creates: bool
    fields: tuple[Carried, ...]
    lookups: tuple[Lookup, ...]
    back: tuple[Back, ...]
    two_way: tuple[str, ...]
    joins: str = ""
    joins_back: str = ""
    lines: str = ""
    own_changes: bool = False


BENCH = Mark(
    name="BENCH",
    bc="Item",
    number=27,
    sales="product",
    sales_id="productid",
    filter_bc="NOT i.Blocked",
    filter_sales="p.statecode = 0",
    creates=True,
    fields=(
        Carried("productnumber", 'trim(i."No.")', "VARCHAR"),
        Carried("name", "i.Description", "VARCHAR"),
        Carried("suppliername", 'i."Description 2"', "VARCHAR"),
        Carried("producttypecode", "CASE i.Type WHEN 0 THEN 1 WHEN 1 THEN 3 WHEN 2 THEN 4 END", "INTEGER"),
        Carried("price", 'i."Unit Price"', MONEY),
        Carried("standardcost", 'i."Unit Cost"', MONEY),
        Carried("currentcost", 'i."Last Direct Cost"', MONEY),
        Carried("stockweight", 'i."Gross Weight"', MONEY),
        Carried("stockvolume", 'i."Unit Volume"', MONEY),
        Carried("quantityonhand", 'i."Reorder Point"', MONEY),
        Carried("vendorid", 'i."Vendor No."', "VARCHAR"),
        Carried("vendorpartnumber", 'i."Vendor Item No."', "VARCHAR"),
        Carried("size", "i.GTIN", "VARCHAR"),
        Carried("validfromdate", 'i."Next Counting Start Date"', "DATE"),
        Carried("defaultuomscheduleid", "unit.id", "UUID"),
        Carried("pricelevelid", "category.id", "UUID"),
        Carried("transactioncurrencyid", "country.id", "UUID"),
    ),
    lookups=(
        Lookup("unit", "Unit of Measure", 204, "Base Unit of Measure"),
        Lookup("category", "Item Category", 5722, "Item Category Code"),
        Lookup("country", "Country/Region", 9, "Country/Region Purchased Code"),
    ),
    back=(Back("Description", "i.Description", "left(coalesce(p.name, ''), 100)"),),
    two_way=("name",),
)

OURS = f"p.statecode = 0 AND (p.bcbi_companyid = UUID '{COMPANY}' OR p.bcbi_companyid IS NULL)"


def line_of_the_price_list(table: str) -> str:
    """The default price list has one line per product that is new, changed or unchanged, with its price and unit."""
    return f"""CREATE OR REPLACE TEMP TABLE line AS SELECT k.sales_id, greatest(i."Unit Price", 0) AS amount
        FROM snap.bc.{table} i JOIN coupling k ON k.bc_id = i.SystemId
        LEFT JOIN (FROM narrow WHERE action IN ('skip', 'fail')) n ON n.bc_id = i.SystemId
        LEFT JOIN uom ON uom.code = i."Base Unit of Measure"
        LEFT JOIN snap.sales.productpricelevel l ON l.productid = k.sales_id AND l.pricelevelid = {PRICE_LIST}
        WHERE n.bc_id IS NULL AND NOT i.Blocked AND (i.SystemModifiedAt > k.bc_stamp OR k.bc_stamp IS NULL)
            AND (l.amount, l.uomid, l.uomscheduleid, l.transactioncurrencyid, l.productnumber) IS DISTINCT FROM
                (greatest(i."Unit Price", 0), uom.id, uom.group_id, {LOCAL_CURRENCY}, i."No.")"""


UNIT = """ LEFT JOIN (SELECT substr(g.name, 5) AS code, u.uomid AS id, g.uomscheduleid AS group_id
    FROM snap.sales.uomschedule g JOIN snap.sales.uom u ON u.uomscheduleid = g.uomscheduleid
    WHERE g.name LIKE 'NAV %') AS uom ON uom.code = i."Base Unit of Measure" """


def product(kind: int, stock: str, name: str) -> tuple[Carried, ...]:
    """What an item and a resource have in common as products."""
    return (
        Carried("productnumber", 'i."No."', "VARCHAR"),
        Carried("name", f"i.{name}", "VARCHAR"),
        Carried("price", 'greatest(i."Unit Price", 0)', MONEY),
        Carried("standardcost", 'i."Unit Cost"', MONEY),
        Carried("currentcost", 'i."Unit Cost"', MONEY),
        Carried("quantityonhand", f"greatest(coalesce({stock}, 0), 0)", MONEY),
        Carried("producttypecode", str(kind), "INTEGER"),
        Carried("transactioncurrencyid", LOCAL_CURRENCY, "UUID"),
        Carried("defaultuomid", "uom.id", "UUID"),
        Carried("defaultuomscheduleid", "uom.group_id", "UUID"),
        Carried("statecode", "CASE WHEN i.Blocked THEN 1 ELSE 0 END", "INTEGER"),
        Carried("statuscode", "CASE WHEN i.Blocked THEN 2 ELSE 1 END", "INTEGER"),
    )


ITEM = Mark(
    name="ITEM-PRODUCT",
    bc="Item",
    number=27,
    sales="product",
    sales_id="productid",
    filter_bc="NOT i.Blocked",
    filter_sales=f"p.producttypecode = 1 AND {OURS}",
    creates=False,
    fields=(
        *product(1, "stock.quantity", "Description"),
        Carried("stockvolume", 'i."Unit Volume"', MONEY),
        Carried("stockweight", 'i."Gross Weight"', MONEY),
        Carried("vendorid", 'i."Vendor No."', "VARCHAR"),
        Carried("vendorpartnumber", 'i."Vendor Item No."', "VARCHAR"),
        Carried("vendorname", 'vendor."Name"', "VARCHAR"),
    ),
    lookups=(Lookup("unit", "Unit of Measure", 204, "Base Unit of Measure"),),
    back=(Back("Description", "i.Description", "left(coalesce(p.name, ''), 100)"),),
    two_way=("name",),
    joins=UNIT
    + """ LEFT JOIN snap.bc.Vendor vendor ON vendor."No." = i."Vendor No."
        LEFT JOIN (SELECT "Item No." AS no, sum(Quantity) AS quantity FROM snap.bc."Item Ledger Entry" GROUP BY 1) stock
            ON stock.no = i."No." """,
    lines=line_of_the_price_list("Item").replace('LEFT JOIN uom ON uom.code = i."Base Unit of Measure"', UNIT),
)

RESOURCE = Mark(
    name="RESOURCE-PRODUCT",
    bc="Resource",
    number=156,
    sales="product",
    sales_id="productid",
    filter_bc="NOT i.Blocked",
    filter_sales=f"p.producttypecode = 3 AND {OURS}",
    creates=False,
    fields=product(3, "0", '"Name"'),
    lookups=(Lookup("unit", "Unit of Measure", 204, "Base Unit of Measure"),),
    back=(Back("Name", 'i."Name"', "left(coalesce(p.name, ''), 100)"),),
    two_way=("name",),
    joins=UNIT,
    lines=line_of_the_price_list("Resource").replace('LEFT JOIN uom ON uom.code = i."Base Unit of Measure"', UNIT),
)

CUSTOMER = Mark(
    name="CUSTOMER",
    bc="Customer",
    number=18,
    sales="account",
    sales_id="accountid",
    filter_bc="i.Blocked = 0",
    filter_sales=f"p.customertypecode = 3 AND {OURS}",
    creates=False,
    fields=(
        Carried("owneridtype", "1", "INTEGER"),
        Carried("ownerid", "seller.id", "UUID"),
        Carried("name", 'i."Name"', "VARCHAR"),
        Carried("address1_line1", "i.Address", "VARCHAR"),
        Carried("address1_postalcode", 'i."Post Code"', "VARCHAR"),
        Carried("address1_city", "i.City", "VARCHAR"),
        Carried("transactioncurrencyid", f"coalesce(currency.id, {LOCAL_CURRENCY})", "UUID"),
        Carried("emailaddress1", 'i."E-Mail"', "VARCHAR"),
        Carried("telephone1", 'i."Phone No."', "VARCHAR"),
        Carried("creditlimit", 'i."Credit Limit (LCY)"', MONEY),
    ),
    lookups=(
        Lookup("seller", "Salesperson/Purchaser", 13, "Salesperson Code"),
        Lookup("currency", "Currency", 4, "Currency Code"),
    ),
    back=(
        Back("Name", 'i."Name"', "left(coalesce(p.name, ''), 100)"),
        Back("Address", "i.Address", "left(coalesce(p.address1_line1, ''), 100)"),
        Back("City", "i.City", "left(coalesce(p.address1_city, ''), 30)"),
        Back("PostCode", 'i."Post Code"', "upper(coalesce(p.address1_postalcode, ''))"),
        Back("Currency", 'i."Currency Code"', "coalesce(money.code, '')"),
        Back("EMail", 'i."E-Mail"', "left(coalesce(p.emailaddress1, ''), 80)"),
        Back("Phone", 'i."Phone No."', "left(coalesce(p.telephone1, ''), 30)"),
    ),
    two_way=(
        "name",
        "address1_line1",
        "address1_postalcode",
        "address1_city",
        "transactioncurrencyid",
        "emailaddress1",
        "telephone1",
    ),
    joins_back="LEFT JOIN currency money ON money.id = p.transactioncurrencyid",
)

SALESPEOPLE = Mark(
    name="SALESPEOPLE",
    bc="Salesperson/Purchaser",
    number=13,
    sales="systemuser",
    sales_id="systemuserid",
    filter_bc="true",
    filter_sales="NOT p.isdisabled AND p.islicensed AND NOT p.isintegrationuser",
    creates=False,
    fields=(),
    lookups=(),
    back=(
        Back("Email", 'i."E-Mail"', "left(coalesce(p.internalemailaddress, ''), 80)"),
        Back("Name", 'i."Name"', "left(coalesce(p.fullname, ''), 50)"),
    ),
    two_way=(),
    own_changes=True,
)

CURRENCY = Mark(
    name="CURRENCY",
    bc="Currency",
    number=4,
    sales="transactioncurrency",
    sales_id="transactioncurrencyid",
    filter_bc="true",
    filter_sales="true",
    creates=False,
    fields=(
        Carried("isocurrencycode", 'i."Code"', "VARCHAR"),
        Carried("currencyname", 'i."Description"', "VARCHAR"),
        Carried("currencysymbol", 'i."Symbol"', "VARCHAR"),
        Carried("exchangerate", "round(rate.amount, 10)", MONEY),
    ),
    lookups=(),
    back=(),
    two_way=(),
    joins=""" LEFT JOIN (SELECT "Currency Code" AS code,
        arg_max("Exchange Rate Amount" / "Relational Exch. Rate Amount", "Starting Date") AS amount
        FROM snap.bc."Currency Exchange Rate" WHERE "Starting Date" <= DATE '2026-06-15' GROUP BY 1) rate
            ON rate.code = i."Code" """,
)

UNITS = Mark(
    name="UNIT OF MEASURE",
    bc="Unit of Measure",
    number=204,
    sales="uomschedule",
    sales_id="uomscheduleid",
    filter_bc="true",
    filter_sales="true",
    creates=False,
    fields=(
        Carried("baseuomname", 'i."Code"', "VARCHAR"),
        Carried("name", """'NAV ' || i."Code" """, "VARCHAR"),
    ),
    lookups=(),
    back=(),
    two_way=(),
)

STANDARD = (SALESPEOPLE, CURRENCY, UNITS, CUSTOMER, ITEM, RESOURCE)
"""Those that find records in the generated world; the others find none there, and no hand-written SQL runs for them."""
