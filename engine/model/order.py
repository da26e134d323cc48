"""Mappings with what they depend on -> the order in which they run; a circle is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping as Dictionary, Sequence
from graphlib import CycleError, TopologicalSorter

from engine.model.facts import MappingFacts
from engine.model.model import Job
from engine.model.world import World


def order_of(depends_on: Dictionary[str, tuple[str, ...]], first: Sequence[str] = ()) -> tuple[str, ...]:
    """The names, each after those it depends on: first those without dependencies, then always one whose turn it is.

    Whose turn it is: those named `first`, in that order, each after what it needs; then by name. Where a declaration
    stands, and in which file, makes no difference.

    Raises graphlib.CycleError when there is a circle.
    """
    needs = {name: [one for one in sorted(named) if one in depends_on] for name, named in sorted(depends_on.items())}
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    turn = turns(needs, first)
    free = sorted(sorter.get_ready(), key=lambda name: (turn[name], name))
    sorter.done(*free)
    order, waiting = list(free), list(sorter.get_ready())
    while waiting:
        following = min(waiting, key=lambda name: (turn[name], name))
        waiting.remove(following)
        order.append(following)
        sorter.done(following)
        waiting.extend(sorter.get_ready())
    return tuple(order)


def turns(needs: Dictionary[str, Sequence[str]], first: Sequence[str]) -> dict[str, int]:
    """name -> its place among those named first, or the place of the first of these that needs it, directly or not."""
    found = {name: len(first) for name in needs}
    for place, name in reversed(list(enumerate(first))):
        reached = [name] if name in needs else []
        for one in reached:
            found[one] = place
            reached += [other for other in needs[one] if other not in reached]
    return found


def in_order(world: World, mappings: Dictionary[str, MappingFacts], jobs: Iterable[Job]) -> tuple[str, ...]:
    """The order of the mappings that exist; by name, and a finding, when they depend on each other in a circle.

    jobs: one that runs some mappings and `all others` says which come first (R9.18).
    """
    depends_on = {name: mappings[name].mapping.depends_on for name in sorted(mappings)}
    leading = [name for job in sorted(jobs, key=lambda one: one.name) if job.all_others for name in job.runs]
    try:
        return order_of(depends_on, leading)
    except CycleError as problem:
        road: list[str] = list(reversed(problem.args[1]))
        first = mappings[road[0]]
        place = next((one.span for one in first.depends if one.mapping == road[1]), first.written.name.span)
        told = f"mappings depend on each other in a circle: {' needs '.join(road)}"
        world.say("E218", place, told, "leave one of these dependencies out")
        return tuple(depends_on)
