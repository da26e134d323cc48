"""The statements of a process in the order in which they are carried out -> what is named from where on, and numbered.

Statements are carried out once, over all records, in the order of the text; so a name that is not used any further on
need not be carried along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.model import model
from engine.model.model import Block, Statement
from engine.run.actions.nodes import nodes
from engine.sql.scope import keys_of

Place = tuple[str, str]
"""Technical names of a table and a field."""


@dataclass(frozen=True)
class Uses:
    """at: id of a statement -> its number; last: key of a name -> number of the last statement that uses it."""

    at: dict[int, int]
    last: dict[str, int]

    def still_used(self, key: str, now: int) -> bool:
        """Is a name used by a statement of this number or after it?"""
        return self.last.get(key, -1) >= now


def uses_of(body: Block) -> Uses:
    """Number every statement in the order in which they are carried out, and say where each name is used last."""
    at: dict[int, int] = {}
    last: dict[str, int] = {}
    for number, (statement, parts) in enumerate(heads(body)):
        at.setdefault(id(statement), number)
        for part in parts:
            for key in keys_of(part):
                last[key] = number
    return Uses(at=at, last=last)


def heads(body: Block) -> Iterator[tuple[Statement, tuple[object, ...]]]:
    """Every statement with the parts of it that are read where it stands; what it gives is read at its end."""
    for one in body.statements:
        match one:
            case model.If():
                yield one, (one.condition,)
                yield from heads(one.then)
                if one.otherwise is not None:
                    yield from heads(one.otherwise)
            case model.Inlined():
                yield one, (one.lets,)
                yield from heads(one.body)
                yield one, tuple(given.what for given in one.gives)
            case model.ForEach():
                yield one, (one.where,)
                yield from heads(one.body)
            case model.ForPieces():
                yield one, (one.text, one.length, one.instead, one.where)
                yield from heads(one.body)
            case _:
                yield one, (one,)


def numbered_fields(body: Block) -> frozenset[Place]:
    """The fields that get a number by position (`next number by N`), and those that take such a number over."""
    found: set[Place] = set()
    statements = [*nodes(body, model.Assign), *nodes(body, model.Create)]
    for one in statements:
        if isinstance(one, model.Assign) and isinstance(one.value, model.NextNumber) and one.value.start is None:
            found.add((one.record.table.name, one.field.name))
    more = bool(found)
    while more:
        more = False
        for one in statements:
            for place in taken_over(one, found):
                if place not in found:
                    found.add(place)
                    more = True
    return frozenset(found)


def taken_over(node: object, numbered: set[Place]) -> Iterator[Place]:
    """The fields into which a statement takes numbered fields over."""
    if isinstance(node, model.Assign):
        sources = {(one.record.table.name, one.field.name) for one in nodes(node.value, model.Column)}
        if node.field.kind == "record id":
            sources |= {
                (one.record.table.name, name)
                for one in nodes(node.value, model.Itself)
                for name in one.record.table.key
            }
        if sources & numbered:
            yield node.record.table.name, node.field.name
    if isinstance(node, model.Create) and node.like is not None:
        for name in node.record.table.fields:
            if (node.like.table.name, name) in numbered:
                yield node.record.table.name, name
