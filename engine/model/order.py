"""Mappings with what they depend on -> the order in which they run; a circle is a finding."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from graphlib import CycleError, TopologicalSorter

from engine.model.facts import MappingFacts
from engine.model.world import World


def order_of(depends_on: Dictionary[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The names, each after those it depends on: first those without dependencies, then always the first written
    of those whose turn it can be.

    Raises graphlib.CycleError when there is a circle.
    """
    places = {name: at for at, name in enumerate(depends_on)}
    sorter = TopologicalSorter({name: [one for one in needs if one in places] for name, needs in depends_on.items()})
    sorter.prepare()
    free = sorted(sorter.get_ready(), key=lambda name: places[name])
    sorter.done(*free)
    order, waiting = list(free), list(sorter.get_ready())
    while waiting:
        first = min(waiting, key=lambda name: places[name])
        waiting.remove(first)
        order.append(first)
        sorter.done(first)
        waiting.extend(sorter.get_ready())
    return tuple(order)


def in_order(world: World, mappings: Dictionary[str, MappingFacts]) -> tuple[str, ...]:
    """The order of the mappings that exist; as written, and a finding, when they depend on each other in a circle."""
    written = sorted(mappings.items(), key=lambda pair: (pair[1].written.span.path, pair[1].written.span.start))
    depends_on = {name: one.mapping.depends_on for name, one in written}
    try:
        return order_of(depends_on)
    except CycleError as problem:
        road: list[str] = list(reversed(problem.args[1]))
        first = mappings[road[0]]
        place = next((one.span for one in first.depends if one.mapping == road[1]), first.written.name.span)
        told = f"mappings depend on each other in a circle: {' needs '.join(road)}"
        world.say("E218", place, told, "leave one of these dependencies out")
        return tuple(depends_on)
