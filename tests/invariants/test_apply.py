"""An apply is whole or nothing: killed at any moment, on a full disk, on a snapshot that has changed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest

from engine.run.apply import Applied, apply
from engine.run.save import save
from engine.snapshot.content import content_fingerprint
from tests.invariants.worlds import RULES, story
from tests.plan.rules import TO_SALES, creating
from tests.plan.stories import Story, item, sales_id, world

ROOT = Path(__file__).resolve().parents[2]
MANY = 4000
CHILD = """
import signal, sys
from pathlib import Path
from engine.catalog.load import load_catalog
from engine.run.apply import Applied, apply
catalog, _ = load_catalog()
for system in ("bc", "sales"):
    for name in sys.argv[4:]:
        catalog.has(system, name) and catalog.table(system, name)
if sys.argv[3] != "0":
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
print("ready", flush=True)
sys.stdin.readline()
done = apply(Path(sys.argv[1]), Path(sys.argv[2]), catalog)
print("done" if isinstance(done, Applied) else done[0].code, flush=True)
"""
TABLES = ("Item", "product", "CRM Integration Record", "Integration Synch. Job", "Integration Table Mapping")


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A snapshot, a plan of it, and what the snapshot holds before and after."""

    snapshot: Path
    plan: Path
    before: str
    after: str


def content(file: Path) -> str:
    with duckdb.connect(str(file)) as connection:
        name = connection.execute("SELECT current_database()").fetchall()[0][0]
        return content_fingerprint(connection, name)


@cache
def saved() -> Saved:
    """A plan that creates thousands of products."""
    told = world(creating(TO_SALES), *(item(str(no), {"Description": f"Item {no} " + "x" * 80}) for no in range(MANY)))
    plan = told.plan()
    file = told.snapshot.with_suffix(".plan")
    save(plan.world, file)
    done = told.copy()
    assert isinstance(apply(file, done.snapshot, told.rules.catalog), Applied)
    before, after = content(told.copy().snapshot), content(done.snapshot)
    assert before != after
    return Saved(snapshot=told.snapshot, plan=file, before=before, after=after)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    target = tmp_path / "own.duckdb"
    shutil.copyfile(saved().snapshot, target)
    yield target


def child(target: Path, limit: int = 0) -> subprocess.Popen[str]:
    """A process that is about to apply the plan and waits for a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(saved().plan), str(target), str(limit), *TABLES],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@cache
def duration() -> float:
    """How long an undisturbed apply takes, in seconds."""
    target = saved().snapshot.with_suffix(".undisturbed")
    shutil.copyfile(saved().snapshot, target)
    process = child(target)
    begun = time.perf_counter()
    start(process)
    out, error = process.communicate(timeout=60)
    assert out == "done\n", error
    took = time.perf_counter() - begun
    assert content(target) == saved().after
    return took


def killed_at(target: Path, share: float) -> str:
    """Kill an apply after a share of its time; what the snapshot holds then."""
    process = child(target)
    start(process)
    time.sleep(duration() * share)
    process.kill()
    process.communicate()
    return content(target)


def kills(count: int, seed: int, folder: Path) -> set[str]:
    found = set()
    chance = random.Random(seed)
    for number in range(count):
        target = folder / f"{number}.duckdb"
        shutil.copyfile(saved().snapshot, target)
        found.add(killed_at(target, chance.uniform(0.0, 1.1)))
    return found


def test_killed_at_any_moment_an_apply_leaves_the_snapshot_as_before_or_as_after(tmp_path: Path) -> None:
    assert kills(10, 1, tmp_path) <= {saved().before, saved().after}


@pytest.mark.slow
def test_killed_at_fifty_moments(tmp_path: Path) -> None:
    found = kills(50, 2, tmp_path)
    assert found == {saved().before, saved().after}


def test_killed_before_it_began_an_apply_has_done_nothing(own: Path) -> None:
    assert killed_at(own, 0.0) == saved().before


@pytest.mark.parametrize("room", [4096, 600_000])
def test_without_room_on_the_disk_nothing_is_written(own: Path, room: int) -> None:
    process = child(own, own.stat().st_size + room if room > 100_000 else room)
    start(process)
    out, error = process.communicate(timeout=60)
    assert "Traceback" not in error
    assert out.strip() != "done" and out.startswith("E")
    assert content(own) == saved().before


# --- stale plans --------------------------------------------------------------------------------------------


def stale(told: Story, edit: str) -> str:
    """What is said about a plan after the snapshot was edited."""
    plan = told.plan()
    if edit == "a row of the plan":
        told.edit("sales", "product", sales_id("2"), "10:00", name="Edited")
    elif edit == "another row":
        told.edit("sales", "product", sales_id("4"), "10:00", name="Edited")
    else:
        told.remove("sales", "product", sales_id("2"))
    held = content(told.copy().snapshot)
    refused = told.apply(plan)
    assert not isinstance(refused, Applied)
    assert content(told.copy().snapshot) == held
    (one,) = refused
    assert one.code == "E611"
    return one.message


def test_a_stale_plan_is_refused_and_names_the_rows_that_changed() -> None:
    for edit in ("a row of the plan", "a deletion"):
        message = stale(story("to Sales"), edit)
        assert "1 of the" in message and sales_id("2") in message
        assert sales_id("3") not in message


def test_a_plan_is_stale_even_if_only_other_rows_changed() -> None:
    assert "none of the" in stale(story("to Sales"), "another row")


def test_a_plan_can_be_applied_once() -> None:
    told = story("to Sales")
    plan = told.plan()
    file = told.snapshot.with_suffix(".once")
    save(plan.world, file)
    assert isinstance(apply(file, told.snapshot, told.rules.catalog), Applied)
    again = apply(file, told.snapshot, told.rules.catalog)
    assert not isinstance(again, Applied) and again[0].code == "E611"


def test_a_plan_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cut.plan"
    file.write_bytes(saved().plan.read_bytes()[: saved().plan.stat().st_size // 2])
    target = tmp_path / "own.duckdb"
    shutil.copyfile(saved().snapshot, target)
    told = story(next(iter(RULES)))
    refused = apply(file, target, told.rules.catalog)
    assert not isinstance(refused, Applied)
    assert content(target) == saved().before


def test_a_save_that_fails_leaves_no_plan(tmp_path: Path) -> None:
    plan = story("to Sales").plan()
    with pytest.raises((OSError, duckdb.Error)):
        save(plan.world, tmp_path / "no such folder" / "a.plan")
    assert list(tmp_path.iterdir()) == []
