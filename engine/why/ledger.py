"""The tables of a plan -> what they say of one record."""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.quote import literal
from engine.why.story import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A field that changes, as the plan lists it."""

    name: str
    caption: str
    before: str
    after: str
    rule: str
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """A record that is brought along."""

    action: str
    table: Table
    label: str
    fields: tuple[Written, ...]
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record as the plan lists it. table: of the record itself; None where a process is refused whole."""

    action: str
    table: Table | None
    code: str | None
    reason: str
    place: Place | None
    id: str | None
    label: str
    source_label: str
    fields: tuple[Written, ...]
    along: tuple[Along, ...]
    notes: tuple[tuple[str, str, Place | None], ...]


def entry(number: int, src: str, world: World) -> Entry | None:
    """What the plan lists of the record that a leg read; None when it lists nothing, as it is simply unchanged."""
    row = world.connection.execute(
        "SELECT record, action, code, reason, path, line, CAST(id AS VARCHAR), label, source_label, system, table_name "
        f"FROM plan.record WHERE pass = {number} AND cause IS NULL AND source_id = {literal(src)}::UUID "
        "ORDER BY record LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    return Entry(
        action=row[1],
        table=world.catalog.table(row[9], row[10]),
        code=row[2],
        reason=row[3] or "",
        place=place(row[4], row[5]),
        id=row[6],
        label=row[7] or "",
        source_label=row[8] or "",
        fields=fields(number, row[0], world),
        along=along(number, row[0], world),
        notes=notes(number, row[0], world),
    )


def refused_whole(number: int, world: World) -> Entry | None:
    """The entry that says that a process itself is refused."""
    row = world.connection.execute(
        f"SELECT code, reason, path, line FROM plan.record WHERE pass = {number} AND action = 'fail' "
        "AND source_id IS NULL AND cause IS NULL LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    return Entry(
        action="fail",
        table=None,
        code=row[0],
        reason=row[1] or "",
        place=place(row[2], row[3]),
        id=None,
        label="",
        source_label="",
        fields=(),
        along=(),
        notes=(),
    )


def place(path: str | None, line: int | None) -> Place | None:
    """A place in the rules; None where the plan has none."""
    return None if path is None or line is None else (path, line)


def fields(number: int, record: int, world: World) -> tuple[Written, ...]:
    """The fields of one record of a leg, in the order of the rules."""
    rows = world.connection.execute(
        f"SELECT name, caption, before, after, rule, path, line FROM plan.field "
        f"WHERE pass = {number} AND record = {record} ORDER BY ordinal"
    ).fetchall()
    return tuple(
        Written(
            name=row[0],
            caption=row[1],
            before=row[2] or "",
            after=row[3] or "",
            rule=row[4] or "",
            place=place(row[5], row[6]),
        )
        for row in rows
    )


def along(number: int, record: int, world: World) -> tuple[Along, ...]:
    """The records that came along with one, in the order of the plan."""
    rows = world.connection.execute(
        f"SELECT record, action, system, table_name, label, path, line FROM plan.record "
        f"WHERE pass = {number} AND cause = {record} ORDER BY record"
    ).fetchall()
    return tuple(
        Along(
            action=row[1],
            table=world.catalog.table(row[2], row[3]),
            label=row[4] or "",
            fields=fields(number, row[0], world),
            place=place(row[5], row[6]),
        )
        for row in rows
    )


def notes(number: int, record: int, world: World) -> tuple[tuple[str, str, Place | None], ...]:
    """Code, text and place of what was warned about."""
    rows = world.connection.execute(
        f"SELECT code, text, path, line FROM plan.note WHERE pass = {number} AND record = {record} ORDER BY ALL"
    ).fetchall()
    return tuple((row[0], row[1], place(row[2], row[3])) for row in rows)


def values(made: Transfer, src: str, world: World) -> dict[str, str]:
    """The values that a created or changed record gets, by technical name; empty for any other."""
    if not made.fields:
        return {}
    listed = ", ".join(blank.shown(one.new, type_of(one.field)) for one in made.fields)
    row = world.connection.execute(
        f"SELECT {listed} FROM {made.values} WHERE src = {literal(src)}::UUID LIMIT 1"
    ).fetchone()
    return {} if row is None else {one.field.name: str(given) for one, given in zip(made.fields, row, strict=True)}
