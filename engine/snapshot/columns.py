"""The header of an export and its table -> what each column holds.

A header is the technical name, the caption, or either in another spelling; `No-1` (name and field number) and
`_name_value` (a look-up as the Web API writes it) are understood too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from engine.catalog.catalog import Field, Table
from engine.diagnostic import Diagnostic
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


def resolve(export: Export, headers: Sequence[str]) -> tuple[tuple[Column, ...], tuple[Diagnostic, ...]]:
    """What each header means, and what is wrong with them: repeated (E513), ambiguous (E514), a key missing (E515)."""
    table = export.table
    line = ",".join(headers)
    wrong: list[Diagnostic] = []
    columns: list[Column] = []

    def say(code: str, name: str, header: str, message: str, hint: str) -> None:
        severity: Literal["error", "warning"] = "error" if code.startswith("E") else "warning"
        span = place(export.shown, 1, line, header)
        wrong.append(Diagnostic(code=code, name=name, severity=severity, span=span, message=message, hint=hint))

    for index, header in enumerate(headers):
        match _meant(table, header):
            case (field,) if field.stored:
                columns.append(Column(header=header, index=index, field=field, state="known"))
            case (field,):
                columns.append(Column(header=header, index=index, field=None, state="calculated"))
                say(
                    "W515",
                    "calculated-column",
                    header,
                    f"column {shown(header)} holds the calculated field {field.name}; it is set aside",
                    "the plan computes it from the rows it stands for",
                )
            case ():
                columns.append(Column(header=header, index=index, field=None, state="unknown"))
                say(
                    "W511",
                    "unknown-column",
                    header,
                    f"table {table.name} has no field {shown(header) or '(blank)'}; the column is set aside",
                    _suggestion(table, header),
                )
            case several:
                names = " or ".join(one.name for one in several)
                say(
                    "E514",
                    "ambiguous-header",
                    header,
                    f"column {shown(header)} of table {table.name} could be {names}",
                    "write the technical name",
                )
    for header, count in Counter(one.header.casefold() for one in columns if one.field is None).items():
        if count > 1:
            say(
                "E513",
                "repeated-header",
                header,
                f"{count} columns are called {shown(header) or '(blank)'}",
                "give each column its own name",
            )
    for name, same in _by_field(columns).items():
        if len(same) > 1:
            headers_of = " and ".join(one.header for one in same)
            say(
                "E513",
                "repeated-header",
                same[1].header,
                f"the columns {shown(headers_of)} both hold field {name}",
                "remove one of them",
            )
    known = {one.field.name for one in columns if one.field is not None}
    for name in identifying(table):
        if name not in known and not any(one.code == "E514" for one in wrong):
            say(
                "E515",
                "missing-key-column",
                "",
                f"the export of table {table.name} has no column {name}, which tells its records apart",
                "export the column too, and look at the delimiter",
            )
    return tuple(columns), tuple(wrong)


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
