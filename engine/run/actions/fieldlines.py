"""Field lines of a mapping and what a user changed of them on its page -> the lines as they then stand, in the syntax tree.

They are changed before binding, so that a line that was off is bound like any other, and one that is turned is checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine import connector
from engine.catalog.catalog import Catalog, Field, Table
from engine.run.actions.nodes import nodes
from engine.source import Source, Span
from engine.syntax import ast
from engine.syntax.parse import parse

ARROWS: dict[str, Any] = {"both": "<->", "to_sales": "->", "to_bc": "<-"}
Override = Mapping[str, Any]


Partners = Mapping[tuple[str, str], str]


def partners_of(files: Sequence[ast.RuleFile], catalog: Catalog) -> Partners:
    """(BC table, Sales table) -> the mapping between them."""
    found: dict[tuple[str, str], str] = {}
    for node in (one for file in files for one in file.declarations):
        if isinstance(node, ast.Mapping):
            bc, sales = (catalog.find(one.table.system, one.table.name.text) for one in (node.left, node.right))
            if bc and sales:
                found.setdefault((bc[0].name, sales[0].name), node.name.text)
    return found


def with_lines(
    node: ast.Declaration, overrides: Mapping[str, Override], catalog: Catalog, partners: Partners
) -> ast.Declaration:
    """A declaration with the changes of its lines in it; of what is no mapping nothing changes."""
    if not isinstance(node, ast.Mapping | ast.ChangeMapping) or node.name.text not in overrides:
        return node
    override = overrides[node.name.text]
    if not isinstance(node, ast.Mapping):
        return node
    bc = catalog.find("bc", node.left.table.name.text)[0]
    sales = catalog.find("sales", node.right.table.name.text)[0]
    items = tuple(_line(item, override.get("fields"), bc) for item in node.items)
    if sales.name == connector.OPTION_SET and override.get("direction") in ("to_sales", "to_bc"):
        items = tuple(_turned(item, ARROWS[override["direction"]]) for item in items)
    extra: list[ast.MappingItem] = []
    for one in _carried(override.get("extra_fields") or (), bc):
        linked = _linked(one, bc, sales, partners)
        extra += _refusals(one, bc, sales) if linked == NO_MAPPING else [_extra(one, node, linked)]
    return replace(node, items=(*items, *extra))


def _line(item: ast.MappingItem, fields: object, bc: Table) -> ast.MappingItem:
    if not isinstance(item, ast.FieldLine) or fields is None:
        return item
    if fields == "none":
        return replace(item, options=replace(item.options, off=True))
    own = _bc_fields(item.left, bc)
    for name, change in fields.items() if isinstance(fields, dict) else ():
        if name in own:
            options = item.options
            if "enabled" in change:
                options = replace(options, off=not change["enabled"])
            if "clear_on_failure" in change:
                options = replace(options, else_blank=bool(change["clear_on_failure"]), else_keep=False)
            item = replace(item, options=options)
            if "direction" in change:
                item = _directed(item, ARROWS[change["direction"]], bc.find(name)[0])
    return item


def _directed(item: ast.FieldLine, arrow: ast.Arrow, field: Field) -> ast.FieldLine:
    """A line of this BC field that goes another way. What is calculated of the field goes to Sales only; a field that
    Business Central itself calculates takes nothing (R4.3)."""
    if arrow == "->":
        return replace(item, arrow=arrow, options=replace(item.options, to_bc=None))
    if not field.stored:
        return replace(
            item, arrow="->", options=replace(item.options, to_bc=None, off=item.options.off or arrow == "<-")
        )
    options, left = item.options, item.left
    if not isinstance(left, ast.Path):
        left = _path(field.name, item.span)
        options = replace(options, to_sales=options.to_sales or item.left)
    if arrow == "<-":
        options = replace(options, to_sales=None)
    return replace(item, arrow=arrow, left=left, options=options)


def _turned(item: ast.MappingItem, arrow: ast.Arrow) -> ast.MappingItem:
    """The lines of an option mapping go where the mapping goes (R4.26)."""
    return replace(item, arrow=arrow) if isinstance(item, ast.FieldLine) else item


def _bc_fields(left: ast.Expression, bc: Table) -> set[str]:
    """The technical names of the BC fields on the left of a line."""
    names = [path.names[-1].text for path in nodes(left, ast.Path)]
    return {found[0].name for name in names if (found := bc.find(name))}


def all_on(node: ast.Declaration) -> ast.Declaration:
    """A declaration whose lines are all on."""
    if not isinstance(node, ast.Mapping):
        return node
    items = (
        replace(one, options=replace(one.options, off=False)) if isinstance(one, ast.FieldLine) else one
        for one in node.items
    )
    return replace(node, items=tuple(items))


def _carried(extras: Sequence[Mapping[str, Any]], bc: Table) -> list[Mapping[str, Any]]:
    """R4.3: what is written to a calculated field is lost without a word."""
    kept = [one for one in extras if bc.fields[one["bc"]].stored or one["direction"] != "to_bc"]
    return [one if bc.fields[one["bc"]].stored else {**one, "direction": "to_sales"} for one in kept]


NO_MAPPING = ""


def _linked(extra: Mapping[str, Any], bc: Table, sales: Table, partners: Partners) -> str | None:
    """R4.14: the mapping between the tables that both fields point at; NO_MAPPING, or None where no look-up is asked for."""
    ends = [
        (one.table, other.table.removeprefix("sales "))
        for one in bc.fields[extra["bc"]].references
        for other in sales.fields[extra["sales"]].references
    ]
    return next((partners[pair] for pair in ends if pair in partners), NO_MAPPING) if ends else None


def _refusals(extra: Mapping[str, Any], bc: Table, sales: Table) -> list[ast.MappingItem]:
    """What a line comes to whose fields point at tables that no mapping links: it fails every record."""
    sides = {"to_sales": ("sales",), "to_bc": ("bc",)}.get(extra["direction"], ("sales", "bc"))
    said = (
        f"{bc.fields[extra['bc']].name} and {sales.fields[extra['sales']].name} point at tables that no mapping links."
    )
    blocks = "\n".join(f'every {side} record {{ require 1 = 2 else fail "{said}" }}' for side in sides)
    text = f'mapping added "added": bc {bc.name} as one <-> sales {sales.name} as other {{\n{blocks}\n}}\n'
    added = parse(Source(path="added", text=text)).file.declarations[0]
    return list(added.items) if isinstance(added, ast.Mapping) else []


def _extra(extra: Mapping[str, Any], node: ast.Mapping, linked: str | None) -> ast.FieldLine:
    """A line that a user adds. linked: the mapping through which it is looked up (R4.14)."""
    span = node.span
    right: ast.Expression = _path(extra["sales"], span)
    if linked is not None:
        right = ast.Via(span=span, value=right, mappings=(ast.Name(span=span, text=linked),))
    return ast.FieldLine(
        span=span,
        left=_path(extra["bc"], span),
        arrow=ARROWS[extra["direction"]],
        right=right,
        options=ast.Options(span=span),
    )


def _path(name: str, span: Span) -> ast.Path:
    return ast.Path(span=span, names=(ast.Name(span=span, text=name, quoted=True),))
