"""Words that a user wrote for records -> the records meant, or what is wrong with the words.

A record is called by its key (`Order,1001` for a key of several fields), by its name, by what a field line carries from
its key to the other side, or by its id. A key goes before a name, Business Central before Sales.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from uuid import UUID

from engine.catalog.catalog import System, Table
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.model import model
from engine.model.model import Mapping
from engine.plan.legs import keeps_options
from engine.run.actions.records import couplings
from engine.run.dryrun import Session
from engine.run.ledger import label
from engine.run.world import World
from engine.sql import blank
from engine.sql.blank import type_of
from engine.sql.choices import fixed
from engine.sql.quote import identifier, literal

NEAR = 0.75
BOTH: tuple[System, ...] = ("bc", "sales")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """A record that a word means. label: how people call it. table: where it was found, when it was looked for."""

    word: str
    system: System
    id: str
    label: str
    table: Table | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where the records of one table are looked for. keys, names: SQL of what a record is called by, over `r`.

    rows: SQL of the rows to look in, as `r`. gone: SQL of the ids that only a coupling knows any more, as `id`.
    """

    table: Table
    rows: str
    keys: tuple[str, ...]
    names: tuple[str, ...]
    gone: str | None = None


Meant = tuple[tuple[Pointed, ...], tuple[Diagnostic, ...]]
"""The records that words mean, and what is wrong with the words; with something wrong nothing is done to any record."""


def pointed(session: Session, mapping: Mapping, words: Sequence[str], systems: Sequence[System] = BOTH) -> Meant:
    """The records of a mapping that these words mean, each once; and a finding for every word that means none (E660)
    or several (E661)."""
    return pointed_on(session.world, [_shelf(session.world, mapping, one) for one in systems], words)


def pointed_on(world: World, shelves: Sequence[Shelf], words: Sequence[str]) -> Meant:
    """The records on these shelves that the words mean; an earlier shelf goes before a later one."""
    records: dict[tuple[System, str], Pointed] = {}
    wrong: list[Diagnostic] = []
    for word in words:
        found = _one(world, shelves, word)
        if isinstance(found, Diagnostic):
            wrong.append(found)
        else:
            records.setdefault((found.system, found.id), found)
    return tuple(records.values()), tuple(wrong)


def _one(world: World, shelves: Sequence[Shelf], word: str) -> Pointed | Diagnostic:
    id = _id(word)
    for shelf in shelves:
        if id is not None:
            rows = _by_id(world, shelf, id)
            if rows:
                return Pointed(word=word, system=shelf.table.system, id=id, label=rows[0], table=shelf.table)
        for ways in (shelf.keys, shelf.names) if id is None else (shelf.keys,):  # a key may be an id as well
            hits = _called(world, shelf, word, ways)
            if len(hits) > 1:
                return _ambiguous(shelf, word, hits)
            if hits:
                id, name = hits[0]
                return Pointed(word=word, system=shelf.table.system, id=id, label=name, table=shelf.table)
    return _unknown(world, shelves, word)


def _shelf(world: World, mapping: Mapping, system: System) -> Shelf:
    table = mapping.bc.table if system == "bc" else mapping.sales.table
    rows = f"{world.relation(table)} r"
    if system == "sales" and keeps_options(mapping):  # of option choices only those of the mapping's own column
        own = " AND ".join(f"{identifier(name)} = {literal(given)}" for name, given in sorted(fixed(mapping).items()))
        rows = f"(SELECT * FROM {world.relation(table)} WHERE {own or 'true'}) r"
    return Shelf(
        table=table,
        rows=rows,
        keys=key_of(world, table) if system == "bc" else texts_of(world, table, carried_keys(mapping)),
        names=names_of(world, table),
        gone=f"(SELECT {system} AS id FROM {couplings(world, mapping)} k)",
    )


def _id(word: str) -> str | None:
    try:
        return str(UUID(word)) if len(word) in (36, 38) else None
    except ValueError:
        return None


def _by_id(world: World, shelf: Shelf, id: str) -> list[str]:
    """How the record of this id is called; the id itself where only a coupling knows it any more."""
    table = shelf.table
    rows = world.run(
        f"the {table.caption} of this id",
        f"SELECT {label(table, 'r', world)} FROM {world.relation(table)} r "
        f"WHERE r.{identifier(table.id_field)} = {literal(id)}::UUID",
    ).fetchall()
    if not rows and shelf.gone is not None:
        rows = world.run(
            "a coupling that names it", f"SELECT CAST(id AS VARCHAR) FROM {shelf.gone} WHERE id = {literal(id)}::UUID"
        ).fetchall()
    return [str(row[0]) for row in rows]


def key_of(world: World, table: Table) -> tuple[str, ...]:
    """SQL of the key of a table of BC, over `r`: `Order,1001` for one of several fields."""
    held = [one for one in table.key if world.holds(table, one)]
    parts = ", ".join(_text(table, one) for one in held)
    return (f"concat_ws(',', {parts})",) if held and len(held) == len(table.key) else ()


def texts_of(world: World, table: Table, names: Sequence[str]) -> tuple[str, ...]:
    """SQL of these fields as text, over `r`, as far as the world holds them."""
    return tuple(_text(table, one) for one in names if world.holds(table, one))


def carried_keys(mapping: Mapping) -> tuple[str, ...]:
    """The Sales fields that field lines fill from the key of BC."""
    found: list[str] = []
    for line in mapping.items:
        if isinstance(line, model.FieldLine) and line.to_sales is not None and line.to_sales.source is not None:
            source, target = line.to_sales.source, line.to_sales.target
            if source.record == mapping.bc and source.field.name in mapping.bc.table.key and target.kind in blank.TEXTS:
                found.append(target.name)
    return tuple(dict.fromkeys(found))


def names_of(world: World, table: Table) -> tuple[str, ...]:
    """SQL of the names of a record, over `r`: the whole label, and its texts that are names."""
    named = [one for one in _texts(world, table) if one.lower().endswith("name") or one in ("Description", "label")]
    return (label(table, "r", world), *(_text(table, one) for one in named))


def numbers_of(world: World, table: Table) -> tuple[str, ...]:
    """The texts of a table that are numbers by their name, in Sales as Dataverse names them."""
    return tuple(one for one in _texts(world, table) if one.lower().endswith("number"))


def _texts(world: World, table: Table) -> list[str]:
    return [
        one.name for one in table.fields.values() if one.kind == "text" and one.stored and world.holds(table, one.name)
    ]


def _text(table: Table, name: str) -> str:
    type = type_of(table.fields[name])
    return blank.shown(blank.filled(f"r.{identifier(name)}", type), type)


def _called(world: World, shelf: Shelf, word: str, ways: Sequence[str]) -> list[tuple[str, str]]:
    """(id, label) of the records that one of these texts calls so; what fits to the letter goes before the others."""
    if not ways:
        return []
    table = shelf.table
    forms = {word, ",".join(part.strip() for part in word.split(","))}
    exact = ", ".join(literal(one) for one in sorted(forms))
    loose = ", ".join(literal(one.lower()) for one in sorted(forms))
    tests = " OR ".join(f"lower({one}) IN ({loose})" for one in ways)
    letter = " OR ".join(f"{one} IN ({exact})" for one in ways)
    rows = world.run(
        f"the {table.caption} called so",
        f"SELECT CAST(r.{identifier(table.id_field)} AS VARCHAR), {label(table, 'r', world)}, {letter} "
        f"FROM {shelf.rows} WHERE {tests} ORDER BY 2, 1 LIMIT 20",
    ).fetchall()
    best = [row for row in rows if row[2]] or rows
    return [(str(row[0]), str(row[1])) for row in best]


def _ambiguous(shelf: Shelf, word: str, hits: Sequence[tuple[str, str]]) -> Diagnostic:
    caption = shelf.table.caption
    shown = "; ".join(f"{name} ({id})" for id, name in hits[:5]) + (" and others" if len(hits) > 5 else "")
    return Diagnostic(
        code="E661",
        name="ambiguous-record",
        severity="error",
        span=None,
        message=f"{word} means several records of {caption}: {shown}",
        hint="call the one that is meant by its id",
    )


def _unknown(world: World, shelves: Sequence[Shelf], word: str) -> Diagnostic:
    tables = " nor in ".join(f"{_place(one.table.system)} {one.table.caption}" for one in shelves)
    near: list[tuple[float, str]] = []
    for shelf in shelves:
        near += _near(world, shelf, word)
    best = [name for _, name in sorted(near, key=lambda one: (-one[0], one[1]))[:3]]
    hint = (
        f"did you mean {' or '.join(dict.fromkeys(best))}?" if best else "records are called by key, by name or by id"
    )
    return Diagnostic(
        code="E660",
        name="unknown-record",
        severity="error",
        span=None,
        message=f"there is no record {word} in {tables}",
        hint=hint,
    )


def _place(system: System) -> str:
    return "BC" if system == "bc" else "Sales"


def _near(world: World, shelf: Shelf, word: str) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    for way in (*shelf.keys, *shelf.names[1:2]):
        alike = f"jaro_winkler_similarity(lower({way}), {literal(word.lower())})"
        rows = world.run(
            f"the {shelf.table.caption} called nearly so",
            f"SELECT DISTINCT {alike} AS alike, {way} FROM {shelf.rows} WHERE {alike} >= {NEAR} "
            "ORDER BY 1 DESC, 2 LIMIT 3",
        ).fetchall()
        found += [(float(row[0]), str(row[1])) for row in rows]
    return found
