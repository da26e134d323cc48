"""A frame -> the same frame with its rows held fast: what was found and decided stays so while statements change it.

A frame is symbolic: its conditions and searches are worked out anew for every statement. Where several statements
follow one decision, the first may change what the decision looked at (`if item is coupled { uncouple item … }`). So the
rows, the ids of their records and their values are put into a table first; what follows builds on that, and sees the
records themselves as they stand by then.
"""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.run.world import World
from engine.sql.conditions import joined_by
from engine.sql.frame import Frame
from engine.sql.quote import identifier
from engine.sql.scope import Entry, Scope


class Held(Scope):
    """The rows of a table that holds ids. `ids`: key of a record -> the column of its id, and its table."""

    def __init__(self, world: World, base: str, alias: str, ids: dict[str, tuple[str, Table]]) -> None:
        super().__init__(world, f"{base} {alias}")
        self.alias = alias
        self.ids = ids

    def entry(self, key: str) -> Entry | None:
        """A record is joined when it is first needed, and again once its table has been changed."""
        if key not in self.ids:
            return super().entry(key)
        column, table = self.ids[key]
        return self.record(table, f"{self.alias}.{column}")


def visible(scope: Scope) -> dict[str, Entry]:
    """Everything that has a name in a scope, from the outermost in."""
    chain: list[Scope] = []
    at: Scope | None = scope
    while at is not None:
        chain.append(at)
        at = at.parent
    keys = [key for one in reversed(chain) for key in (*one.names, *(one.ids if isinstance(one, Held) else ()))]
    found = {key: scope.entry(key) for key in dict.fromkeys(keys)}
    return {key: one for key, one in found.items() if one is not None}


def hold(frame: Frame, world: World, more: dict[str, str]) -> tuple[Held, str]:
    """The rows of a frame for which its guards hold and nothing failed, in a table; its scope and the alias.

    more: other SQL values of the frame that are kept, by the name of their column.
    """
    columns, ids, names = dict(more), dict[str, tuple[str, Table]](), dict[str, Entry]()
    alias = world.alias("held")
    for at, (key, entry) in enumerate(visible(frame.scope).items()):
        if isinstance(entry, str):
            columns[f"v{at}"], names[key] = entry, f"{alias}.v{at}"
        else:
            columns[f"k{at}"], ids[key] = entry.id, (f"k{at}", entry.table)
    failed = frame.outcome.failed()
    where = joined_by("AND", [*frame.guards, *([] if failed == "false" else [f"(NOT {failed})"])])
    select = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    table = identifier(f"rows_{alias}")
    world.run(
        "what was found and decided",
        f"CREATE TEMP TABLE {table} AS\nSELECT {select}\nFROM {frame.scope.sql()}\nWHERE {where}",
    )
    scope = Held(world, table, alias, ids)
    scope.names.update(names)
    return scope, alias
