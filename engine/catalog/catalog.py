"""The tables of both systems that exist: fields, types, option values, keys, references. Frozen.

Built from the schema files by `engine.catalog.load`. A BC table and field go by name or caption
("E-Mail", "Email"); a Sales table by the caption of its id column or by its logical name, a Sales column by
caption or logical name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from engine.frozen import dataclass

System = Literal["bc", "sales"]
Kind = Literal[
    "text",
    "code",
    "option",
    "boolean",
    "integer",
    "big integer",
    "decimal",
    "date",
    "time",
    "moment",
    "duration",
    "date formula",
    "id",
    "record id",
    "blob",
]
Access = Literal["full", "read", "insert", "modify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value of an option field: the stored number, the caption shown, the member name in code."""

    number: int
    caption: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One condition of a conditional reference or a calculation.

    field: a field of the table looked at. how: `is` a constant, `field`: the value of that field of the
    record itself, `filter`: a BC filter text, `flow filter`: whatever the named flow filter says.
    """

    field: str
    how: Literal["is", "field", "filter", "flow filter"]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A field holds the key (BC) or the id (Sales) of a record of `table`.

    table: the technical name of a table of the same system (it need not be in the catalog). field: the technical name
    of the field referred to. where: further conditions on that record. when: conditions on the record that holds
    the reference; a field may have several references, each with its own `when`.
    """

    table: str
    field: str
    where: tuple[Criterion, ...] = ()
    when: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """What BC computes for a FlowField. `field` is blank for count and exist."""

    method: Literal["sum", "lookup", "count", "exist", "max", "min", "average"]
    table: str
    field: str
    where: tuple[Criterion, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field or column.

    name: BC field name or Sales logical name; also the name of the column in a snapshot.
    length: most characters of a text or code; None for other kinds and unlimited text.
    access: what the integration may write in Sales; a BC field is `full`, a FlowField `read`.
    flow_filter: a field that only filters calculations and holds nothing.
    """

    number: int
    name: str
    caption: str
    kind: Kind
    length: int | None = None
    options: tuple[Option, ...] = ()
    references: tuple[Reference, ...] = ()
    calculation: Calculation | None = None
    flow_filter: bool = False
    access: Access = "full"
    default: str = ""

    @property
    def stored(self) -> bool:
        """Does a snapshot hold a value for it (neither FlowField nor flow filter)?"""
        return self.calculation is None and not self.flow_filter

    @property
    def blank_option(self) -> int:
        """The number that stands for no value of an option field: the member with a blank caption (0 or
        -1), else 0 where 0 is no member, else -1."""
        for option in self.options:
            if option.caption.strip() == "":
                return option.number
        return -1 if any(option.number == 0 for option in self.options) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table.

    name: BC table name or Sales logical name; also the name of the table in a snapshot.
    caption: the word for it in rules and reports: the BC caption or the caption of the Sales id column.
    key: the names of the primary-key fields. id_field: `SystemId` or the Sales id column. modified_field:
    the moment of the last change. fields: by name, in the order of the schema file, system fields last.
    origin: the schema file it comes from, as messages call it.
    """

    system: System
    name: str
    caption: str
    number: int
    key: tuple[str, ...]
    id_field: str
    modified_field: str
    fields: Mapping[str, Field]
    origin: str = ""

    def find(self, written: str) -> tuple[Field, ...]:
        """The fields that a name in a rule can mean: the one of that technical name if there is one, else
        all of that caption; empty when there is none. Case counts."""
        if written in self.fields:
            return (self.fields[written],)
        return tuple(one for one in self.fields.values() if one.caption == written)

    def field(self, name: str) -> Field:
        """The field of a technical name; KeyError when there is none (a defect of ours, not of a rule)."""
        return self.fields[name]


class Catalog(Protocol):
    """All tables. Tables are read when first asked for, so that a lint reads only what it needs."""

    def find(self, system: System, written: str) -> tuple[Table, ...]:
        """The tables that a name in a rule can mean: by technical name, else by caption; case counts."""
        ...

    def table(self, system: System, name: str) -> Table:
        """The table of a technical name; KeyError when there is none."""
        ...

    def by_number(self, number: int) -> Table | None:
        """The BC table of a table number; None when the catalog has none."""
        ...

    def has(self, system: System, name: str) -> bool:
        """Is there a table of this technical name?"""
        ...

    def names(self, system: System) -> tuple[tuple[str, str], ...]:
        """(technical name, caption) of every table, sorted, without reading the tables."""
        ...

    def tables(self) -> Iterator[Table]:
        """Every table, BC first, each sorted by name."""
        ...
