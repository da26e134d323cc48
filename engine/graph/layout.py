"""The graph of mappings and processes -> places on paper: columns in the order of running, few crossings.

Columns by the longest road to a mapping; a road over several columns gets a waypoint in each; the order in a column
comes from the mean place of the neighbours, swept to and fro; then everything moves as near to its neighbours as the
others in its column allow. Mappings that have to do with no other stand below, in rows. The processes have the last
column, which is wider.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from engine.frozen import dataclass
from engine.graph.graph import Edge, Graph

Spot = str | tuple[int, int]
"""A mapping or process, or a waypoint: number of the road and its column."""

WIDTH, HEIGHT = 198.0, 46.0
PROCESS = 310.0
ACROSS, BETWEEN, WAYPOINT = 70.0, 16.0, 14.0
SWEEPS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """boxes: the upper left corner of each mapping. roads: the points of each edge, in the order of the edges."""

    boxes: Mapping[str, tuple[float, float]]
    roads: tuple[tuple[tuple[float, float], ...], ...]
    wide: float
    high: float


def lay_out(graph: Graph) -> Laid:
    """Places for all mappings and roads, in pixels, from the corner 0, 0."""
    last = {one.name for one in graph.nodes if one.kind == "process"}
    linked = {name for one in graph.edges for name in (one.before, one.after)} | last
    names = [one.name for one in graph.nodes if one.name in linked]
    forward = [_forward(one, at) for at, one in enumerate(_without_circles(names, graph.edges))]
    columns_of = _columns(names, [(one[1], one[2]) for one in forward], last)
    columns, links, chains = _with_waypoints(names, columns_of, forward)
    columns = _untangled(columns, links)
    middle = _heights(columns, links)
    lowest = min((middle[one] - _half(one) for one in middle), default=0.0)
    boxes = {name: (columns_of[name] * (WIDTH + ACROSS), middle[name] - lowest - HEIGHT / 2) for name in names}
    high = max((y + HEIGHT for _, y in boxes.values()), default=0.0)
    high = max([high, *(middle[one] - lowest for one in middle)])
    wide = max(1, len(columns)) * (WIDTH + ACROSS) - ACROSS + (PROCESS - WIDTH if last else 0.0)
    roads = tuple(
        _road(chain, turned, columns_of, boxes, {one: middle[one] - lowest for one in middle})
        for chain, turned in chains
    )
    alone = [one.name for one in graph.nodes if one.name not in linked]
    across = max(1, len(columns), 4)
    for at, name in enumerate(alone):
        top = high + (28.0 if names else 0.0)
        boxes[name] = (at % across * (WIDTH + ACROSS), top + at // across * (HEIGHT + BETWEEN))
        wide = max(wide, boxes[name][0] + WIDTH)
    high = max([high, *(y + HEIGHT for _, y in boxes.values())])
    return Laid(boxes=boxes, roads=roads, wide=wide, high=high)


def _forward(edge: tuple[Edge, bool], at: int) -> tuple[int, str, str, bool]:
    one, turned = edge
    return (at, one.after, one.before, True) if turned else (at, one.before, one.after, False)


def _without_circles(names: Sequence[str], edges: Sequence[Edge]) -> list[tuple[Edge, bool]]:
    """Each edge, and whether it must be turned round so that no circle is left (edges back up a depth-first walk)."""
    next_ones: dict[str, list[int]] = {name: [] for name in names}
    for at, edge in enumerate(edges):
        next_ones[edge.before].append(at)
    state = dict.fromkeys(names, 0)
    turned: set[int] = set()
    for start in names:
        if state[start]:
            continue
        state[start] = 1
        walk = [(start, iter(next_ones[start]))]
        while walk:
            name, rest = walk[-1]
            road = next(rest, None)
            if road is None:
                state[name] = 2
                walk.pop()
                continue
            after = edges[road].after
            if state[after] == 1:
                turned.add(road)
            elif state[after] == 0:
                state[after] = 1
                walk.append((after, iter(next_ones[after])))
    return [(edge, at in turned) for at, edge in enumerate(edges)]


def _columns(names: Sequence[str], pairs: Sequence[tuple[str, str]], last: Collection[str]) -> dict[str, int]:
    """The longest road to each; what begins a road moves up to where it is first needed; `last` share the last one."""
    column = dict.fromkeys(names, 0)
    for _ in names:
        for before, after in pairs:
            if before != after:
                column[after] = max(column[after], column[before] + 1)
    others = [column[name] for name in names if name not in last]
    column |= {name: max(others, default=-1) + 1 for name in names if name in last}
    needed = {after for _, after in pairs}
    for name in names:
        ends = [column[after] for before, after in pairs if before == name and after != name]
        if name not in needed and ends:
            column[name] = min(ends) - 1
    return column


def _with_waypoints(
    names: Sequence[str], column: Mapping[str, int], forward: Sequence[tuple[int, str, str, bool]]
) -> tuple[list[list[Spot]], list[tuple[Spot, Spot]], list[tuple[list[Spot], bool]]]:
    columns: list[list[Spot]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for name in names:
        columns[column[name]].append(name)
    links: list[tuple[Spot, Spot]] = []
    chains: list[tuple[list[Spot], bool]] = []
    for at, before, after, turned in forward:
        chain: list[Spot] = [before, *((at, one) for one in range(column[before] + 1, column[after])), after]
        for spot in chain[1:-1]:
            assert isinstance(spot, tuple)
            columns[spot[1]].append(spot)
        if before != after:
            links += list(pairwise(chain))
        chains.append((chain, turned))
    return columns, links, chains


def _untangled(columns: list[list[Spot]], links: Sequence[tuple[Spot, Spot]]) -> list[list[Spot]]:
    """The columns in an order with few crossings."""
    best, fewest = [list(one) for one in columns], _crossings(columns, links)
    left: dict[Spot, list[Spot]] = {}
    right: dict[Spot, list[Spot]] = {}
    for before, after in links:
        left.setdefault(after, []).append(before)
        right.setdefault(before, []).append(after)
    now = [list(one) for one in columns]
    for sweep in range(SWEEPS):
        beside = left if sweep % 2 == 0 else right
        order = range(len(now)) if sweep % 2 == 0 else range(len(now) - 1, -1, -1)
        for at in order:
            place = {spot: (number + 0.5) / len(column) for column in now for number, spot in enumerate(column)}

            def wish(spot: Spot, place: Mapping[Spot, float] = place, beside: dict[Spot, list[Spot]] = beside) -> float:
                near = beside.get(spot)
                return sum(place[one] for one in near) / len(near) if near else place[spot]

            now[at].sort(key=wish)
        if (crossings := _crossings(now, links)) < fewest:
            best, fewest = [list(one) for one in now], crossings
    return best


def _crossings(columns: Sequence[Sequence[Spot]], links: Sequence[tuple[Spot, Spot]]) -> int:
    where = {spot: (at, number) for at, column in enumerate(columns) for number, spot in enumerate(column)}
    between: dict[int, list[tuple[int, int]]] = {}
    for before, after in links:
        between.setdefault(where[before][0], []).append((where[before][1], where[after][1]))
    return sum(
        (one[0] - two[0]) * (one[1] - two[1]) < 0
        for pairs in between.values()
        for at, one in enumerate(pairs)
        for two in pairs[at + 1 :]
    )


def _half(spot: Spot) -> float:
    return HEIGHT / 2 if isinstance(spot, str) else WAYPOINT / 2


def _heights(columns: Sequence[Sequence[Spot]], links: Sequence[tuple[Spot, Spot]]) -> dict[Spot, float]:
    """The middle of every spot: as near to its neighbours as those above and below it in its column allow."""
    beside: dict[Spot, list[Spot]] = {}
    for before, after in links:
        beside.setdefault(before, []).append(after)
        beside.setdefault(after, []).append(before)
    middle: dict[Spot, float] = {}
    for column in columns:
        offsets = _offsets(column)
        for spot, offset in zip(column, offsets, strict=True):
            middle[spot] = offset - (offsets[-1] if offsets else 0.0) / 2
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wishes = [
                sum(middle[one] for one in beside[spot]) / len(beside[spot]) if spot in beside else middle[spot]
                for spot in column
            ]
            middle |= zip(column, _apart(wishes, _offsets(column)), strict=True)
    return middle


def _offsets(column: Sequence[Spot]) -> list[float]:
    """How far below the first one each must at least stand."""
    offsets: list[float] = []
    for at, spot in enumerate(column):
        if at == 0:
            offsets.append(0.0)
        else:
            offsets.append(offsets[-1] + _half(column[at - 1]) + BETWEEN + _half(spot))
    return offsets


def _apart(wishes: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """The heights nearest to the wishes at which all keep their distance (pooling those that would collide)."""
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        mean, size = wish - offset, 1
        while pools and pools[-1][0] > mean:
            other, many = pools.pop()
            mean, size = (mean * size + other * many) / (size + many), size + many
        pools.append((mean, size))
    flat = [mean for mean, size in pools for _ in range(size)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=True)]


def _road(
    chain: Sequence[Spot],
    turned: bool,
    column: Mapping[str, int],
    boxes: Mapping[str, tuple[float, float]],
    middle: Mapping[Spot, float],
) -> tuple[tuple[float, float], ...]:
    """The points of a road: out on the right, across each column on its way, in on the left. A turned one backwards."""
    points: list[tuple[float, float]] = []
    for at, spot in enumerate(chain):
        if isinstance(spot, tuple):
            x = spot[1] * (WIDTH + ACROSS)
            points += [(x, middle[spot]), (x + WIDTH, middle[spot])]
        else:
            x, y = boxes[spot]
            points.append((x + WIDTH if at == 0 else x, y + HEIGHT / 2))
    if chain[0] == chain[-1]:
        x, y = boxes[str(chain[0])]
        points = [(x + WIDTH, y + HEIGHT * 0.3), (x + WIDTH, y + HEIGHT * 0.7)]
    return tuple(reversed(points)) if turned else tuple(points)
