"""Model -> mappings and processes as a graph: which one needs which, their order in a run, the circles among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from engine.frozen import dataclass
from engine.graph.needs import needs
from engine.model.model import Model, Process
from engine.plan.turns import turns

ARROWS = {"->": "→", "<-": "←", "<->": "↔"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A mapping or a process. place: which one it is in a run of all, from 1; None when it runs by hand only.

    about: the tables of a mapping, and which way it goes; of a process its title. needs: of a process, what it looks up
    through.
    """

    name: str
    title: str
    place: int | None
    about: str
    kind: Literal["mapping", "process"] = "mapping"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`before` runs before `after`, because `after` depends on it or looks up through its couplings, or (within) only
    runs when `before` calls it.

    implied: others say so already. circle: it is part of a circle, so that neither can come first.
    """

    before: str
    after: str
    within: bool = False
    implied: bool = False
    circle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """nodes in the order of running. circles: each as the road round, its first name once more at the end."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    circles: tuple[tuple[str, ...], ...]


def graph_of(model: Model, processes: bool = True) -> Graph:
    """What exists under the present settings: the mappings, and after them the processes as a plan of all runs them."""
    nodes = [
        Node(
            name=name,
            title=one.title,
            place=at,
            about=f"{one.bc.table.caption} {ARROWS[one.arrow]} {one.sales.table.caption}",
        )
        for at, name in enumerate(model.order, start=1)
        for one in (model.mappings[name],)
    ]
    pairs: dict[tuple[str, str], bool] = {}
    for name in model.order:
        mapping = model.mappings[name]
        for needed in mapping.depends_on:
            if needed in model.mappings:
                pairs[needed, name] = False
        if mapping.only_within in model.mappings and mapping.only_within is not None:
            pairs.setdefault((mapping.only_within, name), True)
    if processes:
        following = turns(model)
        last = len(nodes)
        added = [_process(model, one, last + at) for at, one in enumerate(following.processes, start=1)]
        added += [_process(model, one, None) for one in following.by_hand]
        pairs |= {(needed, one.name): False for one in added for needed in one.needs}
        nodes += added
    return connected(tuple(nodes), pairs)


def _process(model: Model, one: Process, place: int | None) -> Node:
    found = needs(model, one)
    return Node(name=one.name, title=one.title, place=place, about=one.title, kind="process", needs=found)


def fewer(graph: Graph) -> Graph:
    """Without those arrows into processes that others imply: in a picture of everything they would hide the rest."""
    last = {one.name for one in graph.nodes if one.kind == "process"}
    kept = tuple(one for one in graph.edges if not (one.implied and one.after in last))
    return Graph(nodes=graph.nodes, edges=kept, circles=graph.circles)


def connected(nodes: tuple[Node, ...], pairs: Mapping[tuple[str, str], bool]) -> Graph:
    """Nodes and (before, after) -> within: the graph, its circles and the edges that others imply."""
    next_ones: dict[str, list[str]] = {one.name: [] for one in nodes}
    for before, after in pairs:
        next_ones[before].append(after)
    reach = {name: _reached(name, next_ones) for name in next_ones}
    edges = tuple(
        Edge(
            before=before,
            after=after,
            within=within,
            circle=before in reach[after] or before == after,
            implied=any(
                between not in (before, after) and after in reach[between] and between not in reach[after]
                for between in next_ones[before]
            ),
        )
        for (before, after), within in pairs.items()
    )
    return Graph(nodes=nodes, edges=edges, circles=_circles(next_ones, reach))


def _reached(name: str, next_ones: Mapping[str, Collection[str]]) -> frozenset[str]:
    """What comes after a name, directly or not; itself only when it stands in a circle."""
    found: set[str] = set()
    waiting = list(next_ones[name])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(next_ones[one])
    return frozenset(found)


def _circles(
    next_ones: Mapping[str, Collection[str]], reach: Mapping[str, frozenset[str]]
) -> tuple[tuple[str, ...], ...]:
    """The shortest road round for each mapping that needs itself, unless it stands on one already told."""
    circles = []
    told: set[str] = set()
    for name in next_ones:
        if name in told or name not in reach[name]:
            continue
        roads: list[tuple[str, ...]] = [(name,)]
        seen: set[str] = set()
        while roads:
            road = roads.pop(0)
            if name in next_ones[road[-1]]:
                # an edge leads to what needs it; told the other way round, as "A needs B"
                circles.append((name, *reversed(road)))
                told |= set(road)
                break
            fresh = [one for one in next_ones[road[-1]] if one not in seen and name in reach[one]]
            seen |= set(fresh)
            roads += [(*road, one) for one in fresh]
    return tuple(circles)


def neighbourhood(graph: Graph, names: Collection[str]) -> Graph:
    """These mappings and processes, what they need, and what needs them."""
    kept = set(names)
    for edge in graph.edges:
        if edge.before in names or edge.after in names:
            kept |= {edge.before, edge.after}
    nodes = tuple(one for one in graph.nodes if one.name in kept)
    pairs = {(one.before, one.after): one.within for one in graph.edges if {one.before, one.after} <= kept}
    return connected(nodes, pairs)


def told_circle(circle: tuple[str, ...]) -> str:
    """`A needs B needs A`."""
    return " needs ".join(circle)
