"""A source row and a destination row -> the destination as a mapping would have it (section 4)."""

from __future__ import annotations

from typing import Any

from tests.oracle.books import (
    CODES,
    DATES,
    LENGTHS,
    Failed,
    Leg,
    Line,
    Mapping,
    Moment,
    Row,
    State,
    blank,
)


class Carrying:
    """One record on its way: the new values, the lines that changed something, whether a block did."""

    def __init__(
        self,
        mapping: Mapping,
        state: State,
        leg: Leg,
        source: Row,
        destination: Row,
        *,
        new: bool,
    ) -> None:
        self.mapping, self.state, self.leg, self.source, self.new = mapping, state, leg, source, new
        self.old, self.result = destination, dict(destination)
        self.differing: list[Line] = []
        self.more = False

    def carry(self) -> None:
        """What stands above the field lines, and these. Raises Failed."""
        if self.mapping.costs and self.cost() == -1:
            raise Failed("cost")
        self.blocks(above=True)
        for line in self.mapping.lines:
            if line.goes(self.leg):  # R4.1
                self.line(line)

    def below(self) -> None:
        """What stands below them."""
        self.blocks(above=False)

    def at_last(self, force: bool) -> None:
        """What says `changed`: once a difference is found, or the record is written whatever its fields say."""
        for one in self.moments():
            changed = not self.new and "changed" in one.states and (force or bool(self.differing) or self.more)
            if "changed" in one.states and (changed or (self.new and "new" in one.states)):
                self.carry_out(one)

    def moments(self) -> list[Moment]:
        return [one for one in self.mapping.moments if one.leg == self.leg and not one.after]

    def blocks(self, *, above: bool) -> None:
        for one in self.moments():
            if one.above != above or "changed" in one.states:
                continue
            if "every" in one.states or (self.new and "new" in one.states):
                self.carry_out(one)

    def carry_out(self, one: Moment) -> None:
        if one.requires and self.cost() == 5:
            raise Failed(f"block {sorted(one.states)}")
        value = assigned(one, self.source)
        self.more = self.more or blank(value) != blank(self.old.get(one.to))  # R3.15
        self.result[one.to] = value

    def cost(self) -> Any:
        return self.source["Unit Cost" if self.leg == "to_sales" else "standardcost"]

    # --- one line ---

    def line(self, line: Line) -> None:
        from_, to = (line.bc, line.sales) if self.leg == "to_sales" else (line.sales, line.bc)
        old = self.result.get(to)
        if line.constant is not None:
            value: Any = line.constant  # R4.4
        elif line.through:
            value = self.looked_up(line, self.source[from_], old)
            if line.through == "units" and line.ending == "else blank" and self.new and not self.held(to, old):
                value = old  # R4.17
        else:
            value = self.carried(from_, to, self.source[from_], old)
        if blank(value) != blank(self.old.get(to)):
            self.differing.append(line)  # R4.6
        self.result[to] = value

    def held(self, field: str, value: Any) -> bool:
        """Does a stored row of the destination hold this value, as it stands when this record's turn comes?"""
        rows = (self.state.sales if self.leg == "to_sales" else self.state.bc).values()
        return any(blank(row[field]) == blank(value) for row in rows)

    def carried(self, from_: str, to: str, value: Any, old: Any) -> Any:
        if to in DATES:
            return old if value is None else value  # R4.10
        if isinstance(blank(value), str) or from_ in LENGTHS or from_ in CODES:
            value, old = value or "", old or ""  # R4.12
            if not self.new and same(from_, to, value, old):  # R4.5: the gate, skipped for inserts
                return old
            return fitted(to, value)
        return value

    def looked_up(self, line: Line, value: Any, old: Any) -> Any:
        if blank(value) is None:
            return old if line.ending in ("else keep", "keep if blank") else None  # R4.15 to R4.17
        found, unknown = self.partner(line, value)
        if found is not None:
            return found
        if line.ending == "else blank":
            return None
        if line.ending == "else keep":
            return old
        if unknown and line.through == "options":
            return old if line.ending == "keep if blank" else None  # R4.25
        if unknown and line.ending == "keep if blank":
            return old  # a code that names no record is blank
        raise Failed(f"look-up {line.bc} {value}")

    def partner(self, line: Line, value: Any) -> tuple[Any, bool]:
        """The other side's value, None without one; and: does a code name no record at all?"""
        out = self.leg == "to_sales"
        if line.through == "list":
            pairs = dict(line.pairs) if out else {sales: bc for bc, sales in line.pairs}
            return pairs.get(value), False
        if line.through == "units":
            units = self.state.units
            if out:
                return units.get(value), value not in units  # R4.15
            return next((code for code, group in units.items() if group == value), None), False  # R4.16
        choices = self.state.choices
        if out:
            number = next((one.number for one in choices if one.code == value), None)
            return number, value not in self.state.categories  # R4.25
        label = self.state.labels.get(value)
        by_caption = [one.code for one in choices if label is not None and one.caption == label]
        by_number = [one.code for one in choices if one.number == value]
        return next(iter([*by_caption, *by_number]), None), False  # R4.25: by the stored caption, then by number


def assigned(one: Moment, source: Row) -> Any:
    """What a block sets: blank clears, a text is cut to its field (R4.9)."""
    return fitted(one.to, source[one.from_] or "") or None


def fitted(to: str, value: str) -> str:
    """R4.9: as a field takes a text."""
    return value.strip().upper()[: CODES[to]] if to in CODES else value[: LENGTHS[to]]


def same(from_: str, to: str, value: str, old: str) -> bool:  # R4.5
    if to in CODES:
        return bool(old == value.strip().upper())
    here, there = LENGTHS.get(from_) or CODES[from_], LENGTHS[to]
    if there < here:
        return bool(old == value[:there])
    if there > here:
        return bool(old[:here] == value)
    return bool(old == value)
