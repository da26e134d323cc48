"""A small workspace whose queue really runs: its folder, processes of `coupler` in it, what its snapshot holds."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import pytest

from engine.cli import main
from engine.jobs.live import place, status
from engine.jobs.live.live import Live
from engine.jobs.live.work import clock
from engine.run.apply import open_plan, write
from engine.snapshot.content import content_fingerprint
from tests.plan.stories import Story, bc, bc_id, item, world

ROOT = Path(__file__).resolve().parents[3]
RULES = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  create missing records
  in full synchronisation run
  Description  ->  Name
}
mapping CUSTOMERS "Customers": bc Customer as customer -> sales Account as account {
  create missing records
  depends on ITEMS
  in full synchronisation run
  Name  ->  Account Name
}
mapping VENDORS "Vendors": bc Vendor as vendor -> sales Account as account {
  create missing records
  depends on CUSTOMERS
  in full synchronisation run
  Name  ->  Account Name
}
job ITEMS "Items job" {
  run ITEMS
  every 60 minutes, sleep 720 minutes when idle
  at most 2 attempts, 30 seconds apart
  wake on bc Item
}
job CUSTOMERS "Customers job" {
  run CUSTOMERS
  every 60 minutes, sleep 720 minutes when idle
  at most 2 attempts, 30 seconds apart
  category 'PARTNERS'
  wake on bc Customer
}
job VENDORS "Vendors job" {
  run VENDORS
  every 60 minutes, sleep 720 minutes when idle
  at most 2 attempts, 30 seconds apart
  category 'PARTNERS'
  wake on bc Vendor
}
"""
SETTINGS = """
company: A Pilot
rules: [rules/]
snapshot: snapshots/pilot.duckdb
settings:
  enable_cds_connection: true
  sales_connection_enabled: true
  connection_working: true
"""
STARTED: list[subprocess.Popen[str]] = []
"""The runners that a test has started; none outlives it."""
JOBS = ("ITEMS", "CUSTOMERS", "VENDORS")


@cache
def story(rows: int) -> Story:
    """The snapshot of a pilot: so many items, customers and vendors."""
    names = [(str(no), f"{no} " + "x" * 60) for no in range(1, rows + 1)]
    return world(
        RULES,
        *(item(no, {"Description": f"Item {name}"}) for no, name in names),
        *(bc("Customer", {"No.": no, "SystemId": bc_id("1" + no), "Name": f"Customer {name}"}) for no, name in names),
        *(bc("Vendor", {"No.": no, "SystemId": bc_id("2" + no), "Name": f"Vendor {name}"}) for no, name in names),
    )


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        return self.stdout + self.stderr


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """A workspace in a folder, and the snapshot it began with."""

    folder: Path
    first: Path

    @property
    def snapshot(self) -> Path:
        return self.folder / "snapshots" / "pilot.duckdb"

    @property
    def place(self) -> place.Place:
        return place.place_of(self.folder)

    # --- processes ---

    def start(
        self, *words: str, apply: bool = True, program: Sequence[str] = ("-m", "engine")
    ) -> subprocess.Popen[str]:
        """A runner, at work until it is ended."""
        given = ["run", "--live", "--poll", "0.1", *(("--apply",) if apply else ()), *words]
        process = subprocess.Popen(
            [sys.executable, *program, *given],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        STARTED.append(process)
        return process

    def run(self, *words: str, apply: bool = True) -> str:
        """A runner that ends by itself, in this process; what it said."""
        done = self.coupler("run", "--live", "--poll", "0.1", *(("--apply",) if apply else ()), *words)
        assert "defect" not in done.said, done.said
        return done.said

    def jobs(self, *words: str) -> Done:
        """`coupler jobs` with these words."""
        return self.coupler("jobs", *words)

    def coupler(self, *words: str) -> Done:
        """The command in this process, in the folder of the workspace."""
        out, error = io.StringIO(), io.StringIO()
        kept = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            with chdir(self.folder), redirect_stdout(out), redirect_stderr(error):
                code = main(list(words))
        finally:
            for one, handler in kept.items():
                signal.signal(one, handler)
        return Done(returncode=code, stdout=out.getvalue(), stderr=error.getvalue())

    def seen(self) -> dict[str, Any]:
        """The queue as `coupler jobs --json` tells it."""
        standing = status.standing(self.place, clock())
        assert isinstance(standing, status.Standing), standing
        found: dict[str, Any] = json.loads(status.to_json(standing))
        return found

    def job(self, name: str) -> dict[str, Any]:
        (found,) = (one for one in self.seen()["jobs"] if one["name"] == name)
        return found

    # --- what there is ---

    def live(self) -> Live:
        """The state as it is written down; it is never half."""
        found = place.read(self.place)
        assert isinstance(found, Live), found
        return found

    def outcomes(self) -> list[tuple[str, str]]:
        return [(one.job, one.outcome) for one in self.live().runs]

    def logged(self) -> list[str]:
        """The mappings of the rows of the job log: one for every run that was applied."""
        with duckdb.connect(str(self.copy())) as file:
            query = (
                'SELECT "Integration Table Mapping Name" FROM bc."Integration Synch. Job" ORDER BY "Start Date/Time"'
            )
            try:
                return [row[0] for row in file.execute(query).fetchall()]
            except duckdb.CatalogException:
                return []

    def products(self) -> int:
        with duckdb.connect(str(self.copy())) as file:
            return int(file.execute("SELECT count(*) FROM sales.product").fetchall()[0][0])

    def copy(self) -> Path:
        """The snapshot as it is, log included, in a file that may be opened by anybody."""
        return copied(self.snapshot, self.folder / "looked-at.duckdb")

    def content(self) -> str:
        return content(self.copy())

    def replayed(self, first: Path | None = None, since: int = 0) -> str:
        """What the snapshot must hold: the first one, with every plan that the queue calls applied, in turn.

        first, since: another one to begin with, and the number of the last run that it holds.
        """
        target = copied(first or self.first, self.folder / "replayed.duckdb")
        for one in self.live().runs:
            if one.applied and one.number > since:
                connection = open_plan(self.folder / one.plan)
                write(connection, self.folder / one.plan, target, story(1).rules.catalog)
                connection.close()
        return content(target)

    def due(self, *names: str) -> None:
        """Time has gone by: these jobs, or all, are due. Only while no runner is at work."""
        live = self.live()
        for one in live.queue.entries:
            if one.status in ("Ready", "On Hold with Inactivity Timeout") and (not names or one.name in names):
                live = live.put(replace(one, status="Ready", start=live.queue.now))
        place.write(self.place, live)

    def edit(self, *names: str) -> None:
        """An outside export: another snapshot in the place of this one, with these items new."""
        beside = copied(self.snapshot, self.folder / "snapshots" / "export.part")
        with duckdb.connect(str(beside)) as file:
            for name in names:
                file.execute(
                    'INSERT INTO bc."Item" ("No.", "SystemId", "Description", "SystemModifiedAt") '
                    "VALUES (?, ?::UUID, ?, now())",
                    [name, bc_id("9" + name), f"Item {name}"],
                )
        beside.replace(self.snapshot)
        self.snapshot.with_name(f"{self.snapshot.name}.wal").unlink(missing_ok=True)  # it is in the copy


def pilot(folder: Path, rows: int = 3, rules: str = RULES) -> Pilot:
    """A workspace in this folder."""
    (folder / "rules").mkdir(parents=True)
    (folder / "snapshots").mkdir()
    (folder / "coupler.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "rules" / "pilot.rules").write_text(rules, encoding="utf-8")
    made = Pilot(folder=folder, first=story(rows).snapshot)
    shutil.copyfile(made.first, made.snapshot)
    return made


def copied(source: Path, target: Path) -> Path:
    for end in ("", ".wal"):
        from_, to = Path(f"{source}{end}"), Path(f"{target}{end}")
        to.unlink(missing_ok=True)
        if from_.exists():
            shutil.copyfile(from_, to)
    return target


def content(file: Path) -> str:
    with duckdb.connect(str(file)) as connection:
        name = connection.execute("SELECT current_database()").fetchall()[0][0]
        return content_fingerprint(connection, name)


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def line(process: subprocess.Popen[str], *words: str) -> str:
    """The next line of a runner that holds these words; it is given 40 seconds."""
    assert process.stdout is not None
    patience = Timer(40, process.kill)
    patience.start()
    try:
        for text in process.stdout:
            if all(one in text for one in words):
                return text
    finally:
        patience.cancel()
    raise AssertionError(f"it never said {words}: {process.communicate()[1]}")


DIES = """
import os, signal, sys
from engine.jobs.live import loop, work
count, when = int(os.environ["DIES_AT"]), os.environ["DIES_WHEN"]
writes, applies = loop.write, work.apply
def die():
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
def write(at, live):
    global count
    count -= when in ("before", "after")
    if count == 0 and when == "before":
        die()
    writes(at, live)
    if count == 0 and when == "after":
        die()
def apply(*given):
    global count
    count -= when.startswith("appl")
    if count == 0 and when == "applying":
        die()
    done = applies(*given)
    if count == 0 and when == "applied":
        die()
    return done
loop.write, work.apply = write, apply
from engine.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""A runner that is killed at its so many-th writing of the state, or right before or after its so many-th apply."""


def dying(made: Pilot, monkeypatch: pytest.MonkeyPatch, when: str, at: int = 1, runs: int = 2) -> None:
    """Run so many jobs with such a runner."""
    monkeypatch.setenv("DIES_AT", str(at))
    monkeypatch.setenv("DIES_WHEN", when)
    process = made.start("--runs", str(runs), program=("-c", DIES))
    process.communicate(timeout=60)
    assert process.returncode in (-9, 0)
