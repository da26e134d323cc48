"""A record and its coupling -> what was found of its partner, or why there is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine import connector
from engine.frozen import dataclass
from engine.model.model import Mapping
from engine.pipeline import Rules
from engine.plan.legs import Pass
from engine.run.actions.match import finds, groups_of
from engine.run.dryrun import Session
from engine.run.gates import RunScope
from engine.run.ledger import label
from engine.run.optionbooks import couplings
from engine.run.world import World
from engine.sql.quote import identifier, literal
from engine.why import clauses
from engine.why.questions import words
from engine.why.story import Told, at_line
from engine.why.telling import moment, stated

RESULTS = {None: "", 0: "", connector.SUCCESS: "Success", connector.FAILURE: "Failure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """A row of the couplings. bc, sales: ids. to_sales, to_bc: how the last attempt in each direction ended."""

    bc: str | None
    sales: str | None
    bc_stamp: datetime | None
    sales_stamp: datetime | None
    to_sales: str
    to_bc: str
    skipped: bool


def coupling_of(mapping: Mapping, system: str, id: str, world: World) -> Coupling | None:
    """The coupling of a record of one system; None when it has none."""
    own = connector.COUPLED_BC_ID if system == "bc" else connector.COUPLED_SALES_ID
    wanted = (
        f"CAST(k.{identifier(connector.COUPLED_BC_ID)} AS VARCHAR)",
        f"CAST(k.{identifier(connector.COUPLED_SALES_ID)} AS VARCHAR)",
        f"k.{identifier(connector.BC_STAMP)}",
        f"k.{identifier(connector.SALES_STAMP)}",
        f"k.{identifier(connector.RESULT_TO_SALES)}",
        f"k.{identifier(connector.RESULT_TO_BC)}",
        f"coalesce(k.{identifier(connector.SKIPPED)}, false)",
    )
    row: tuple[Any, ...] | None = world.connection.execute(
        f"SELECT {', '.join(wanted)} FROM {couplings(mapping, world)} k "
        f"WHERE k.{identifier(own)} = {literal(id)}::UUID "
        f"AND k.{identifier(connector.COUPLED_TABLE)} = {mapping.bc.table.number} LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    return Coupling(
        bc=row[0],
        sales=row[1],
        bc_stamp=row[2],
        sales_stamp=row[3],
        to_sales=RESULTS.get(row[4], ""),
        to_bc=RESULTS.get(row[5], ""),
        skipped=bool(row[6]),
    )


def coupled_line(step: Pass, coupling: Coupling, partner: str | None) -> Told:
    """The coupling that was found. partner: how people call the other record; None when it is gone."""
    table = step.destination.table.caption
    last = coupling.to_sales if step.leg == "to_sales" else coupling.to_bc
    said = [f"coupled with {table} {partner}" if partner is not None else f"the coupled {table} no longer exists"]
    said.append(f"last result {last}" if last else "no result in this direction yet")
    if coupling.skipped:
        said.append("marked as skipped")
    return Told(
        kind="coupling",
        name="coupling",
        text=", ".join(said),
        sign="yes" if partner is not None and not coupling.skipped else "no",
        facts=facts(coupling),
    )


def facts(coupling: Coupling) -> tuple[tuple[str, str | bool | None], ...]:
    """A coupling as JSON has it: ids, stamps, results of both directions, the skip mark."""
    return (
        ("bc_id", coupling.bc),
        ("sales_id", coupling.sales),
        ("bc_stamp", stated(coupling.bc_stamp)),
        ("sales_stamp", stated(coupling.sales_stamp)),
        ("result_to_sales", coupling.to_sales),
        ("result_to_bc", coupling.to_bc),
        ("skipped", coupling.skipped),
    )


def changes(before: Coupling | None, after: Coupling | None) -> tuple[Told, ...]:
    """What a leg wrote to a coupling."""
    if before == after:
        return ()
    if after is None:
        return (Told(kind="coupling written", name="coupling", text="removed", sign="changes"),)
    found: list[Told] = []
    if before is None or (before.bc, before.sales) != (after.bc, after.sales):
        told = "made" if before is None else "removed, and a new one made"
        found.append(Told(kind="coupling written", name="coupling", text=told, sign="changes", facts=facts(after)))
        before = None
    old = before or Coupling(bc=None, sales=None, bc_stamp=None, sales_stamp=None, to_sales="", to_bc="", skipped=False)
    pairs = (
        ("stamp of Business Central", moment(old.bc_stamp), moment(after.bc_stamp)),
        ("stamp of Sales", moment(old.sales_stamp), moment(after.sales_stamp)),
        ("result to Sales", old.to_sales, after.to_sales),
        ("result to Business Central", old.to_bc, after.to_bc),
        ("marked as skipped", "Yes" if old.skipped else "No", "Yes" if after.skipped else "No"),
    )
    for name, was, becomes in pairs:
        if was != becomes:
            text = f"{was or '(blank)'} -> {becomes or '(blank)'}"
            shown = (("before", was), ("after", becomes))
            found.append(Told(kind="coupling written", name=name, text=text, sign="changes", facts=shown))
    return tuple(found)


def uncoupled_lines(session: Session, rules: Rules, step: Pass, run: RunScope, src: str) -> tuple[Told, ...]:
    """Why a record without a coupling has none, and what the mapping does with such records."""
    mapping = step.mapping
    creates = mapping.creates_missing if run.creates_missing is None else run.creates_missing
    own = "create missing records" if mapping.creates_missing else "only coupled records"
    text = "a partner is created" if creates else "a record without a partner is left out"
    if creates != mapping.creates_missing:
        text += ", as the rule that starts this run says"
    lines = [
        Told(
            kind="creates",
            name=own,
            text=text,
            sign="yes" if creates else "no",
            place=at_line(clauses.creation(rules, mapping) or mapping.span),
        )
    ]
    if step.leg == "to_sales":
        lines += tried(session, mapping, src)
    return tuple(lines)


def tried(session: Session, mapping: Mapping, bc: str) -> list[Told]:
    """What match-based coupling would find for a BC record, group by group."""
    world, table = session.world, mapping.sales.table
    found: list[Told] = []
    for number, group in enumerate(groups_of(mapping)):
        asked = finds(session, mapping, bc, number)
        rows = world.connection.execute(
            f"SELECT CAST(f.sales AS VARCHAR), {label(table, 'r', world)}, "
            f"(SELECT count(*) FROM {world.relation(world.catalog.table('bc', connector.COUPLINGS))} k "
            f"WHERE k.{identifier(connector.COUPLED_SALES_ID)} = f.sales) "
            f"FROM ({asked}) f(sales) JOIN {world.relation(table)} r ON r.{identifier(table.id_field)} = f.sales "
            "ORDER BY 2, 1 LIMIT 6"
        ).fetchall()
        found.append(_matched(words(mapping.matches[number].span), table.caption, rows, len(group), mapping, number))
    return found


def _matched(name: str, caption: str, rows: list[Any], size: int, mapping: Mapping, number: int) -> Told:
    names = "; ".join(f"{row[1]} (coupled already)" if row[2] else str(row[1]) for row in rows[:5])
    match len(rows):
        case 0:
            text = f"no {caption} fits"
        case 1 if not rows[0][2]:
            text = f"{names} fits; coupler match would couple it"
        case 1:
            text = f"only {names} fits"
        case _:
            text = f"more than one {caption} fits: {names}" + ("; and others" if len(rows) > 5 else "")
    good = len(rows) == 1 and not rows[0][2]
    return Told(
        kind="match", name=name, text=text, sign="yes" if good else "no", place=at_line(mapping.matches[number].span)
    )
