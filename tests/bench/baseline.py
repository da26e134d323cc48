"""A snapshot -> the dry run of one mapping or several by hand-written SQL, as fast as DuckDB allows: the mark to reach.

One narrow pass decides who differs, by a 64-bit hash of all mapped fields of each side; only those that are not simply
unchanged are fetched again with all their fields. Look-ups are joins on small tables within the narrow pass. The same
records are looked at as by the product: what the filters and the time of the last run let through, to Sales, then to
Business Central; the result is the same too: a row per record that is not unchanged, a row per field that changes.
The mappings themselves stand in marks.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from marks import BENCH, INTEGRATION_USER, STANDARD, Mark  # noqa: E402

BLANK = {"VARCHAR": "''", "INTEGER": "0", "DECIMAL(38,10)": "0", "DATE": "NULL", "UUID": "NULL"}


def dry_run(connection: duckdb.DuckDBPyConnection, mark: Mark) -> None:
    """Adds the rows of one mapping to the tables `record` and `field`."""
    small_tables(connection, mark)
    bc_time, sales_time = last_run(connection, mark)
    if mark.fields:
        to_sales(connection, mark, bc_time)
    if mark.back:
        to_bc(connection, mark, sales_time)


def small_tables(connection: duckdb.DuckDBPyConnection, mark: Mark) -> None:
    """The look-ups, and the couplings of the mapping's own table."""
    for one in mark.lookups:
        connection.execute(f"""CREATE OR REPLACE TEMP TABLE {one.alias} AS SELECT t.Code AS code, k."CRM ID" AS id
            FROM snap.bc."{one.table}" t JOIN snap.bc."CRM Integration Record" k ON k."Integration ID" = t.SystemId
            WHERE k."Table ID" = {one.number}""")
    connection.execute(f"""CREATE OR REPLACE TEMP VIEW coupling AS SELECT "Integration ID" AS bc_id,
        "CRM ID" AS sales_id, "Last Synch. Modified On" AS bc_stamp, "Last Synch. CRM Modified On" AS sales_stamp,
        Skipped AS skipped, "Last Synch. Result" AS result_to_bc, "Last Synch. CRM Result" AS result_to_sales
        FROM snap.bc."CRM Integration Record" WHERE "Table ID" = {mark.number}""")


def last_run(connection: duckdb.DuckDBPyConnection, mark: Mark) -> tuple[object, object]:
    found = connection.execute(f"""SELECT "Synch. Int. Tbl. Mod. On Fltr.", "Synch. Modified On Filter"
        FROM snap.bc."Integration Table Mapping" WHERE Name = '{mark.name}'""").fetchall()
    return found[0] if found else (None, None)


def to_sales(connection: duckdb.DuckDBPyConnection, mark: Mark, since: object) -> None:
    """BC to Sales: table narrow (who is not unchanged), table wide (those to write, each field before and after)."""
    past = "TRUE" if since is None else f"i.SystemModifiedAt > TIMESTAMP '{since}'"
    new = {one.column: f"CAST({one.value} AS {one.kind})" for one in mark.fields}
    old = {one.column: f"coalesce(p.{one.column}, {BLANK[one.kind]})" for one in mark.fields}
    joins = " ".join(f"""LEFT JOIN {one.alias} ON {one.alias}.code = i."{one.field}" """ for one in mark.lookups)
    joins += mark.joins
    open_ones = [f"""({one.alias}.id IS NULL AND i."{one.field}" <> '')""" for one in mark.lookups]
    unresolved = " OR ".join(open_ones) or "false"
    bc = f"""SELECT i.SystemId AS bc_id, i.SystemModifiedAt AS moved, {unresolved} AS unresolved,
        hash({", ".join(new.values())}) AS wanted
        FROM snap.bc."{mark.bc}" i {joins} WHERE {mark.filter_bc} AND {past}"""
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE narrow AS SELECT bc_id, sales_id, action FROM (
        SELECT i.bc_id, k.sales_id, CASE
            WHEN k.skipped THEN 'skip'
            WHEN k.bc_id IS NULL AND NOT {mark.creates} THEN 'unchanged'
            WHEN k.bc_id IS NULL AND unresolved THEN 'fail'
            WHEN k.bc_id IS NULL THEN 'create'
            WHEN p.id IS NULL THEN 'fail'
            WHEN NOT (i.moved > k.bc_stamp OR k.bc_stamp IS NULL OR k.result_to_sales = 2) THEN 'unchanged'
            WHEN unresolved THEN 'fail'
            WHEN wanted = held THEN 'unchanged'
            WHEN p.moved > k.sales_stamp OR k.sales_stamp IS NULL OR k.result_to_bc = 2 THEN 'both'
            ELSE 'change' END AS action
        FROM ({bc}) i LEFT JOIN coupling k ON k.bc_id = i.bc_id
        LEFT JOIN (SELECT p.{mark.sales_id} AS id, p.modifiedon AS moved, hash({", ".join(old.values())}) AS held
            FROM snap.sales.{mark.sales} p) p ON p.id = k.sales_id) WHERE action <> 'unchanged'""")
    values = ", ".join(
        f"{new[one.column]} AS n_{one.column}, {old[one.column]} AS o_{one.column}" for one in mark.fields
    )
    clash = " OR ".join(f"{new[one]} IS DISTINCT FROM {old[one]}" for one in mark.two_way) or "false"
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE wide AS SELECT n.bc_id, n.sales_id, {values},
        CASE WHEN n.action = 'both' AND ({clash}) THEN 'conflict'
             WHEN n.action = 'both' THEN 'change' ELSE n.action END AS action
        FROM (FROM narrow WHERE action IN ('create', 'change', 'both')) n
        JOIN snap.bc."{mark.bc}" i ON i.SystemId = n.bc_id
        LEFT JOIN snap.sales.{mark.sales} p ON p.{mark.sales_id} = n.sales_id {joins}""")
    connection.execute(f"""INSERT INTO record SELECT '{mark.name}', 'to_sales', bc_id, sales_id, action FROM narrow
        WHERE action IN ('skip', 'fail')
        UNION ALL SELECT '{mark.name}', 'to_sales', bc_id, sales_id, action FROM wide""")
    unpivot(connection, mark, "to_sales", "wide", [one.column for one in mark.fields])
    if mark.lines:
        connection.execute(mark.lines)


def to_bc(connection: duckdb.DuckDBPyConnection, mark: Mark, since: object) -> None:
    """Sales to BC: what a seller changed, the fields that go both ways."""
    past = "TRUE" if since is None else f"p.modifiedon > TIMESTAMP '{since}' - INTERVAL 999 MILLISECOND"
    by_others = "true" if mark.own_changes else f"p.modifiedby <> UUID '{INTEGRATION_USER}'"
    values = ", ".join(f"{one.after} AS n_{one.name}, {one.before} AS o_{one.name}" for one in mark.back)
    differs = " OR ".join(f"n_{one.name} IS DISTINCT FROM o_{one.name}" for one in mark.back)
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE wide AS SELECT *, CASE
            WHEN skipped THEN 'skip' WHEN bc_id IS NULL THEN 'unchanged' WHEN item IS NULL THEN 'fail'
            WHEN NOT (moved > sales_stamp OR sales_stamp IS NULL OR result_to_bc = 2) THEN 'unchanged'
            WHEN NOT ({differs}) THEN 'unchanged'
            WHEN failed OR item_moved > bc_stamp OR bc_stamp IS NULL THEN 'conflict' ELSE 'change' END AS action
        FROM (SELECT k.*, i.SystemId AS item, p.modifiedon AS moved, i.SystemModifiedAt AS item_moved, {values},
                f.bc_id IS NOT NULL AS failed
            FROM snap.sales.{mark.sales} p LEFT JOIN coupling k ON k.sales_id = p.{mark.sales_id}
            LEFT JOIN snap.bc."{mark.bc}" i ON i.SystemId = k.bc_id
            LEFT JOIN record f ON f.mapping = '{mark.name}' AND f.bc_id = k.bc_id AND f.action IN ('fail', 'conflict')
            ANTI JOIN record w ON w.mapping = '{mark.name}' AND w.sales_id = p.{mark.sales_id} AND w.action = 'change'
            {mark.joins_back}
            WHERE {mark.filter_sales} AND {by_others} AND {past})""")
    connection.execute(f"""INSERT INTO record SELECT '{mark.name}', 'to_bc', bc_id, sales_id, action FROM wide
        WHERE action <> 'unchanged'""")
    unpivot(connection, mark, "to_bc", "wide", [one.name for one in mark.back])


def unpivot(connection: duckdb.DuckDBPyConnection, mark: Mark, leg: str, source: str, names: list[str]) -> None:
    """The small wide table, one row per field that differs."""
    pairs = ", ".join(
        f"{{'field': '{name}', 'before': CAST(o_{name} AS VARCHAR), 'after': CAST(n_{name} AS VARCHAR)}}"
        for name in names
    )
    connection.execute(f"""INSERT INTO field SELECT '{mark.name}', '{leg}', bc_id, u.field, u.before, u.after
        FROM (SELECT bc_id, unnest([{pairs}]) AS u FROM {source} WHERE action IN ('create', 'change', 'conflict'))
        WHERE u.before IS DISTINCT FROM u.after""")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--standard", action="store_true", help="the mappings of the standard integration")
    parser.add_argument("--only", metavar="NAME", help="one of them")
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
    connection.execute("CREATE TABLE record (mapping VARCHAR, leg VARCHAR, bc_id UUID, sales_id UUID, action VARCHAR)")
    connection.execute(
        "CREATE TABLE field (mapping VARCHAR, leg VARCHAR, bc_id UUID, field VARCHAR, before VARCHAR, after VARCHAR)"
    )
    marks: tuple[Mark, ...] = STANDARD if given.standard else (BENCH,)
    if given.only:
        marks = tuple(one for one in STANDARD if one.name == given.only)
    counts: dict[str, dict[str, dict[str, int]]] = {one.name: {"to_sales": {}, "to_bc": {}} for one in marks}
    for one in marks:
        dry_run(connection, one)
    for mapping, leg, action, number in connection.execute(
        "SELECT mapping, leg, action, count(*) FROM record GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        counts[mapping][leg][action] = number
    fields = connection.execute("SELECT count(*) FROM field").fetchall()[0][0]
    print(json.dumps({"counts": counts, "fields": fields, "seconds": round(time.perf_counter() - started, 3)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
