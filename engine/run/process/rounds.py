"""The records that a loop stands at -> a table with one row for each, and what is known of them so far.

A frame is symbolic: what it says is worked out anew in every statement. Statements of a process change what later ones
look at, so before each of them everything found and decided is put into a table (`hold`): ids of records, values,
truths. What follows builds on that and sees the records themselves as they stand by then.

Columns of a table of rounds: unit (UUID of the record of the outermost loop, NULL outside),
place (VARCHAR: sorts as the rounds of a run record by
record would come), row0, row1 … (ids of the
records of the loops around), then ids, values and truths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from engine.catalog.catalog import Table
from engine.run.world import World
from engine.sql.conditions import joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier
from engine.sql.scope import Entry, Joined, Scope, Written


class Rows(Scope):
    """The rows of a table of rounds. ids: key of a record -> SQL of its id over those rows, and its table."""

    def __init__(
        self, world: World, base: str, alias: str, ids: Mapping[str, tuple[str, Table]], *, temporary: bool = True
    ) -> None:
        super().__init__(world, f"{base} {alias}")
        self.unit = f"{alias}.unit"
        self.table = base
        self.temporary = temporary
        self.alias = alias
        self.ids = dict(ids)
        self.row = f"{alias}.row" if base.startswith("(") else f"{alias}.rowid"
        """SQL of what tells one row from all others. A number of our own would be given by one processor alone."""

    def entry(self, key: str) -> Entry | None:
        """A record is joined when it is first needed, as it stands by then."""
        if key in self.names or key not in self.ids:
            return super().entry(key)
        id, table = self.ids[key]
        return self.record(table, id)

    def fork(self) -> Rows:
        """The same rows for one statement: what it joins is not carried on."""
        made = Rows(self.relations, self.table, self.alias, self.ids)  # type: ignore[arg-type]
        made.names.update(self.names)
        made.joins.extend(self.joins)
        made.made.update(self.made)
        return made


def rows_of(scope: Scope) -> Rows | None:
    """The rows that a scope stands on."""
    at: Scope | None = scope
    while at is not None and not isinstance(at, Rows):
        at = at.parent
    return at


@dataclass
class Rounds:
    """The rounds of one loop. frames: those whose guards must be kept true to what was decided; the first is the loop's.

    depth: how many loops are around, 0 for the process itself. settled: nothing was found or decided since the last `hold`.
    """

    world: World
    frames: list[Frame]
    depth: int
    settled: bool = True

    @property
    def frame(self) -> Frame:
        """The frame of the loop itself, without the guards of branches in it."""
        return self.frames[0]

    @property
    def scope(self) -> Rows:
        """The table of the rounds, as it was last held."""
        scope = self.frames[0].scope
        assert isinstance(scope, Rows)
        return scope

    @property
    def outcome(self) -> Outcome:
        """What failed or was warned about since the rounds were last held."""
        return self.frames[0].outcome


@dataclass(frozen=True)
class Held:
    """What came of holding: the columns asked for by name, and of what failed or is to be warned about."""

    columns: Mapping[str, str]
    failures: Outcome


def hold(rounds: Rounds, wanted: Mapping[str, Table | None], more: Mapping[str, str]) -> Held:
    """Put everything known into a new table of rounds.

    wanted: keys that are used any further on. more: name of a column -> SQL of a further value. The columns `fail`
    (number of the first failure, from 0) and `reason`, `warned0` … (texts, NULL without) are there when the outcome
    holds failures and warnings.
    """
    scope, world, outcome = rounds.scope, rounds.world, rounds.outcome
    alias = world.alias("rounds")
    columns = {"unit": f"{scope.alias}.unit", "place": f"{scope.alias}.place"}
    columns |= {f"row{at}": sql for at, sql in enumerate(rounds.frame.rows)}
    ids: dict[str, tuple[str, Table]] = {}
    names: dict[str, Entry] = {}
    for at, key in enumerate(dict.fromkeys([*scope.ids, *scope.names])):
        if key not in wanted:
            continue
        entry: Entry | None = scope.names.get(key)
        match entry:
            case None:
                columns[f"k{at}"], ids[key] = scope.ids[key][0], (f"{alias}.k{at}", scope.ids[key][1])
            case str():
                columns[f"v{at}"], names[key] = entry, f"{alias}.v{at}"
            case Joined():
                columns[f"k{at}"], ids[key] = entry.id, (f"{alias}.k{at}", entry.table)
            case Written():
                raise AssertionError("a record being written is not held")
            case _:
                assert_never(entry)
    truths = [guards_of(one) for one in rounds.frames]
    guards = {sql: f"g{at}" for at, sql in enumerate(dict.fromkeys(one for one in truths if one != "true"))}
    columns |= {name: sql for sql, name in guards.items()}
    columns |= dict(more)
    columns |= judged(outcome)
    select = ",\n  ".join(f"{sql} AS {name}" for name, sql in columns.items())
    table = identifier(alias)
    world.run(
        "what was found and decided",
        f"CREATE TEMP TABLE {table} AS\nSELECT {select}\nFROM {scope.sql()}",
    )
    if scope.temporary:
        world.connection.execute(f"DROP TABLE {scope.table}")
    fresh = Rows(world, table, alias, ids)
    fresh.names.update(names)
    failed = Outcome(origins=outcome.origins, failures=list(outcome.failures), warnings=list(outcome.warnings))
    outcome.failures.clear()
    outcome.warnings.clear()
    for one, truth in zip(rounds.frames, truths, strict=True):
        one.scope = fresh
        one.guards = () if truth == "true" else (f"{alias}.{guards[truth]}",)
        one.rows = tuple(f"{alias}.row{at}" for at in range(len(one.rows)))
        one.order = ((f"{alias}.place", ""),)
    rounds.settled = True
    return Held(columns={name: f"{alias}.{name}" for name in more}, failures=failed)


def guards_of(frame: Frame) -> str:
    """SQL truth: the row takes all the ways that lead to the frame."""
    return joined_by("AND", list(frame.guards))


def judged(outcome: Outcome) -> dict[str, str]:
    """Columns that say what failed first, and what is warned about."""
    columns: dict[str, str] = {}
    if outcome.failures:
        numbers = " ".join(f"WHEN {one.when} THEN {at}" for at, one in enumerate(outcome.failures))
        reasons = " ".join(f"WHEN {one.when} THEN {one.reason}" for one in outcome.failures)
        columns["fail"] = f"(CASE {numbers} END)"
        columns["reason"] = f"(CASE {reasons} END)"
    for at, one in enumerate(outcome.warnings):
        columns[f"warned{at}"] = f"(CASE WHEN {one.when} THEN {one.reason} END)"
    return columns
