"""The folder of a workspace -> the files of its live queue: written whole or not at all, and surely on the disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.jobs.exchange import BrokenStateError
from engine.jobs.live.exchange import from_json, to_json
from engine.jobs.live.live import Live
from engine.textfile import shown

FOLDER = "queue"
IGNORED = "# Made by coupler run --live; nothing for version control.\n*\n"


class NotWritten(Exception):  # noqa: N818 - the user's problem, not an error of the program
    """A file of the queue could not be written; `diagnostic` says why and what to do."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the queue of a workspace lies."""

    folder: Path

    @property
    def state(self) -> Path:
        """The file that keeps the queue."""
        return self.folder / "state.json"

    @property
    def lock(self) -> Path:
        """The file that the one runner holds."""
        return self.folder / "lock"

    @property
    def requests(self) -> Path:
        """The folder for what people ask of a runner at work."""
        return self.folder / "requests"


def place_of(root: Path) -> Place:
    """The place of the queue of the workspace in this folder."""
    return Place(folder=root / FOLDER)


def prepare(place: Place) -> None:
    """Make the folders. Raises NotWritten (E697)."""
    try:
        place.requests.mkdir(parents=True, exist_ok=True)
        ignored = place.folder / ".gitignore"
        if not ignored.exists():
            ignored.write_text(IGNORED, encoding="utf-8")
    except OSError as error:
        raise not_written(place.folder, error) from error


def make(folder: Path) -> None:
    """Make a folder in which plans can be written. Raises NotWritten (E697)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{os.getpid()}.part"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise not_written(folder, error) from error


def read(place: Place) -> Live | Diagnostic | None:
    """What the file says; None when there is none yet; E696 when it cannot be read."""
    try:
        text = place.state.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return broken(place, "it is no text")
    except OSError as error:
        return broken(place, (error.strerror or str(error)).lower())
    try:
        return from_json(text)
    except BrokenStateError as problem:
        return broken(place, str(problem))


def write(place: Place, live: Live) -> None:
    """Put the file in the place of the old one, in one step. Raises NotWritten (E697); the old one stands then."""
    write_whole(place.state, to_json(live))


def write_whole(path: Path, text: str) -> None:
    """A file that is there whole or not at all, even after a power failure. Raises NotWritten (E697)."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with beside.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            settle(path.parent)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise not_written(path, error) from error


def settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can do that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def secure(path: Path) -> None:
    """Wait until a file that somebody else wrote, and its name, are on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
    settle(path.parent)


def tidy(place: Place) -> None:
    """Take away what a killed process had begun to write."""
    for folder in (place.folder, place.requests):
        for path in folder.glob(".*.part"):
            with suppress(OSError):
                path.unlink()


def not_written(path: Path, error: OSError) -> NotWritten:
    """The mistake that the state could not be written (E697)."""
    reason = (error.strerror or str(error)).lower()
    return NotWritten(
        Diagnostic(
            code="E697",
            name="queue-not-written",
            severity="error",
            span=None,
            message=f"{shown(path)} cannot be written: {reason}; the queue stands as it was last written",
            hint="make room on the disk, or the folder writable, and start again; what was under way is looked into",
        )
    )


def broken(place: Place, why: str) -> Diagnostic:
    """The finding that the state cannot be read (E696)."""
    return Diagnostic(
        code="E696",
        name="queue-unreadable",
        severity="error",
        span=None,
        message=f"{shown(place.state)} cannot be read as the state of the job queue: {why}",
        hint="coupler jobs reset lays it aside and lets the queue begin anew; snapshot and plans stay as they are",
    )
