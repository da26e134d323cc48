"""A mapping run, record by record, in plain Python: slow, and meant to be obviously right.

Written from the numbered rules of the synchronisation (the numbers stand beside the lines that do them) and from
nothing else: it shares no code with the engine. It knows what the generated mappings of these tests can say.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from tests.oracle.books import ITEM, MS, PRODUCT, Coupling, Failed, Leg, Mapping, OrderDependent, Row, State, blank
from tests.oracle.carry import Carrying, assigned


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
        self.met: set[UUID] = set()
        self.robbed: set[UUID] = set()
        self.earlier: tuple[str, object] = ("", None)
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
        self.earlier = ("", None) if coupling is None else (coupling.results[self.leg], coupling.jobs[self.leg])
        if coupling is None:
            if id in self.robbed:
                raise OrderDependent
            known = self.recognised(id)
            if known is not None:
                return self.take(id, known)
            return self.insert(id) if self.mapping.creates else "left_out"  # R2.11, R3.7
        other = coupling.sales if self.leg == "to_sales" else coupling.bc
        if other not in self.destination:
            return self.deletion_conflict(id, coupling)
        if not self.force and not self.changed(source, coupling, self.from_, self.leg):
            return self.afterwards("untouched", id, coupling) or "unchanged"  # R3.12: not even the stamps are written
        return self.modify(id, other, coupling)

    def changed(self, row: Row, coupling: Coupling, side: str, leg: Leg) -> bool:  # R3.11
        if coupling.results[leg] == "Failure" and not coupling.skipped:
            return True
        stamp = coupling.stamps[side]
        return stamp is None or row["modified"] >= stamp + 10 * MS  # only closer than that is equal

    def deletion_conflict(self, id: UUID, coupling: Coupling) -> str:  # R3.8
        if not self.force and self.mapping.on_deletion == "restore":
            self.state.couplings.remove(coupling)  # R3.9: gone even if the insert fails
            self.earlier = ("", None)
            return self.insert(id)
        if not self.force and self.mapping.on_deletion == "uncouple":
            self.state.couplings.remove(coupling)
            return "unchanged"
        return self.fail("gone", id, coupling)  # R3.10: with force there is no strategy, the write fails

    def insert(self, id: UUID) -> str:  # R3.24
        carrying = Carrying(self.mapping, self.state, self.leg, self.source[id], self.fresh(), new=True)
        try:
            carrying.carry()
            carrying.below()
            carrying.at_last(self.force)
        except Failed as failed:
            return self.fail(str(failed), id, None)
        new = self.new_id(id)
        self.destination[new] = {**carrying.result, **self.touched()}
        made = self.couple(id, new)
        made.results[self.leg] = "Success"
        made.jobs[self.leg] = self.job
        made.stamps = {self.from_: self.source[id]["modified"], self.to: self.now}  # R3.32
        return self.afterwards("new", id, made, {self.from_: None, self.to: None}) or "created"

    def couple(self, id: UUID, other: UUID) -> Coupling:
        bc, sales = (id, other) if self.leg == "to_sales" else (other, id)
        made = Coupling(
            bc=bc,
            sales=sales,
            stamps={"bc": None, "sales": None},
            results={"to_sales": "", "to_bc": ""},
            jobs={"to_sales": None, "to_bc": None},
        )
        self.state.couplings.append(made)
        return made

    def recognised(self, id: UUID) -> UUID | None:  # R3.6
        """A partner that is found by its name instead of by a coupling: the first by its id."""
        if self.leg != "to_sales" or not self.mapping.recognises:
            return None
        wanted = blank(self.source[id]["Description"])
        found = sorted(one for one, row in self.destination.items() if blank(row["name"]) == wanted)
        return found[0] if found else None

    def take(self, id: UUID, other: UUID) -> str:  # R3.6
        """Couple at once, both stamps set, and force."""
        if other in self.met:
            raise OrderDependent
        for one in [one for one in self.state.couplings if one.sales == other]:  # R1.10: no row is coupled twice
            self.state.couplings.remove(one)
            self.robbed.add(one.bc)
        made = self.couple(id, other)
        made.stamps = {self.from_: self.source[id]["modified"], self.to: self.destination[other]["modified"]}
        return self.modify(id, other, made, force=True)

    def afterwards(
        self,
        state: str,
        id: UUID,
        coupling: Coupling,
        before: dict[str, datetime | None] | None = None,
        *,
        settled: bool = False,
    ) -> str | None:
        """What comes after the write; gives how a failure is counted. before: the stamps it leaves behind (R3.24).
        settled: a conflict was, so that what follows every comparison is left out (R3.19)."""
        blocks = [one for one in self.mapping.moments if one.after and one.leg == self.leg and state in one.states]
        blocks = [one for one in blocks if not (settled and {"changed", "unchanged"} <= one.states)]
        cost = self.source[id]["Unit Cost" if self.leg == "to_sales" else "standardcost"]
        if any(one.requires for one in blocks) and cost == 5:
            coupling.stamps = dict(coupling.stamps if before is None else before)
            coupling.results[self.leg], coupling.jobs[self.leg] = self.earlier
            return self.fail("after", id, coupling)  # the row and the coupling stay, what the blocks did goes
        other = self.destination[coupling.sales if self.leg == "to_sales" else coupling.bc]
        for one in blocks:
            value = assigned(one, self.source[id])
            if blank(other[one.to]) != value:
                other.update({one.to: value, **self.touched()})
        return None

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

    def modify(self, id: UUID, other: UUID, coupling: Coupling, *, force: bool = False) -> str:
        source, destination = self.source[id], self.destination[other]
        force = force or self.force
        both = not force and self.mapping.arrow == "<->" and self.changed(destination, coupling, self.to, self.back)
        before, self.met = dict(coupling.stamps), self.met | {other}  # both: R3.13
        settled = False
        carrying = Carrying(self.mapping, self.state, self.leg, source, destination, new=False)
        try:
            carrying.carry()
            two_way = [one for one in carrying.differing if one.arrow == "<->"]
            if both and two_way:  # R3.17
                wins = {"keep bc": "to_sales", "keep sales": "to_bc"}.get(self.mapping.on_update)
                if wins is None:
                    return self.fail(f"conflict {two_way[0].bc}", id, coupling, "conflicts")  # R3.18
                if wins != self.leg:
                    return "skipped"  # R3.18: the loser keeps its stamps
                force = settled = True  # R3.18; R3.19: what stands below the lines is not done
            else:
                carrying.below()
            written = force or bool(carrying.differing) or carrying.more
            carrying.at_last(force)
        except Failed as failed:
            return self.fail(str(failed), id, coupling)
        if not written:
            self.succeed(coupling, source["modified"], destination["modified"])  # R3.21
            return self.afterwards("unchanged", id, coupling, before) or "unchanged"
        destination.update(carrying.result)
        destination.update(self.touched())
        lowered = {"to_sales": 999 * MS, "to_bc": 10 * MS}[self.leg] if both else 0 * MS  # R3.33
        self.succeed(coupling, source["modified"], self.now - lowered)
        return (
            self.afterwards("changed", id, coupling, before, settled=settled) or "changed"
        )  # R3.22 counts force as changed too

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
