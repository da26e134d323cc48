"""A path -> the text of the file as a Source, or the finding that it cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

from engine.diagnostic import Diagnostic
from engine.source import Source

MOST_BYTES = 64_000_000


def shown(path: Path) -> str:
    """How messages call a file: seen from where the user stands, with forward slashes."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:
        return path.as_posix()


def read_source(path: Path, called: str = "") -> Source | Diagnostic:
    """The text of a UTF-8 file (a byte order mark is dropped); E408 when there is none to be had.

    called: how messages call the file; seen from where the user stands when nothing is said.
    """
    name = called or shown(path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            return _unreadable(
                name, f"{name} has {size:,} bytes, {MOST_BYTES:,} are the most", "split it into several files"
            )
        content = path.read_bytes()
    except IsADirectoryError:
        return _unreadable(name, f"{name} is a folder, not a file")
    except FileNotFoundError:
        return _unreadable(name, f"there is no file {name}")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be opened"
        return _unreadable(name, f"{name} cannot be read: {reason.lower()}")
    try:
        return Source(path=name, text=content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        before = content.rfind(b"\n", 0, error.start) + 1
        text = content.decode("utf-8-sig", errors="replace")
        source = Source(path=name, text=text)
        at = min(
            source.starts[line - 1] + len(content[before : error.start].decode("utf-8", errors="replace")), len(text)
        )
        return Diagnostic(
            code="E408",
            name="unreadable-file",
            severity="error",
            span=source.span(at, min(at + 1, len(text))),
            message=f"{name} is not written in UTF-8: line {line} has the byte 0x{content[error.start]:02x}",
            hint="save the file with the encoding UTF-8",
        )


def _unreadable(name: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(
        code="E408",
        name="unreadable-file",
        severity="error",
        span=Source(path=name, text="").span(0),
        message=message,
        hint=hint,
    )
