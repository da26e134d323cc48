"""The graph of the mappings -> Mermaid text, for a page that draws such text."""

from __future__ import annotations

from engine.graph.graph import Graph, Node, told_circle

ARROWS = {"->": "→", "<-": "←", "<->": "↔"}


def to_mermaid(graph: Graph) -> str:
    """A flow chart from left to right: what runs first stands left."""
    ids = {one.name: f"m{one.place}" for one in graph.nodes}
    lines = ["flowchart LR"]
    lines += [f"  %% circle: {_plain(told_circle(one))}" for one in graph.circles]
    lines += [f'  {ids[one.name]}["{_label(one)}"]' for one in graph.nodes]
    for edge in graph.edges:
        lines.append(f"  {ids[edge.before]} {'-.->' if edge.within or edge.implied else '-->'} {ids[edge.after]}")
    if red := [str(at) for at, one in enumerate(graph.edges) if one.circle]:
        lines.append(f"  linkStyle {','.join(red)} stroke:#b3261e,stroke-width:2px")
    if ringed := [ids[name] for name in sorted({name for one in graph.circles for name in one})]:
        lines.append("  classDef circle stroke:#b3261e,stroke-width:2px")
        lines.append(f"  class {','.join(ringed)} circle")
    return "\n".join(lines) + "\n"


def _label(node: Node) -> str:
    return f"{node.place}. {_escaped(node.name)}<br/>{_escaped(node.bc)} {ARROWS[node.arrow]} {_escaped(node.sales)}"


def _escaped(text: str) -> str:
    """Everything that Mermaid, or the page around it, could take for its own."""
    return "".join(one if one.isalnum() or one in " -_.,/" else f"#{ord(one)};" for one in text)


def _plain(text: str) -> str:
    return "".join(one if one.isalnum() or one in " -_./" else " " for one in text)
