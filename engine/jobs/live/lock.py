"""A file -> the right to run the queue: one process at a time. The system takes it back when the process dies."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.jobs.live.place import not_written

TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds the lock, as it says of itself. since: UTC, ISO. All blank when it could not be read."""

    process: int = 0
    machine: str = ""
    since: str = ""
    applies: bool = False


@contextmanager
def held(path: Path, *, applies: bool = False, runs: bool = True) -> Iterator[Holder | None]:
    """Hold the lock while the block lasts: gives None, or who holds it when it cannot be had.

    A lock that a dead process left is free: the system lets go of it with the process. runs: else it is held for a
    moment only, to change the queue. Raises NotWritten (E697) when the file cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise not_written(path, error) from error
    try:
        if not _patiently(handle):
            yield _holder(handle)
            return
        try:
            if runs:
                _say(handle, applies)
            yield None
        finally:
            if runs:
                with suppress(OSError):
                    os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def at_work(path: Path) -> Holder | None:
    """Who holds the lock now; None when nobody does."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        return None if _take(handle, shared=True) else _holder(handle)
    finally:
        os.close(handle)


def _patiently(handle: int) -> bool:
    """Who only looks at the lock holds it for a moment."""
    for _ in range(TRIES):
        if _take(handle):
            return True
        sleep(0.03)
    return _take(handle)


def refused(holder: Holder) -> Diagnostic:
    """E695: there is a runner already."""
    if holder.process:
        who = f"process {holder.process} on {holder.machine}, since {holder.since[:19].replace('T', ' ')} UTC"
        way_out = f"coupler jobs shows what it does; kill -TERM {holder.process} ends it after its current job"
    else:
        who, way_out = "a process that is just starting", "coupler jobs shows what it does"
    return Diagnostic(
        code="E695",
        name="runner-at-work",
        severity="error",
        span=None,
        message=f"the queue of this workspace is run already: {who}",
        hint=way_out,
    )


def _say(handle: int, applies: bool) -> None:
    said = {
        "process": os.getpid(),
        "machine": socket.gethostname(),
        "since": datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds"),
        "applies": applies,
    }
    with suppress(OSError):  # the lock holds without its words
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(said).encode())


def _holder(handle: int) -> Holder:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        said = json.loads(os.read(handle, 4096))
        return Holder(
            process=int(said["process"]),
            machine=str(said["machine"]),
            since=str(said["since"]),
            applies=bool(said["applies"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # a byte that nobody reads: what is locked here cannot be read by others

    def _take(handle: int, *, shared: bool = False) -> bool:
        try:
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _take(handle: int, *, shared: bool = False) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
