"""A small world -> the story of one of its records, and readable questions to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.diagnostic import Diagnostic
from engine.run.dryrun import begin
from engine.run.world import World
from engine.snapshot.open import connect
from engine.why.story import Chapter, Story as Tale, Told
from engine.why.text import plain
from engine.why.why import Asked, tell
from tests.plan.stories import DAY, NOON, Story, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was told of a record, and what was wrong with the question."""

    tale: Tale | None
    found: tuple[Diagnostic, ...]

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        assert self.tale is not None, self.found
        return self.tale.chapters

    def chapter(self, way: str) -> Chapter:
        (one,) = (one for one in self.chapters if one.way == way)
        return one

    def outcomes(self) -> list[tuple[str, str]]:
        return [(one.way, one.outcome) for one in self.chapters]

    def lines(self, way: str, *kinds: str) -> list[tuple[str, str, str]]:
        """(sign, name, text) of all lines of these kinds in a chapter."""
        return [(one.sign, one.name, one.text) for one in every(self.chapter(way).sections) if one.kind in kinds]

    def line(self, way: str, kind: str, name: str = "") -> Told:
        found = [one for one in every(self.chapter(way).sections) if one.kind == kind and name in (one.name, "")]
        assert len(found) == 1, found
        return found[0]

    def text(self) -> str:
        assert self.tale is not None, self.found
        return "\n".join(plain(self.tale))


def every(parts: tuple[Told, ...]) -> Iterator[Told]:
    for one in parts:
        yield one
        yield from every(one.parts)


def heard(
    story: Story,
    name: str,
    word: str,
    field: str | None = None,
    *,
    force: bool = False,
    alone: bool = False,
    by_hand: bool = False,
) -> Heard:
    """Ask for the story of a record at noon."""
    opened = World.over(connect(story.copy().snapshot, threads=1), story.rules.catalog)
    session = begin(story.rules.model, opened, now=moment(NOON), work_date=date.fromisoformat(DAY))
    asked = Asked(name=name, word=word, field=field, force=force, alone=alone, by_hand=by_hand)
    told = tell(session, story.rules, asked, "small")
    opened.connection.close()
    return Heard(tale=told.story, found=told.found)
