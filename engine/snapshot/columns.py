"""The header of an export and its table -> what each column holds.

A header is the technical name, the caption, or either in another spelling; `No-1` (name and field number) and
`_name_value` (a look-up as the Web API writes it) are understood too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Literal

from engine.catalog.catalog import Field, Table
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.snapshot.files import Export, plain
from engine.snapshot.ids import identifying
from engine.snapshot.places import place, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of an export: its header, its place from 0, the field it holds (None: nothing the snapshot knows).

    state: known; unknown: no field of that name; calculated: a field that BC computes and no snapshot stores.
    """

    header: str
    index: int
    field: Field | None
    state: Literal["known", "unknown", "calculated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is to be said of a header, before its place in the file is known."""

    code: str
    name: str
    header: str
    message: str
    hint: str

    def at(self, export: Export, line: str) -> Diagnostic:
        severity: Literal["error", "warning"] = "error" if self.code.startswith("E") else "warning"
        span = place(export.shown, 1, line, self.header)
        return Diagnostic(
            code=self.code, name=self.name, severity=severity, span=span, message=self.message, hint=self.hint
        )


def resolve(export: Export, headers: Sequence[str]) -> tuple[tuple[Column, ...], tuple[Diagnostic, ...]]:
    """What each header means, and what is wrong with them: repeated (E513), ambiguous (E514), a key missing (E515)."""
    table = export.table
    read = [_column(table, index, header) for index, header in enumerate(headers)]
    columns = tuple(column for column, _ in read if column is not None)
    said = [one for _, one in read if one is not None]
    if headers and all(one.state == "unknown" for one in columns) and len(columns) == len(headers):
        return columns, (_nothing_known(export).at(export, ",".join(headers)),)
    said += _repeated(columns)
    if not any(one.code == "E514" for one in said):
        said += _missing(table, columns)
    line = ",".join(headers)
    return columns, tuple(one.at(export, line) for one in said)


def _column(table: Table, index: int, header: str) -> tuple[Column | None, _Said | None]:
    """The column of a header, None when it could be several fields; and what is to be said of it."""
    match _meant(table, header):
        case (field,) if field.stored:
            return Column(header=header, index=index, field=field, state="known"), None
        case (field,):
            return Column(header=header, index=index, field=None, state="calculated"), _Said(
                code="W515",
                name="calculated-column",
                header=header,
                message=f"column {shown(header)} holds the calculated field {field.name}; it is set aside",
                hint="the plan computes it from the rows it stands for",
            )
        case ():
            return Column(header=header, index=index, field=None, state="unknown"), _Said(
                code="W511",
                name="unknown-column",
                header=header,
                message=f"table {table.name} has no field {shown(header) or '(blank)'}; the column is set aside",
                hint=_suggestion(table, header),
            )
        case several:
            names = " or ".join(one.name for one in several)
            return None, _Said(
                code="E514",
                name="ambiguous-header",
                header=header,
                message=f"column {shown(header)} of table {table.name} could be {names}",
                hint="write the technical name",
            )


def _repeated(columns: Sequence[Column]) -> Iterator[_Said]:
    """Headers that stand twice, and fields that two columns hold."""
    for header, count in Counter(one.header.casefold() for one in columns if one.field is None).items():
        if count > 1:
            message = f"{count} columns are called {shown(header) or '(blank)'}"
            hint = "give each column its own name"
            yield _Said(code="E513", name="repeated-header", header=header, message=message, hint=hint)
    for name, same in _by_field(columns).items():
        if len(same) > 1:
            message = f"the columns {shown(' and '.join(one.header for one in same))} both hold field {name}"
            hint = "remove one of them"
            yield _Said(code="E513", name="repeated-header", header=same[1].header, message=message, hint=hint)


def _missing(table: Table, columns: Sequence[Column]) -> Iterator[_Said]:
    """Fields by which the table's records are told apart, and that no column holds."""
    known = {one.field.name for one in columns if one.field is not None}
    for name in identifying(table):
        if name not in known:
            message = f"the export of table {table.name} has no column {name}, which tells its records apart"
            hint = "export the column too, and look at the delimiter"
            yield _Said(code="E515", name="missing-key-column", header="", message=message, hint=hint)


def _nothing_known(export: Export) -> _Said:
    """One finding instead of one a header: what stands there are no headers at all."""
    hint = "the names of the columns stand in its first line, with nothing above; look at the delimiter, too"
    if export.format != "csv":
        hint = "look whether it is an export of this table"
    message = f"{export.path.name} has no column of table {export.table.name}"
    return _Said(code="E515", name="missing-key-column", header="", message=message, hint=hint)


def _by_field(columns: Sequence[Column]) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = defaultdict(list)
    for one in columns:
        if one.field is not None:
            found[one.field.name].append(one)
    return found


def _meant(table: Table, header: str) -> tuple[Field, ...]:
    """The fields a header can mean, the nearest way of reading first."""
    if found := table.find(header):
        return found
    fields = tuple(table.fields.values())
    spelled = plain(header)
    if not spelled:
        return ()
    for face in ("name", "caption"):
        if found := tuple(one for one in fields if plain(getattr(one, face)) == spelled):
            return found
    if numbered := re.fullmatch(r"(.*)-(\d+)", header):
        return tuple(one for one in fields if str(one.number) == numbered[2] and plain(one.name) == plain(numbered[1]))
    if table.system == "sales" and (looked_up := re.fullmatch(r"_(.+)_value", header)):
        return tuple(one for one in fields if one.name == looked_up[1])
    return ()


def _suggestion(table: Table, header: str) -> str:
    faces = {plain(face): one.name for one in table.fields.values() for face in (one.caption, one.name)}
    close = get_close_matches(plain(header), faces, n=1, cutoff=0.75)
    if close:
        return f"did you mean {faces[close[0]]}?"
    return "its values stay in schema sync; add the field in schemas/ to use it"
