"""A number of records and a seed -> a large world of both systems, as Parquet exports or as a snapshot.

Everything is one SQL statement per table over DuckDB's range(), so a million items with their products take seconds.
Each item belongs to one of these groups, chosen by its number and the seed:

  new        in Business Central only
  deleted    one of the two partners is gone; the other was changed
  conflict   changed on both sides, the name among it
  changed    changed in Business Central only
  sales      changed in Sales only, by a seller
  failing    changed, and its unit has no unit group
  blocked    changed and blocked
  touched    the moment of the last change has moved, no field that anybody carries over has
  quiet      nothing

Customers and resources are split the same way. The world's clock is that of the sample: the last run was on Friday
12 June 2026, now is Monday 15 June 2026, 08:00 UTC.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from large_world import GROUPS, SHARES, World, prepare, tables


def write_exports(world: World, out: Path, say: Callable[[str], None]) -> None:
    connection = duckdb.connect(config={"preserve_insertion_order": False})
    connection.execute("SET TimeZone = 'UTC'")
    prepare(connection, world)
    for (system, table), select in tables(world).items():
        path = out / system / f"{table.replace('/', '_')}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        target = str(path).replace("'", "''")
        rows = connection.execute(f"COPY ({select}) TO '{target}' (FORMAT parquet)").fetchall()[0][0]
        say(f"{rows:>12,}  {system} {table}")


def write_snapshot(world: World, target: Path, say: Callable[[str], None]) -> None:
    """The same rows straight into a snapshot, with the types of the catalog; much faster than an import."""
    from engine.catalog.load import load_catalog
    from engine.snapshot.layout import new_snapshot, write_head
    from engine.snapshot.types import column_type, empty_value
    from engine.sql.quote import identifier, literal, qualified

    catalog, _ = load_catalog()
    with new_snapshot(target) as connection:
        connection.execute("SET preserve_insertion_order = false")
        prepare(connection, world)
        for (system, name), select in tables(world).items():
            table = catalog.table("bc" if system == "bc" else "sales", name)
            columns = [row[0] for row in connection.execute(f"DESCRIBE {select}").fetchall()]
            typed = ", ".join(
                f"coalesce(CAST({identifier(one)} AS {column_type(field.kind)}), {empty_value(table.system, field)})"
                f" AS {identifier(one)}"
                for one in columns
                for field in (table.field(one),)
            )
            place = qualified("fresh", system, name)
            rows = connection.execute(f"CREATE TABLE {place} AS SELECT {typed} FROM ({select})").fetchall()[0][0]
            connection.execute(
                f"INSERT INTO fresh.sync.table VALUES "
                f"({literal(system)}, {literal(name)}, {literal(table.caption)}, {rows}, 0, TRUE)"
            )
            say(f"{rows:>12,}  {system} {name}")
        write_head(connection, "fresh", "TIMESTAMP '2026-06-15 08:00:00'", "")


def share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share: a number from 0 to 1")
    return value


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Makes a large world of both systems.",
        epilog="python samples/generate.py --records 1000000 --out big/exports",
    )
    parser.add_argument("--records", type=int, required=True, metavar="N", help="items, with as many products")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another world (default 1)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write Parquet exports to DIR/bc and DIR/sales")
    parser.add_argument("--snapshot", type=Path, metavar="FILE", help="write a snapshot")
    parser.add_argument("--lean", action="store_true", help="items and products only: no stock, prices, customers")
    parser.add_argument("--spread", action="store_true", help="products in many currencies and price lists")
    parser.add_argument("--first-run", action="store_true", help="no last run is known and every item was touched")
    parser.add_argument("--quiet", action="store_true", help="say nothing")
    for group in GROUPS:
        parser.add_argument(
            f"--{group}", type=share, default=SHARES[group], metavar="X", help=f"share (default {SHARES[group]})"
        )
    given = parser.parse_args(arguments)
    if given.records < 1 or (given.out is None and given.snapshot is None):
        parser.error("give --records of at least 1, and --out or --snapshot")
    if sum(getattr(given, group) for group in GROUPS) > 1:
        parser.error("the shares add up to more than 1")
    world = World(
        records=given.records,
        seed=given.seed,
        shares={group: getattr(given, group) for group in GROUPS},
        lean=given.lean,
        spread=given.spread,
        first_run=given.first_run,
    )
    say = (lambda _: None) if given.quiet else (lambda line: print(line, file=sys.stderr))
    started = time.perf_counter()
    if given.out is not None:
        write_exports(world, given.out, say)
    if given.snapshot is not None:
        write_snapshot(world, given.snapshot, say)
    say(f"{time.perf_counter() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
