"""A piece of work -> done in a thread of its own, while others go on: the database opens while Python reads rules."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """Work that has begun. `result` waits for it and gives what it gave, or raises what it raised."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._given: list[T] = []
        self._raised: BaseException | None = None
        self._thread = Thread(target=self._do, daemon=True)
        self._thread.start()

    def _do(self) -> None:
        try:
            self._given.append(self._work())
        except BaseException as error:  # told where the result is wanted
            self._raised = error

    def result(self) -> T:
        """What the work gave."""
        self._thread.join()
        if self._raised is not None:
            raise self._raised
        return self._given[0]
