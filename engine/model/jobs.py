"""Jobs as written -> jobs of the model: what they run, how often, when they may, what wakes them."""

from __future__ import annotations

import re
from typing import assert_never

from engine.catalog.catalog import Table
from engine.catalog.suggest import did_you_mean
from engine.model.model import Job, NextRun, Window
from engine.model.names import table_named
from engine.model.presence import holds
from engine.model.scope import Scope
from engine.model.world import World
from engine.syntax import ast
from engine.syntax.weekdays import days_of

_PART = re.compile(r"(?:^|[ ])(next run|every|on|at most|category|wake on|start asleep)(?=[ ]|$)")
PRIORITY = {"high": 1000, "normal": 2000, "low": 3000}
"""The number that the job queue keeps for each; the lowest goes first."""


def job_of(world: World, node: ast.Job) -> Job | None:
    """A job with every name resolved; None when it does not exist under the settings. What is wrong is noted."""
    active = node.when is None or holds(world, Scope(), node.when)
    runs: list[str] = []
    wakes: list[Table] = []
    all_others = asked_for = start_asleep = False
    every: int | None = None
    sleep: int | None = None
    attempts, delay, category, priority = 0, 0, "", PRIORITY["normal"]
    window: Window | None = None
    next_run: NextRun | None = None
    for line in node.lines:
        match line:
            case ast.Run():
                for name in line.names:
                    _check_run(world, name)
                    runs.append(name.text)
                asked_for = asked_for or line.asked
                all_others = all_others or not (line.names or line.asked)
            case ast.Every():
                every, sleep, next_run = line.minutes, line.sleep_minutes, None
            case ast.NextRun():
                zone = _zone(world, line.zone)
                every, sleep = 0, line.sleep_minutes
                next_run = NextRun(span=line.span, formula=line.formula, at=line.at, zone=zone)
            case ast.Attempts():
                attempts, delay = line.count, line.seconds
            case ast.Category():
                category, priority = line.text.value, PRIORITY[line.priority or "normal"]
            case ast.WakeOn():
                table = table_named(world, line.table)
                if line.when is None or holds(world, Scope(), line.when):
                    wakes.append(table)
            case ast.StartAsleep():
                start_asleep = True
            case ast.Window():
                window = _window(world, line)
            case _:
                assert_never(line)
    if not active:
        return None
    return Job(
        span=node.name.span,
        name=node.name.text,
        title=node.title,
        runs=tuple(runs),
        all_others=all_others,
        every=every,
        sleep=sleep,
        attempts=attempts,
        delay=delay,
        category=category,
        priority=priority,
        wakes=tuple(wakes),
        start_asleep=start_asleep,
        window=window,
        asked_for=asked_for,
        next_run=next_run,
    )


def _window(world: World, line: ast.Window) -> Window:
    zone = _zone(world, line.zone)
    return Window(span=line.span, days=days_of(line.days), start=line.start, end=line.end, zone=zone)


def _zone(world: World, written: ast.Text | None) -> str:
    """The name of a time zone; blank where none is said, or none that there is."""
    if written is None or known_zone(written.value):
        return "" if written is None else written.value
    from zoneinfo import available_timezones

    zones = available_timezones()
    hint = did_you_mean(written.value, zones) or "zones have names like Europe/Berlin or America/New_York"
    world.say("E235", written.span, f"there is no time zone {written.value}", hint)
    return ""


def known_zone(name: str) -> bool:
    """Is there a time zone of this name?"""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _check_run(world: World, name: ast.Name) -> None:
    for variant in world.mappings.get(name.text, ()):
        world.used("mapping", name.text, name.span, variant.node.name.span)
    process = world.processes.get(name.text)
    if process is not None:
        world.used("process", name.text, name.span, process.name.span)
    if name.text not in world.mappings and process is None and not world.is_broken(name.text):
        hint = _line_swallowed(name.text) or did_you_mean(name.text, [*world.mappings, *world.processes])
        world.say("E231", name.span, f"there is no mapping or process {name.text} to run", hint)


def _line_swallowed(name: str) -> str:
    """`run CUSTOMER every 5 minutes`: the way out where a part of a job was taken for a part of the name."""
    found = _PART.search(name)
    return f"begin a new line before `{found[1]}`: every part of a job has its own" if found is not None else ""
