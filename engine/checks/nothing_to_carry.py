"""Law: a mapping has a line for every direction it runs in; without one the first record stops the job (R2.23)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, active_lines, carries, finding, mappings
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for facts in mappings(context):
        mapping = facts.mapping
        carried = {leg for line in active_lines(facts) for leg, _ in carries(line)}
        legs: dict[m.Leg, str] = {"to_sales": "to Sales", "to_bc": "to Business Central"}
        wanted: set[m.Leg] = set()
        if mapping.arrow != "<-":
            wanted.add("to_sales")
        if mapping.arrow != "->":
            wanted.add("to_bc")
        missing = [said for leg, said in legs.items() if leg in wanted - carried]
        if missing:
            message = f"mapping {mapping.name} runs {' and '.join(missing)}, but no line carries anything there"
            hint = "add a line, or let the arrow of the mapping point one way only"
            yield finding("E321", "nothing-to-carry", "error", facts.written.name.span, message, hint)
