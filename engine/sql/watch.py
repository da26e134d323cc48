"""What is read while statements become SQL -> whoever wants to know which lines any record reached; normally nobody.

`coupler test --coverage` sets a watcher, `coupler why` a witness. Without one, nothing is asked of the database and
nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from engine.frozen import dataclass

if TYPE_CHECKING:
    from engine.catalog.catalog import Field
    from engine.model import model
    from engine.plan.legs import Pass
    from engine.run.found import Candidates
    from engine.run.gates import RunScope
    from engine.run.transfer import Transfer
    from engine.run.world import World
    from engine.source import Span
    from engine.sql.frame import Frame
    from engine.sql.scope import Written
    from engine.sql.values import Around


class Watcher(Protocol):
    """Told of a leg before its records are looked at, and of lines, branches and outcomes with the truth they need."""

    def leg(self, step: Pass, world: World, around: Around) -> None:
        """A leg begins, in this world."""
        ...

    def reached(self, kind: str, outcome: str, span: Span, frame: Frame, when: str = "true") -> None:
        """A place of the rules is reached, by the rows of the frame for which `when` (SQL) holds.

        kind, outcome: which of the ways on from this place, such as `branch`, `then`.
        """
        ...

    def carried(self, value: model.Value, frame: Frame) -> None:
        """A value is about to be carried into a field."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A field of a record being written gets a value by a line.

    given, carried: what the line says. source: the plain field that it starts from, if it does. before: SQL of what
    the field held so far; text: of the value as it was read; result: of what the field holds from now on. keeps: why
    the field would stay as it is after all: what is so, and the SQL truth of it.
    """

    entry: Written
    target: Field
    given: model.Value
    source: model.Column | None
    carried: model.Carried
    rule: str
    span: Span
    before: str
    text: str
    result: str
    keeps: tuple[tuple[Keep, str], ...]


Keep = Literal["blank", "no partner", "only on insert", "begins alike", "none has the old value"]


class Witness(Protocol):
    """Who tells one record's story (`coupler why`): told of every leg and of every line while it becomes SQL.

    begins: nobody was read yet. judged: what becomes of every record is known, nothing is written. ended: all is.
    reads, has_read: before and after a statement. begins_process: once for every turn that a process takes;
    ended_process: its documents are listed.
    """

    def begins(self, step: Pass, run: RunScope, world: World, around: Around) -> None:
        """A leg begins; nobody was read yet."""
        ...

    def judged(self, step: Pass, read: Candidates, made: Transfer) -> None:
        """What becomes of every record of the leg is known; nothing is written."""
        ...

    def ended(self, step: Pass) -> None:
        """Everything that the leg does is written."""
        ...

    def begins_process(self, process: model.Process, number: int) -> None:
        """A process takes a turn; there may be several."""
        ...

    def ended_process(self, process: model.Process, number: int) -> None:
        """The documents of a process are listed."""
        ...

    def reads(self, statement: model.Statement, frame: Frame) -> None:
        """A statement is about to become SQL."""
        ...

    def has_read(self, statement: model.Statement, frame: Frame) -> None:
        """A statement has become SQL."""
        ...

    def fills(self, filling: Filling, frame: Frame) -> None:
        """A line gives a field its value."""
        ...


watcher: Watcher | None = None
witness: Witness | None = None


@contextmanager
def watching(one: Watcher) -> Iterator[None]:
    """Let somebody watch."""
    global watcher
    before, watcher = watcher, one
    try:
        yield
    finally:
        watcher = before


@contextmanager
def witnessed(one: Witness) -> Iterator[None]:
    """Let somebody see how the plan of a record is made."""
    global witness
    before, witness = witness, one
    try:
        yield
    finally:
        witness = before
