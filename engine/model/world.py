"""What every part of binding needs at hand: catalog, settings, the declarations by name, and what is gathered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping as Dictionary
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from engine.catalog.catalog import Catalog, Field, System, Table
from engine.catalog.settings import Settings, Value as Setting
from engine.model.facts import Definition, LookUpFact, NameKind, Replacement, Use, UsingFact
from engine.model.findings import Findings
from engine.model.model import Record, Shared, Type
from engine.model.scope import Entry
from engine.model.types import type_of
from engine.source import Span
from engine.syntax import ast

DEEPEST: Final = 100
"""How deep expressions and blocks may be nested, steps laid open included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The head of one mapping declaration: its tables, and whether it exists under the settings."""

    node: ast.Mapping
    bc: Table
    sales: Table
    active: bool = True

    def on(self, system: System) -> Table:
        """The table of the mapping in one of the two systems."""
        return self.bc if system == "bc" else self.sales


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Facts for the checks, as they turn up."""

    definitions: list[Definition] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    usings: list[UsingFact] = field(default_factory=list)
    replaced: list[Replacement] = field(default_factory=list)
    look_ups: list[LookUpFact] = field(default_factory=list)
    places: set[tuple[str, int]] = field(default_factory=set)
    on_line: bool = False
    active: bool = True


@dataclass(slots=True, kw_only=True)
class World:
    """The surroundings of one binding.

    sides: the two tables of the mapping that is being bound. broken: names of declarations that could not be read;
    nothing is said where they are used.
    """

    catalog: Catalog
    settings: Dictionary[str, Setting]
    known_settings: Settings
    findings: Findings
    mappings: dict[str, tuple[Variant, ...]] = field(default_factory=dict)
    processes: dict[str, ast.Process] = field(default_factory=dict)
    steps: dict[str, ast.Step] = field(default_factory=dict)
    values: dict[str, ast.Values] = field(default_factory=dict)
    shared_nodes: dict[str, ast.Find | ast.Let] = field(default_factory=dict)
    shared_names: dict[str, Entry] = field(default_factory=dict)
    shared: dict[str, Shared] = field(default_factory=dict)
    looking_up: list[str] = field(default_factory=list)
    types: dict[tuple[System, str, str], Type] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    laid_open: dict[str, int] = field(default_factory=dict)
    depth: int = 0
    sides: tuple[Table, ...] = ()
    broken: frozenset[str] = frozenset()
    gathered: Gathered = field(default_factory=Gathered)

    def key(self, name: str) -> str:
        """A key for a name that no other record or value of the model has: `item`, `item.2`, …"""
        count = self.keys.get(name, 0) + 1
        self.keys[name] = count
        return name if count == 1 else f"{name}.{count}"

    def record(self, name: str, table: Table, span: Span) -> Record:
        """A new record under a name."""
        return Record(span=span, key=self.key(name), name=name, table=table)

    def type_of(self, table: Table, one: Field) -> Type:
        """The type of a field, made once."""
        key = (table.system, table.name, one.name)
        if key not in self.types:
            self.types[key] = type_of(self.catalog, table, one)
        return self.types[key]

    def nameless(self, table: Table, span: Span) -> Record:
        """A new record of a table that the rule gives no name: messages call it by its table."""
        return self.record(table.caption.lower() or "record", table, span)

    def say(self, code: str, span: Span, message: str, hint: str = "") -> None:
        """Note a finding; its name and severity come with the code."""
        self.findings.add(code, span, message, hint)

    def used(self, kind: NameKind, name: str, span: Span, definition: Span | None = None) -> None:
        """Note that a name is used, and where what it names was declared."""
        self.gathered.uses.append(Use(kind=kind, name=name, span=span, definition=definition))

    def defined(self, kind: NameKind, name: str, span: Span, *, shared: bool = False) -> None:
        """Notes a name; one in a step once, however often the step is laid open."""
        place = (span.path, span.start)
        if place not in self.gathered.places:
            self.gathered.places.add(place)
            self.gathered.definitions.append(Definition(kind=kind, name=name, span=span, shared=shared))

    def is_broken(self, name: str) -> bool:
        """Is it the name of a declaration that could not be read, or the beginning of what stands there?"""
        return any(one == name or one.startswith(f"{name} ") for one in self.broken)

    @contextmanager
    def deeper(self, span: Span) -> Iterator[bool]:
        """Goes one level into nested expressions or blocks; False, and a finding, where it is too deep."""
        self.depth += 1
        try:
            if self.depth == DEEPEST:
                hint = "give a part of it a name with `let`, or put it into a step"
                self.say("E233", span, f"this is nested more than {DEEPEST} levels deep", hint)
            yield self.depth < DEEPEST
        finally:
            self.depth -= 1

    def looked_up(self, name: ast.Name) -> None:
        """A mapping is asked for a partner."""
        for variant in self.mappings.get(name.text, ()):
            self.used("mapping", name.text, name.span, variant.node.name.span)
        self.gathered.look_ups.append(
            LookUpFact(mapping=name.text, on_line=self.gathered.on_line, active=self.gathered.active, span=name.span)
        )
