"""Commands -> how long each takes as a whole process and how much memory it peaks at, measured in turn.

In turn (A B, A B, A B) because machines are noisy: what slows one slows the other, so the ratio holds.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. codes: the exit codes that say it went well. before: done each time ahead, not measured."""

    words: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    codes: tuple[int, ...] = (0,)
    before: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Medians: wall-clock seconds, peak resident megabytes. output: what the last run printed. wrong: why it cannot be
    used; blank if it can."""

    seconds: float = 0.0
    megabytes: float = 0.0
    output: str = ""
    wrong: str = ""


def in_turn(commands: Mapping[str, Command], *, times: int, warm_up: int, limit: float) -> dict[str, Measured]:
    """Runs all commands `times` times in turn after `warm_up` rounds; a command that fails once is left out."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    megabytes: dict[str, list[float]] = {name: [] for name in commands}
    found: dict[str, Measured] = {}
    output: dict[str, str] = {}
    for turn in range(-warm_up, times):
        for name, command in commands.items():
            if name in found:
                continue
            once = run(command, limit)
            if once.wrong:
                found[name] = once
            elif turn >= 0:
                seconds[name].append(once.seconds)
                megabytes[name].append(once.megabytes)
                output[name] = once.output
    for name in commands.keys() - found.keys():
        found[name] = Measured(
            seconds=statistics.median(seconds[name]),
            megabytes=statistics.median(megabytes[name]),
            output=output[name],
        )
    return found


def run(command: Command, limit: float) -> Measured:
    """One run; its peak memory is the kernel's own count for that process, which begins with what this one holds."""
    if command.before is not None:
        command.before()
    late = threading.Event()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command.words,
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )

        def stop() -> None:
            late.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit, stop)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # interrupted: what was started must not go on
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            took = time.perf_counter() - started
            timer.cancel()
        code = process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text, told = out.read().decode(errors="replace"), err.read().decode(errors="replace").strip()
    if late.is_set():
        return Measured(wrong=f"stopped after {limit:.0f} s")
    if code not in command.codes:
        return Measured(wrong=f"exit code {code}: {telling(told or text)}")
    return Measured(seconds=took, megabytes=usage.ru_maxrss / 1024, output=text)


def telling(text: str) -> str:
    """The one line that says most: the first that tells of an error, else the last."""
    lines = text.strip().splitlines() or ["it said nothing"]
    return next((line for line in lines if "error" in line.lower() or "went wrong" in line), lines[-1]).strip()[:200]
