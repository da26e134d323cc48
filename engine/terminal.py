"""Where text goes -> whether it may be coloured, and how wide it is."""

from __future__ import annotations

import os
import sys
from typing import TextIO

CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def coloured(stream: TextIO) -> bool:
    """May this stream be coloured? Not with NO_COLOR, not when it is no terminal, unless FORCE_COLOR says so."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def paint(text: str, *styles: str, on: bool) -> str:
    """The text in these styles (see CODES), or plain."""
    if not on or not text:
        return text
    return f"\x1b[{';'.join(CODES[style] for style in styles)}m{text}\x1b[0m"


def tell(text: str) -> None:
    """A message to the person who called, on stderr."""
    sys.stderr.write(f"{text}\n")


def width() -> int:
    """Columns of the terminal, 100 at most and when there is none."""
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 100)


def columns(stream: TextIO) -> int | None:
    """Columns of the terminal behind a stream; None when it is none, so that nothing is cut for it."""
    import shutil

    return shutil.get_terminal_size().columns if stream.isatty() else None
