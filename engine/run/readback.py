"""Statements -> the tables that they write and read again: of those it matters which unit wrote a row.

Of all other tables a unit cannot see what another one wrote, for nobody looks (rule of evaluation 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from engine import connector
from engine.catalog.catalog import Catalog, Table
from engine.model import model
from engine.model.model import Block
from engine.plan.legs import Pass
from engine.run.actions.nodes import nodes, statements
from engine.run.apart import TableName
from engine.run.process.uses import heads
from engine.run.world import World

Coupling = model.Partner | model.Coupled | model.CoupledTogether
COUPLED: tuple[type[Coupling], ...] = get_args(Coupling)
Writing = model.Change | model.Create | model.CreateOrChange | model.Delete
WRITES: tuple[type[Writing], ...] = get_args(Writing)


def of_loop(body: Block, mappings: Mapping[str, model.Mapping], catalog: Catalog) -> frozenset[TableName]:
    """The tables that a statement of a loop reads after one before it wrote them."""
    known = LOOPS.get(id(body))
    if known is not None and known[0] is body:
        return known[1]
    own = {one.record.key for one in statements(body, model.Create)}
    written: set[TableName] = set()
    found: set[TableName] = set()
    for _, parts in heads(body):
        found |= reads(parts, own, mappings, catalog) & written
        written |= writes(parts, mappings, catalog)
    LOOPS[id(body)] = (body, frozenset(found))
    return frozenset(found)


LOOPS: dict[int, tuple[Block, frozenset[TableName]]] = {}
KNOWN: dict[tuple[int, str], tuple[model.Mapping, frozenset[TableName]]] = {}
"""What was found of a loop and of a leg, by its identity: a queue runs the same ones thousands of times."""


def of_leg(step: Pass, mappings: Mapping[str, model.Mapping], catalog: Catalog) -> frozenset[TableName]:
    """The tables that what a mapping does around its records writes, or the leg itself, and that it reads.

    What is found is looked for again by every statement, so the order tells nothing. A record's own pair it sees alone.
    """
    known = KNOWN.get((id(step.mapping), step.leg))
    if known is None or known[0] is not step.mapping:
        known = KNOWN[id(step.mapping), step.leg] = (step.mapping, _of_leg(step, mappings, catalog))
    return known[1]


def _of_leg(step: Pass, mappings: Mapping[str, model.Mapping], catalog: Catalog) -> frozenset[TableName]:
    done = [
        one.body if isinstance(one, model.Moment) else one
        for one in step.mapping.items
        if not isinstance(one, model.FieldLine) and (not isinstance(one, model.Moment) or one.leg == step.leg)
    ]
    pair = {step.source.key, step.destination.key}
    for one in statements(done, model.Change):
        if isinstance(one.existing, model.Record) and one.existing.key in pair:
            pair.add(one.record.key)
    own = pair | {one.record.key for one in statements(done, model.Create)}
    elsewhere = {
        _key(one.record.table) for kind in WRITES for one in statements(done, kind) if one.record.key not in pair
    }
    written = writes(done, mappings, catalog) | {_key(step.destination.table), _couplings(catalog)}
    of_pair = {_key(step.source.table), _key(step.destination.table)}
    return frozenset(reads(done, own, mappings, catalog) & written | of_pair & elsewhere)


CHANGED: dict[int, tuple[object, tuple[tuple[Table, frozenset[str]], ...]]] = {}
"""The fields that the statements of a part of the model change, by its identity."""


def hold_changed(part: object, mappings: Mapping[str, model.Mapping], world: World) -> None:
    """See to it that tables hold the fields that statements change and look at: what asks for such a field before it is
    written is asked again afterwards, in the same words. Of a part of the model, and of the mappings that it runs."""
    known = CHANGED.get(id(part))
    if known is None or known[0] is not part:
        known = CHANGED[id(part)] = (part, tuple(_changed(part, mappings)))
    missing = [(table, name) for table, fields in known[1] for name in fields - world.columns(table).keys()]
    if not missing:
        return
    asked = {(_key(one.record.table), one.field.name) for one in nodes(_all(part, mappings), model.Column)}
    for table, name in missing:
        if (_key(table), name) in asked:
            world.require(table, [name])


def _changed(part: object, mappings: Mapping[str, model.Mapping]) -> Iterator[tuple[Table, frozenset[str]]]:
    changing: tuple[type[model.Change | model.CreateOrChange], ...] = (model.Change, model.CreateOrChange)
    for one in (it for kind in changing for it in statements(_all(part, mappings), kind)):
        table = one.record.table
        fields = {it.field.name for it in statements(one.body, model.Assign) if it.record.table == table}
        yield table, frozenset(it for it in fields if table.fields[it].stored)


def _all(part: object, mappings: Mapping[str, model.Mapping]) -> list[object]:
    return [part, *(mappings[name].items for name in sorted(_run_by(part, mappings, set())))]


def _run_by(part: object, mappings: Mapping[str, model.Mapping], known: set[str]) -> set[str]:
    """The mappings that a part of the model runs, and those that they run."""
    for one in statements(part, model.Synchronise):
        for name in one.mappings:
            if name in mappings and name not in known:
                known.add(name)
                _run_by(mappings[name].items, mappings, known)
    return known


def reads(part: object, own: set[str], mappings: Mapping[str, model.Mapping], catalog: Catalog) -> set[TableName]:
    """The tables that a part of the model reads. own: keys of records that are not counted."""
    found = {_key(one.table) for one in nodes(part, model.Record) if one.key not in own}
    found |= {_key(one.table) for one in nodes(part, model.Behind)}
    for one in nodes(part, model.Column):
        if one.field.calculation is not None and catalog.has("bc", one.field.calculation.table):
            found.add(("bc", one.field.calculation.table))
    for kind in COUPLED:
        for asked in nodes(part, kind):
            found |= {_couplings(catalog), *_coupled(asked, mappings)}
    for body in _after_uncoupling(part, mappings):
        found |= reads(body, own, mappings, catalog)
    return found


def _coupled(node: Coupling, mappings: Mapping[str, model.Mapping]) -> set[TableName]:
    """The tables that are read beside the couplings, to find who is coupled with whom."""
    if isinstance(node, model.CoupledTogether):
        type = None if isinstance(node.other, (model.Record, model.Behind)) else node.other.type
        asked = [one for one in mappings.values() if type is not None and node.record.table == one.sales.table]
    else:
        asked = [mappings[name] for name in node.mappings if name in mappings]
        if isinstance(node, model.Coupled) and isinstance(node.what, (model.Record, model.Behind)):
            asked = []
    found = {_key(one.bc.table) for one in asked}
    if any(one.sales.table.name == connector.OPTION_SET for one in asked):
        found |= {("bc", connector.OPTION_COUPLINGS), ("sales", connector.OPTION_SET)}
    return found


def writes(part: object, mappings: Mapping[str, model.Mapping], catalog: Catalog) -> set[TableName]:
    """The tables in which the statements of a part of the model write rows that belong to a unit."""
    found = {_key(one.record.table) for kind in WRITES for one in statements(part, kind)}
    if any(True for kind in (model.Couple, model.Uncouple) for _ in statements(part, kind)):
        found.add(_couplings(catalog))
    for body in _after_uncoupling(part, mappings):
        found |= writes(body, mappings, catalog)
    return found


def _after_uncoupling(part: object, mappings: Mapping[str, model.Mapping]) -> Iterator[Iterable[Block]]:
    """What mappings do after an uncoupling that a part of the model brings about; not what that brings about again."""
    tables = {_key(one.record.table) for one in statements(part, model.Uncouple)}
    for mapping in mappings.values():
        if tables & {_key(mapping.bc.table), _key(mapping.sales.table)}:
            yield [_without_uncoupling(one) for one in mapping.after_uncoupling]


def _without_uncoupling(body: Block) -> Block:
    kept = tuple(one for one in body.statements if not any(True for _ in statements([one], model.Uncouple)))
    return Block(statements=kept, span=body.span)


def _key(table: Table) -> TableName:
    return table.system, table.name


def _couplings(catalog: Catalog) -> TableName:
    return _key(catalog.table("bc", connector.COUPLINGS))
