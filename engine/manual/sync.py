"""Chosen records -> synchronised now, in the direction that is picked, as a plan (R3.34 to R3.37).

Forced: stamps, conflicts and strategies do not count (R3.22). Which records are left out, and when a direction must be
picked, is what the product asks its user beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from engine.diagnostic import Diagnostic
from engine.manual.listing import LeftOut, leave_out, note
from engine.manual.pairs import NOT_COUPLED, unmark
from engine.manual.pointing import Pointed, pointed
from engine.manual.refusals import no_connection, no_way, quoted, wrong
from engine.manual.standing import Standing, standing
from engine.model.model import Leg, Mapping
from engine.plan.legs import Pass
from engine.run.actions.records import Chosen
from engine.run.actions.runs import ALLOWED, create_new, run_mapping
from engine.run.dryrun import Session, run_pass
from engine.run.gates import RunScope
from engine.run.ledger import SKIP_MARK
from engine.sql.values import NotPlanned

Way = Literal["to_sales", "to_bc", "both"]
WAYS: dict[str, Way] = {"sales": "to_sales", "bc": "to_bc", "both": "both"}
"""The directions by the words for them."""
CHANGED = ("W675", "The partner was modified since the last synchronisation; a forced run would overwrite that")
OVERWRITES = (
    "W676",
    "The record was modified on this side since the last synchronisation; the forced run overwrites it",
)
GONE = ("W677", "The record to be read no longer exists; there is nothing to carry over")


def sync(session: Session, name: str, words: Sequence[str], way: Way | None, *, create: bool) -> Sequence[Diagnostic]:
    """Synchronise these records now. way: as picked by the user. create: those without a partner get one."""
    if cut_off := no_connection(session.around.settings):
        return cut_off
    mapping = session.model.mappings[name]
    if way is not None and (refused := _no_way(mapping, way)):
        return refused
    points, problems = pointed(session, mapping, words)
    if problems:
        return problems
    known = standing(session, mapping, points)
    alone = [one for one in points if not known[one].coupled]
    if create:
        if refused := _created(session, mapping, alone, way):
            return refused
    elif len(points) == 1 and alone:
        return [_ask_to_couple(mapping, alone[0])]
    pairs = [one for one in points if known[one].coupled]
    legs = _legs(mapping, pairs, known, way)
    if refused := [one for leg in legs for one in (no_way(mapping, leg),) if pairs and one is not None]:
        return refused
    if len(pairs) == 1 and way is None and (problem := _must_pick(session, mapping, pairs[0], known[pairs[0]])):
        return [problem]
    left = [] if create else [_left(one, NOT_COUPLED) for one in alone]
    asked = len(points) > 1 or (way is None and bool(pairs) and _asks(session, mapping, known[pairs[0]]))
    left += _left_out(pairs, known, legs[0], asked=asked)
    out = {(one.system, one.id) for one in left}
    going = [one for one in pairs if (one.system, one.id) not in out]
    for leg in legs if going else ():
        side = "bc" if leg == "to_sales" else "sales"
        ids = [known[one].bc if side == "bc" else known[one].sales for one in going]
        chosen = Chosen(system="bc" if side == "bc" else "sales", ids=tuple(dict.fromkeys(one for one in ids if one)))
        run_mapping(session, name, leg, chosen)
    leave_out(session, mapping, legs[0], left)
    if len(points) == 1 and going and way is not None:
        _warn_overwritten(session, mapping, known[going[0]], legs[0])
    return ()


def retry_now(session: Session, name: str, words: Sequence[str], way: Way | None) -> Sequence[Diagnostic]:
    """Take the skip marks of these records off and synchronise them at once (R3.29, *Synchronize* of chosen lines).

    Those that carry no mark, and those that are gone in Business Central, are left out.
    """
    mapping = session.model.mappings[name]
    points, _ = pointed(session, mapping, words)
    known = standing(session, mapping, points)
    chosen = [one.word for one in points if known[one].skipped and known[one].bc_lives]
    return unmark(session, name, words) or (sync(session, name, chosen, way, create=False) if chosen else ())


def _no_way(mapping: Mapping, way: Way) -> list[Diagnostic]:
    legs: tuple[Leg, ...] = ("to_sales", "to_bc") if way == "both" else (way,)
    return [one for leg in legs for one in (no_way(mapping, leg),) if one is not None]


def _created(session: Session, mapping: Mapping, alone: Sequence[Pointed], way: Way | None) -> list[Diagnostic]:
    """Create the partners of records without one, away from where they are (R3.37)."""
    refused: list[Diagnostic] = []
    groups: dict[Leg, list[Pointed]] = {}
    for one in alone:
        groups.setdefault("to_sales" if one.system == "bc" else "to_bc", []).append(one)
    for leg in groups:
        if way not in (None, "both", leg):
            shown = ", ".join(one.word for one in groups[leg])
            hint = f"leave --to out, or say --to {'sales' if leg == 'to_sales' else 'bc'}"
            refused.append(wrong("E664", "wrong-direction", f"{shown} cannot be created where it is", hint))
        elif problem := no_way(mapping, leg):
            refused.append(problem)
    if not refused:
        for own in groups.values():
            create_new(session, mapping.name, Chosen(system=own[0].system, ids=tuple(one.id for one in own)))
    return refused


def _ask_to_couple(mapping: Mapping, one: Pointed) -> Diagnostic:
    other = "SALES-KEY" if one.system == "bc" else "BC-KEY"
    pair = f"{quoted(one.word)} {other}" if one.system == "bc" else f"{other} {quoted(one.word)}"
    hint = f"couple it with coupler couple {quoted(mapping.name)} {pair}, or create its partner with --create"
    return wrong("E665", "not-coupled", f"{one.label} is not coupled, so there is nothing to synchronise it with", hint)


def _legs(
    mapping: Mapping, pairs: Sequence[Pointed], known: dict[Pointed, Standing], way: Way | None
) -> tuple[Leg, ...]:
    """The picked legs; else that of a one-way mapping, away from the changed side of one pair, to Sales (R3.35)."""
    if way == "both":
        return ("to_sales", "to_bc")
    if way is not None:
        return (way,)
    if mapping.arrow != "<->":
        return ALLOWED[mapping.arrow]
    if len(pairs) == 1 and known[pairs[0]].sales_changed and not known[pairs[0]].bc_changed:
        return ("to_bc",)
    return ("to_sales",)


def _must_pick(session: Session, mapping: Mapping, one: Pointed, stands: Standing) -> Diagnostic | None:
    """R3.35: a real conflict of a two-way mapping is settled by the user alone."""
    if mapping.arrow != "<->" or not (stands.bc_changed and stands.sales_changed) or stands.skipped:
        return None
    rows = [one for one in _trial(session, mapping, "to_sales", stands.bc) if one[0] == "conflict"]
    if not rows:
        return None
    clashes = ", ".join(f"{row[1]} is {row[2] or 'blank'} in Sales, {row[3] or 'blank'} in BC" for row in rows[:3])
    message = f"{one.label} was changed in both systems since the last synchronisation: {clashes}"
    hint = "say which side wins: --to sales or --to bc; what the other side changed is lost"
    return wrong("E666", "direction-needed", message, hint)


def _asks(session: Session, mapping: Mapping, stands: Standing) -> bool:
    """R3.35: of a one-way mapping is asked before what changed on the other side is overwritten, default No.

    Not when both sides changed and no field would differ.
    """
    if mapping.arrow == "<->" or stands.skipped:
        return False
    leg = ALLOWED[mapping.arrow][0]
    own, other = stands.bc_changed, stands.sales_changed
    if not (own and other):
        return True
    differs = _trial(session, mapping, leg, stands.bc if leg == "to_sales" else stands.sales)
    return any(one[0] != "skip" for one in differs)


def _trial(session: Session, mapping: Mapping, leg: Leg, id: str | None) -> list[tuple[str, str, str, str]]:
    """What an unforced run of one record would come to: (action, field, before, after); nothing of it stays."""
    step = Pass(number=session.legs + 1, mapping=replace(mapping, update_conflict="fail"), leg=leg)
    scope = RunScope(since_watermark=False, moves_watermark=False, records=(id or "",))
    legs, ids, kept = session.legs, dict(session.shared.ids), session.world.begin()
    try:
        run_pass(step, session.world, session.around, scope)
        return session.world.run(
            "what an unforced run would come to",
            "SELECT r.action, f.caption, f.before, f.after "
            "FROM plan.record r LEFT JOIN plan.field f USING (pass, record) "
            f"WHERE r.pass = {step.number} AND r.cause IS NULL ORDER BY r.record, f.ordinal",
        ).fetchall()
    except NotPlanned:
        return []
    finally:
        session.world.roll_back(kept)
        session.legs, session.shared.ids = legs, ids


def _left_out(pairs: Sequence[Pointed], known: dict[Pointed, Standing], leg: Leg, *, asked: bool) -> list[LeftOut]:
    """R3.36: who is left out, and why. asked: nobody has said that what the partner changed may go."""
    found: list[LeftOut] = []
    for one in pairs:
        stands = known[one]
        to_sales = leg == "to_sales"
        source, changed = (
            (stands.bc_lives, stands.sales_changed) if to_sales else (stands.sales_lives, stands.bc_changed)
        )
        if stands.skipped:
            found.append(_left(one, (SKIP_MARK[0], SKIP_MARK[1])))
        elif not source:
            found.append(_left(one, GONE))
        elif asked and changed:
            found.append(_left(one, CHANGED))
    return found


def _left(one: Pointed, why: tuple[str, str]) -> LeftOut:
    return LeftOut(system=one.system, id=one.id, code=why[0], reason=why[1])


def _warn_overwritten(session: Session, mapping: Mapping, stands: Standing, leg: Leg) -> None:
    if not (stands.sales_changed if leg == "to_sales" else stands.bc_changed):
        return
    row = session.world.run(
        "its run",
        f"SELECT r.pass, r.record FROM plan.record r JOIN plan.pass p USING (pass) WHERE p.leg = '{leg}' "
        "AND r.cause IS NULL AND r.action = 'change' ORDER BY ALL LIMIT 1",
    ).fetchone()
    if row is not None:
        note(session, mapping, row[0], OVERWRITES[0], OVERWRITES[1], str(row[1]))
