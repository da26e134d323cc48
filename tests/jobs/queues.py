"""A small world whose job queue runs: `running(story, "4h", edit("10:00", …)).runs("ITEMS")`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.jobs.define import fresh
from engine.jobs.edits import Edit
from engine.jobs.queue import QueueState
from engine.jobs.rehearsal import duration
from engine.jobs.simulate import Wish, simulate
from engine.jobs.timeline import Timeline
from engine.jobs.traced import TracedWorld
from engine.model.bind import bind
from engine.run.dryrun import begin
from engine.run.world import World
from engine.snapshot.open import connect
from engine.sql.quote import identifier
from tests.model.world import catalog
from tests.plan.stories import DAY, Story, moment

JOB = """
job ITEMS "Items" {
  run ITEMS
  every 30 minutes, sleep 720 minutes when idle
  at most 2 attempts, 30 seconds apart
  wake on bc Item
}
"""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A timeline, and the rows of both systems at its end."""

    timeline: Timeline
    rows: dict[tuple[str, str], list[tuple[Any, ...]]]

    def runs(self, job: str) -> list[str]:
        """`12:00 changed 1` for every run of a job."""
        names = ("created", "changed", "failed", "conflicts")
        told = []
        for one in self.timeline.runs:
            if one.job == job:
                counts = {name: sum(getattr(leg, name) for leg in one.legs) for name in names}
                text = ", ".join(f"{name} {value}" for name, value in counts.items() if value)
                told.append(f"{one.start:%H:%M:%S} {one.error or text or 'idle'}")
        return told


def edit(at: str, table: str, key: object, **values: object) -> Edit:
    """A user changes a record; `_` in a name stands for a blank."""
    known = catalog()
    system = "bc" if known.has("bc", table) else "sales"
    given = {name.replace("_", " "): value for name, value in values.items()} if system == "bc" else dict(values)
    return Edit(at=moment(at), table=known.table(system, table), key=key, values=given)  # type: ignore[arg-type]


def running(
    story: Story,
    lasts: str,
    *edits: Edit,
    start: str = "12:00",
    takes: int = 10,
    short_cut: bool = True,
    full: bool = False,
    queue: QueueState | None = None,
) -> Ran:
    """Let the story's jobs run on a copy of its snapshot."""
    clock, model = moment(start), story.rules.model
    world = TracedWorld.around(World.over(connect(story.copy().snapshot, threads=1), story.rules.catalog))
    session = begin(model, world, now=clock, work_date=date.fromisoformat(DAY))
    length = duration(lasts)
    assert isinstance(length, timedelta)
    wish = Wish(begin=clock, end=clock + length, takes=timedelta(seconds=takes), short_cut=short_cut, full=full)
    timeline = simulate(
        session,
        queue or fresh(model, clock),
        wish,
        edits,
        rebind=lambda settings: bind(story.rules.files, story.rules.catalog, settings).model,  # type: ignore[arg-type]
    )
    rows = {}
    for system, name in sorted({*world.base, *world.changed}):
        table = story.rules.catalog.table(system, name)  # type: ignore[arg-type]
        if name not in ("Integration Synch. Job", "Integration Synch. Job Errors"):
            query = f"SELECT * FROM {world.relation(table)} ORDER BY {identifier(table.id_field)}"
            rows[system, name] = world.connection.execute(query).fetchall()
    assert not session.found, session.found
    world.connection.close()
    return Ran(timeline=timeline, rows=rows)
