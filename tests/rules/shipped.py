"""The shipped rules -> a compact table of what every mapping is: its lines, filters and choices, as short texts.

A line reads `Salesperson Code -> ownerid, keep if blank when setting ownership model = Person`: the side of Business
Central as written, the arrow, the technical name in Sales, the words that follow. Look-ups are left out.
"""

from __future__ import annotations

from pathlib import Path

from engine.catalog.settings import Value
from engine.model.bind import Binding
from engine.model.facts import LineFact, MappingFacts
from engine.model.model import Column, Constant
from tests.model.world import bound

RULES = Path(__file__).parents[2] / "rules"
TEXTS = tuple(path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.rules")))

Row = dict[str, str | list[str]]


def shipped(settings: dict[str, Value] | None = None) -> Binding:
    return bound(*TEXTS, settings=settings)


def table(binding: Binding) -> dict[str, Row]:
    """name of a mapping (its arrow behind it where there are variants) -> its row."""
    rows: dict[str, Row] = {}
    names = [one.mapping.name for one in binding.facts.mappings]
    for one in binding.facts.mappings:
        name = one.mapping.name
        rows[f"{name} {one.mapping.arrow}" if names.count(name) > 1 else name] = row(one)
    return rows


def row(one: MappingFacts) -> Row:
    mapping, written = one.mapping, one.written
    clauses = [
        "create missing records" if mapping.creates_missing else "only coupled records",
        *([f"only within {mapping.only_within}"] if mapping.only_within else []),
        *(["always compare"] if mapping.always_compare else []),
        *([f"on update conflict {mapping.update_conflict}"] if mapping.update_conflict != "fail" else []),
        *([f"on deletion conflict {mapping.deletion_conflict}"] if mapping.deletion_conflict != "fail" else []),
        *(["create when nothing matches"] if mapping.create_unmatched else []),
        *(["synchronise after matching"] if mapping.synchronise_matched else []),
        *(["company emptied after uncoupling"] if empties_company(one) else []),
    ]
    return {
        "tables": f"{mapping.bc.table.name} {mapping.arrow} {mapping.sales.table.name}",
        "when": plain(written.when.span.text) if written.when else "",
        "clauses": clauses,
        "depends": [depends(mapping_name.mapping, mapping_name.active, one) for mapping_name in one.depends],
        "filters": [plain(one.written.span.text.removeprefix("filter ")) for one in one.filters],
        "matches": [plain(found.span.text.removeprefix("match ")) for found in one.matches],
        "lines": [line(found) for found in one.lines],
    }


def empties_company(one: MappingFacts) -> bool:
    return any("Company Id := blank" in plain(block.span.text) for block in one.mapping.after_uncoupling)


def depends(name: str, active: bool, one: MappingFacts) -> str:
    """The dependency with its `when`, read from the text of its clause."""
    for item in one.written.items:
        text = plain(item.span.text)
        head, when, condition = text.partition(" when ")
        if head.startswith("depends on ") and name in [part.strip() for part in head[11:].split(",")]:
            return name + when + condition
    raise AssertionError(f"{name} is in no clause of {one.mapping.name}")


def line(found: LineFact) -> str:
    """A field line as a short text."""
    node, carried = found.written, found.line
    words = []
    for carry in (carried.to_sales, carried.to_bc):
        if carry is not None:
            words += ["unchecked"] if carry.carried.unchecked else []
            words += ["keep if blank"] if carry.carried.keep_if_blank else []
            words += [f"else {carry.carried.not_found}"] if carry.carried.not_found != "fail" else []
    options = node.options
    words = list(dict.fromkeys(words)) + (["off"] if options.off else [])
    when = f" when {plain(options.when.span.text)}" if options.when else ""
    left = plain(node.left.span.text)
    return ", ".join([f"{left} {node.arrow} {sales_side(found)}", *words]) + when


def sales_side(found: LineFact) -> str:
    """The technical name of the Sales field of a line, a constant as it is."""
    line = found.line
    if line.to_sales is not None:
        return line.to_sales.target.name
    assert line.to_bc is not None
    match line.to_bc.source or line.to_bc.value:
        case Column(field=field):
            return field.name
        case Constant():
            return plain(found.written.right.span.text)
        case other:
            raise AssertionError(other)


def plain(text: str) -> str:
    return " ".join(text.split())
