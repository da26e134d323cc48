"""Statements as written: what stands in blocks. Frozen, with places, without meaning."""

from __future__ import annotations

from typing import Literal

from engine.frozen import dataclass
from engine.syntax.expressions import Expression, Name, Node, TableName, Text

# --- statements -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Node):
    """`{ … }`: statements, one a line."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting(Node):
    """`sorted by F, G [descending]`."""

    fields: tuple[Name, ...]
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Node):
    """`"Item {item.No.} has no unit."`: raw text between the double quotes, braces not yet read."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Node):
    """`find T as a [where C [else where C]] [sorted by F] [else fail "…" | else create { }]`."""

    table: TableName
    alias: Name
    where: tuple[Expression, ...]
    sorting: Sorting | None
    otherwise: Message | Block | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(Node):
    """`let a = X`."""

    alias: Name
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Node):
    """`do the step with a, b gives c`."""

    step: Name
    arguments: tuple[Expression, ...]
    gives: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Node):
    """`create T [as a] [like r] { }`."""

    table: TableName
    alias: Name | None
    like: Expression | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrChange(Node):
    """`create or change T [as a] where C { }`."""

    table: TableName
    alias: Name | None
    where: Expression
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Node):
    """Whom a statement is about: a record (`product`), or `sales Unit where …`, or `account where …`."""

    of: Expression | TableName
    where: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Node):
    """`change r { }`, `change T where C { }`."""

    rows: Rows
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Node):
    """`delete X`, `delete T as a where C`."""

    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple(Node):
    """`couple L with R`."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncouple(Node):
    """`uncouple X`, `uncouple T as a where C`."""

    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Synchronise(Node):
    """`synchronise r with M|N[, if it may create | , whatever its filters]`."""

    rows: Rows
    mappings: tuple[Name, ...]
    if_it_may_create: bool
    unfiltered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(Node):
    """`require C else fail "…"`, `require C else warn "…"`."""

    condition: Expression
    outcome: Literal["fail", "warn"]
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Node):
    """`if C { } else { }`; `otherwise` may be a further If (`else if`)."""

    condition: Expression
    then: Block
    otherwise: Block | If | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Node):
    """`for each T as a [where C] [sorted by F] { }`."""

    table: TableName
    alias: Name
    where: Expression | None
    sorting: Sorting | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPieces(Node):
    """`for each p in pieces(text, 100, instead) [where C] { }`."""

    alias: Name
    arguments: tuple[Expression, ...]
    where: Expression | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Node):
    """The words after a comma on a field line or a `:=`, and its `when`; each at most once."""

    else_blank: bool = False
    else_keep: bool = False
    keep_if_blank: bool = False
    blank_means: Expression | None = None
    to_sales: Expression | None = None
    to_bc: Expression | None = None
    unchecked: bool = False
    off: bool = False
    when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Node):
    """`F := X[, options]`, `setting S := X` (to_setting)."""

    target: Name
    to_setting: bool
    value: Expression
    options: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyTemplate(Node):
    """`apply template 'CODE'`."""

    code: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsAsNew(Node):
    """`counts as new`."""


Statement = (
    Find
    | Let
    | Do
    | Create
    | CreateOrChange
    | Change
    | Delete
    | Couple
    | Uncouple
    | Synchronise
    | Require
    | If
    | ForEach
    | ForPieces
    | Assign
    | ApplyTemplate
    | CountsAsNew
)
