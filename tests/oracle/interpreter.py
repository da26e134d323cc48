"""A mapping run, record by record, in plain Python: slow, and meant to be obviously right.

Written from the numbered rules of the synchronisation (the numbers stand beside the lines that do them) and from
nothing else: it shares no code with the engine. It knows what the generated mappings of these tests can say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

Leg = Literal["to_sales", "to_bc"]
Row = dict[str, Any]
LENGTHS = {"Description": 100, "name": 100, "Description 2": 50, "vendorpartnumber": 100, "vendorid": 100}
CODES = {"Vendor No.": 20, "Base Unit of Measure": 10}
DATES = ("Last Date Modified", "validfromdate")
ITEM: Row = {
    "No.": "",
    "Blocked": False,
    "Description": "",
    "Description 2": "",
    "Vendor No.": "",
    "Unit Cost": 0,
    "Last Date Modified": None,
    "Base Unit of Measure": "",
}
PRODUCT: Row = {
    "name": None,
    "vendorpartnumber": None,
    "vendorid": None,
    "standardcost": None,
    "validfromdate": None,
    "defaultuomscheduleid": None,
    "size": None,
    "isstockitem": None,
}
"""Blank rows: the fields that the worlds of these tests have."""
MS = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A field line. arrow: '->', '<-', '<->'. look_up: through the coupling of units. ending: the words after it."""

    bc: str
    sales: str
    arrow: str
    look_up: bool = False
    ending: str = ""
    constant: str | None = None

    def goes(self, leg: Leg) -> bool:
        return self.arrow in ("<->", "->" if leg == "to_sales" else "<-")


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What a generated mapping says."""

    arrow: str
    creates: bool
    on_update: str
    on_deletion: str
    filter_bc: str | None
    filter_sales: bool
    leaves_out: bool
    costs: bool
    lines: tuple[Line, ...]

    def legs(self) -> list[Leg]:  # R2.3
        return {"->": ["to_sales"], "<-": ["to_bc"], "<->": ["to_sales", "to_bc"]}[self.arrow]  # type: ignore[return-value]


@dataclass(kw_only=True)
class Coupling:
    """R1.1: two ids, two stamps, a result and a job for each direction, the skip mark."""

    bc: UUID
    sales: UUID
    stamps: dict[str, datetime | None]
    results: dict[Leg, str]
    jobs: dict[Leg, object]
    skipped: bool = False


@dataclass(kw_only=True)
class State:
    """Both systems and the books between them. units: code -> id of the coupled unit group, None without one."""

    bc: dict[UUID, Row]
    sales: dict[UUID, Row]
    couplings: list[Coupling]
    units: dict[str, UUID | None]
    watermarks: dict[Leg, datetime | None] = field(default_factory=lambda: {"to_sales": None, "to_bc": None})
    errors: dict[tuple[object, UUID], str] = field(default_factory=dict)


class Failed(Exception):  # noqa: N818
    """A record fails; the words are what counts for the second identical failure."""


def run(mapping: Mapping, state: State, now: datetime, user: UUID, *, force: bool) -> dict[Leg, dict[str, int]]:
    """All legs of a mapping; gives their counters. Changes the state."""
    return {leg: Pass(mapping, state, now, user, leg, force).run() for leg in mapping.legs()}


class Pass:
    """One leg of one run."""

    def __init__(self, mapping: Mapping, state: State, now: datetime, user: UUID, leg: Leg, force: bool) -> None:
        self.mapping, self.state, self.now, self.user, self.leg, self.force = mapping, state, now, user, leg, force
        self.source = state.bc if leg == "to_sales" else state.sales
        self.destination = state.sales if leg == "to_sales" else state.bc
        self.from_, self.to = ("bc", "sales") if leg == "to_sales" else ("sales", "bc")
        self.back: Leg = "to_bc" if leg == "to_sales" else "to_sales"
        self.job = (now, leg)
        self.rows = len(self.destination)
        self.counts = dict.fromkeys(
            ("scanned", "left_out", "created", "changed", "unchanged", "skipped", "failed", "conflicts"), 0
        )

    # --- who is read (section 2) ---

    def run(self) -> dict[str, int]:
        candidates = self.candidates()
        self.counts["scanned"] = len(candidates)
        newest = max((self.source[one]["modified"] for one in candidates), default=None)  # R2.18: before any drop
        for one in candidates:
            self.counts[self.record(one)] += 1
        before = self.state.watermarks[self.leg]
        if newest is not None:
            reached = min(newest, self.now)  # R2.18: capped at the start of the job
            if before is None or reached > before:  # R2.18: never backwards
                self.state.watermarks[self.leg] = reached
        return self.counts

    def candidates(self) -> list[UUID]:
        retry = []
        if not self.retries_off():
            retry = [  # R2.8, R2.13: no filter, no watermark
                self.of(one)
                for one in self.state.couplings
                if not one.skipped and one.results[self.leg] == "Failure" and self.of(one) in self.source
            ]
        changed = [id for id, row in self.source.items() if self.in_filter(row) and self.past_watermark(row)]
        return sorted(retry) + sorted(one for one in changed if one not in retry)  # R2.10

    def of(self, coupling: Coupling) -> UUID:
        return coupling.bc if self.leg == "to_sales" else coupling.sales

    def retries_off(self) -> bool:
        return self.leg == "to_sales" and self.mapping.filter_bc == "No. = ..1"  # R2.8: some filter on the whole key

    def in_filter(self, row: Row) -> bool:
        if self.leg == "to_sales":
            if self.mapping.filter_bc == "Blocked = No":
                return not row["Blocked"]
            if self.mapping.filter_bc == "No. = ..1":
                return bool(row["No."] <= "1")
            return True
        if self.mapping.filter_sales and row["isstockitem"]:  # Stock Item = No, and nothing is No (R4.12)
            return False
        return not (self.own_changes_out() and row["modifiedby"] == self.user)  # R2.14

    def own_changes_out(self) -> bool:  # R2.15
        one_way_back = any(line.arrow == "<-" for line in self.mapping.lines)
        return self.mapping.arrow == "<->" and not self.force and not one_way_back

    def past_watermark(self, row: Row) -> bool:
        since = self.state.watermarks[self.leg]
        if since is None or self.force:  # R2.7, R2.20
            return True
        return bool(row["modified"] > (since if self.leg == "to_sales" else since - 999 * MS))  # R2.7

    # --- one record (section 3) ---

    def record(self, id: UUID) -> str:
        """What becomes of it, as the counter that counts it."""
        source = self.source[id]
        coupling = next((one for one in self.state.couplings if self.of(one) == id), None)
        if self.leg == "to_sales" and self.mapping.leaves_out and source["Vendor No."] == "SPARE":
            return "left_out"  # R2.11, R2.22
        if coupling is not None and coupling.skipped:
            return "skipped"  # R3.2
        if coupling is None:
            return self.insert(id) if self.mapping.creates else "left_out"  # R2.11, R3.7
        other = coupling.sales if self.leg == "to_sales" else coupling.bc
        if other not in self.destination:
            return self.deletion_conflict(id, coupling)
        if not self.force and not self.changed(source, coupling, self.from_, self.leg):
            return "unchanged"  # R3.12: nothing is written, not even the stamps
        return self.modify(id, other, coupling)

    def changed(self, row: Row, coupling: Coupling, side: str, leg: Leg) -> bool:  # R3.11
        if coupling.results[leg] == "Failure" and not coupling.skipped:
            return True
        stamp = coupling.stamps[side]
        return stamp is None or row["modified"] > stamp + 10 * MS

    def deletion_conflict(self, id: UUID, coupling: Coupling) -> str:  # R3.8
        if not self.force and self.mapping.on_deletion == "restore":
            self.state.couplings.remove(coupling)  # R3.9: gone even if the insert fails
            return self.insert(id)
        if not self.force and self.mapping.on_deletion == "uncouple":
            self.state.couplings.remove(coupling)
            return "unchanged"
        return self.fail("gone", id, coupling)  # R3.10: with force there is no strategy, the write fails

    def insert(self, id: UUID) -> str:  # R3.24
        try:
            made, _ = self.transfer(self.source[id], self.fresh(), new=True)
        except Failed as failed:
            return self.fail(str(failed), id, None)
        new = self.new_id(id)
        self.destination[new] = {**made, **self.touched()}
        bc, sales = (id, new) if self.leg == "to_sales" else (new, id)
        made_coupling = Coupling(
            bc=bc,
            sales=sales,
            stamps={self.from_: self.source[id]["modified"], self.to: self.now},  # R3.32
            results={self.leg: "Success", self.back: ""},
            jobs={self.leg: self.job, self.back: None},
        )
        self.state.couplings.append(made_coupling)
        return "created"

    def fresh(self) -> Row:
        return dict(ITEM if self.leg == "to_bc" else PRODUCT)

    def touched(self) -> Row:
        """What the platform notes of every write."""
        return {"modified": self.now} | ({"modifiedby": self.user} if self.to == "sales" else {})

    def new_id(self, id: UUID) -> UUID:
        """The engine's way of giving ids; any other that gives a free one would do."""
        seed = f"ITEMS/{self.leg}/{id}"
        new = UUID(hashlib.md5(seed.encode()).hexdigest())
        if new in self.destination:
            new = UUID(hashlib.md5(f"{seed}/{self.now.isoformat()}/{self.rows}".encode()).hexdigest())
        return new

    def modify(self, id: UUID, other: UUID, coupling: Coupling) -> str:
        source, destination = self.source[id], self.destination[other]
        both = (  # R3.13
            not self.force and self.mapping.arrow == "<->" and self.changed(destination, coupling, self.to, self.back)
        )
        try:
            result, differing = self.transfer(source, destination, new=False)
        except Failed as failed:
            return self.fail(str(failed), id, coupling)
        two_way = [one for one in differing if one.arrow == "<->"]
        if both and two_way:  # R3.17
            wins = {"keep bc": "to_sales", "keep sales": "to_bc"}.get(self.mapping.on_update)
            if wins is None:
                return self.fail(f"conflict {two_way[0].bc}", id, coupling, "conflicts")  # R3.18
            if wins != self.leg:
                return "skipped"  # R3.18: the loser keeps its stamps
        elif not differing and not self.force:
            self.succeed(coupling, source["modified"], destination["modified"])  # R3.21
            return "unchanged"
        destination.update(result)
        destination.update(self.touched())
        lowered = {"to_sales": 999 * MS, "to_bc": 10 * MS}[self.leg] if both else 0 * MS  # R3.33
        self.succeed(coupling, source["modified"], self.now - lowered)
        return "changed"  # R3.22 counts force as changed too

    def succeed(self, coupling: Coupling, source: datetime, destination: datetime) -> None:  # R3.32
        for side, moment in ((self.from_, source), (self.to, destination)):
            stamp = coupling.stamps[side]
            coupling.stamps[side] = moment if stamp is None else max(stamp, moment)
        coupling.results[self.leg] = "Success"
        coupling.jobs[self.leg] = self.job

    def fail(self, words: str, id: UUID, coupling: Coupling | None, counter: str = "failed") -> str:
        again = False
        if coupling is not None:
            again = (  # R3.27
                coupling.results[self.leg] == "Failure"
                and self.state.errors.get((coupling.jobs[self.leg], id)) == words
            )
            coupling.results[self.leg] = "Failure"  # R3.26
            coupling.jobs[self.leg] = self.job
            coupling.skipped = coupling.skipped or again
        self.state.errors[self.job, id] = words
        return "skipped" if again else counter

    # --- field transfer (section 4) ---

    def transfer(self, source: Row, destination: Row, *, new: bool) -> tuple[Row, list[Line]]:
        """The destination with its new values, and the lines that changed it. Raises Failed."""
        result, differing = dict(destination), []
        if self.mapping.costs and source["Unit Cost" if self.leg == "to_sales" else "standardcost"] == -1:
            raise Failed("cost")
        for line in self.mapping.lines:
            if not line.goes(self.leg):  # R4.1
                continue
            from_, to = (line.bc, line.sales) if self.leg == "to_sales" else (line.sales, line.bc)
            old = result.get(to)
            if line.constant is not None:
                value: Any = line.constant  # R4.4
            elif line.look_up:
                value = self.looked_up(line, source[from_], old)
            else:
                value = self.carried(from_, to, source[from_], old, new=new)
            if blank(value) != blank(old):
                differing.append(line)  # R4.6
            result[to] = value
        return result, differing

    def carried(self, from_: str, to: str, value: Any, old: Any, *, new: bool) -> Any:
        if to in DATES:
            return old if value is None else value  # R4.10
        if isinstance(blank(value), str) or from_ in LENGTHS or from_ in CODES:
            value, old = value or "", old or ""  # R4.12
            if not new and self.same(from_, to, value, old):  # R4.5: the gate, skipped for inserts
                return old
            if to in CODES:
                return value.strip().upper()[: CODES[to]]  # R4.9
            return value[: LENGTHS[to]]  # R4.9
        return value

    def same(self, from_: str, to: str, value: str, old: str) -> bool:  # R4.5
        if to in CODES:
            return bool(old == value.strip().upper())
        here, there = LENGTHS.get(from_) or CODES[from_], LENGTHS[to]
        if there < here:
            return bool(old == value[:there])
        if there > here:
            return bool(old[:here] == value)
        return bool(old == value)

    def looked_up(self, line: Line, value: Any, old: Any) -> Any:
        units = self.state.units
        if blank(value) is None:
            return old if line.ending in ("else keep", "keep if blank") else None  # R4.15 to R4.17
        if self.leg == "to_sales":
            found: Any = units.get(value)  # R4.15
            unknown = value not in units
        else:
            found = next((code for code, group in units.items() if group == value), None)  # R4.16
            unknown = False
        if found is not None:
            return found
        if line.ending == "else blank":
            return None
        if line.ending == "else keep":
            return old
        if line.ending == "keep if blank" and unknown:
            return old  # a code that names no record is blank
        raise Failed(f"look-up {line.bc} {value}")


def blank(value: Any) -> Any:
    """R4.12: blank text, no text, zero and nothing are one."""
    return None if value in ("", None, 0) or value is False else value
