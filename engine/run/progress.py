"""How far long work is -> a bar on a terminal; nothing where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TextIO

Progress = Callable[[str, int, int], None]
PATIENCE = 0.5


@contextmanager
def bar(stream: TextIO) -> Iterator[Progress]:
    """A function to call with what is being done, how much is done, and of how much.

    A bar appears once the work has lasted half a second and goes when it ends.
    """
    if not stream.isatty():
        yield lambda what, done, total: None
        return
    began = monotonic()
    shown = False

    def show(what: str, done: int, total: int) -> None:
        nonlocal shown
        if not total or monotonic() - began < PATIENCE:
            return
        filled = 30 * done // total
        stream.write(f"\r\x1b[2K[{'#' * filled}{'.' * (30 - filled)}] {done}/{total} {what}")
        stream.flush()
        shown = True

    try:
        yield show
    finally:
        if shown:
            stream.write("\r\x1b[2K")
            stream.flush()
