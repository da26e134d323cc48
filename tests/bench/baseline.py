"""A snapshot -> the dry run of bench.rules, written by hand as fast as DuckDB allows: the mark for `coupler plan`.

One narrow pass decides who differs, by a 64-bit hash of all mapped fields of each side; only those that are not simply
unchanged are fetched again with all their fields. Look-ups are joins on small tables within the narrow pass. The same
records are looked at as by the product: what the filters and the time of the last run let through, to Sales, then to
Business Central; the result is the same too: a row per record that is not unchanged, a row per field that changes.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import duckdb

INTEGRATION_USER = "05e40000-0000-4000-8000-000000000099"

# column of product, the value it gets, the type both sides are compared in
FIELDS = (
    ("productnumber", """trim(i."No.")""", "VARCHAR"),
    ("name", "i.Description", "VARCHAR"),
    ("suppliername", """i."Description 2\"""", "VARCHAR"),
    ("producttypecode", "CASE i.Type WHEN 0 THEN 1 WHEN 1 THEN 3 WHEN 2 THEN 4 END", "INTEGER"),
    ("price", """i."Unit Price\"""", "DECIMAL(38,10)"),
    ("standardcost", """i."Unit Cost\"""", "DECIMAL(38,10)"),
    ("currentcost", """i."Last Direct Cost\"""", "DECIMAL(38,10)"),
    ("stockweight", """i."Gross Weight\"""", "DECIMAL(38,10)"),
    ("stockvolume", """i."Unit Volume\"""", "DECIMAL(38,10)"),
    ("quantityonhand", """i."Reorder Point\"""", "DECIMAL(38,10)"),
    ("vendorid", """i."Vendor No.\"""", "VARCHAR"),
    ("vendorpartnumber", """i."Vendor Item No.\"""", "VARCHAR"),
    ("size", "i.GTIN", "VARCHAR"),
    ("validfromdate", """i."Next Counting Start Date\"""", "DATE"),
    ("defaultuomscheduleid", "unit.id", "UUID"),
    ("pricelevelid", "category.id", "UUID"),
    ("transactioncurrencyid", "country.id", "UUID"),
)
LOOKUPS = (
    ("unit", "Unit of Measure", 204, "Base Unit of Measure"),
    ("category", "Item Category", 5722, "Item Category Code"),
    ("country", "Country/Region", 9, "Country/Region Purchased Code"),
)
BLANK = {"VARCHAR": "''", "INTEGER": "0", "DECIMAL(38,10)": "0", "DATE": "NULL", "UUID": "NULL"}

NEW = {name: f"CAST({value} AS {kind})" for name, value, kind in FIELDS}
OLD = {name: f"coalesce(p.{name}, {BLANK[kind]})" for name, _, kind in FIELDS}
NEW_HASH = f"hash({', '.join(NEW.values())})"
OLD_HASH = f"hash({', '.join(OLD.values())})"
JOINS = " ".join(f"""LEFT JOIN {name} ON {name}.code = i."{field}" """ for name, _, _, field in LOOKUPS)
UNRESOLVED = " OR ".join(f"""({name}.id IS NULL AND i."{field}" <> '')""" for name, _, _, field in LOOKUPS)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """The look-ups as small tables, the couplings of items, the times of the last run."""
    for name, table, number, _ in LOOKUPS:
        connection.execute(f"""CREATE TEMP TABLE {name} AS SELECT t.Code AS code, k."CRM ID" AS id
            FROM snap.bc."{table}" t JOIN snap.bc."CRM Integration Record" k ON k."Integration ID" = t.SystemId
            WHERE k."Table ID" = {number}""")
    connection.execute("""CREATE TEMP VIEW coupling AS SELECT "Integration ID" AS bc_id, "CRM ID" AS sales_id,
        "Last Synch. Modified On" AS bc_stamp, "Last Synch. CRM Modified On" AS sales_stamp, Skipped AS skipped,
        "Last Synch. Result" AS result_to_bc, "Last Synch. CRM Result" AS result_to_sales
        FROM snap.bc."CRM Integration Record" WHERE "Table ID" = 27""")


def last_run(connection: duckdb.DuckDBPyConnection) -> tuple[object, object]:
    found = connection.execute("""SELECT "Synch. Int. Tbl. Mod. On Fltr.", "Synch. Modified On Filter"
        FROM snap.bc."Integration Table Mapping" WHERE Name = 'BENCH'""").fetchall()
    return found[0] if found else (None, None)


def to_sales(connection: duckdb.DuckDBPyConnection, since: object) -> None:
    """Items to products: table narrow (not unchanged), wide (those to write, both versions of each field)."""
    past = "TRUE" if since is None else f"i.SystemModifiedAt > TIMESTAMP '{since}'"
    # few records: join the products by id; all records: hash both sides once
    item = f"""SELECT i.SystemId AS bc_id, i.SystemModifiedAt AS moved, {UNRESOLVED} AS unresolved,
        {NEW_HASH} AS wanted FROM snap.bc.Item i {JOINS} WHERE NOT i.Blocked AND {past}"""
    connection.execute(f"""CREATE TEMP TABLE narrow AS SELECT bc_id, sales_id, action FROM (
        SELECT i.bc_id, k.sales_id, CASE
            WHEN k.skipped THEN 'skip'
            WHEN k.bc_id IS NULL AND unresolved THEN 'fail'
            WHEN k.bc_id IS NULL THEN 'create'
            WHEN p.id IS NULL THEN 'fail'
            WHEN NOT (i.moved > k.bc_stamp OR k.bc_stamp IS NULL OR k.result_to_sales = 2) THEN 'unchanged'
            WHEN unresolved THEN 'fail'
            WHEN wanted = held THEN 'unchanged'
            WHEN p.moved > k.sales_stamp OR k.sales_stamp IS NULL OR k.result_to_bc = 2 THEN 'both'
            ELSE 'change' END AS action
        FROM ({item}) i LEFT JOIN coupling k ON k.bc_id = i.bc_id
        LEFT JOIN (SELECT p.productid AS id, p.modifiedon AS moved, {OLD_HASH} AS held FROM snap.sales.product p) p
            ON p.id = k.sales_id) WHERE action <> 'unchanged'""")
    values = ", ".join(f"{NEW[name]} AS n_{name}, {OLD[name]} AS o_{name}" for name, _, _ in FIELDS)
    connection.execute(f"""CREATE TEMP TABLE wide AS SELECT n.bc_id, n.sales_id, {values},
        CASE WHEN n.action = 'both' AND {NEW["name"]} IS DISTINCT FROM {OLD["name"]} THEN 'conflict'
             WHEN n.action = 'both' THEN 'change' ELSE n.action END AS action
        FROM (FROM narrow WHERE action IN ('create', 'change', 'both')) n
        JOIN snap.bc.Item i ON i.SystemId = n.bc_id
        LEFT JOIN snap.sales.product p ON p.productid = n.sales_id {JOINS}""")
    pairs = ", ".join(
        f"{{'field': '{name}', 'before': CAST(o_{name} AS VARCHAR), 'after': CAST(n_{name} AS VARCHAR)}}"
        for name, _, _ in FIELDS
    )
    connection.execute("""CREATE TABLE record AS
        SELECT 'to_sales' AS leg, bc_id, sales_id, action FROM narrow WHERE action IN ('skip', 'fail')
        UNION ALL SELECT 'to_sales', bc_id, sales_id, action FROM wide""")
    connection.execute(f"""CREATE TABLE field AS SELECT 'to_sales' AS leg, bc_id, u.field, u.before, u.after
        FROM (SELECT bc_id, unnest([{pairs}]) AS u FROM wide) WHERE u.before IS DISTINCT FROM u.after""")


def to_bc(connection: duckdb.DuckDBPyConnection, since: object) -> None:
    """Products that a seller changed to items: the one field that goes both ways."""
    past = "TRUE" if since is None else f"p.modifiedon > TIMESTAMP '{since}' - INTERVAL 999 MILLISECOND"
    connection.execute(f"""CREATE TEMP TABLE back AS SELECT bc_id, sales_id, before, after, CASE
            WHEN skipped THEN 'skip' WHEN bc_id IS NULL THEN 'create' WHEN item IS NULL THEN 'fail'
            WHEN NOT (moved > sales_stamp OR sales_stamp IS NULL) THEN 'unchanged'
            WHEN before = after THEN 'unchanged'
            WHEN failed OR item_moved > bc_stamp OR bc_stamp IS NULL THEN 'conflict' ELSE 'change' END AS action
        FROM (SELECT k.*, i.SystemId AS item, p.modifiedon AS moved, i.SystemModifiedAt AS item_moved,
                i.Description AS before, left(coalesce(p.name, ''), 100) AS after, f.bc_id IS NOT NULL AS failed
            FROM snap.sales.product p LEFT JOIN coupling k ON k.sales_id = p.productid
            LEFT JOIN snap.bc.Item i ON i.SystemId = k.bc_id
            LEFT JOIN record f ON f.bc_id = k.bc_id AND f.action IN ('fail', 'conflict')
            ANTI JOIN record w ON w.sales_id = p.productid AND w.action = 'change'
            WHERE p.statecode = 0 AND p.modifiedby <> UUID '{INTEGRATION_USER}' AND {past})""")
    connection.execute(
        "INSERT INTO record SELECT 'to_bc', bc_id, sales_id, action FROM back WHERE action <> 'unchanged'"
    )
    connection.execute("""INSERT INTO field SELECT 'to_bc', bc_id, 'Description', before, after FROM back
        WHERE action IN ('change', 'conflict')""")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--memory", metavar="4GB")
    parser.add_argument("--temp", type=Path, help="where DuckDB may spill")
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    settings: dict[str, str | bool | int | float | list[str]] = {"preserve_insertion_order": "false"}
    if given.memory:
        settings["memory_limit"] = given.memory
    if given.temp:
        settings["temp_directory"] = str(given.temp)
    connection = duckdb.connect(config=settings)
    path = str(given.snapshot).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS snap (READ_ONLY)")
    prepare(connection)
    bc_time, sales_time = last_run(connection)
    to_sales(connection, bc_time)
    to_bc(connection, sales_time)
    counts: dict[str, dict[str, int]] = {"to_sales": {}, "to_bc": {}}
    for leg, action, number in connection.execute(
        "SELECT leg, action, count(*) FROM record GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        counts[leg][action] = number
    fields = connection.execute("SELECT count(*) FROM field").fetchall()[0][0]
    print(json.dumps({"counts": counts, "fields": fields, "seconds": round(time.perf_counter() - started, 3)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
