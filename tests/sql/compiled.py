"""The compiled filters and values of a mapping, asked directly over the rows of a small snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from engine.model.model import FieldLine, Mapping as Mapped
from engine.pipeline import understand
from engine.run.world import World
from engine.snapshot.open import connect
from engine.source import Source
from engine.sql.conditions import condition, joined_by
from engine.sql.scope import Joined, Scope
from engine.sql.values import Around, Reading, value
from tests.plan.stories import DAY, Story, moment

NOTHING: Mapping[str, object] = MappingProxyType({})


def mapping(text: str, settings: Mapping[str, object] = NOTHING) -> Mapped:
    """The mapping ITEMS of a rule text without mistakes; what the laws of the linter think of it does not count."""
    rules = understand([Source(path="1.rules", text=text)], (), settings)
    assert [one.message for one in rules.found if one.severity == "error"] == []
    return rules.model.mappings["ITEMS"]


class Asked:
    """A snapshot that is asked many questions."""

    def __init__(self, story: Story, settings: Mapping[str, object] = NOTHING) -> None:
        self.settings = settings
        self.world = World.over(connect(story.snapshot, threads=1), story.rules.catalog)

    def keys_that_pass(self, of: Mapped) -> set[str]:
        """The ids of the BC records that the filters of a mapping let through."""
        reading = self._reading(of)
        test = joined_by("AND", [condition(one, reading) for one in of.bc_filter])
        return {str(row[0]) for row in self._rows(reading, 's."SystemId"', test)}

    def values(self, of: Mapped) -> dict[str, Any]:
        """What the first line of a mapping carries to Sales, by the id of the BC record."""
        reading = self._reading(of)
        line = next(one for one in of.items if isinstance(one, FieldLine))
        assert line.to_sales is not None
        return {
            str(row[0]): row[1] for row in self._rows(reading, f's."SystemId", {value(line.to_sales.value, reading)}')
        }

    def _reading(self, of: Mapped) -> Reading:
        scope = Scope(self.world, f"{self.world.relation(of.bc.table)} s")
        scope.names[of.bc.key] = Joined(alias="s", table=of.bc.table, certain=True)
        around = Around(
            catalog=self.world.catalog,
            mappings={},
            settings=self.settings,
            now=moment("12:00"),
            work_date=date.fromisoformat(DAY),
            shared=lambda key, scope: None,
        )
        return Reading(scope=scope, around=around)

    def _rows(self, reading: Reading, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        return self.world.connection.execute(f"SELECT {columns} FROM {reading.scope.sql()} WHERE {where}").fetchall()
