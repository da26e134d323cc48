"""What a law looks at: the rules as written, and what they mean under the present settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeVar

from engine.catalog.catalog import Catalog, Field, Table
from engine.diagnostic import Diagnostic, Severity
from engine.model import facts as f, model as m
from engine.source import Span
from engine.syntax import ast

Node = TypeVar("Node")


@dataclass(frozen=True, kw_only=True)
class Context:
    """The rules of a workspace.

    files: every rule file, the shipped ones first. model: what they mean together. facts: what stands where.
    """

    files: tuple[ast.RuleFile, ...]
    model: m.Model
    facts: f.Facts
    catalog: Catalog

    def every(self, kind: type[Node]) -> Iterator[Node]:
        """Every node of exactly this kind in all that can hold statements: mappings, processes, rules, shared names."""
        yield from self._by_kind.get(kind, ())

    @cached_property
    def writes(self) -> tuple[Write, ...]:
        """Every value that the rules carry or assign, lines first."""
        return tuple(_writes(self))

    def written(self, kind: type[Node]) -> Iterator[Node]:
        """Every node of exactly this kind in the rule files as they are written."""
        yield from self._as_written.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[type, list[Any]]:
        return _grouped(one for body in bodies(self) for one in walk(body, m.Bound))

    @cached_property
    def _as_written(self) -> dict[type, list[Any]]:
        return _grouped(one for file in self.files for one in walk(file.declarations, ast.Node))


def finding(code: str, name: str, severity: Severity, span: Span, message: str, hint: str = "") -> Diagnostic:
    """A finding with its place."""
    return Diagnostic(code=code, name=name, severity=severity, span=span, message=message, hint=hint)


def _grouped(nodes: Iterator[object]) -> dict[type, list[Any]]:
    found: dict[type, list[Any]] = {}
    for one in nodes:
        found.setdefault(type(one), []).append(one)
    return found


def _children(node: ast.Node | m.Bound) -> tuple[str, ...]:
    """The fields of a node that can hold nodes."""
    kind: type[Any] = type(node)
    if kind not in _CHILDREN:
        _CHILDREN[kind] = tuple(one.name for one in fields(kind) if not _PLAIN.match(str(one.type)))
    return _CHILDREN[kind]


_CHILDREN: dict[type, tuple[str, ...]] = {}
_PLAIN = re.compile(
    r"(str|bool|int|Decimal|date|time|Span|Table|Field|Type|Leg|System|Arrow)( \| None)?$|Literal\[|frozenset\["
)


def walk(node: object, kind: type[Node]) -> Iterator[Node]:
    """Every node of a kind inside a node of the tree or the model, itself included, in the order of the text."""
    stack: list[Any] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(reversed(one))
        elif isinstance(one, ast.Node | m.Bound):
            if isinstance(one, kind):
                yield one
            stack.extend(getattr(one, name) for name in reversed(_children(one)))


def mappings(context: Context) -> Iterator[f.MappingFacts]:
    """Every variant of every mapping, those that do not exist under the present settings included."""
    yield from context.facts.mappings


def bodies(context: Context) -> Iterator[m.Bound]:
    """Everything that can hold statements: mappings, processes, rules, shared finds and lets."""
    yield from (one.mapping for one in context.facts.mappings)
    yield from context.model.processes.values()
    yield from context.model.rules
    yield from context.model.shared.values()


def lines(facts: f.MappingFacts) -> Iterator[m.FieldLine]:
    """The field lines of a mapping that are carried under some settings: all that are not `off`."""
    yield from (one.line for one in facts.lines if not one.written.options.off)


def active_lines(facts: f.MappingFacts) -> Iterator[m.FieldLine]:
    """The field lines of a mapping that are carried under the present settings."""
    yield from (one.line for one in facts.lines if one.active)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A value that goes into a field: by one direction of a line, or by `:=`."""

    span: Span
    table: Table
    field: Field
    value: m.Value
    line: m.FieldLine | None
    carried: m.Carried


def _writes(context: Context) -> Iterator[Write]:
    for facts in mappings(context):
        for line in lines(facts):
            for leg, carry in carries(line):
                side = facts.mapping.sales if leg == "to_sales" else facts.mapping.bc
                yield _write(carry, side.table, carry.target, line)
    for assign in context.every(m.Assign):
        yield _write(assign, assign.record.table, assign.field, None)


def _write(one: m.Carry | m.Assign, table: Table, field: Field, line: m.FieldLine | None) -> Write:
    return Write(span=one.span, table=table, field=field, value=one.value, line=line, carried=one.carried)


def core(value: m.Value) -> m.Value:
    """A value without the conversions around it."""
    while isinstance(value, m.Convert):
        value = value.value
    return value


def shown(table: Table, field: Field) -> str:
    """How messages call a field: `Table.Field`."""
    return f"{table.caption}.{field.caption}"


def carries(line: m.FieldLine) -> Iterator[tuple[m.Leg, m.Carry]]:
    """The directions in which a line goes."""
    if line.to_sales is not None:
        yield "to_sales", line.to_sales
    if line.to_bc is not None:
        yield "to_bc", line.to_bc
