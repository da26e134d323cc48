"""A session and a new moment, or new rules -> the same session going on with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from engine.model.model import Model
from engine.run.dryrun import Session


def move_clock(session: Session, now: datetime, work_date: date | None = None) -> None:
    """Go on at this moment (UTC, without zone). What top-level finds found is looked up anew."""
    session.around = replace(session.around, now=now, work_date=work_date or session.around.work_date)
    session.shared.around = session.around
    session.shared.ids.clear()


def take_model(session: Session, model: Model) -> None:
    """Go on with other rules or settings; the world stays."""
    session.model = model
    session.shared.rules = model
    session.around = replace(session.around, mappings=model.mappings, settings=dict(model.settings))
    session.shared.around = session.around
    session.shared.ids.clear()
