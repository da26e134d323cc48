"""Couple, match, uncouple, retry by hand -> the couplings that are made, taken away and unmarked, as a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine import connector
from engine.diagnostic import Diagnostic
from engine.manual.listing import (
    BY_HAND,
    Before,
    LeftOut,
    leave_out,
    list_all_couplings,
    list_couplings,
    note,
    open_pass,
    remember,
)
from engine.manual.pointing import Pointed, pointed
from engine.manual.refusals import no_connection, no_way, quoted, wrong
from engine.manual.standing import Standing, standing
from engine.model.model import Leg, Mapping
from engine.run.actions import marks
from engine.run.actions.couple import couple as couple_pairs
from engine.run.actions.match import Matched, groups_of, match as match_records
from engine.run.actions.records import Chosen
from engine.run.actions.runs import run_mapping
from engine.run.actions.uncouple import uncouple as uncouple_records
from engine.run.dryrun import Session
from engine.sql.quote import identifier

NOT_COUPLED = ("W670", "The record is not coupled")
COUPLED_ALREADY = "W671"
MOVED = "W680"
NOT_MARKED = ("W672", "The coupling carries no skip mark")
BC_GONE = ("W673", "The record of Business Central is gone; only a retry of all takes this mark off")
NOT_QUEUED = (
    "W674",
    "The last run of this pair did not fail, so it waits for its next change all the same; coupler sync runs it now",
)
Found = Sequence[Diagnostic]


def couple(session: Session, name: str, bc: str, sales: str, first_sync: Leg | None) -> Found:
    """Couple one pair (R1.8), refused where the Sales record has another partner (R1.9); then run it if wanted."""
    if cut_off := no_connection(session.around.settings):
        return cut_off
    mapping = session.model.mappings[name]
    lost = no_way(mapping, first_sync) if first_sync is not None else None
    lefts, wrong_bc = pointed(session, mapping, (bc,), ("bc",))
    rights, wrong_sales = pointed(session, mapping, (sales,), ("sales",))
    if problems := [*wrong_bc, *wrong_sales, *([lost] if lost else [])]:
        return problems
    (left,), (right,) = lefts, rights
    earlier = standing(session, mapping, lefts)[left]
    before, number = remember(session, mapping), open_pass(session)
    refused = couple_pairs(session, name, [(left.id, right.id)])
    if refused:
        hint = f"coupler uncouple {quoted(name)} {quoted(right.label)} sets it free first"
        return [wrong("E663", "already-coupled", one.reason, hint) for one in refused]
    if not list_couplings(session, before, mapping, number):
        reason = f"{left.label} and {right.label} are coupled with each other already"
        leave_out(
            session, mapping, BY_HAND, [LeftOut(system="bc", id=left.id, code=COUPLED_ALREADY, reason=reason)], number
        )
    elif earlier.coupled and earlier.sales_lives:
        told = (
            f"It was coupled with {earlier.partner}, which now has no partner; nothing that follows uncoupling is done"
        )
        note(session, mapping, number, MOVED, told, "1")
    if first_sync is not None:
        first = left if first_sync == "to_sales" else right
        run_mapping(session, name, first_sync, Chosen(system=first.system, ids=(first.id,)))
    return ()


def match(session: Session, name: str, words: Sequence[str]) -> Found:
    """Match-based coupling of these records of Business Central, or of all that are not coupled (section 5)."""
    if cut_off := no_connection(session.around.settings):
        return cut_off
    mapping = session.model.mappings[name]
    points, problems = pointed(session, mapping, words, ("bc",))
    if problems:
        return problems
    if not groups_of(mapping):
        hint = f"say it in the rules: change mapping {name} {{ match Field = Field }}"
        return [wrong("E662", "no-match-criteria", f"{name} says by no field how its records are matched", hint)]
    known = standing(session, mapping, points)
    left = [
        LeftOut(
            system="bc", id=one.id, code=COUPLED_ALREADY, reason=f"It is coupled already, with {known[one].partner}"
        )
        for one in points
        if known[one].coupled
    ]
    before, number = remember(session, mapping, others=False), open_pass(session)
    chosen = Chosen(system="bc", ids=tuple(one.id for one in points if not known[one].coupled)) if words else None
    if chosen is None or chosen.ids:
        done = match_records(session, name, chosen)
        list_matched(session, before, mapping, number, done)
    else:
        list_couplings(session, before, mapping, number)
    leave_out(session, mapping, BY_HAND, left, number)
    return ()


def list_matched(session: Session, before: Before, mapping: Mapping, number: int, done: Matched) -> None:
    """R5.8: the pairs that matching made; those without a match fail, unless they are created."""
    list_couplings(session, before, mapping, number, done.coupled)
    ids = done.unmatched
    if not ids or (mapping.create_unmatched and mapping.arrow in ("->", "<->")):
        return
    reason = "No record of Sales, or more than one, has the values it is matched by; or that one is taken"
    left = [LeftOut(system="bc", id=one, code="E667", reason=reason) for one in ids]
    leave_out(session, mapping, BY_HAND, left, number)
    world = session.world
    world.run("they fail", f"UPDATE plan.record SET action = 'fail' WHERE pass = {number} AND code = 'E667'")
    world.run(
        "count them as failed",
        f"UPDATE plan.pass SET failed = {len(ids)}, skipped = skipped - {len(ids)} WHERE pass = {number}",
    )


def uncouple(session: Session, name: str, words: Sequence[str]) -> Found:
    """Remove the couplings of these records, or without words all of the mapping (section 6)."""
    if cut_off := no_connection(session.around.settings):
        return cut_off
    mapping = session.model.mappings[name]
    points, problems = pointed(session, mapping, words)
    if problems:
        return problems
    known = standing(session, mapping, points)
    before, number = remember(session, mapping), open_pass(session)
    if not words:
        uncouple_records(session, name)
    elif any(known[one].coupled for one in points):
        uncouple_records(session, name, _as_bc(points, known))
    list_couplings(session, before, mapping, number)
    leave_out(session, mapping, BY_HAND, left_as(points, known, NOT_COUPLED, lambda one: not one.coupled), number)
    return ()


def _as_bc(points: Sequence[Pointed], known: dict[Pointed, Standing]) -> Chosen:
    """The records of both systems as those of one; a record without partner is told as it is."""
    if all(one.system == "sales" for one in points):
        return Chosen(system="sales", ids=tuple(one.id for one in points))
    ids = [known[one].bc or "" if one.system == "sales" else one.id for one in points]
    return Chosen(system="bc", ids=tuple(dict.fromkeys(one for one in ids if one)))


def left_as(
    points: Sequence[Pointed], known: dict[Pointed, Standing], why: tuple[str, str], holds: Callable[[Standing], bool]
) -> list[LeftOut]:
    """Those of which something holds, left out for one reason."""
    return [LeftOut(system=one.system, id=one.id, code=why[0], reason=why[1]) for one in points if holds(known[one])]


def retry(session: Session, name: str | None, words: Sequence[str]) -> Found:
    """Take skip marks off: of these records, of a mapping, of all (R3.29)."""
    if name is None:
        before = remember(session, None)
        marks.retry(session)
        list_all_couplings(session, before)
        _warn_not_queued(session)
        return ()
    found = unmark(session, name, words)
    if not found:
        _warn_not_queued(session)
    return found


def unmark(session: Session, name: str, words: Sequence[str]) -> Found:
    """Take the skip marks of these records of a mapping off, or all of its marks; gives what refuses it."""
    mapping = session.model.mappings[name]
    points, problems = pointed(session, mapping, words)
    if problems:
        return problems
    known = standing(session, mapping, points)
    before, number = remember(session, mapping), open_pass(session)
    if not words:
        marks.retry(session, name)
    else:
        ids = tuple(dict.fromkeys(bc for one in points if (bc := known[one].bc) is not None))
        marks.retry(session, name, Chosen(system="bc", ids=ids))
    list_couplings(session, before, mapping, number)
    left = left_as(points, known, NOT_COUPLED, lambda one: not one.coupled)
    left += left_as(points, known, NOT_MARKED, lambda one: one.coupled and not one.skipped)
    left += left_as(points, known, BC_GONE, lambda one: one.skipped and not one.bc_lives)
    leave_out(session, mapping, BY_HAND, left, number)
    return ()


def _warn_not_queued(session: Session) -> None:
    """R3.29, R3.30: only a failure makes a pair be read again; where there is none, taking the mark off does not."""
    world = session.world
    table = world.catalog.table("bc", connector.COUPLINGS)
    failed = " OR ".join(
        f"coalesce(k.{identifier(one)}, 0) = {connector.FAILURE}"
        for one in (connector.RESULT_TO_SALES, connector.RESULT_TO_BC)
    )
    rows = world.run(
        "unmarked, but nothing makes them run",
        f"SELECT p.mapping, r.pass, r.record FROM plan.record r JOIN plan.pass p USING (pass) "
        f"JOIN {world.relation(table)} k ON k.{identifier(table.id_field)} = r.id "
        f"WHERE r.action = 'change' AND r.cause IS NULL AND NOT ({failed}) ORDER BY ALL",
    ).fetchall()
    for name, number, record in rows:
        note(session, session.model.mappings[name], number, NOT_QUEUED[0], NOT_QUEUED[1], str(record))
