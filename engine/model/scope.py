"""Names in sight at a place of a rule: aliases, the record looked at, the record being written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from engine.catalog.catalog import Field
from engine.model.model import AnyRecord, Column, Named, Record, Value
from engine.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordName:
    """An alias that stands for a record."""

    record: AnyRecord
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueName:
    """A name for a value: a `let`, a value given to a step. origin: the field it was given from, if just that."""

    value: Value
    span: Span
    origin: Column | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceName:
    """The alias of `for each p in pieces(…)`."""

    text: Named
    number: Named
    span: Span


Entry = RecordName | ValueName | PieceName


@dataclass(slots=True, kw_only=True)
class Scope:
    """One level of names.

    bare: the record that a name without alias belongs to (rule of evaluation 1); `fields_first` on an arrow line.
    looked_at: the record of the innermost `where`. writing: the record that `:=` writes; target: its field, inside
    a `:=`.
    """

    names: dict[str, Entry] = field(default_factory=dict)
    outer: Scope | None = None
    bare: AnyRecord | None = None
    fields_first: bool = False
    looked_at: Record | None = None
    writing: Record | None = None
    target: Field | None = None

    def look(self, name: str) -> Entry | None:
        """What a name stands for here; None when it is not in sight."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None

    def visible(self) -> Iterator[str]:
        """Every name in sight, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.names
            scope = scope.outer

    def block(self, *, writing: Record | None) -> Scope:
        """The level of a block that writes into `writing`; names of the outer levels stay in sight."""
        return Scope(outer=self, writing=writing)

    def where(self, record: Record) -> Scope:
        """The level of a `where` that looks at `record`."""
        return Scope(outer=self, bare=record, looked_at=record, writing=self.writing)

    def right_of(self, writing: Record, target: Field) -> Scope:
        """The right of `:=`: a name without alias is a field of the record being written."""
        return Scope(outer=self, bare=writing, writing=writing, target=target)

    def side(self, record: Record) -> Scope:
        """One side of an arrow line or of `match`: a name without alias is a field of that side's record."""
        return Scope(outer=self, bare=record, fields_first=True)

    def plain(self) -> Scope:
        """The same names, with nothing looked at."""
        return replace(self, bare=None, looked_at=None)
