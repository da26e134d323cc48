"""The graph of mappings and processes -> Mermaid text, for a page that draws such text."""

from __future__ import annotations

from engine.graph.graph import Graph, Node, told_circle


def to_mermaid(graph: Graph) -> str:
    """A flow chart from left to right: what runs first stands left. Processes have round ends."""
    ids = {one.name: f"m{at}" for at, one in enumerate(graph.nodes, start=1)}
    lines = ["flowchart LR"]
    lines += [f"  %% circle: {_plain(told_circle(one))}" for one in graph.circles]
    lines += [f"  {ids[one.name]}{_shaped(one)}" for one in graph.nodes]
    for edge in graph.edges:
        lines.append(f"  {ids[edge.before]} {'-.->' if edge.within or edge.implied else '-->'} {ids[edge.after]}")
    if red := [str(at) for at, one in enumerate(graph.edges) if one.circle]:
        lines.append(f"  linkStyle {','.join(red)} stroke:#b3261e,stroke-width:2px")
    if ringed := [ids[name] for name in sorted({name for one in graph.circles for name in one})]:
        lines.append("  classDef circle stroke:#b3261e,stroke-width:2px")
        lines.append(f"  class {','.join(ringed)} circle")
    return "\n".join(lines) + "\n"


def _shaped(node: Node) -> str:
    place = "by hand" if node.place is None else f"{node.place}."
    label = f'"{place} {_escaped(node.name)}<br/>{_escaped(node.about)}"'
    return f"([{label}])" if node.kind == "process" else f"[{label}]"


def _escaped(text: str) -> str:
    """Everything that Mermaid, or the page around it, could take for its own."""
    return "".join(one if one.isalnum() or one in " -_.,/→←↔" else f"#{ord(one)};" for one in text)


def _plain(text: str) -> str:
    return "".join(one if one.isalnum() or one in " -_./" else " " for one in text)
