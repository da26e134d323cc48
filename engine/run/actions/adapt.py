"""Rules and what a user changed of a mapping on its page -> the rules as they then stand.

What is about field lines is changed in the syntax tree before binding (`fieldlines.py`); direction, filters, strategies,
criteria and templates are replaced in the bound mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from engine import connector
from engine.catalog.catalog import Catalog, Kind
from engine.model import model
from engine.model.model import Model
from engine.run.actions.fieldlines import ARROWS, Override, all_on, partners_of, with_lines
from engine.run.actions.filtertext import Clock, WrongFilterError, filter_of
from engine.run.actions.match import Equal, Group
from engine.run.actions.nodes import changed, nodes
from engine.sql.blank import type_of
from engine.syntax import ast


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """Rules with changes of mappings in them. groups: mapping -> criteria, where a change says them."""

    model: Model
    groups: Mapping[str, tuple[Group, ...]]


class WrongOverrideError(Exception):
    """A change of a mapping that cannot be made; the text says why."""


Bind = Callable[[Sequence[ast.RuleFile]], Model]


def adapted(
    files: Sequence[ast.RuleFile], overrides: Mapping[str, Override], bind: Bind, catalog: Catalog, clock: Clock
) -> Adapted:
    """Bind the rules with these changes in them. overrides: mapping -> its changes, keys as in a scenario.

    Raises WrongOverrideError for what cannot be: a mapping or field line that does not exist, a filter that is none.
    """
    if any({"fields", "extra_fields", "direction"} & one.keys() for one in overrides.values()):
        partners = partners_of(files, catalog)
        files = [
            replace(one, declarations=tuple(with_lines(two, overrides, catalog, partners) for two in one.declarations))
            for one in files
        ]
    bound = bind(files)
    mappings = dict(bound.mappings)
    groups: dict[str, tuple[Group, ...]] = {}

    def whole(written: Sequence[ast.RuleFile], name: str) -> model.Mapping:
        return bind([replace(one, declarations=tuple(map(all_on, one.declarations))) for one in written]).mappings[name]

    for name, override in overrides.items():
        if name not in mappings:
            continue
        mappings[name] = _replaced(mappings[name], override, clock, catalog)
        if "match_fields" in override:
            groups[name] = _groups(bound.mappings[name], override["match_fields"], partial(whole, files, name))
    return Adapted(model=replace(bound, mappings=mappings), groups=groups)


# --- the bound mapping ------------------------------------------------------------------------------------


def _replaced(mapping: model.Mapping, override: Override, clock: Clock, catalog: Catalog) -> model.Mapping:
    values: dict[str, Any] = {}
    if "direction" in override:
        values["arrow"] = ARROWS[override["direction"]]
    if "only_coupled" in override:
        values["creates_missing"] = not override["only_coupled"]
    if "update_conflict" in override:
        values["update_conflict"] = override["update_conflict"].replace("-", " ")
    if "deletion_conflict" in override:
        values["deletion_conflict"] = override["deletion_conflict"]
    if "bc_filter" in override:
        values["bc_filter"] = conditions(mapping.bc, override["bc_filter"], clock)
    if "sales_filter" in override:
        values["sales_filter"] = conditions(mapping.sales, override["sales_filter"], clock)
    if "create_when_no_match" in override:
        values["create_unmatched"] = override["create_when_no_match"]
    if "sync_after_match" in override:
        values["synchronise_matched"] = override["sync_after_match"]
    if "templates" in override:
        missing = _without_template(mapping, override["templates"], clock, catalog)
        values["items"] = (*missing, *_with_templates(mapping, override["templates"], clock))
    return replace(mapping, **values)


def conditions(record: model.Record, filters: Mapping[str, str], clock: Clock) -> tuple[model.Condition, ...]:
    """BC filter texts by field -> the conditions of a mapping's filter; an empty text filters nothing."""
    found: list[model.Condition] = []
    for name, text in filters.items():
        field = record.table.fields[name]
        try:
            filter = filter_of(str(text), field, clock, record.span)
        except WrongFilterError as wrong:
            raise WrongOverrideError(str(wrong)) from wrong
        if filter is not None:
            value = model.Column(span=record.span, type=type_of(field), record=record, field=field)
            found.append(model.Matches(span=record.span, value=value, filter=filter))
    return tuple(found)


def _with_templates(
    mapping: model.Mapping, templates: Sequence[Mapping[str, Any]], clock: Clock
) -> tuple[model.MappingItem, ...]:
    """R3.24: the template of the lowest priority whose filter takes the source; its code stands wherever the old one did."""
    chosen = sorted(templates, key=lambda one: int(one["priority"]))

    def with_code(node: Any, old: str, new: str) -> Any:
        def change(one: Any) -> Any:
            if isinstance(one, model.ApplyTemplate) and one.code == old:
                return replace(one, code=new)
            return replace(one, value=new) if isinstance(one, model.Constant) and one.value == old else one

        return changed(node, change)

    def one_of(bodies: Callable[[str], model.Block]) -> model.Block | None:
        block: model.Block | None = None
        for one in reversed(chosen):
            body = bodies(one["template"])
            tests = conditions(mapping.sales, one.get("sales_filter") or {}, clock)
            if tests:
                test = model.All(span=mapping.span, parts=tests)
                either = model.If(span=mapping.span, condition=test, then=body, otherwise=block)
                block = model.Block(span=mapping.span, statements=(either,))
            else:
                block = body
        return block

    def adapt(item: model.MappingItem) -> model.MappingItem:
        applied = next(nodes(item, model.ApplyTemplate), None)
        if not isinstance(item, model.Moment) or applied is None:
            return item
        block = one_of(lambda code: with_code(item.body, applied.code, code))
        return replace(item, body=block) if block is not None else item

    def applying(code: str) -> model.Block:
        return model.Block(
            span=mapping.span, statements=(model.ApplyTemplate(span=mapping.span, record=mapping.bc, code=code),)
        )

    if any(True for item in mapping.items for _ in nodes(item, model.ApplyTemplate)):
        return tuple(adapt(item) for item in mapping.items)
    block = one_of(applying)
    if block is None:
        return mapping.items
    moment = model.Moment(span=mapping.span, after=False, states=frozenset({"new"}), leg="to_bc", body=block)
    return (*mapping.items, moment)


def _without_template(
    mapping: model.Mapping, templates: Sequence[Mapping[str, Any]], clock: Clock, catalog: Catalog
) -> tuple[model.Moment, ...]:
    """R3.24: a record whose template does not exist fails once it is inserted, and stays uncoupled."""
    span, table = mapping.span, catalog.table("bc", connector.TEMPLATES)
    otherwise: tuple[model.Statement, ...] = ()
    for one in sorted(templates, key=lambda one: -int(one["priority"])):
        header = model.Record(span=span, key=f"template {one['template']}", name="template", table=table)
        field = table.field(connector.TEMPLATE_NAME)
        code = model.Constant(span=span, type=type_of(field), value=one["template"])
        named = model.Matches(
            span=span,
            value=model.Column(span=span, type=type_of(field), record=header, field=field),
            filter=model.Relation(span=span, operator="=", operand=code),
        )
        there = model.Require(
            span=span,
            condition=model.Exists(span=span, record=header, where=named),
            outcome="fail",
            message=model.Message(span=span, parts=(f"The template {one['template']} does not exist.",)),
        )
        tests = conditions(mapping.sales, one.get("sales_filter") or {}, clock)
        then = model.Block(span=span, statements=(there,))
        if not tests:
            otherwise = (there,)
            continue
        either = model.If(
            span=span,
            condition=model.All(span=span, parts=tests),
            then=then,
            otherwise=model.Block(span=span, statements=otherwise) if otherwise else None,
        )
        otherwise = (either,)
    body = model.Block(span=span, statements=otherwise)
    return (model.Moment(span=span, after=True, states=frozenset({"new"}), leg="to_bc", body=body, parts=True),)


def _groups(
    mapping: model.Mapping, fields: Sequence[Mapping[str, Any]], with_all: Callable[[], model.Mapping]
) -> tuple[Group, ...]:
    """Match fields by priority, 0 first; a field is compared with the Sales field of its line, on or off (R5.3).

    Fields whose values cannot be compared are left out, as the product does. with_all: the mapping with all its lines on.
    """
    by_priority: dict[int, list[Equal]] = {}
    for one in fields:
        pair = _pair(mapping, one["field"]) or _pair(with_all(), one["field"])
        if pair is None:
            raise WrongOverrideError(f"{mapping.name} has no field line for {one['field']}")
        if _comparable(*pair):
            equal = Equal(bc=pair[0], sales=pair[1], exact=bool(one.get("case_sensitive")))
            by_priority.setdefault(int(one["priority"]), []).append(equal)
    return tuple(tuple(by_priority[one]) for one in sorted(by_priority))


ALIKE: tuple[frozenset[Kind], ...] = (
    frozenset({"text", "code"}),
    frozenset({"integer", "big integer", "decimal"}),
    frozenset({"date", "moment"}),
)
"""Kinds of values that can be compared with one another; any other kind only with its own."""


def _comparable(bc: model.Value, sales: model.Value) -> bool:
    """R5.3: no blobs; a code, say, cannot be compared with an id."""
    kinds = {bc.type.kind, sales.type.kind}
    return "blob" not in kinds and (len(kinds) == 1 or any(kinds <= one for one in ALIKE))


def _pair(mapping: model.Mapping, name: str) -> tuple[model.Value, model.Value] | None:
    """The BC field and the Sales field of a line."""
    for line in mapping.items:
        if not isinstance(line, model.FieldLine):
            continue
        if line.to_sales is not None:
            bc = line.to_sales.source
            if bc is not None and bc.record == mapping.bc and bc.field.name == name:
                return bc, column(mapping.sales, line.to_sales.target.name)
        if line.to_bc is not None and line.to_bc.target.name == name and line.to_bc.source is not None:
            return column(mapping.bc, name), line.to_bc.source
    return None


def column(record: model.Record, name: str) -> model.Column:
    """A field of a record as a value."""
    field = record.table.fields[name]
    return model.Column(span=record.span, type=type_of(field), record=record, field=field)
