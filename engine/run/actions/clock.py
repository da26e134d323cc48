"""A session and a new moment, or new rules -> the same session going on with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from engine.catalog.settings import at_work_date
from engine.model.model import Model
from engine.run.dryrun import Session


def move_clock(session: Session, now: datetime, work_date: date | None = None) -> None:
    """Go on at this moment (UTC, without zone). What top-level finds found is looked up anew; settings that go with the
    work date go with it."""
    _lay(session, session.around.settings, work_date or session.around.work_date)
    session.around = session.shared.around = replace(session.around, now=now)


def take_model(session: Session, model: Model) -> None:
    """Go on with other rules or settings; the world stays."""
    session.model = model
    session.shared.rules = model
    session.around = replace(session.around, mappings=model.mappings)
    _lay(session, model.settings, session.around.work_date)


def _lay(session: Session, settings: Mapping[str, object], work_date: date) -> None:
    """Go on with these settings on this work date. A setting that has got a value of its own no longer goes with it."""
    by_date = at_work_date({}, session.around.work_date)
    session.dated = frozenset(one for one in session.dated if settings.get(one) in (None, by_date[one]))
    own = {name: value for name, value in settings.items() if name not in session.dated}
    session.around = replace(session.around, settings=at_work_date(own, work_date), work_date=work_date)
    session.shared.around = session.around
    session.shared.ids.clear()
