"""A number of submitted orders, five lines each -> a snapshot in which they wait to become sales orders.

Every tenth line is a write-in, every tenth has a long text, one order in twenty has freight, one in twenty a discount;
one in a hundred is refused because its customer is not coupled, one in two hundred because a product is not active.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.catalog.load import load_catalog
from engine.snapshot.layout import new_snapshot, write_head
from engine.snapshot.types import column_type, empty_value
from engine.sql.quote import identifier, literal, qualified

CUSTOMERS, ITEMS, LINES = 20_000, 5_000, 5
LAST = "TIMESTAMP '2026-06-12 18:00:00'"
COMPANY = "UUID 'c0300000-0000-4000-8000-000000000001'"


def id_of(kind: str, number: str) -> str:
    """SQL of a UUID out of a kind of record and its number."""
    return f"CAST(md5({literal(kind)} || '/' || ({number})) AS UUID)"


def tables(orders: int) -> dict[tuple[str, str], str]:
    customer = f"(i % {CUSTOMERS})"
    line = f"(SELECT o.range AS o, l.range + 1 AS nth, o.range * {LINES} + l.range AS i FROM range({orders}) o, range({LINES}) l)"
    return {
        ("bc", "Customer"): f"""SELECT {id_of("customer", "i")} AS "SystemId", 'C' || lpad(i::VARCHAR, 6, '0') AS "No.",
            'Customer ' || i AS "Name", i || ' High Street' AS "Address", 'Leeds' AS "City", 'LS' || i % 90 AS "Post Code", 'GB' AS "Country/Region Code",
            'NET30' AS "Payment Terms Code", {LAST} AS "SystemModifiedAt" FROM (SELECT range AS i FROM range({CUSTOMERS}))""",
        (
            "sales",
            "account",
        ): f"""SELECT {id_of("account", "i")} AS accountid, 'Customer ' || i AS name, 3 AS customertypecode, 0 AS statecode,
            {COMPANY} AS bcbi_companyid, {LAST} AS modifiedon FROM (SELECT range AS i FROM range({CUSTOMERS}))""",
        (
            "bc",
            "Item",
        ): f"""SELECT {id_of("item", "i")} AS "SystemId", 'I' || lpad(i::VARCHAR, 6, '0') AS "No.", 'Item ' || i AS "Description",
            'PCS' AS "Base Unit of Measure", 10 + i % 90 AS "Unit Price", true AS "Allow Invoice Disc.", 'RETAIL' AS "Gen. Prod. Posting Group",
            'VAT20' AS "VAT Prod. Posting Group", {LAST} AS "SystemModifiedAt"
            FROM (SELECT range AS i FROM range({ITEMS}) UNION ALL SELECT 900000)""",
        (
            "sales",
            "product",
        ): f"""SELECT {id_of("product", "i")} AS productid, 'I' || lpad(i::VARCHAR, 6, '0') AS productnumber, 'Item ' || i AS name,
            1 AS producttypecode, CASE WHEN i = {ITEMS - 1} THEN 1 ELSE 0 END AS statecode, {LAST} AS modifiedon FROM (SELECT range AS i FROM range({ITEMS}))""",
        (
            "bc",
            "Country/Region",
        ): f"""SELECT {id_of("country", "'GB'")} AS "SystemId", 'GB' AS "Code", 'Great Britain' AS "Name" """,
        (
            "bc",
            "Payment Terms",
        ): f"""SELECT {id_of("terms", "'NET30'")} AS "SystemId", 'NET30' AS "Code", 'Net 30' AS "Description" """,
        (
            "bc",
            "G/L Account",
        ): f"""SELECT {id_of("account of freight", "'8000'")} AS "SystemId", '8000' AS "No.", 'Freight' AS "Name" """,
        (
            "sales",
            "transactioncurrency",
        ): """SELECT UUID '7c000000-0000-4000-8000-000000000001' AS transactioncurrencyid, 'GBP' AS isocurrencycode, 'Pound' AS currencyname""",
        (
            "sales",
            "salesorder",
        ): f"""SELECT {id_of("order", "i")} AS salesorderid, 'ORD-' || lpad(i::VARCHAR, 7, '0') AS ordernumber, 'Order ' || i AS name,
            {id_of("account", customer)} AS customerid, 1 AS customeridtype, UUID '7c000000-0000-4000-8000-000000000001' AS transactioncurrencyid,
            1 AS statecode, 3 AS statuscode, NULL::TIMESTAMP AS lastbackofficesubmit, {LINES * 20} AS totallineitemamount,
            {LINES * 20} - CASE WHEN i % 20 = 1 THEN 5 ELSE 0 END AS totalamountlessfreight, CASE WHEN i % 20 = 1 THEN 5 ELSE 0 END AS discountamount,
            0 AS discountpercentage, CASE WHEN i % 20 = 2 THEN 12.5 ELSE 0 END AS freightamount, 'Ship it' AS description,
            i || ' Mill Lane' AS shipto_line1, 'York' AS shipto_city, 'YO1' AS shipto_postalcode, 'GB' AS shipto_country, {LAST} AS modifiedon
            FROM (SELECT range AS i FROM range({orders}))""",
        (
            "sales",
            "salesorderdetail",
        ): f"""SELECT {id_of("line", "i")} AS salesorderdetailid, {id_of("order", "o")} AS salesorderid, nth AS sequencenumber,
            CASE WHEN i % 10 = 3 THEN NULL ELSE {id_of("product", f"CASE WHEN o % 200 = 7 AND nth = 2 THEN {ITEMS - 1} ELSE (i * 7919) % ({ITEMS - 1}) END")} END AS productid,
            CASE WHEN i % 10 = 3 THEN 'Something special' ELSE '' END AS productdescription,
            CASE WHEN i % 10 = 5 THEN repeat('All that is to be said of it. ', 9) ELSE '' END AS description,
            1 + i % 4 AS quantity, 20 AS priceperunit, 0 AS volumediscountamount, i % 2 AS manualdiscountamount, {LAST} AS modifiedon FROM {line}""",
        (
            "bc",
            "CRM Integration Record",
        ): f"""SELECT {id_of("coupled customer", "i")} AS "SystemId", {id_of("customer", "i")} AS "Integration ID",
            {id_of("account", "i")} AS "CRM ID", 18 AS "Table ID", {LAST} AS "Last Synch. Modified On", {LAST} AS "Last Synch. CRM Modified On"
            FROM (SELECT range AS i FROM range({CUSTOMERS})) WHERE i % 100 <> 50
            UNION ALL SELECT {id_of("coupled item", "i")}, {id_of("item", "i")}, {id_of("product", "i")}, 27, {LAST}, {LAST} FROM (SELECT range AS i FROM range({ITEMS}))""",
    }


def write(target: Path, orders: int) -> None:
    """The snapshot, typed as an import would."""
    catalog, _ = load_catalog()
    with new_snapshot(target) as connection:
        for (system, name), select in tables(orders).items():
            table = catalog.table("bc" if system == "bc" else "sales", name)
            columns = [row[0] for row in connection.execute(f"DESCRIBE {select}").fetchall()]
            typed = ", ".join(
                f"coalesce(CAST({identifier(one)} AS {column_type(table.fields[one].kind)}), {empty_value(table.system, table.fields[one])}) AS {identifier(one)}"
                for one in columns
            )
            made = connection.execute(
                f"CREATE TABLE {qualified('fresh', system, name)} AS SELECT {typed} FROM ({select})"
            )
            rows = made.fetchall()[0][0]
            connection.execute(
                f"INSERT INTO fresh.sync.table VALUES "
                f"({literal(system)}, {literal(name)}, {literal(table.caption)}, {rows}, 0, TRUE)"
            )
        write_head(connection, "fresh", "TIMESTAMP '2026-06-15 08:00:00'", "")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--snapshot", type=Path, required=True)
    given = parser.parse_args(arguments)
    write(given.snapshot, given.orders)
    return 0


if __name__ == "__main__":
    sys.exit(main())
