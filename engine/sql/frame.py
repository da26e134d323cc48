"""What a block is read with: the records in reach, the guard, and what became of the unit so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from engine.catalog.catalog import Field
from engine.model import model
from engine.model.model import Statement
from engine.source import Span
from engine.sql import blank
from engine.sql.conditions import joined_by
from engine.sql.lookups import Missing
from engine.sql.quote import literal
from engine.sql.scope import Scope, Written
from engine.sql.values import Around, Reading, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """SQL truth under which a record fails (or is warned about), SQL text of the reason, and the line that says so."""

    when: str
    reason: str
    code: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The line that gave a field its value: as written in one line, and where."""

    rule: str
    span: Span


@dataclass
class Outcome:
    """What a unit's statements came to so far; shared by all frames of the unit."""

    failures: list[Failure] = field(default_factory=list)
    warnings: list[Failure] = field(default_factory=list)
    origins: dict[tuple[int, str], Origin] = field(default_factory=dict)
    template: list[tuple[model.ApplyTemplate, tuple[str, ...]]] = field(default_factory=list)

    def failed(self) -> str:
        """SQL truth: the record failed already."""
        return joined_by("OR", [one.when for one in self.failures])


@dataclass
class Frame:
    """Where statements are read: the records in reach, the guard, and what is done about effects.

    rows: SQL ids of the records that the loops around stand at, outermost first.
    effect: called with the frame and a statement that changes other records.
    hold: called before an `if` on which several of them hang: holds the rows of the frame fast, with the truth given,
    and gives the SQL of that truth afterwards. order: (SQL, direction) by which the loops around are sorted.
    number: gives a number by position where it is not known before the end. lost: gives the SQL truth that the product drops
    what was looked up for a field, because no stored row holds the value from before (R4.17).
    """

    around: Around
    scope: Scope
    outcome: Outcome
    guards: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    effect: Callable[[Frame, Statement], None] | None = None
    hold: Callable[[Frame, str], str] | None = None
    order: tuple[tuple[str, str], ...] = ()
    number: Callable[[model.NextNumber, Written, Field, Frame], str] | None = None
    lost: Callable[[Field], str] | None = None

    def reading(self, *, missing: list[Missing] | None = None, lenient: bool = False) -> Reading:
        """How values and conditions are read here. missing: gathers look-ups that find no partner; lenient: such a
        look-up gives blank.
        """
        return Reading(scope=self.scope, around=self.around, missing=missing, lenient=lenient)

    def guard(self) -> str:
        """SQL truth: the record comes here at all."""
        return joined_by("AND", list(self.guards))

    def under(self, guard: str) -> Frame:
        """The same frame for the records for which a further SQL truth holds."""
        return replace(self, guards=self.guards if guard == "true" else (*self.guards, guard))


def said(message: model.Message, reading: Reading) -> str:
    """SQL text of a message with its values filled in."""
    parts = [
        literal(part) if isinstance(part, str) else blank.shown(value(part, reading), part.type)
        for part in message.parts
    ]
    return " || ".join(parts) if parts else "''"
