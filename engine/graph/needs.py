"""A process -> the mappings that it needs: those whose couplings it looks up through, and those that it starts.

What it couples itself it does not need. A condition that names no mapping (`is coupled with`) is taken for those of the
two tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog.catalog import Table
from engine.model import model as m
from engine.run.actions.nodes import nodes


def needs(model: m.Model, process: m.Process) -> tuple[str, ...]:
    """Names of mappings, in the order of a run."""
    found = {name for one in nodes(process, m.Partner) for name in one.mappings}
    found |= {name for one in nodes(process, m.Coupled) for name in one.mappings}
    found |= {name for one in nodes(process, m.Synchronise) for name in one.mappings}
    for one in nodes(process, m.CoupledTogether):
        found |= set(_between(model, one.record.table, _table_of(one.other)))
    return tuple(name for name in model.order if name in found)


def _table_of(other: m.Value | m.AnyRecord) -> Table | None:
    return other.table if isinstance(other, m.Record | m.Behind) else other.type.table


def _between(model: m.Model, one: Table, other: Table | None) -> Iterator[str]:
    for name, mapping in model.mappings.items():
        tables = (mapping.bc.table, mapping.sales.table)
        if one in tables and (other is None or other in tables):
            yield name
