"""What a person does by hand -> a plan like any other: on the snapshot, in memory, saved if wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.diagnostic import Diagnostic, worst
from engine.frozen import dataclass
from engine.planning import Opened, Planned, finished, opened
from engine.run.dryrun import Session, begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What every such verb can be told: as for `coupler plan`. told: the head will be shown or saved."""

    snapshot: str | None = None
    now: str | None = None
    work_date: str | None = None
    out: Path | None = None
    memory: str | None = None
    threads: int | None = None
    told: bool = False


Action = Callable[[Session], Sequence[Diagnostic]]


def by_hand(wish: Wish, mappings: Sequence[str], action: Action) -> Planned:
    """Carry an action out on a world over the snapshot. mappings: must exist.

    An action gives what it found; with an error among it there is no plan.
    """
    ground = opened(
        mappings=mappings,
        snapshot=wish.snapshot,
        now=wish.now,
        work_date=wish.work_date,
        memory=wish.memory,
        threads=wish.threads,
        told=wish.told or wish.out is not None,
    )
    if not isinstance(ground, Opened):
        return Planned(world=None, found=ground)
    session = begin(ground.rules.model, ground.world, now=ground.now, work_date=ground.work_date)
    found = tuple(action(session))
    if worst(found) == "error":
        ground.world.connection.close()
        return Planned(world=None, found=found)
    return finished(ground, (*found, *session.found), wish.out)
