"""A world that remembers which tables were read: what a run depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from engine.catalog.catalog import Table
from engine.run.world import World


@dataclass
class TracedWorld(World):
    """read: the tables that were asked for since it was last emptied."""

    read: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def around(cls, world: World) -> TracedWorld:
        """The same world, traced; the other is not to be used any more."""
        return cls(**{one.name: getattr(world, one.name) for one in fields(World)})

    def relation(self, table: Table) -> str:
        self.read.add((table.system, table.name))
        return World.relation(self, table)

    def snapshot_relation(self, table: Table) -> str:
        self.read.add((table.system, table.name))
        return World.snapshot_relation(self, table)

    def some(self, table: Table, column: str, given: str, *, near: bool = False) -> str:
        self.read.add((table.system, table.name))
        return World.some(self, table, column, given, near=near)

    def lay(self, table: Table, columns: Sequence[str], rows: str) -> None:
        """New values are copied at once: a world that many runs change must not become a pile of layers."""
        self.update(table, columns, rows)

    def columns(self, table: Table) -> dict[str, str]:
        self.read.add((table.system, table.name))
        return World.columns(self, table)
