"""A process and a world -> its documents planned whole or refused whole, listed, counted and logged.

What is refused after something of it was written is taken back: the process is carried out anew without those
documents. So a number that a refused one would have taken goes to the next (processes 1.1, 1.9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.catalog.catalog import Table
from engine.diagnostic import Diagnostic
from engine.model import model
from engine.model.model import Process
from engine.run.actions.nodes import nodes
from engine.run.effects import Effects
from engine.run.joblog import log_errors, log_row
from engine.run.process.book import Documents, StopEarlyError
from engine.run.process.course import Course, RunRefusedError
from engine.run.process.listing import Counted, list_documents
from engine.run.process.numbers import give_numbers
from engine.run.process.uses import Place, Uses, numbered_fields, uses_of
from engine.run.readback import hold_changed
from engine.run.undo import Undo
from engine.run.world import World
from engine.source import Span
from engine.sql import watch
from engine.sql.quote import literal
from engine.sql.values import Around, NotPlanned

if TYPE_CHECKING:
    from engine.run.dryrun import Session

Came = Literal["done", "not planned", "refused whole", "stopped", "late"]
Refusals = tuple[tuple[Any, ...], ...]
TURNS = 50
"""So often a process is begun anew without what was refused; more would mean that refusals bring about refusals."""


def run_process(session: Session, process: Process, chosen: tuple[str, Table] | None = None) -> None:
    """Carry out a process now, for all records that it finds or for chosen ones (SQL of their ids, their table)."""
    number = session.legs + 1
    in_turns(session, process, chosen)
    if watch.witness is not None:
        watch.witness.ended_process(process, number)


def in_turns(session: Session, process: Process, chosen: tuple[str, Table] | None) -> None:
    """Turn after turn, until nothing more is refused late.

    The first turn ends as soon as something is; what is refused by then is judged by itself, to its end, because another
    line of the same document may come before. So all is carried out once more at most as far as it came, mostly.
    """
    session.legs += 1
    number = session.legs
    known: Refusals = ()
    for nth in range(TURNS):
        came, refused = attempt(session, process, number, chosen, known, quick=nth == 0)
        match came:
            case "done" | "not planned":
                return
            case "refused whole":
                refuse_whole(session, process, number, [one for one in refused if one[1] is None])
                return
            case "stopped":
                _, known = attempt(session, process, number, chosen, refused, only=True)
            case "late":
                known = refused
    endless = NotPlanned("A process whose refusals bring about ever more refusals", process.span)
    session.found.append(left_out(process, endless))


def attempt(
    session: Session,
    process: Process,
    number: int,
    chosen: tuple[str, Table] | None,
    known: Refusals,
    *,
    quick: bool = False,
    only: bool = False,
) -> tuple[Came, Refusals]:
    """One turn: carried out and kept when nothing is refused late, else taken back; what was refused.

    known: what is refused already and left out, or (only) what alone is looked at. quick: stop at the first late refusal.
    """
    world = session.world
    undo = Undo.mark(world)
    acted = frozenset(world.acted)
    book = Documents(world=world, number=number, quick=quick, only=only)
    book.open()
    put_back(known, world, "asked" if only else "refused")
    came: Came = "done"
    try:
        turn(session, process, book, chosen)
    except NotPlanned as problem:
        session.found.append(left_out(process, problem))
        came = "not planned"
    except RunRefusedError:
        came = "refused whole"
    except StopEarlyError:
        came = "stopped"
    if came == "done" and (book.late or only):
        came = "late"
    if came == "done":
        finish(session, process, book)
        undo.let_go()
        return came, ()
    refused: Refusals = ()
    if came != "not planned":
        refused = tuple(world.run("what is refused", "SELECT * FROM refused ORDER BY ALL").fetchall())
    undo.take_back()
    world.acted = set(acted)
    return came, refused


READ: dict[int, tuple[Process, Uses, frozenset[Place]]] = {}
"""What was read of a process, by its identity: a queue runs the same ones thousands of times."""


def read_of(process: Process) -> tuple[Uses, frozenset[Place]]:
    """What a process names from where on, and the fields that hold numbers by position."""
    known = READ.get(id(process))
    if known is None or known[0] is not process:
        known = READ[id(process)] = (process, uses_of(process.body), numbered_fields(process.body))
    return known[1], known[2]


def turn(session: Session, process: Process, book: Documents, chosen: tuple[str, Table] | None) -> None:
    """Carry out all statements once."""
    world, around = session.world, session.around
    uses, numbered = read_of(process)
    course = Course(
        world=world,
        around=around,
        effects=Effects(
            step=None, world=world, around=around, unit="NULL::UUID", told_to=book, again=again(process, book)
        ),
        book=book,
        uses=uses,
        shared=frozenset(session.model.shared),
        numbered=numbered,
        chosen=chosen,
    )
    if watch.witness is not None:
        watch.witness.begins_process(process, book.number)
    hold_changed(process.body, around.mappings, world)
    rounds = course.begin()
    course.block(process.body, rounds.frame, rounds)
    course.settle(rounds)


def again(process: Process, book: Documents) -> str:
    """What tells this run of a process from those before it in the plan; nothing for the first one."""
    ran = f"SELECT count(*) FROM plan.pass WHERE mapping = {literal(process.name)}"
    return f"/{book.number}" if book.world.one("did it run before", ran)[0] else ""


def put_back(known: Refusals, world: World, table: str) -> None:
    """What was refused in earlier turns, for this one."""
    if known:
        columns = [list(column) for column in zip(*known, strict=True)]
        world.connection.execute(
            f"INSERT INTO {table} SELECT unnest(?::INTEGER[]), unnest(?::UUID[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), "
            "unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[])",
            columns,
        )


def finish(session: Session, process: Process, book: Documents) -> None:
    """Numbers, the list of what was planned, the log."""
    world, around = session.world, session.around
    give_numbers(book, read_of(process)[1], world, at_end=True)
    came_to = list_documents(book, world, around)
    told = errors_told(world)
    write_log(process, book.number, came_to, told_only(world), told, world, around)
    first = next(iter(nodes(process.body, model.ForEach)), None)
    write_pass(process, book.number, came_to, first.record.table.caption if first is not None else "", world)


def refuse_whole(session: Session, process: Process, number: int, reasons: list[tuple[Any, ...]]) -> None:
    """The process itself is refused: a note, and a row in the log with the reason."""
    world = session.world
    came_to = Counted(units=0, created=0, changed=0, unchanged=0, refused=1)
    _, _, _, code, reason, path, line = reasons[0]
    words = f"The process is not carried out. {reason}"
    world.connection.execute(
        "INSERT INTO plan.record VALUES (?, 1, NULL, 'fail', '', '', ?, NULL, ?, NULL, NULL, ?, ?, ?, ?)",
        [number, "Process", process.name, code, words, path, line],
    )
    told = f"SELECT '' AS record, {literal(str(reason))} AS reason"
    write_log(process, number, came_to, 0, told, world, session.around)
    write_pass(process, number, came_to, "", world)


def write_log(
    process: Process, number: int, came_to: Counted, only_told: int, errors: str, world: World, around: Around
) -> None:
    """One row of the job log for the process, an error row for everything refused or warned about by a `require`.

    only_told: units that were told of and came to nothing else; they count as failed. errors: a query of record and reason.
    """
    job = f"CAST(md5({literal(f'{process.name}/process/{number}/{around.now.isoformat()}')}) AS UUID)"
    counters = {
        "Inserted": came_to.created,
        "Modified": came_to.changed,
        "Unchanged": came_to.unchanged,
        "Failed": came_to.refused + only_told,
    }
    log_row(job, process.name, 0, counters, world, around)
    if world.one("any errors", f"SELECT count(*) FROM ({errors})")[0]:
        seed = f"process/{number}/{around.now.isoformat()}"
        log_errors(job, seed, errors, "record, reason", world, around)


def errors_told(world: World) -> str:
    """SQL query of what the log says of the documents: the record and the reason."""
    world.run(
        "errors of the log",
        """CREATE OR REPLACE TEMP TABLE told AS
SELECT coalesce(CAST(l.unit AS VARCHAR), '') AS record, l.reason FROM listing l WHERE l.action = 'fail'
UNION ALL SELECT coalesce(CAST(unit AS VARCHAR), ''), text FROM (SELECT DISTINCT unit, text FROM warned WHERE code = 'W631')""",
    )
    return "SELECT record, reason FROM told"


def told_only(world: World) -> int:
    """How many units were told in the log and came to nothing else."""
    acted = "SELECT unit FROM listing WHERE unit IS NOT NULL AND action <> 'done'"
    told = f"SELECT DISTINCT unit FROM warned WHERE code = 'W631' AND unit IS NOT NULL AND unit NOT IN ({acted})"
    return int(world.one("told only", f"SELECT count(*) FROM ({told})")[0])


def write_pass(process: Process, number: int, came_to: Counted, source: str, world: World) -> None:
    """The summary row of a process."""
    warnings = world.one(
        "its warnings", f"SELECT count(*) FROM plan.note WHERE pass = {number} AND severity = 'warning'"
    )[0]
    left = max(0, came_to.units - came_to.created - came_to.changed - came_to.unchanged - came_to.refused)
    world.connection.execute(
        f"INSERT INTO plan.pass VALUES ({', '.join('?' * 19)})",
        [
            number, process.name, process.title, "process", source, "", came_to.units, left, came_to.created, came_to.changed,
            came_to.unchanged, 0, came_to.refused, 0, warnings, None, None, process.span.path, process.span.line,
        ],
    )  # fmt: skip


def left_out(process: Process, problem: NotPlanned) -> Diagnostic:
    """A construct that the planner does not carry out: said, never passed over."""
    return Diagnostic(
        code="W601",
        name="not-planned",
        severity="warning",
        span=problem.span if isinstance(problem.span, Span) else process.span,
        message=f"{problem.what} is not planned; {process.name} is left out of this plan",
        hint="say it in another way, in a process of your own; until then all else is planned as if this one did not run",
    )
