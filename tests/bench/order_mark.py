"""The order process of the standard integration as hand-written SQL: the mark that `coupler plan` is raced against.

On the world of order_world.py: what is refused and why, headers with what the customer brings, lines, write-ins, comment
lines, freight, discounts, couplings, what is written back; then, as a plan has them, a table of records and one of fields
with before and after. Prints how many documents are made and refused.
"""

from __future__ import annotations

import argparse
import json
import sys

import duckdb

ID = "CAST(md5('{0}/' || CAST({1} AS VARCHAR)) AS UUID)"
TODAY = "DATE '2026-06-15'"
NOW = "TIMESTAMP '2026-06-15 08:00:00'"
COMPANY = "UUID 'c0300000-0000-4000-8000-000000000001'"
CODE = "left(upper(trim(coalesce({0}, ''))), {1})"

JUDGED = """
CREATE TEMP TABLE judged AS
SELECT o.salesorderid AS id, o.ordernumber, c."SystemId" AS customer,
  CASE WHEN o.customerid IS NULL THEN 'no buyer' WHEN a.accountid IS NULL THEN 'no account' WHEN a.customertypecode <> 3 THEN 'not of type customer'
    WHEN c."SystemId" IS NULL THEN 'Account ' || a.name || ' is not coupled to a customer.' WHEN l.reason IS NOT NULL THEN l.reason END AS reason
FROM s.sales.salesorder o LEFT JOIN s.sales.account a ON a.accountid = o.customerid
LEFT JOIN s.bc."CRM Integration Record" k ON k."CRM ID" = a.accountid AND k."Table ID" = 18
LEFT JOIN s.bc."Customer" c ON c."SystemId" = k."Integration ID"
LEFT JOIN (SELECT d.salesorderid, first('Product ' || p.name || ' is not active.' ORDER BY d.sequencenumber) AS reason
  FROM s.sales.salesorderdetail d JOIN s.sales.product p ON p.productid = d.productid WHERE p.statecode <> 0 GROUP BY 1) l ON l.salesorderid = o.salesorderid
WHERE o.statecode = 1 AND o.lastbackofficesubmit IS NULL
  AND NOT EXISTS (SELECT 1 FROM s.bc."CRM Integration Record" k WHERE k."CRM ID" = o.salesorderid)
"""

HEADERS = f"""
CREATE TEMP TABLE header AS
SELECT {ID.format("header", "o.salesorderid")} AS "SystemId", o.salesorderid AS unit, 1 AS "Document Type", 0 AS "Status",
  'NEW-' || lpad(CAST(row_number() OVER (ORDER BY o.salesorderid) AS VARCHAR), 5, '0') AS "No.", left(o.ordernumber, 35) AS "Your Reference",
  c."No." AS "Sell-to Customer No.", c."Name" AS "Sell-to Customer Name", c."Address" AS "Sell-to Address", c."Post Code" AS "Sell-to Post Code",
  c."City" AS "Sell-to City", c."Country/Region Code" AS "Sell-to Country/Region Code", c."Name" AS "Ship-to Name",
  CASE WHEN t.filled THEN left(coalesce(o.shipto_line1, ''), 100) ELSE c."Address" END AS "Ship-to Address",
  CASE WHEN t.filled THEN {CODE.format("o.shipto_postalcode", 20)} ELSE c."Post Code" END AS "Ship-to Post Code",
  CASE WHEN t.filled THEN left(coalesce(o.shipto_city, ''), 30) ELSE c."City" END AS "Ship-to City",
  CASE WHEN t.filled THEN {CODE.format("o.shipto_country", 10)} ELSE c."Country/Region Code" END AS "Ship-to Country/Region Code",
  c."No." AS "Bill-to Customer No.", c."Name" AS "Bill-to Name", c."Address" AS "Bill-to Address", c."Post Code" AS "Bill-to Post Code",
  c."City" AS "Bill-to City", c."Country/Region Code" AS "Bill-to Country/Region Code", c."Payment Terms Code" AS "Payment Terms Code",
  {CODE.format("o.name", 35)} AS "External Document No.", o.description AS "Work Description", {TODAY} AS "Order Date", {TODAY} AS "Document Date",
  {TODAY} AS "Posting Date", {TODAY} AS "Shipment Date", CASE WHEN o.discountamount <> 0 THEN 2 ELSE 0 END AS "Invoice Discount Calculation",
  CASE WHEN o.discountamount <> 0 THEN o.totallineitemamount - o.totalamountlessfreight ELSE 0 END AS "Invoice Discount Value",
  {NOW} AS "SystemCreatedAt", {NOW} AS "SystemModifiedAt"
FROM judged j JOIN s.sales.salesorder o ON o.salesorderid = j.id JOIN s.bc."Customer" c ON c."SystemId" = j.customer,
LATERAL (SELECT coalesce(o.shipto_line1, '') <> '' OR coalesce(o.shipto_city, '') <> '' OR coalesce(o.shipto_postalcode, '') <> '' AS filled) t
WHERE j.reason IS NULL
"""

LINES = f"""
CREATE TEMP TABLE line AS
WITH sold AS (
  SELECT d.*, h."No." AS document, h."Sell-to Customer No." AS customer, i."No." AS item, i."Description" AS item_name, i."Base Unit of Measure" AS unit_code,
    i."Gen. Prod. Posting Group" AS gen, i."VAT Prod. Posting Group" AS vat, i."Allow Invoice Disc." AS allows,
    string_split(coalesce(d.description, ''), chr(10)) AS texts
  FROM s.sales.salesorderdetail d JOIN header h ON h.unit = d.salesorderid
  LEFT JOIN s.bc."CRM Integration Record" k ON k."CRM ID" = d.productid AND k."Table ID" = 27
  JOIN s.bc."Item" i ON i."SystemId" = CASE WHEN d.productid IS NULL THEN (SELECT "SystemId" FROM s.bc."Item" WHERE "No." = 'I900000') ELSE k."Integration ID" END
), told AS (
  SELECT *, CASE WHEN texts[1] = '' THEN coalesce(productdescription, '') ELSE texts[1] END AS first_text FROM sold
), made AS (
  SELECT salesorderid AS unit, sequencenumber AS nth, 0 AS piece, salesorderdetailid AS source, document, customer, 2 AS kind, item AS "No.",
    CASE WHEN productid IS NULL THEN left(first_text, 100) ELSE item_name END AS "Description", unit_code, gen, vat, allows, quantity,
    priceperunit AS price, quantity * volumediscountamount + manualdiscountamount AS discount FROM told
  UNION ALL
  SELECT salesorderid, sequencenumber, p.n, salesorderdetailid, document, customer, 0, '', substr(p.text, 1, 100), '', '', '', false, 0, 0, 0
  FROM (SELECT *, unnest(flatten(list_transform(list_prepend(first_text, texts[2:]),
      lambda one: list_transform(range(0, length(one), 100), lambda first: substr(one, first + 1, 100))))) AS text,
      generate_subscripts(flatten(list_transform(list_prepend(first_text, texts[2:]),
      lambda one: list_transform(range(0, length(one), 100), lambda first: substr(one, first + 1, 100)))), 1) AS n
    FROM told WHERE productid IS NOT NULL OR length(first_text) > 100) p WHERE p.productid IS NOT NULL OR p.n > 1
  UNION ALL
  SELECT h.unit, 1000000, 0, h.unit, h."No.", h."Sell-to Customer No.", 1, '8000', 'Freight Amount', '', '', '', false, 1, o.freightamount, 0
  FROM header h JOIN s.sales.salesorder o ON o.salesorderid = h.unit WHERE o.freightamount > 0
)
SELECT {ID.format("line", "source || '/' || piece || '/' || kind")} AS "SystemId", unit, 1 AS "Document Type", document AS "Document No.",
  CAST(10000 * row_number() OVER (PARTITION BY unit ORDER BY nth, piece) AS INTEGER) AS "Line No.", kind AS "Type", "No.", "Description",
  unit_code AS "Unit of Measure Code", gen AS "Gen. Prod. Posting Group", vat AS "VAT Prod. Posting Group", allows AS "Allow Invoice Disc.",
  customer AS "Sell-to Customer No.", customer AS "Bill-to Customer No.", quantity AS "Quantity", quantity AS "Outstanding Quantity",
  price AS "Unit Price", discount AS "Line Discount Amount", round(quantity * price - discount, 2) AS "Line Amount",
  CASE WHEN piece > 0 THEN source END AS main, source, {NOW} AS "SystemCreatedAt", {NOW} AS "SystemModifiedAt"
FROM made
"""

LINE_ENDS = """
CREATE TEMP TABLE ended AS
SELECT l.* EXCLUDE (main, source), coalesce(m."Line No.", 0) AS "Attached to Line No.",
  CASE WHEN h."Invoice Discount Value" <> 0 AND l."Allow Invoice Disc." THEN round(h."Invoice Discount Value" * l.until_here / l.base, 2)
    - round(h."Invoice Discount Value" * (l.until_here - l."Line Amount") / l.base, 2) ELSE 0 END AS "Inv. Discount Amount"
FROM (SELECT *, sum("Line Amount") FILTER ("Allow Invoice Disc.") OVER (PARTITION BY unit ORDER BY "Line No.") AS until_here,
    sum("Line Amount") FILTER ("Allow Invoice Disc.") OVER (PARTITION BY unit) AS base FROM line) l
JOIN header h ON h.unit = l.unit LEFT JOIN line m ON m.source = l.main AND m."Type" IN (2, 3)
"""

REST = f"""
CREATE TEMP TABLE coupling AS SELECT {ID.format("coupling", "unit")} AS "SystemId", "SystemId" AS "Integration ID", unit AS "CRM ID", 36 AS "Table ID" FROM header;
CREATE TEMP TABLE written_back AS SELECT o.* REPLACE ({TODAY} AS lastbackofficesubmit, {NOW} AS modifiedon), {COMPANY} AS bcbi_companyid
FROM header h JOIN s.sales.salesorder o ON o.salesorderid = h.unit;
"""


def fields(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> str:
    """One row for every field of a new record that is not blank."""
    left_out = ("SystemId", "unit", "SystemCreatedAt", "SystemModifiedAt")
    names = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {table}").fetchall() if row[0] not in left_out]
    parts = []
    for at, (name, kind) in enumerate(names):
        column = '"' + name + '"'
        blank = {"VARCHAR": "''", "BOOLEAN": "false"}.get(
            kind, "NULL" if kind in ("DATE", "TIMESTAMP", "UUID") else "0"
        )
        shown = f"CAST({column} AS VARCHAR)"
        parts.append(f"CASE WHEN {column} IS DISTINCT FROM {blank} THEN {{'nth': {at}, 'after': {shown}}} END")
    told = ", ".join(f"({at}, '{name}')" for at, (name, _) in enumerate(names))
    return f"""INSERT INTO field SELECT record, t.nth, t.name, '', f.after
FROM (SELECT {key} AS record, unnest([{", ".join(parts)}]) AS f FROM {table}) u JOIN (VALUES {told}) t(nth, name) ON t.nth = u.f.nth"""


def plan(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    for statement in (JUDGED, HEADERS, LINES, LINE_ENDS, REST):
        connection.execute(statement)
    connection.execute(
        "CREATE TEMP TABLE record (cause UUID, id UUID, action VARCHAR, table_name VARCHAR, label VARCHAR, reason VARCHAR)"
    )
    connection.execute(
        "CREATE TEMP TABLE field (record UUID, ordinal INTEGER, name VARCHAR, before VARCHAR, after VARCHAR)"
    )
    connection.execute(
        """INSERT INTO record SELECT NULL, id, CASE WHEN reason IS NULL THEN 'change' ELSE 'fail' END, 'salesorder', ordernumber, reason FROM judged
UNION ALL SELECT unit, "SystemId", 'create', 'Sales Header', 'Order ' || "No." || ' ' || "Sell-to Customer Name", NULL FROM header
UNION ALL SELECT unit, "SystemId", 'create', 'Sales Line', 'Order ' || "Document No." || ' ' || "Line No." || ' ' || "Description", NULL FROM ended"""
    )
    connection.execute(fields(connection, "header", '"SystemId"'))
    connection.execute(fields(connection, "ended", '"SystemId"'))
    connection.execute(
        f"""INSERT INTO field SELECT unit, 1, 'lastbackofficesubmit', '', '2026-06-15' FROM header
UNION ALL SELECT unit, 2, 'bcbi_companyid', '', CAST({COMPANY} AS VARCHAR) FROM header"""
    )
    row = connection.execute(
        "SELECT count(*) FILTER (reason IS NULL), count(*) FILTER (reason IS NOT NULL) FROM judged"
    ).fetchone()
    assert row is not None
    return {"create": row[0], "fail": row[1]}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("snapshot")
    parser.add_argument("--temp", default="", help="folder for what does not fit into memory")
    given = parser.parse_args(arguments)
    connection = duckdb.connect(config={"preserve_insertion_order": False})
    connection.execute("SET TimeZone = 'UTC'")
    if given.temp:
        connection.execute(f"SET temp_directory = '{given.temp}'")
    connection.execute(f"ATTACH '{given.snapshot}' AS s (READ_ONLY)")
    print(json.dumps({"counts": {"create-sales-orders": {"process": plan(connection)}}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
