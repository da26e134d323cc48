"""Graph -> JSON, for other programs."""

from __future__ import annotations

import json

from engine.graph.graph import Graph

FORMAT_VERSION = 1


def to_json(graph: Graph) -> str:
    """One object: `format_version`, nodes in the order of a run, edges, and each circle as the road round."""
    nodes = [
        {"name": one.name, "kind": one.kind, "title": one.title, "place": one.place, "about": one.about}
        for one in graph.nodes
    ]
    edges = [
        {
            "before": one.before,
            "after": one.after,
            "within": one.within,
            "implied": one.implied,
            "circle": one.circle,
        }
        for one in graph.edges
    ]
    body = {"format_version": FORMAT_VERSION, "nodes": nodes, "edges": edges, "circles": graph.circles}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"
