"""A part of the model -> the nodes of one kind in it, and the same part with some nodes replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, get_args

from engine.model import model

Node = TypeVar("Node")

HOLDERS = (*get_args(model.Statement), model.Block, model.Moment)
"""What statements stand in."""
KNOWN: dict[type, tuple[str, ...] | None] = {}
"""What `_last_to_first` found, so that it looks at a kind once."""


def nodes(part: object, kind: type[Node]) -> Iterator[Node]:
    """Every node of a kind, outer ones first, in the order of the text."""
    return _walk(part, kind, object)


def statements(part: object, kind: type[Node]) -> Iterator[Node]:
    """Every statement of a kind, outer ones first, in the order of the text; expressions are not looked into."""
    return _walk(part, kind, HOLDERS)


def _walk(part: object, kind: type[Node], into: type | tuple[type, ...]) -> Iterator[Node]:
    """The nodes of a kind. into: the kinds of nodes that are looked into."""
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if isinstance(one, kind):
            yield one
        if isinstance(one, tuple | list):
            waiting.extend(reversed(one))
        elif isinstance(one, into):
            waiting.extend([getattr(one, name) for name in _last_to_first(type(one)) or ()])


def changed(part: Any, change: Callable[[Any], Any]) -> Any:
    """The same part, every node given to `change`, inner ones first; what it gives takes the node's place."""
    if isinstance(part, tuple):
        return tuple(changed(one, change) for one in part)
    names = _last_to_first(type(part))
    if names is None:
        return part
    new = {name: changed(getattr(part, name), change) for name in reversed(names)}
    different = {name: value for name, value in new.items() if value is not getattr(part, name)}
    return change(replace(part, **different) if different else part)


def _last_to_first(kind: type) -> tuple[str, ...] | None:
    """The fields of a kind of node that may hold other nodes, the last first; None when it is no node."""
    if kind not in KNOWN:
        KNOWN[kind] = None
        if is_dataclass(kind) and kind.__module__.startswith(("engine.model.", "engine.syntax.")):
            KNOWN[kind] = tuple(one.name for one in reversed(fields(kind)) if one.name not in ("span", "type"))
    return KNOWN[kind]
