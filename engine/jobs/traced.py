"""A world that remembers which tables were read: what a run depends on."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.catalog.catalog import Table
from engine.run.world import World


@dataclass
class TracedWorld(World):
    """read: the tables that were asked for since it was last emptied."""

    read: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def around(cls, world: World) -> TracedWorld:
        """The same world, traced; the other is not to be used any more."""
        return cls(
            connection=world.connection,
            catalog=world.catalog,
            base=world.base,
            changed=world.changed,
            statements=world.statements,
            counter=world.counter,
            stand_ins=world.stand_ins,
            sizes=world.sizes,
            many=world.many,
        )

    def relation(self, table: Table) -> str:
        self.read.add((table.system, table.name))
        return World.relation(self, table)

    def columns(self, table: Table) -> dict[str, str]:
        self.read.add((table.system, table.name))
        return World.columns(self, table)
