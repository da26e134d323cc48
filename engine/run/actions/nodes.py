"""A part of the model -> the nodes of one kind in it, and the same part with some nodes replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

Node = TypeVar("Node")


def nodes(part: object, kind: type[Node]) -> Iterator[Node]:
    """Every node of a kind, outer ones first, in the order of the text."""
    if isinstance(part, kind):
        yield part
    if isinstance(part, tuple | list):
        for one in part:
            yield from nodes(one, kind)
    elif _is_node(part):
        for one in fields(part):  # type: ignore[arg-type]
            if one.name not in ("span", "type"):
                yield from nodes(getattr(part, one.name), kind)


def changed(part: Any, change: Callable[[Any], Any]) -> Any:
    """The same part, every node given to `change`, inner ones first; what it gives takes the node's place."""
    if isinstance(part, tuple):
        return tuple(changed(one, change) for one in part)
    if not _is_node(part):
        return part
    new = {
        one.name: changed(getattr(part, one.name), change) for one in fields(part) if one.name not in ("span", "type")
    }
    different = {name: value for name, value in new.items() if value is not getattr(part, name)}
    return change(replace(part, **different) if different else part)


def _is_node(part: object) -> bool:
    return is_dataclass(part) and type(part).__module__.startswith(("engine.model.", "engine.syntax."))
