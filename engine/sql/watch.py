"""What is read while statements become SQL -> whoever wants to know which lines any record reached; normally nobody.

`coupler test --coverage` sets a watcher. Without one, nothing is asked of the database and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.model import model
    from engine.plan.legs import Pass
    from engine.run.world import World
    from engine.source import Span
    from engine.sql.frame import Frame
    from engine.sql.values import Around


class Watcher(Protocol):
    """Told of a leg before its records are looked at, and of lines, branches and outcomes with the truth they need."""

    def leg(self, step: Pass, world: World, around: Around) -> None: ...

    def reached(self, kind: str, outcome: str, span: Span, frame: Frame, when: str = "true") -> None: ...

    def carried(self, value: model.Value, frame: Frame) -> None: ...


watcher: Watcher | None = None


@contextmanager
def watching(one: Watcher) -> Iterator[None]:
    """Let somebody watch."""
    global watcher
    before, watcher = watcher, one
    try:
        yield
    finally:
        watcher = before
