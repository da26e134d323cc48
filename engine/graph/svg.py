"""The graph of mappings and processes -> an SVG picture that stands by itself: light, fit for print, with no script."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from engine.graph.graph import Edge, Graph, Node, told_circle
from engine.graph.layout import HEIGHT, PROCESS, WIDTH, Laid, lay_out

MARGIN = 24.0
HEAD = 46.0
RED = "#b3261e"
BRIGHT_RED = "#ff8a80"
"""The same on a dark page."""
STYLE = f"""
    text {{ font-family: "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2328 }}
    .title {{ font-size: 17px; font-weight: 600 }}
    .key {{ font-size: 12px; fill: #57606a }}
    .warn {{ font-size: 13px; font-weight: 600; fill: {RED} }}
    .box {{ fill: #f6f8fa; stroke: #8c959f }}
    .process {{ fill: #fbf6ec; stroke: #a58b52 }}
    .chosen {{ fill: #e7f0fb; stroke: #1f5fa8; stroke-width: 1.6 }}
    .circle {{ stroke: {RED}; stroke-width: 2 }}
    .name {{ font-size: 13px; font-weight: 600 }}
    .about {{ font-size: 11px; fill: #57606a }}
    .place {{ font-size: 11px; fill: #57606a; text-anchor: end }}
    .road {{ fill: none; stroke: #57606a; stroke-width: 1.3 }}
    .implied {{ stroke: #a9b1ba; stroke-width: 1 }}
    .within {{ stroke-dasharray: 5 3 }}
    .back {{ stroke: {RED}; stroke-width: 2 }}
    .paper {{ fill: #ffffff }}
    @media (prefers-color-scheme: dark) {{
      text {{ fill: #e6edf3 }}
      .key, .about, .place {{ fill: #a9b4c0 }}
      .paper {{ fill: #0f141a }}
      :root {{ background: #0f141a }}
      .box {{ fill: #1a212a; stroke: #77828e }}
      .process {{ fill: #2a2417; stroke: #b59a5c }}
      .chosen {{ fill: #15304f; stroke: #6cb1ff }}
      .road {{ stroke: #a9b4c0 }}
      .implied {{ stroke: #56616d }}
      .warn {{ fill: {BRIGHT_RED} }}
      .circle, .back {{ stroke: {BRIGHT_RED} }}
      #coupler-end path {{ fill: #a9b4c0 }}
      #coupler-end-implied path {{ fill: #56616d }}
      #coupler-end-back path {{ fill: {BRIGHT_RED} }}
    }}
"""


def to_svg(graph: Graph, chosen: Sequence[str] = ()) -> str:
    """One picture. chosen: what was asked for by name; it is marked."""
    laid = lay_out(graph)
    title = _escaped(_title(graph))
    top = MARGIN + HEAD + 20.0 * len(graph.circles)
    wide = max(laid.wide + 2 * MARGIN, 640.0, 6.3 * len(_about(graph)) + 2 * MARGIN)
    high = top + laid.high + MARGIN
    size = f"{_n(wide)} {_n(high)}"
    ringed = {name for one in graph.circles for name in one}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {size}" {_sized(wide, high)}>',
        f"  <title>{title}</title>",
        f"  <style>{STYLE}  </style>",
        _marker("end", "#57606a"),
        _marker("end-implied", "#a9b1ba"),
        _marker("end-back", RED),
        f'  <rect class="paper" {_sized(wide, high)} fill="#ffffff"/>',
        f'  <text class="title" x="{_n(MARGIN)}" y="{_n(MARGIN + 10)}">{title}</text>',
        f'  <text class="key" x="{_n(MARGIN)}" y="{_n(MARGIN + 30)}">{_escaped(_about(graph))}</text>',
    ]
    for at, circle in enumerate(graph.circles):
        told = _escaped(f"Circle: {told_circle(circle)}")
        lines.append(f'  <text class="warn" x="{_n(MARGIN)}" y="{_n(MARGIN + 52 + 20 * at)}">{told}</text>')
    lines.append(f'  <g transform="translate({_n(MARGIN)} {_n(top)})">')
    drawn = sorted(zip(graph.edges, laid.roads, strict=True), key=lambda one: (one[0].circle, not one[0].implied))
    lines += [_road(edge, road) for edge, road in drawn]
    lines += [_box(one, laid, one.name in ringed, one.name in chosen) for one in graph.nodes]
    return "\n".join([*lines, "  </g>", "</svg>"]) + "\n"


def _title(graph: Graph) -> str:
    both = any(one.kind == "process" for one in graph.nodes)
    return "The order of the mappings and processes" if both else "The order of the mappings"


def _about(graph: Graph) -> str:
    processes = sum(one.kind == "process" for one in graph.nodes)
    told = _counted(len(graph.nodes) - processes, "mapping", "mappings")
    if processes:
        told += f", {_counted(processes, 'process', 'processes')} (round)"
    told += "; an arrow leads from what runs first to what depends on it"
    if processes:
        told += " or looks up through it"
    told += "; the number is the place in a run of all"
    if any(one.implied for one in graph.edges):
        told += "; light: follows from other arrows"
    arrows = {(one.before, one.after) for one in graph.edges}
    if any((need, one.name) not in arrows for one in graph.nodes for need in one.needs):
        told += " (to a process these are not drawn)"
    if any(one.within for one in graph.edges):
        told += "; dashed: runs only within the other"
    return told


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _marker(name: str, colour: str) -> str:
    return (
        f'  <marker id="coupler-{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
    )


def _road(edge: Edge, points: Sequence[tuple[float, float]]) -> str:
    kind = "back" if edge.circle else ("implied" if edge.implied else "")
    names = " ".join(one for one in ("road", kind, "within" if edge.within else "") if one)
    end = f"coupler-end{'-' + kind if kind else ''}"
    about = _escaped(f"{edge.before} before {edge.after}")
    return f'    <path class="{names}" marker-end="url(#{end})" d="{_path(points)}"><title>{about}</title></path>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    (x, y), *rest = points
    drawn = [f"M{_n(x)} {_n(y)}"]
    for to_x, to_y in rest:
        if to_y == y and to_x != x:
            drawn.append(f"H{_n(to_x)}")
        else:
            reach = 30.0 if to_x == x else (to_x - x) / 2
            end = to_x + 30.0 if to_x == x else to_x - reach
            drawn.append(f"C{_n(x + reach)} {_n(y)} {_n(end)} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
        x, y = to_x, to_y
    return " ".join(drawn)


def _box(node: Node, laid: Laid, ringed: bool, chosen: bool) -> str:
    x, y = laid.boxes[node.name]
    process = node.kind == "process"
    marks = (("box", True), ("process", process), ("chosen", chosen), ("circle", ringed))
    names = " ".join(one for one, on in marks if on)
    wide, in_from, corner = (PROCESS, 18, HEIGHT / 2) if process else (WIDTH, 10, 5)
    room = wide - 2 * in_from
    place = "by hand" if node.place is None else str(node.place)
    fitted = _fitted(node.name, 8.3, room - 4.0 - 6.5 * len(place)), _fitted(node.about, 5.9, room)
    told = f"{node.name}: {node.title}" + (f"; looks up through {', '.join(node.needs)}" if node.needs else "")
    return "\n".join(
        [
            f'    <g transform="translate({_n(x)} {_n(y)})"><title>{_escaped(told)}</title>',
            f'      <rect class="{names}" {_sized(wide, HEIGHT)} rx="{_n(corner)}"/>',
            f'      <text class="name" x="{in_from}" y="19"{fitted[0]}>{_escaped(node.name)}</text>',
            f'      <text class="place" x="{_n(wide - in_from + 1)}" y="18">{place}</text>',
            f'      <text class="about" x="{in_from}" y="36"{fitted[1]}>{_escaped(node.about)}</text>',
            "    </g>",
        ]
    )


def _fitted(text: str, letter: float, room: float) -> str:
    """Long words are set closer, so that they stay in their box."""
    if len(text) * letter <= room:
        return ""
    return f' textLength="{_n(room)}" lengthAdjust="spacingAndGlyphs"'


def _escaped(text: str) -> str:
    clean = "".join(one if ord(one) >= 32 else " " for one in text)
    return escape(clean, {'"': "&quot;", "'": "&#39;"})


def _sized(wide: float, high: float) -> str:
    return f'width="{_n(wide)}" height="{_n(high)}"'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
