"""Mappings in dependency order -> the legs of a run: one mapping, one direction.

R2.3: a two-way mapping runs to Sales first, then to BC; the second leg sees all that the first one planned.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine import connector
from engine.frozen import dataclass
from engine.model.model import Leg, Mapping, Model, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One leg of one mapping. `number` counts from 1 in the order of the plan."""

    number: int
    mapping: Mapping
    leg: Leg

    @property
    def source(self) -> Record:
        """The record read from."""
        return self.mapping.bc if self.leg == "to_sales" else self.mapping.sales

    @property
    def destination(self) -> Record:
        """The record written."""
        return self.mapping.sales if self.leg == "to_sales" else self.mapping.bc

    @property
    def two_way(self) -> bool:
        """Does the mapping run in both directions?"""
        return self.mapping.arrow == "<->"


def passes(model: Model, names: Sequence[str] = ()) -> tuple[Pass, ...]:
    """The legs of these mappings, or of all, in dependency order.

    Left out of a run of all: mappings that only run within another one.
    """
    found: list[Pass] = []
    for name in model.order:
        mapping = model.mappings[name]
        if (names and name not in names) or (not names and mapping.only_within is not None):
            continue
        legs: list[Leg] = []
        if mapping.arrow in ("->", "<->"):
            legs.append("to_sales")
        if mapping.arrow in ("<-", "<->"):
            legs.append("to_bc")
        found += [Pass(number=len(found) + at, mapping=mapping, leg=leg) for at, leg in enumerate(legs, start=1)]
    return tuple(found)


def keeps_options(mapping: Mapping) -> bool:
    """Is it a mapping of the choices of an option column (R4.26), which couples in books of its own?"""
    return mapping.sales.table.name == connector.OPTION_SET
