"""A size and a seed -> one SELECT per table of both systems, over DuckDB's range(); see generate.py."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

GROUPS = ("new", "deleted", "conflict", "changed", "sales", "failing", "blocked", "touched")
SHARES = {
    "new": 0.005,
    "deleted": 0.002,
    "conflict": 0.001,
    "changed": 0.01,
    "sales": 0.002,
    "failing": 0.0003,
    "blocked": 0.01,
    "touched": 0.01,
}
UNITS, CATEGORIES, COUNTRIES, SELLERS, VENDORS = 40, 20, 30, 50, 500

CREATED = "TIMESTAMP '2025-11-12 09:00:00'"
QUIET = "TIMESTAMP '2026-03-01 08:00:00'"
STAMP = "TIMESTAMP '2026-06-01 00:00:00'"
LAST_RUN = "TIMESTAMP '2026-06-12 18:00:00'"
CHANGED = "TIMESTAMP '2026-06-13 00:00:00'"

IN_BC = "NOT (g = 'deleted' AND i % 2 = 0)"
IN_SALES = "g <> 'new' AND NOT (g = 'deleted' AND i % 2 = 1)"
BY_OFFICE = "g NOT IN ('quiet', 'sales')"
BY_SELLER = "(g IN ('sales', 'conflict') OR g = 'deleted' AND i % 2 = 0)"

RENAMED = "CASE g WHEN 'conflict' THEN ' (new name)' WHEN 'sales' THEN ' (renamed)' ELSE '' END"

COMPANY, TEAM, ORGANISATION, UNIT_OF_BUSINESS = (
    f"{prefix}-0000-4000-8000-000000000001" for prefix in ("c0300000", "7ea00000", "06000000", "b0000000")
)
INTEGRATION_USER = "05e40000-0000-4000-8000-000000000099"
LOCAL_CURRENCY = "7c000000-0000-4000-8000-000000000001"
DEFAULT_PRICE_LIST = "91000000-0000-4000-8000-000000000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is to be made.

    records: items; as many products, less the new ones. shares: of the groups, 0 to 1. lean: nothing but items,
    products and what they refer to. spread: products lie in many price lists and currencies instead of one, so that
    there are look-ups to resolve. first_run: no last run is known, and every item was touched since it was coupled.
    """

    records: int
    seed: int
    shares: dict[str, float]
    lean: bool
    spread: bool
    first_run: bool

    @property
    def customers(self) -> int:
        return 0 if self.lean else self.records // 10

    @property
    def resources(self) -> int:
        return 0 if self.lean else self.records // 100


Tables = dict[tuple[str, str], str]
"""(system, table) -> the SELECT that makes its rows, with the catalog's names as columns."""


def tables(world: World) -> Tables:
    found = setup(world) | lists(world) | goods(world) | couplings(world)
    if not world.lean:
        found |= stock_and_prices(world) | people(world)
    return found


# --- the small tables -----------------------------------------------------------------------------------------------


def setup(world: World) -> Tables:
    watermark = "NULL::TIMESTAMP" if world.first_run else LAST_RUN
    mappings = ", ".join(
        f"('{name}', {table})"
        for name, table in (
            ("SALESPEOPLE", 13),
            ("CURRENCY", 4),
            ("UNIT OF MEASURE", 204),
            ("CUSTOMER", 18),
            ("ITEM-PRODUCT", 27),
            ("RESOURCE-PRODUCT", 156),
            ("BENCH", 27),
        )
    )
    return {
        ("bc", "General Ledger Setup"): f"""SELECT '' AS "Primary Key", 'GBP' AS "LCY Code", {bc("setup", "1")}""",
        ("bc", "Company Information"): f"""SELECT '' AS "Primary Key", 'Brackenford Cycles Ltd' AS "Name",
            {bc("setup", "2")}""",
        ("bc", "Integration Table Mapping"): f"""SELECT name AS "Name", number AS "Table ID",
            {watermark} AS "Synch. Int. Tbl. Mod. On Fltr.", {watermark} AS "Synch. Modified On Filter",
            {bc("mapping", "name")} FROM (VALUES {mappings}) t(name, number)""",
        ("sales", "organization"): f"""SELECT '{ORGANISATION}'::UUID AS organizationid, 'Brackenford Cycles' AS name,
            '{LOCAL_CURRENCY}'::UUID AS basecurrencyid, '£' AS basecurrencysymbol, 2 AS currencydecimalprecision,
            {QUIET} AS modifiedon""",
        ("sales", "businessunit"): f"""SELECT '{UNIT_OF_BUSINESS}'::UUID AS businessunitid,
            'Brackenford Cycles Ltd' AS name, {QUIET} AS modifiedon""",
        ("sales", "team"): f"""SELECT '{TEAM}'::UUID AS teamid, 'BCI - Brackenford Cycles Ltd' AS name,
            '{UNIT_OF_BUSINESS}'::UUID AS businessunitid, {QUIET} AS modifiedon""",
        ("sales", "bcbi_company"): f"""SELECT '{COMPANY}'::UUID AS bcbi_companyid,
            'Brackenford Cycles Ltd' AS bcbi_name, '{TEAM}'::UUID AS bcbi_defaultowningteam, {QUIET} AS modifiedon""",
    }


def lists(world: World) -> Tables:
    """Sellers, units, categories, countries, currencies, price lists, vendors, codes that are choices in Sales."""
    return choices() | {
        ("bc", "Salesperson/Purchaser"): f"""SELECT {code("SP", "i")} AS "Code", 'Seller ' || i AS "Name",
            'seller' || i || '@brackenford.example' AS "E-Mail", {bc("seller", "i")} FROM range({SELLERS}) t(i)""",
        ("sales", "systemuser"): f"""SELECT uid('user', i) AS systemuserid, 'Seller ' || i AS fullname,
            'seller' || i || '@brackenford.example' AS internalemailaddress, FALSE AS isdisabled, TRUE AS islicensed,
            FALSE AS isintegrationuser, {QUIET} AS modifiedon FROM range({SELLERS}) t(i)
            UNION ALL SELECT '{INTEGRATION_USER}', 'Integration user', '', FALSE, TRUE, TRUE, {QUIET}""",
        ("bc", "Unit of Measure"): f"""SELECT {code("U", "i")} AS "Code", 'Unit ' || i AS "Description",
            {bc("unit", "i")} FROM range({UNITS + 1}) t(i)""",
        ("sales", "uomschedule"): f"""SELECT uid('group', i) AS uomscheduleid, 'NAV ' || {code("U", "i")} AS name,
            {code("U", "i")} AS baseuomname, 0 AS statecode, 1 AS statuscode, {sales("i")} FROM range({UNITS}) t(i)""",
        ("sales", "uom"): f"""SELECT uid('uom', i) AS uomid, {code("U", "i")} AS name,
            uid('group', i) AS uomscheduleid, 1::DECIMAL(18,5) AS quantity, TRUE AS isschedulebaseuom, {sales("i")}
            FROM range({UNITS}) t(i)""",
        ("bc", "Item Category"): f"""SELECT {code("K", "i")} AS "Code", 'Category ' || i AS "Description",
            {bc("category", "i")} FROM range({CATEGORIES}) t(i)""",
        ("sales", "pricelevel"): f"""SELECT uid('list', i) AS pricelevelid, 'Price list ' || i AS name,
            '{LOCAL_CURRENCY}'::UUID AS transactioncurrencyid, '{COMPANY}'::UUID AS bcbi_companyid, 0 AS statecode,
            {sales("i")} FROM range({CATEGORIES}) t(i)
            UNION ALL SELECT '{DEFAULT_PRICE_LIST}', 'Business Central Default Price List', '{LOCAL_CURRENCY}',
            '{COMPANY}', 0, {sales("0")}""",
        ("bc", "Country/Region"): f"""SELECT {code("N", "i")} AS "Code", 'Country ' || i AS "Name",
            {bc("country", "i")} FROM range({COUNTRIES}) t(i)""",
        ("bc", "Currency"): f"""SELECT {code("C", "i")} AS "Code", 'Currency ' || i AS "Description", 'c' AS "Symbol",
            {bc("currency", "i")} FROM range({COUNTRIES}) t(i)""",
        ("bc", "Currency Exchange Rate"): f"""SELECT {code("C", "i")} AS "Currency Code",
            DATE '2026-01-01' AS "Starting Date", 100::DECIMAL(18,5) AS "Exchange Rate Amount",
            (50 + i)::DECIMAL(18,5) AS "Relational Exch. Rate Amount", {bc("rate", "i")}
            FROM range({COUNTRIES}) t(i)""",
        ("sales", "transactioncurrency"): f"""SELECT uid('money', i) AS transactioncurrencyid,
            {code("C", "i")} AS isocurrencycode, 'Currency ' || i AS currencyname, 'c' AS currencysymbol,
            round(100 / (50 + i)::DECIMAL(18,5), 10)::DECIMAL(38,10) AS exchangerate, 2 AS currencyprecision,
            {sales("i")} FROM range({COUNTRIES}) t(i)
            UNION ALL SELECT '{LOCAL_CURRENCY}', 'GBP', 'Pound sterling', '£', 1, 2, {sales("0")}""",
        ("bc", "Vendor"): f"""SELECT {code("V", "i", 5)} AS "No.", 'Vendor ' || i AS "Name", 0 AS "Blocked",
            {bc("vendor", "i")} FROM range({VENDORS}) t(i)""",
    }


def choices() -> Tables:
    """Codes that stand for a choice of an option column in Sales, and which one."""
    codes = (("Payment Terms", 3, "NET30", 1, "Net 30"), ("Shipment Method", 10, "FOB", 1, "FOB"))
    codes += (("Shipping Agent", 291, "POST", 5, "Postal Mail"),)
    found: Tables = {
        ("bc", table): f"""SELECT '{word}' AS "Code", {bc("choice", str(number))}"""
        for table, number, word, _, _ in codes
    }
    coupled = (
        f"""SELECT '{table}: {word}' AS "Record ID", {value} AS "Option Value", {number} AS "Table ID",
        '{label}' AS "Option Value Caption", {bc("option", str(number))}"""
        for table, number, word, value, label in codes
    )
    return found | {("bc", "CRM Option Mapping"): " UNION ALL ".join(coupled)}


# --- items and products ---------------------------------------------------------------------------------------------


def goods(world: World) -> Tables:
    price_list = f"uid('list', i % {CATEGORIES})" if world.spread else f"'{DEFAULT_PRICE_LIST}'::UUID"
    currency = f"uid('money', i % {COUNTRIES})" if world.spread else f"'{LOCAL_CURRENCY}'::UUID"
    moved = "g <> 'sales'" if world.first_run else BY_OFFICE
    return {
        ("bc", "Item"): f"""SELECT {code("I", "i", 9)} AS "No.",
            'Article ' || (i * 7 % 99991) || CASE WHEN g IN ('changed', 'conflict') THEN ', revised' ELSE '' END
                AS "Description",
            'second line ' || (i % 1000) AS "Description 2", (i % 3)::INTEGER AS "Type",
            CASE WHEN g = 'failing' THEN {code("U", str(UNITS))} ELSE {code("U", f"i % {UNITS}")} END
                AS "Base Unit of Measure",
            {code("K", f"i % {CATEGORIES}")} AS "Item Category Code",
            {code("N", f"i % {COUNTRIES}")} AS "Country/Region Purchased Code",
            (i % 100000 / 100 + CASE WHEN g = 'changed' AND i % 2 = 0 THEN 1 ELSE 0 END)::DECIMAL(18,2) AS "Unit Price",
            (i % 70000 / 100)::DECIMAL(18,5) AS "Unit Cost", (i % 70000 / 100)::DECIMAL(18,5) AS "Last Direct Cost",
            (i % 5000 / 10)::DECIMAL(18,5) AS "Gross Weight", (i % 300 / 10)::DECIMAL(18,5) AS "Unit Volume",
            (i * 31 % 1000)::DECIMAL(18,5) AS "Reorder Point",
            {code("V", f"i % {VENDORS}", 5)} AS "Vendor No.", 'VI-' || (i % 100000) AS "Vendor Item No.",
            'GT' || (i % 1000000) AS "GTIN", DATE '2020-01-01' + (i % 1500)::INTEGER AS "Next Counting Start Date",
            g = 'blocked' AS "Blocked", {bc("item", "i", moved)}
            FROM article WHERE {IN_BC}""",
        ("sales", "product"): f"""SELECT uid('product', i) AS productid, {code("I", "i", 9)} AS productnumber,
            'Article ' || (i * 7 % 99991) || {RENAMED} AS name,
            'second line ' || (i % 1000) AS suppliername,
            {"CASE i % 3 WHEN 0 THEN 1 WHEN 1 THEN 3 ELSE 4 END" if world.spread else "1"} AS producttypecode,
            uid('uom', i % {UNITS}) AS defaultuomid, uid('group', i % {UNITS}) AS defaultuomscheduleid,
            {price_list} AS pricelevelid, {currency} AS transactioncurrencyid, '{COMPANY}'::UUID AS bcbi_companyid,
            (i % 100000 / 100)::DECIMAL(18,4) AS price, (i % 70000 / 100)::DECIMAL(18,4) AS standardcost,
            (i % 70000 / 100)::DECIMAL(18,4) AS currentcost, (i % 5000 / 10)::DECIMAL(18,5) AS stockweight,
            (i % 300 / 10)::DECIMAL(18,5) AS stockvolume, (i * 31 % 1000)::DECIMAL(18,5) AS quantityonhand,
            {code("V", f"i % {VENDORS}", 5)} AS vendorid, 'Vendor ' || (i % {VENDORS}) AS vendorname,
            'VI-' || (i % 100000) AS vendorpartnumber, 'GT' || (i % 1000000) AS size,
            DATE '2020-01-01' + (i % 1500)::INTEGER AS validfromdate, 2 AS quantitydecimal, 0 AS statecode,
            1 AS statuscode, {sales("i", BY_SELLER)}
            FROM article WHERE {IN_SALES}""",
    }


def stock_and_prices(world: World) -> Tables:
    return {
        ("bc", "Item Unit of Measure"): f"""SELECT {code("I", "i", 9)} AS "Item No.",
            {code("U", f"i % {UNITS}")} AS "Code", 1::DECIMAL(18,5) AS "Qty. per Unit of Measure", {bc("measure", "i")}
            FROM article WHERE {IN_BC}""",
        ("bc", "Item Ledger Entry"): f"""SELECT (i + 1)::INTEGER AS "Entry No.",
            {code("I", "i", 9)} AS "Item No.", DATE '2026-02-01' AS "Posting Date",
            (i * 31 % 1000)::DECIMAL(18,5) AS "Quantity", {bc("entry", "i")}
            FROM article WHERE {IN_BC}""",
        ("sales", "productpricelevel"): f"""SELECT uid('line', i) AS productpricelevelid,
            '{DEFAULT_PRICE_LIST}'::UUID AS pricelevelid, uid('product', i) AS productid,
            {code("I", "i", 9)} AS productnumber, uid('uom', i % {UNITS}) AS uomid,
            uid('group', i % {UNITS}) AS uomscheduleid, (i % 100000 / 100)::DECIMAL(18,4) AS amount,
            '{LOCAL_CURRENCY}'::UUID AS transactioncurrencyid, {sales("i")}
            FROM article WHERE {IN_SALES}""",
    }


# --- customers, accounts, resources, services -----------------------------------------------------------------------


def people(world: World) -> Tables:
    services = f"""SELECT uid('service line', i) AS productpricelevelid, '{DEFAULT_PRICE_LIST}'::UUID AS pricelevelid,
        uid('service', i) AS productid, {code("R", "i", 7)} AS productnumber, uid('uom', i % {UNITS}) AS uomid,
        uid('group', i % {UNITS}) AS uomscheduleid, (i % 400)::DECIMAL(18,4) AS amount,
        '{LOCAL_CURRENCY}'::UUID AS transactioncurrencyid, {sales("i")} FROM service WHERE {IN_SALES}"""
    return {
        ("sales", "productpricelevel"): f"{stock_and_prices(world)['sales', 'productpricelevel']} UNION ALL {services}",
        ("bc", "Contact"): f"""SELECT {code("K", "i", 8)} AS "No.", 0 AS "Type", 'Shop ' || i AS "Name",
            {code("K", "i", 8)} AS "Company No.", {bc("contact", "i")} FROM shop WHERE {IN_BC}""",
        ("bc", "Contact Business Relation"): f"""SELECT {code("K", "i", 8)} AS "Contact No.",
            'CUST' AS "Business Relation Code", 1 AS "Link to Table", {code("C", "i", 8)} AS "No.",
            {bc("relation", "i")} FROM shop WHERE {IN_BC}""",
        ("sales", "contact"): f"""SELECT uid('person', i) AS contactid, '' AS fullname, {sales("i")}
            FROM shop WHERE FALSE""",
        ("bc", "Customer"): f"""SELECT {code("C", "i", 8)} AS "No.",
            'Shop ' || i || CASE WHEN g IN ('changed', 'conflict') THEN ' and daughters' ELSE '' END AS "Name",
            'Street ' || (i % 977) AS "Address", 'Town ' || (i % 211) AS "City", 'PC' || (i % 9973) AS "Post Code",
            '+44 1632 960' || lpad((i % 1000)::VARCHAR, 3, '0') AS "Phone No.",
            'shop' || i || '@shops.example' AS "E-Mail", {code("SP", f"i % {SELLERS}")} AS "Salesperson Code",
            CASE WHEN g = 'failing' THEN 'NONE' WHEN i % 4 = 0 THEN {code("C", f"i % {COUNTRIES}")} ELSE '' END
                AS "Currency Code", (i % 90 * 1000)::DECIMAL(18,2) AS "Credit Limit (LCY)",
            CASE WHEN g = 'blocked' THEN 3 ELSE 0 END AS "Blocked", {bc("customer", "i", BY_OFFICE)}
            FROM shop WHERE {IN_BC}""",
        ("sales", "account"): f"""SELECT uid('account', i) AS accountid,
            'Shop ' || i || {RENAMED} AS name,
            'Street ' || (i % 977) AS address1_line1, 'Town ' || (i % 211) AS address1_city,
            'PC' || (i % 9973) AS address1_postalcode,
            '+44 1632 960' || lpad((i % 1000)::VARCHAR, 3, '0') AS telephone1,
            'shop' || i || '@shops.example' AS emailaddress1, uid('user', i % {SELLERS}) AS ownerid, 1 AS owneridtype,
            CASE WHEN i % 4 = 0 THEN uid('money', i % {COUNTRIES}) ELSE '{LOCAL_CURRENCY}'::UUID END
                AS transactioncurrencyid, (i % 90 * 1000)::DECIMAL(18,2) AS creditlimit,
            '{COMPANY}'::UUID AS bcbi_companyid, 3 AS customertypecode, 0 AS statecode, 1 AS statuscode,
            {sales("i", BY_SELLER)}
            FROM shop WHERE {IN_SALES}""",
        ("bc", "Resource"): f"""SELECT {code("R", "i", 7)} AS "No.",
            'Service ' || i || CASE WHEN g IN ('changed', 'conflict') THEN ', revised' ELSE '' END AS "Name",
            CASE WHEN g = 'failing' THEN {code("U", str(UNITS))} ELSE {code("U", f"i % {UNITS}")} END
                AS "Base Unit of Measure", (i % 400)::DECIMAL(18,2) AS "Unit Price",
            (i % 200)::DECIMAL(18,5) AS "Unit Cost", g = 'blocked' AS "Blocked",
            {bc("resource", "i", BY_OFFICE)}
            FROM service WHERE {IN_BC}""",
        ("sales", "product"): goods(world)["sales", "product"]
        + f""" UNION ALL BY NAME SELECT uid('service', i) AS productid, {code("R", "i", 7)} AS productnumber,
            'Service ' || i || {RENAMED} AS name, 3 AS producttypecode, uid('uom', i % {UNITS}) AS defaultuomid,
            uid('group', i % {UNITS}) AS defaultuomscheduleid, '{DEFAULT_PRICE_LIST}'::UUID AS pricelevelid,
            '{LOCAL_CURRENCY}'::UUID AS transactioncurrencyid, '{COMPANY}'::UUID AS bcbi_companyid,
            (i % 400)::DECIMAL(18,4) AS price, (i % 200)::DECIMAL(18,4) AS standardcost,
            (i % 200)::DECIMAL(18,4) AS currentcost, 0::DECIMAL(18,5) AS quantityonhand, 2 AS quantitydecimal,
            0 AS statecode, 1 AS statuscode,
            {sales("i", BY_SELLER)}
            FROM service WHERE {IN_SALES}""",
    }


# --- couplings ------------------------------------------------------------------------------------------------------


def couplings(world: World) -> Tables:
    def coupled(number: int, bc_kind: str, sales_kind: str, source: str) -> str:
        return f"""SELECT uid('{sales_kind}', i) AS "CRM ID", uid('{bc_kind}', i) AS "Integration ID",
            {number} AS "Table ID", {STAMP} AS "Last Synch. Modified On", {STAMP} AS "Last Synch. CRM Modified On",
            0 AS "Last Synch. Result", 1 AS "Last Synch. CRM Result", FALSE AS "Skipped",
            {bc(f"coupling {number}", "i")} FROM {source}"""

    parts = [
        coupled(13, "seller", "user", f"range({SELLERS}) t(i)"),
        coupled(204, "unit", "group", f"range({UNITS}) t(i)"),
        coupled(5722, "category", "list", f"range({CATEGORIES}) t(i)"),
        coupled(9, "country", "money", f"range({COUNTRIES}) t(i)"),
        coupled(4, "currency", "money", f"range({COUNTRIES}) t(i)"),
        coupled(27, "item", "product", "article WHERE g <> 'new'"),
    ]
    if not world.lean:
        parts.append(coupled(18, "customer", "account", "shop WHERE g <> 'new'"))
        parts.append(coupled(156, "resource", "service", "service WHERE g <> 'new'"))
    return {("bc", "CRM Integration Record"): " UNION ALL ".join(parts)}


# --- pieces of SQL --------------------------------------------------------------------------------------------------


def code(prefix: str, number: str, width: int = 2) -> str:
    return f"'{prefix}' || lpad(({number})::VARCHAR, {width}, '0')"


def bc(kind: str, number: str, moved: str = "FALSE") -> str:
    """The system fields of a BC row; `moved` says whether it was changed since the last run."""
    return f"""uid('{kind}', {number}) AS "SystemId", {CREATED} AS "SystemCreatedAt",
        {moment(number, moved) if moved != "FALSE" else QUIET} AS "SystemModifiedAt" """


def sales(number: str, moved: str = "FALSE") -> str:
    """The moment and author of the last change of a Sales row: the integration user, or a seller if it moved."""
    if moved == "FALSE":
        return f"{QUIET} AS modifiedon, '{INTEGRATION_USER}'::UUID AS modifiedby"
    author = f"CASE WHEN {moved} THEN uid('user', {number} % {SELLERS}) ELSE '{INTEGRATION_USER}'::UUID END"
    return f"{moment(number, moved)} AS modifiedon, {author} AS modifiedby"


def moment(number: str, moved: str) -> str:
    return f"CASE WHEN {moved} THEN {CHANGED} ELSE {QUIET} END + to_seconds(({number} % 86400)::BIGINT)"


def prepare(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Makes the groups: tables article, shop and service with a number i and its group g."""
    connection.execute("CREATE TEMP MACRO uid(kind, i) AS CAST(md5(kind || ':' || i) AS UUID)")
    limits, at = [], 0.0
    for group in GROUPS:
        at += world.shares[group]
        limits.append(f"WHEN b < {at:.6f} THEN '{group}'")
    # multiplying by the golden ratio of 2^32 spreads the numbers evenly, and alike in every version of DuckDB
    for name, count in (("article", world.records), ("shop", world.customers), ("service", world.resources)):
        connection.execute(f"""CREATE TEMP TABLE {name} AS
            SELECT i, CASE {" ".join(limits)} ELSE 'quiet' END AS g FROM (
                SELECT i, (i + {world.seed} * 7919) * 2654435761 % 4294967296 / 4294967296 AS b
                FROM range({count}) t(i))""")
