"""What a run or an edit wrote -> the BC tables whose records were created or changed, by their prints before and after.

A print of a table is a count and a checksum of the rows that the plan holds of it, whatever their order: once of all,
once without those that are deleted. Which mappings records do not wake stands in the connector's table of mappings.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine import connector
from engine.run.world import OPERATION, World
from engine.sql.quote import identifier, qualified

Key = tuple[str, str]
Print = tuple[int, int, int, int, int]
"""Rows, their checksum; rows that live, their checksum; columns."""
Prints = Mapping[Key, Print]
NOTHING: Print = (0, 0, 0, 0, 0)
LOGS = frozenset({("bc", connector.JOBS), ("bc", connector.JOB_ERRORS)})
"""What every run writes, whatever it did."""


def prints(world: World) -> dict[Key, Print]:
    """The prints of all tables that the plan writes, logs left out; only what was written since is looked at again."""
    keys = [key for key in sorted(world.changed) if key not in LOGS]
    anew = [key for key in keys if world.prints.get(key) is None]
    lives = f"FILTER (WHERE {OPERATION} <> 'delete')"
    parts = [
        f"SELECT {at} AS at, count(*), coalesce(bit_xor(hash(d)), 0), count(*) {lives}, "
        f"coalesce(bit_xor(hash(d)) {lives}, 0) FROM {qualified(f'delta_{system}', table)} d"
        for at, (system, table) in enumerate(anew)
    ]
    rows = world.connection.execute(" UNION ALL ".join(parts)).fetchall() if parts else []
    for row in rows:
        key = anew[row[0]]
        world.prints[key] = (row[1], int(row[2]), row[3], int(row[4]), len(world.changed[key]))
    return {key: world.prints[key] for key in keys}


def changed_tables(before: Prints, after: Prints) -> frozenset[Key]:
    """The tables of which any row is another one than before."""
    return frozenset(key for key, found in after.items() if found[:2] != before.get(key, NOTHING)[:2])


def written(before: Prints, after: Prints) -> frozenset[str]:
    """The BC tables with new or changed records, not those that only lost some (R9.11)."""
    found = set()
    for (system, table), now in after.items():
        was = before.get((system, table), NOTHING)
        if system == "bc" and table not in connector.BOOKS and now[2:4] != was[2:4] and now[2] >= was[2]:
            found.add(table)
    return frozenset(found)


def deaf_mappings(world: World) -> frozenset[str]:
    """The mappings that no record wakes, as their rows say (R9.12)."""
    table = world.catalog.table("bc", connector.MAPPINGS)
    if not world.holds(table, connector.MAPPING_NAME) or not world.holds(table, connector.NOT_WOKEN):
        return frozenset()
    name, mark = identifier(connector.MAPPING_NAME), identifier(connector.NOT_WOKEN)
    rows = world.connection.execute(f"SELECT {name} FROM {world.relation(table)} WHERE {mark}").fetchall()
    return frozenset(str(row[0]) for row in rows)
