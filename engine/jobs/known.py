"""A run that found nothing to do, and what it read -> whether the next one would find nothing again.

Sound because a run is a function of the rules, the settings, the clock and the tables it reads: one that left all
tables as they were gives the same again as long as these are the same. Which tables it reads is observed, not guessed.
The clock matters only to rules that ask it (`engine.jobs.byclock`) and to records with a stamp in the future.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from engine.frozen import dataclass
from engine.jobs.queue import Done
from engine.jobs.timeline import LegRun
from engine.jobs.waking import NOTHING, Key, Print, Prints
from engine.model import model as m


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A run that changed no table. model and settings: those that it ran under, without `apart`. until: the first day
    that may bring another (None: no day does). moves: settings that
    it sets to the clock. numbers: how many numbers of legs it took."""

    model: m.Model
    settings: str
    until: date | None
    read: dict[Key, Print]
    moves: frozenset[str]
    apart: frozenset[str]
    result: Done
    legs: tuple[LegRun, ...]
    numbers: int

    def holds(self, model: m.Model, settings: Mapping[str, object], prints: Prints, now: datetime) -> bool:
        """Would the same run find nothing again?"""
        if self.model is not model or (self.until is not None and now.date() >= self.until):
            return False
        if self.settings != settings_text(settings, self.apart):
            return False
        return all(prints.get(key, NOTHING) == found for key, found in self.read.items())


def settings_text(settings: Mapping[str, object], but: frozenset[str]) -> str:
    """A text that changes with any setting but these."""
    return repr(sorted((name, value) for name, value in settings.items() if name not in but))
