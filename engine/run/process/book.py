"""What the statements of a process write, refuse and warn about -> tables beside the world, for the end of the process.

A document is planned whole or refused whole (rule of evaluation 6), and is listed once all of it is there. So nothing is
listed while statements are carried out; it is only noted which records they touched, where in the order of a run
record by record, and what stood there before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.catalog.catalog import Field, Table
from engine.model import model
from engine.run.along import silent
from engine.run.judge import WrittenField
from engine.run.ledger import label, place
from engine.run.process.rounds import Rows, judged, rows_of
from engine.run.world import World
from engine.source import Span
from engine.sql.frame import Failure, Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Written

TABLES = {
    "touched": "site INTEGER, nth_table INTEGER, _id UUID, unit UUID, place VARCHAR, is_new BOOLEAN",
    "deleted": "nth_table INTEGER, _id UUID, unit UUID, label VARCHAR, path VARCHAR, line INTEGER",
    "refused": "loop INTEGER, unit UUID, place VARCHAR, code VARCHAR, reason VARCHAR, path VARCHAR, line INTEGER",
    "asked": "loop INTEGER, unit UUID, place VARCHAR, code VARCHAR, reason VARCHAR, path VARCHAR, line INTEGER",
    "warned": "nth_table INTEGER, _id UUID, unit UUID, code VARCHAR, text VARCHAR, path VARCHAR, line INTEGER",
    "numbered": "number INTEGER, place VARCHAR, step INTEGER, nth_table INTEGER, field VARCHAR, unit UUID",
    "reached": "unit UUID",
    "renewed": "unit UUID",
    "by_bc": "_id UUID, nths INTEGER[]",
    "units": "loop INTEGER, unit UUID, nth_table INTEGER, place VARCHAR",
}
PROVISIONAL = 1_000_000_000
"""Numbers by position are given at the end; till then a record has one from here on, unlike any other."""


def nth_place(number: str) -> str:
    """SQL of one step of a place: numbers as texts of one length, so that places are ordered as texts, which is quick."""
    return f"to_base({number}, 36, 6)"


@dataclass(frozen=True)
class Site:
    """A statement that wrote records. fields: what it set; kept: the table with what stood there before."""

    table: Table
    fields: tuple[WrittenField, ...]
    kept: str | None


class StopEarlyError(Exception):
    """Something was refused late, in a turn that is to stop then."""


@dataclass
class Documents:
    """The book of a process (`engine.run.along.Book`), number: of its pass. loop: of the outermost loop, from 1;
    depth: how many loops are around.

    late: something was refused that had already written; the process must be carried out again without it. quick: stop
    as soon as that is so. only: look at the units of the table `asked` alone.
    """

    world: World
    number: int
    loop: int = 0
    clock: int = 0
    depth: int = 0
    wrote_in_loop: bool = False
    late: bool = False
    quick: bool = False
    only: bool = False
    tables: list[Table] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    by_bc: dict[tuple[int, str], tuple[int, Span]] = field(default_factory=dict)
    pending: dict[tuple[int, str], int] = field(default_factory=dict)
    given: int = 0

    def turns(self, frame: Frame) -> list[tuple[str, str]]:
        return [("_place", "")]

    def open(self) -> None:
        """Make the tables of the book anew, empty."""
        for name, columns in TABLES.items():
            self.world.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")

    def tick(self) -> int:
        """A later place than all before it."""
        self.clock += 1
        return self.clock

    def moment(self) -> str:
        """SQL of a later place than all before it."""
        return nth_place(str(self.tick()))

    def nth(self, table: Table) -> int:
        """The number by which the book knows a table; given when first asked for."""
        if table not in self.tables:
            self.tables.append(table)
        return self.tables.index(table)

    # --- the book --------------------------------------------------------------------------------------------

    def inside(self, outcome: Outcome) -> Outcome:
        return Outcome(origins=outcome.origins)

    def more(self, frame: Frame) -> str:
        rows = rows_of(frame.scope)
        if rows is None:
            return ", NULL::VARCHAR AS _place, NULL::BIGINT AS _row"
        told = "".join(f", {sql} AS {name}" for name, sql in judged(frame.outcome).items())
        return f", {rows.alias}.place AS _place, {rows.row} AS _row{told}"

    def keeps(self, frame: Frame) -> str:
        return "true"

    def also(self, frame: Frame) -> str:
        return " OR fail IS NOT NULL" if frame.outcome.failures and rows_of(frame.scope) is not None else ""

    def staged(self, table: Table, stage: str, frame: Frame, fields: tuple[WrittenField, ...]) -> None:
        rows = rows_of(frame.scope)
        if rows is None:
            return
        if self.refuse(stage, frame.outcome.failures, "_unit", "_place"):
            self.world.run(
                "nothing more of these",
                f"DELETE FROM {rows.table} WHERE rowid IN (SELECT _row FROM {stage} WHERE fail IS NOT NULL)",
            )
            self.world.run("nor what they would write", f"DELETE FROM {stage} WHERE fail IS NOT NULL")
        self.warn(stage, frame.outcome.warnings, f"{self.nth(table)}, _id, _unit")
        for one in fields:
            step = self.pending.pop((self.nth(table), one.field.name), None)
            if step is not None:
                self.world.run(
                    "numbers to be given",
                    f"INSERT INTO numbered SELECT {one.new}, _place || {self.moment()}, {step}, {self.nth(table)}, "
                    f"{literal(one.field.name)}, _unit FROM {stage} WHERE {one.new} >= {PROVISIONAL}",
                )
                highest = f"SELECT coalesce(max({one.new}) + 1, 0) FROM {stage}"
                self.given = max(self.given, self.world.one("the last of them", highest)[0] - PROVISIONAL)

    def wrote(self, table: Table, stage: str, fields: tuple[WrittenField, ...]) -> None:
        self.wrote_in_loop = True
        kept = None
        olds = [one.old for one in fields if one.old.startswith("o") and one.old[1:].isdigit()]
        if olds and not silent(table):
            kept = identifier(self.world.alias("before"))
            self.world.run(
                "what stood there",
                f"CREATE TEMP TABLE {kept} AS SELECT _id, {', '.join(olds)} FROM {stage} WHERE NOT is_new",
            )
        self.sites.append(Site(table=table, fields=fields, kept=kept))
        self.world.run(
            "records touched",
            f"INSERT INTO touched SELECT {len(self.sites) - 1}, {self.nth(table)}, _id, _unit, "
            f"_place || {self.moment()}, is_new FROM {stage}",
        )

    def left_to_bc(self, table: Table, stage: str, fields: tuple[tuple[Field, Span], ...]) -> None:
        nths = []
        for at, (filled, span) in enumerate(fields):
            nth = self.by_bc.setdefault((self.nth(table), filled.name), (len(self.by_bc), span))[0]
            nths.append(f"CASE WHEN bc{at} THEN {nth} END")
        self.world.run("what BC fills in", f"INSERT INTO by_bc SELECT _id, [{', '.join(nths)}] FROM {stage}")

    def deletes(self, table: Table, ids: str, span: Span) -> None:
        self.wrote_in_loop = True
        path, line = place(span)
        self.world.run(
            "records to be deleted",
            f"INSERT INTO deleted SELECT {self.nth(table)}, i._id, i._unit, {label(table, 'd', self.world)}, {path}, {line} "
            f"FROM {ids} i JOIN {self.world.relation(table)} d ON d.{identifier(table.id_field)} = i._id",
        )

    # --- what is refused, warned about and numbered -------------------------------------------------------------

    def refuse(self, stage: str, failures: list[Failure], unit: str, at: str) -> int:
        """Note the rows of a stage that fail; gives how many."""
        if not failures:
            return 0
        cases = ", ".join(
            f"({number}, {literal(one.code)}, {', '.join(place(one.span))})" for number, one in enumerate(failures)
        )
        first = self.tick()
        self.clock += len(failures)
        later = nth_place(f"{first} + s.fail")
        count = self.world.one("does any fail", f"SELECT count(fail) FROM {stage}")[0]
        if count:
            self.world.run(
                "what fails, and why",
                f"INSERT INTO refused SELECT {self.loop}, s.{unit}, s.{at} || {later}, c.code, s.reason, "
                f"c.path, c.line FROM {stage} s JOIN (VALUES {cases}) c(number, code, path, line) ON c.number = s.fail",
            )
            self.late = self.late or self.wrote_in_loop or self.depth > 1
            if self.late and self.quick:
                raise StopEarlyError
        return int(count)

    def warn(self, stage: str, warnings: list[Failure], about: str) -> None:
        """Note what is warned about in the rows of a stage. about: SQL of nth_table, _id, unit."""
        if not warnings:
            return
        counts = ", ".join(f"count(warned{at})" for at in range(len(warnings)))
        for at, count in enumerate(self.world.one("is anything warned about", f"SELECT {counts} FROM {stage}")):
            if count:
                path, line = place(warnings[at].span)
                self.world.run(
                    "warnings",
                    f"INSERT INTO warned SELECT {about}, {literal(warnings[at].code)}, warned{at}, {path}, {line} "
                    f"FROM {stage} WHERE warned{at} IS NOT NULL",
                )

    def numbers(self, given: model.NextNumber, entry: Written, target: Field, rows: Rows) -> str:
        """A provisional number for `next number by N` (see `engine.run.process.numbers`)."""
        self.pending[self.nth(entry.table), target.name] = given.step or 1
        return f"CAST({PROVISIONAL + self.given} + {rows.row} AS INTEGER)"
