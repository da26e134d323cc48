"""What binding came across, for the checks: which names are used where, what every mapping holds, active or not.

Everything here is frozen and in the order of the text. Places (`span`) may lie in any of the rule files: a line
that a `change mapping` added has its place there.
"""

from __future__ import annotations

from typing import Literal

from engine.frozen import dataclass
from engine.model.model import Bound, Condition, FieldLine, LeaveOut, Mapping, MatchCriterion, Value
from engine.source import Span
from engine.syntax import ast

NameKind = Literal["mapping", "process", "step", "values", "alias", "let", "setting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A name that a rule file gives to something.

    kind: `alias` is the name of a record (find, create, for each, there is), `let` that of a value; the aliases in
    the head of a mapping and the parameters of a step are not told. shared: it stands at the top of a file.
    """

    kind: NameKind
    name: str
    span: Span
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A place where a name is used. definition: the place of what it means; None for a setting."""

    kind: NameKind
    name: str
    span: Span
    definition: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterFact:
    """`filter bc C [when D]` as it stands in the mapping. active: its `when` holds under the settings."""

    system: ast.System
    condition: Condition
    active: bool
    written: ast.RecordFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """A field line as it stands in the mapping, bound even when it is off or its `when` does not hold.

    active: it is in the items of the mapping. written: the syntax tree, with the words after the comma.
    """

    line: FieldLine
    active: bool
    written: ast.FieldLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpFact:
    """`X via M`, `is coupled by M` or `synchronise … with M` somewhere in a mapping (also inside a step it does).

    active: it does not stand in a line or filter that is off. on_line: it stands on a field line.
    """

    mapping: str
    on_line: bool
    active: bool
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class UsingFact(Bound):
    """A value list at work: the value translated and the bound pairs (from, to)."""

    value: Value
    pairs: tuple[tuple[Value, Value], ...]
    written: ast.Using


@dataclass(frozen=True, slots=True, kw_only=True)
class DependsFact:
    """One name after `depends on`. active: its `when` holds under the settings."""

    mapping: str
    active: bool
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What a `change mapping` (or a declaration of the same name) did: the shipped thing and what stands instead."""

    mapping: str
    shipped: Span
    by: Span | None
    what: Literal["line", "filter", "clause", "dropped line", "declaration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFacts:
    """One variant of a mapping as it stands after all changes. mapping: bound as if it existed.

    active: it exists under the settings, so that it is in the model. when: what its head says.
    """

    mapping: Mapping
    active: bool
    when: Condition | None
    written: ast.Mapping
    filters: tuple[FilterFact, ...]
    leave_outs: tuple[LeaveOut, ...]
    lines: tuple[LineFact, ...]
    matches: tuple[MatchCriterion, ...]
    depends: tuple[DependsFact, ...]
    look_ups: tuple[LookUpFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All of it. A definition without a use (same `definition` place) is unused."""

    definitions: tuple[Definition, ...]
    uses: tuple[Use, ...]
    mappings: tuple[MappingFacts, ...]
    usings: tuple[UsingFact, ...]
    replaced: tuple[Replacement, ...]

    def unused(self, kind: NameKind) -> tuple[Definition, ...]:
        """The definitions of a kind that nothing uses."""
        used = {
            (one.definition.path, one.definition.start)
            for one in self.uses
            if one.kind == kind and one.definition is not None
        }
        return tuple(
            one for one in self.definitions if one.kind == kind and (one.span.path, one.span.start) not in used
        )


def nothing() -> Facts:
    """No facts at all."""
    return Facts(definitions=(), uses=(), mappings=(), usings=(), replaced=())
