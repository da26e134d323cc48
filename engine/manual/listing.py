"""What was done to couplings by hand -> passes, records and fields of the plan (leg `by_hand`).

The couplings are laid aside before an action and compared with those after it: a pair that is new was coupled, one that
is gone uncoupled, one with another Sales record moved, and a skip mark that is gone was taken off.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine import connector
from engine.catalog.catalog import System
from engine.frozen import dataclass
from engine.model.model import Mapping
from engine.plan.legs import keeps_options
from engine.run.actions.records import book, couplings
from engine.run.dryrun import Session
from engine.run.ledger import field_numbers, label, tell_field
from engine.sql.quote import identifier, literal

BY_HAND = "by_hand"
UNCOUPLED = "Uncoupled by hand; both records stay as they are"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A chosen record that is left alone, and why. code: of a manual page."""

    system: System
    id: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The couplings of some mappings, one for each BC table, as they were: a table of (mapping, kid, bc, sales, skipped)."""

    table: str
    mappings: tuple[Mapping, ...]


def remember(session: Session, own: Mapping | None, *, others: bool = True) -> Before:
    """Lay the couplings aside. own: the mapping that is acted on, None for all. others: those that may come along too."""
    seen: dict[int, Mapping] = {} if own is None else {own.bc.table.number or 0: own}
    for one in session.model.mappings.values() if others else ():
        if own is None or not keeps_options(one):
            seen.setdefault(one.bc.table.number or 0, one)
    mappings = tuple(seen.values())
    table = identifier(session.world.alias("asbefore"))
    session.world.run("the couplings before", f"CREATE TEMP TABLE {table} AS {_all(session, mappings)}")
    return Before(table=table, mappings=mappings)


def _all(session: Session, mappings: Sequence[Mapping]) -> str:
    return "\nUNION ALL ".join(
        f"SELECT {literal(one.name)} AS mapping, kid, bc, sales, skipped FROM {couplings(session.world, one)} k"
        for one in mappings
    )


def open_pass(session: Session) -> int:
    """The number of a pass by hand, before what it leads to is run."""
    session.legs += 1
    return session.legs


def list_couplings(
    session: Session, before: Before, own: Mapping, number: int, only: Sequence[str] | None = None
) -> int:
    """One pass by hand for a mapping, with what became of the couplings; gives how many records it lists.

    What became of those of other mappings comes along. only: the BC ids of new pairs that were coupled by this pass;
    the other new pairs belong to runs that followed.
    """
    write_pass(session, own, number, BY_HAND)
    gone = _differences(session, before, only)
    for mapping in (own, *(one for one in before.mappings if one.name != own.name)):
        _list(session, mapping, own, number, gone)
    _take_along(session, number)
    return int(session.world.one("how many", f"SELECT count(*) FROM plan.record WHERE pass = {number}")[0])


def list_all_couplings(session: Session, before: Before) -> None:
    """A pass by hand for every mapping whose couplings changed."""
    gone = _differences(session, before, None)
    touched = session.world.run("whose couplings changed", f"SELECT DISTINCT mapping FROM {gone}").fetchall()
    names = {row[0] for row in touched}
    for mapping in before.mappings:
        if mapping.name in names:
            number = open_pass(session)
            write_pass(session, mapping, number, BY_HAND)
            _list(session, mapping, mapping, number, gone)


def _differences(session: Session, before: Before, only: Sequence[str] | None) -> str:
    """A table of (mapping, kid, action, bc, sales, was): one row for each coupling that is not as before."""
    name = identifier(session.world.alias("touched"))
    mine = "true"
    if only is not None:
        chosen = identifier(session.world.alias("only"))
        session.world.connection.execute(
            f"CREATE TEMP TABLE {chosen} AS SELECT CAST(unnest(?) AS UUID) AS bc", [list(only)]
        )
        mine = f"(b.kid IS NOT NULL OR a.bc IN (SELECT bc FROM {chosen}))"
    session.world.run(
        "what became of the couplings",
        f"""CREATE TEMP TABLE {name} AS
SELECT coalesce(a.mapping, b.mapping) AS mapping, coalesce(a.kid, b.kid) AS kid,
  CASE WHEN a.kid IS NULL THEN 'uncouple' WHEN b.kid IS NULL OR a.sales IS DISTINCT FROM b.sales THEN 'couple' ELSE 'change' END AS action,
  coalesce(a.bc, b.bc) AS bc, coalesce(a.sales, b.sales) AS sales, b.sales AS was
FROM {before.table} b FULL JOIN ({_all(session, before.mappings)}) a ON a.mapping = b.mapping AND a.kid = b.kid
WHERE {mine} AND (a.kid IS NULL OR b.kid IS NULL OR a.sales IS DISTINCT FROM b.sales OR (b.skipped AND NOT a.skipped))""",
    )
    return name


def _list(session: Session, mapping: Mapping, own: Mapping, number: int, touched: str) -> None:
    world = session.world
    bc, sales, keeper = mapping.bc.table, mapping.sales.table, book(mapping, world)
    path, line = literal(mapping.span.path), mapping.span.line
    last = _last(session, number)
    rows = identifier(world.alias("byhand"))
    world.run(
        "them in order",
        f"""CREATE TEMP TABLE {rows} AS
SELECT {last} + row_number() OVER (ORDER BY t.action, bc_label, t.kid) AS record, * FROM (
SELECT t.*, CASE WHEN s.{identifier(bc.id_field)} IS NULL THEN CAST(t.bc AS VARCHAR) ELSE {label(bc, "s", world)} END AS bc_label,
  CASE WHEN d.{identifier(sales.id_field)} IS NULL THEN NULL ELSE {label(sales, "d", world)} END AS sales_label,
  CASE WHEN o.{identifier(sales.id_field)} IS NULL THEN coalesce(CAST(t.was AS VARCHAR), '') ELSE {label(sales, "o", world)} END AS was_label
FROM {touched} t
LEFT JOIN {world.relation(bc)} s ON s.{identifier(bc.id_field)} = t.bc
LEFT JOIN {world.relation(sales)} d ON d.{identifier(sales.id_field)} = t.sales
LEFT JOIN {world.relation(sales)} o ON o.{identifier(sales.id_field)} = t.was
WHERE t.mapping = {literal(mapping.name)}) t""",
    )
    cause = "NULL::BIGINT" if mapping.name == own.name else "0"
    of_pair = f"{literal(sales.system)}, {literal(sales.name)}, {literal(sales.caption)}, sales, coalesce(sales_label, CAST(sales AS VARCHAR))"
    of_book = f"{literal(keeper.system)}, {literal(keeper.name)}, {literal(keeper.caption)}, kid, bc_label"
    for which, columns, reason in (
        ("action = 'uncouple'", of_pair, literal(UNCOUPLED)),
        ("action = 'couple'", of_pair, "NULL"),
        ("action = 'change'", of_book, "NULL"),
    ):
        world.run(
            "list them",
            f"""INSERT INTO plan.record
SELECT {number}, record, {cause}, action, {columns}, bc, bc_label, NULL, {reason}, {path}, {line} FROM {rows} WHERE {which}""",
        )
    fields = (
        ("action = 'change'", connector.SKIPPED, "'Yes'", "'No'"),
        ("action = 'couple' AND was IS NOT NULL", connector.COUPLED_SALES_ID, "was_label", "coalesce(sales_label, CAST(sales AS VARCHAR))"),
    )  # fmt: skip
    for which, name, old, new in fields:
        caption = keeper.fields[name].caption if name in keeper.fields else name
        told = field_numbers(world, 1)
        tell_field(world, f"({told}, {literal(name)}, {literal(caption)}, '', {path}, {line})")
        world.run(
            "their fields",
            f"""INSERT INTO plan.told_value
SELECT {number}, record, 1, {told}, {old}, {new} FROM {rows} WHERE {which}""",
        )
    unmarked = f"(SELECT count(*) FROM {rows} WHERE action = 'change')"
    world.run("count them", f"UPDATE plan.pass SET changed = changed + {unmarked} WHERE pass = {number}")


def _take_along(session: Session, number: int) -> None:
    """What `after uncoupling` changes was listed under no pass: it comes along with the pair that was uncoupled."""
    world, last = session.world, _last(session, number)
    world.run("their fields", f"UPDATE plan.told_value SET pass = {number}, record = record + {last} WHERE pass = 0")
    world.run(
        "what comes along",
        f"""UPDATE plan.record r SET pass = {number}, record = r.record + {last}, cause = coalesce(
  (SELECT min(c.record) FROM plan.record c WHERE c.pass = {number} AND c.cause IS NULL AND c.source_id = r.source_id), 0)
WHERE r.pass = 0""",
    )
    world.run("what is said of it", f"UPDATE plan.note SET pass = {number} WHERE pass = 0")


def leave_out(session: Session, mapping: Mapping, leg: str, left: Sequence[LeftOut], number: int | None = None) -> None:
    """Tell of chosen records that are left alone: in this pass, in the last one of this leg, or in one of its own.

    They count as skipped, as the notification of the product says (R3.36)."""
    if not left:
        return
    world = session.world
    if number is None:
        row = world.run(
            "the run that they are left out of",
            f"SELECT max(pass) FROM plan.pass WHERE mapping = {literal(mapping.name)} AND leg = {literal(leg)}",
        ).fetchone()
        number = row[0] if row is not None else None
    if number is None:
        number = open_pass(session)
        write_pass(session, mapping, number, leg)
    last = _last(session, number)
    path, line = literal(mapping.span.path), mapping.span.line
    rows = identifier(world.alias("leftout"))
    columns = (
        [one.system for one in left],
        [one.id for one in left],
        [one.code for one in left],
        [one.reason for one in left],
    )
    world.connection.execute(
        f"CREATE TEMP TABLE {rows} AS SELECT row_number() OVER () AS place, * FROM "
        "(SELECT unnest(?) AS system, CAST(unnest(?) AS UUID) AS id, unnest(?) AS code, unnest(?) AS reason)",
        list(columns),
    )
    for table in (mapping.bc.table, mapping.sales.table):
        world.run(
            "the chosen records that are left alone",
            f"""INSERT INTO plan.record
SELECT {number}, {last} + l.place, NULL, 'skip', {literal(table.system)}, {literal(table.name)}, {literal(table.caption)}, NULL, NULL, l.id,
  CASE WHEN r.{identifier(table.id_field)} IS NULL THEN CAST(l.id AS VARCHAR) ELSE {label(table, "r", world)} END,
  l.code, l.reason, {path}, {line}
FROM {rows} l LEFT JOIN {world.relation(table)} r ON r.{identifier(table.id_field)} = l.id WHERE l.system = {literal(table.system)}""",
        )
    world.run(
        "count them",
        f"UPDATE plan.pass SET scanned = scanned + {len(left)}, skipped = skipped + {len(left)} WHERE pass = {number}",
    )


def note(session: Session, mapping: Mapping, number: int, code: str, text: str, record: str = "NULL") -> None:
    """A warning about a pass by hand, or (SQL of its number) about a record of it."""
    session.world.run(
        "a warning",
        f"INSERT INTO plan.note VALUES ({number}, {record}, 'warning', {literal(code)}, {literal(text)}, "
        f"{literal(mapping.span.path)}, {mapping.span.line})",
    )
    session.world.run("count it", f"UPDATE plan.pass SET warnings = warnings + 1 WHERE pass = {number}")


def write_pass(session: Session, mapping: Mapping, number: int, leg: str) -> None:
    """The row of a pass, its counters at 0."""
    ends = (mapping.sales, mapping.bc) if leg == "to_bc" else (mapping.bc, mapping.sales)
    session.world.connection.execute(
        f"INSERT INTO plan.pass VALUES (?, ?, ?, ?, ?, ?{', 0' * 9}, NULL, NULL, ?, ?)",
        [
            number,
            mapping.name,
            mapping.title,
            leg,
            ends[0].table.caption,
            ends[1].table.caption,
            mapping.span.path,
            mapping.span.line,
        ],
    )


def _last(session: Session, number: int) -> int:
    return int(
        session.world.one("the last number", f"SELECT coalesce(max(record), 0) FROM plan.record WHERE pass = {number}")[
            0
        ]
    )
