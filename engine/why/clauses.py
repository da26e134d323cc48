"""A mapping as it finally stands -> the place of the clause that decides how it behaves as a whole."""

from __future__ import annotations

from engine.catalog.catalog import Field
from engine.model.facts import LineFact
from engine.model.model import Carry, Mapping
from engine.pipeline import Rules
from engine.showing import added
from engine.source import Span
from engine.syntax import ast


def creation(rules: Rules, mapping: Mapping) -> Span | None:
    """`only coupled records` or `create missing records`; None where neither is written."""
    found = [
        one.span
        for one in _items(rules, mapping)
        if isinstance(one, ast.Creation) and one.missing == mapping.creates_missing
    ]
    return found[-1] if found else None


def on_conflict(rules: Rules, mapping: Mapping, kind: str) -> Span | None:
    """`on update conflict …`, `on deletion conflict …`; None where it is not written, so that the record fails."""
    found = [one.span for one in _items(rules, mapping) if isinstance(one, ast.OnConflict) and one.kind == kind]
    return found[-1] if found else None


def idle_lines(rules: Rules, mapping: Mapping, wanted: Field) -> tuple[LineFact, ...]:
    """Field lines about a field that are written but carry nothing now: `off`, or their `when` does not hold."""
    return tuple(
        line
        for facts in rules.facts.mappings
        if facts.active and facts.mapping.name == mapping.name
        for line in facts.lines
        if not line.active and any(about(carry, wanted) for carry in (line.line.to_sales, line.line.to_bc))
    )


def about(carry: Carry | None, wanted: Field) -> bool:
    """Does a direction of a field line write the field, or start from it?"""
    if carry is None:
        return False
    return carry.target is wanted or (carry.source is not None and carry.source.field is wanted)


def _items(rules: Rules, mapping: Mapping) -> tuple[ast.MappingItem, ...]:
    """What is written for the mapping, the changes to it last."""
    own = [
        item
        for facts in rules.facts.mappings
        if facts.active and facts.mapping.name == mapping.name
        for item in facts.written.items
    ]
    return (*own, *added(rules, mapping.name))
