"""What a run or an edit wrote -> the BC tables whose records were created or changed, by their prints before and after.

A print of a table is a count and a checksum of the rows that the plan holds of it, whatever their order.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine import connector
from engine.run.world import OPERATION, World
from engine.sql.quote import qualified

Key = tuple[str, str]
Print = tuple[int, int]
LOGS = frozenset({("bc", connector.JOBS), ("bc", connector.JOB_ERRORS)})
"""What every run writes, whatever it did."""


def prints(world: World, *, alive: bool = False) -> dict[Key, Print]:
    """The prints of all tables that the plan writes, logs left out. alive: without the rows that are deleted."""
    keys = [key for key in sorted(world.changed) if key not in LOGS]
    if not keys:
        return {}
    where = f" WHERE {OPERATION} <> 'delete'" if alive else ""
    parts = [
        f"SELECT {at} AS at, count(*) AS n, coalesce(bit_xor(hash(d)), 0) AS h "
        f"FROM {qualified(f'delta_{system}', table)} d{where}"
        for at, (system, table) in enumerate(keys)
    ]
    rows = world.connection.execute(" UNION ALL ".join(parts)).fetchall()
    return {keys[at]: (count, int(checksum)) for at, count, checksum in rows}


def changed_tables(before: Mapping[Key, Print], after: Mapping[Key, Print]) -> frozenset[Key]:
    """The tables whose prints differ."""
    return frozenset(key for key, found in after.items() if found != before.get(key, (0, 0)))


def written(before: Mapping[Key, Print], after: Mapping[Key, Print]) -> frozenset[str]:
    """The BC tables with new or changed records, not those that only lost some. Both prints are `alive`."""
    return frozenset(
        table
        for system, table in changed_tables(before, after)
        if system == "bc"
        and table not in connector.BOOKS
        and after[system, table][0] >= before.get((system, table), (0, 0))[0]
    )
