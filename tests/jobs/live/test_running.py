"""The queue at work: signals, a second runner, requests, a snapshot that is replaced, rules that change, no room."""

from __future__ import annotations

import signal
from pathlib import Path

import duckdb
import pytest

from engine.jobs.live import asking, lock
from engine.jobs.live.work import clock
from tests.jobs.live.pilots import JOBS, RULES, Pilot, kill, line, pilot, until

PATIENT = """
import sys, time
from pathlib import Path
from engine.jobs.live import work
applies = work.apply
def apply(*given):
    print("applying", flush=True)
    while not Path("go").exists():
        time.sleep(0.02)
    return applies(*given)
work.apply = apply
from engine.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""A runner that applies nothing before it may."""


@pytest.fixture
def made(tmp_path: Path) -> Pilot:
    return pilot(tmp_path / "pilot")


def go(made: Pilot) -> None:
    """The patient runner may apply now."""
    (made.folder / "go").touch()


def ask(made: Pilot, verb: str, job: str) -> bool:
    """A person asks; has it been taken up?"""
    return asking.ask(made.place, made.live(), verb, job, clock()).taken


# --- how it ends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_queue_after_the_current_job(made: Pilot, number: signal.Signals) -> None:
    process = made.start(program=("-c", PATIENT))
    line(process, "applying")
    process.send_signal(number)
    assert process.stderr is not None and "ends after the current job" in process.stderr.readline()
    go(made)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "ITEMS: 3 created" in out
    assert made.outcomes() == [("ITEMS", "done")] and made.logged() == ["ITEMS"]
    assert made.live().under_way is None


def test_a_second_signal_ends_it_at_once_and_nothing_is_half(made: Pilot) -> None:
    process = made.start(program=("-c", PATIENT))
    line(process, "applying")
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None and "ends after the current job" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert made.logged() == [] and made.live().under_way is not None
    assert "interrupted" in made.run("--runs", "0")


# --- one runner at a time -----------------------------------------------------------------------------------


def test_a_second_runner_is_refused_and_told_who_is_at_work(made: Pilot) -> None:
    first = made.start()
    line(first, "begins")
    second = made.start()
    _, error = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "E695" in error and f"process {first.pid}" in error
    assert made.seen()["runner"]["process"] == first.pid
    kill(first)
    assert lock.at_work(made.place.lock) is None, "a lock that a dead process left is free"
    assert "ends" in made.run("--runs", "0")


# --- what a person asks -------------------------------------------------------------------------------------


def test_jobs_are_held_and_restarted_while_the_queue_runs(made: Pilot) -> None:
    made.jobs("hold", *JOBS)
    process = made.start()
    line(process, "begins")
    assert ask(made, "restart", "VENDORS")
    assert "VENDORS: 3 created" in line(process, "ran")
    assert ask(made, "wake", "VENDORS")
    assert "VENDORS" in line(process, "ran")
    assert ask(made, "hold", "VENDORS")
    assert [made.job(one)["status"] for one in JOBS] == ["on hold"] * 3
    kill(process)


def test_a_job_that_is_held_while_it_runs_ends_its_run_and_is_on_hold_then(made: Pilot) -> None:
    process = made.start("--runs", "1", program=("-c", PATIENT))
    line(process, "applying")
    assert ask(made, "hold", "ITEMS")
    assert made.job("ITEMS")["why"].endswith("; on hold afterwards")
    go(made)
    process.communicate(timeout=30)
    assert made.outcomes() == [("ITEMS", "done")]
    assert made.job("ITEMS")["status"] == "on hold"


def test_while_its_category_is_busy_a_job_waits(made: Pilot) -> None:
    made.jobs("hold", "ITEMS")
    process = made.start("--runs", "2", program=("-c", PATIENT))
    line(process, "applying")
    told = made.job("VENDORS")
    assert (told["status"], told["why"]) == ("waiting", "category PARTNERS busy with CUSTOMERS")
    assert made.job("CUSTOMERS")["status"] == "in process"
    go(made)
    process.communicate(timeout=30)
    assert made.outcomes() == [("CUSTOMERS", "done"), ("VENDORS", "done")]


def test_a_job_that_is_not_there_is_named(made: Pilot) -> None:
    done = made.jobs("hold", "CUSTOMER")
    assert done.returncode == 1
    assert "E698" in done.stderr and "did you mean CUSTOMERS?" in done.stderr
    made.jobs("hold", "CUSTOMERS")
    assert "E699" in made.jobs("wake", "CUSTOMERS").stderr


def test_a_request_that_nobody_took_up_is_not_lost(made: Pilot) -> None:
    made.run("--runs", "1")
    asking.requests.ask(made.place, "hold", "VENDORS")
    assert made.seen()["asked"] == [{"verb": "hold", "job": "VENDORS"}]
    made.run("--runs", "1")
    assert made.job("VENDORS")["status"] == "on hold"
    assert made.seen()["asked"] == []


# --- the snapshot is replaced -------------------------------------------------------------------------------


def test_a_new_snapshot_wakes_the_jobs_whose_tables_it_renews(made: Pilot) -> None:
    made.run("--runs", "3")
    process = made.start()
    line(process, "begins")
    until(lambda: made.live().waits == "" and made.live().prints)
    made.edit("77")
    assert "new or changed: Item" in line(process, "was replaced;")
    until(lambda: (made.job("ITEMS")["next"] or "9") < made.job("CUSTOMERS")["next"])
    assert ask(made, "wake", "ITEMS")
    assert "ITEMS: 1 created" in line(process, "ran")
    assert made.products() == 4
    kill(process)


def test_an_export_does_not_wake_the_job_of_a_mapping_that_is_not_to_be_woken(made: Pilot) -> None:
    """R9.12: what the export says of the mapping holds for the records that it brings."""
    made.run("--runs", "3")
    with duckdb.connect(str(made.snapshot)) as file:
        file.execute('DELETE FROM bc."Integration Table Mapping"')
        columns = '("SystemId", "Name", "Disable Event Job Resch.")'
        file.execute(f"INSERT INTO bc.\"Integration Table Mapping\" {columns} VALUES (uuid(), 'ITEMS', true)")
    process = made.start()
    line(process, "begins")
    until(lambda: made.live().deaf == ("ITEMS",))
    planned = made.job("ITEMS")["next"]
    made.edit("77")
    assert "new or changed: Item" in line(process, "was replaced;")
    assert made.job("ITEMS")["next"] == planned
    kill(process)


def test_a_log_that_a_killed_runner_left_beside_a_snapshot_since_replaced_is_laid_aside(made: Pilot) -> None:
    """DuckDB refuses to open a file with the log of another one."""
    log = made.snapshot.with_name(f"{made.snapshot.name}.wal")
    with duckdb.connect(str(made.snapshot)) as file:
        file.execute("PRAGMA disable_checkpoint_on_shutdown")
        file.execute('UPDATE bc."Item" SET "Description" = \'half\'')
    left = log.read_bytes()
    made.edit("77")
    log.write_bytes(left)
    process = made.start(apply=False)
    assert "WAL was created for" in line(process, "waits"), "a runner that only reads leaves it there"
    kill(process)
    assert log.read_bytes() == left
    said = made.run("--runs", "1")
    assert "renamed to pilot.duckdb.wal.stray" in said and "ITEMS: 4 created" in said
    assert not log.exists() or log.read_bytes() != left


def test_a_half_written_snapshot_is_waited_for(made: Pilot) -> None:
    whole = made.snapshot.read_bytes()
    made.snapshot.write_bytes(whole[: len(whole) // 2])
    process = made.start("--runs", "1")
    assert "its end is missing" in line(process, "waits")
    assert "its end is missing" in made.seen()["waits"]
    made.snapshot.unlink()
    assert "there is no snapshot" in line(process, "waits")
    made.snapshot.write_bytes(whole)
    out, _ = process.communicate(timeout=30)
    assert "ITEMS: 3 created" in out
    assert made.outcomes() == [("ITEMS", "done")], "no try of the job was spent on it"


def test_a_snapshot_that_is_replaced_while_a_job_runs_is_not_written_over(made: Pilot) -> None:
    process = made.start("--runs", "1", program=("-c", PATIENT))
    line(process, "applying")
    made.edit("77")
    go(made)
    assert "replaced in the meantime" in line(process, "waits")
    out, _ = process.communicate(timeout=30)
    assert "ITEMS: 4 created" in out
    assert made.logged() == ["ITEMS"] and made.outcomes() == [("ITEMS", "done")]
    assert len(list((made.folder / "plans").iterdir())) == 1


def test_a_snapshot_in_use_is_waited_for(made: Pilot) -> None:
    with duckdb.connect(str(made.snapshot)):
        process = made.start("--runs", "1")
        assert "open in another program" in line(process, "waits")
    out, _ = process.communicate(timeout=30)
    assert "ITEMS: 3 created" in out


# --- without --apply ----------------------------------------------------------------------------------------


def test_without_apply_plans_are_written_and_the_snapshot_stays(made: Pilot) -> None:
    before = made.snapshot.read_bytes()
    made.run("--runs", "3", apply=False)
    assert made.snapshot.read_bytes() == before
    names = sorted(one.name for one in (made.folder / "plans").iterdir())
    assert [one.split("-", 5)[-1] for one in names] == [f"{at:06d}-{job}.plan" for at, job in enumerate(JOBS, start=1)]
    assert [one.applied for one in made.live().runs] == [False] * 3


# --- plans ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apply", [True, False])
def test_the_last_plans_of_every_job_are_kept_and_what_is_not_a_plan_of_the_queue_is_let_be(
    made: Pilot, apply: bool
) -> None:
    made.run("--runs", "3", apply=apply)
    plans = made.folder / "plans"
    for name in ("mine.plan", "2026-01-01T00-00-00Z-000001-ITEMS-2.plan", "notes.txt"):
        (plans / name).write_text("", encoding="utf-8")
    for _ in range(3):
        made.due("ITEMS")
        made.run("--runs", "1", "--keep", "2", apply=apply)
    last = [Path(one.plan).name for one in made.live().runs if one.job == "ITEMS"][-2:]
    others = [Path(one.plan).name for one in made.live().runs if one.job != "ITEMS"]
    told = {"mine.plan", "2026-01-01T00-00-00Z-000001-ITEMS-2.plan", "notes.txt"}
    assert {one.name for one in plans.iterdir()} == {*last, *others, *told}


# --- rules change -------------------------------------------------------------------------------------------


def test_rules_that_change_are_read_anew_and_broken_ones_are_waited_for(made: Pilot) -> None:
    process = made.start()
    line(process, "VENDORS: 3 created")
    file = made.folder / "rules" / "pilot.rules"
    file.write_text(RULES.replace("run VENDORS", "run VENDRS"), encoding="utf-8")
    assert "coupler lint" in line(process, "waits")
    assert "no job runs" in made.jobs().stdout
    head, _, _ = RULES.partition('job VENDORS "')
    file.write_text(head, encoding="utf-8")
    assert "VENDORS" in line(process, "gone")
    file.write_text(RULES, encoding="utf-8")
    assert "VENDORS" in line(process, "appears")
    line(process, "ran", "VENDORS")
    kill(process)


def test_a_job_that_fails_as_a_whole_is_tried_again(made: Pilot) -> None:
    text = (made.folder / "coupler.yaml").read_text(encoding="utf-8")
    (made.folder / "coupler.yaml").write_text(text.replace("working: true", "working: false"), encoding="utf-8")
    made.run("--runs", "1")
    told = made.job("ITEMS")
    assert told["status"] == "ready" and told["tried"] == 1
    assert "There is no connection" in told["why"] and "try 2 of 3" in told["why"]
    assert not list((made.folder / "plans").iterdir())


# --- damage and no room -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 9}', '{"format": 1, "queue": 5}', "\x00"])
def test_a_damaged_state_is_told_and_can_be_laid_aside(made: Pilot, text: str) -> None:
    asking.place.prepare(made.place)
    made.place.state.write_text(text, encoding="utf-8")
    process = made.start()
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1 and "E696" in error and "coupler jobs reset" in error


def test_after_a_reset_the_queue_begins_anew_and_runs_nothing_twice(made: Pilot) -> None:
    made.run("--runs", "3")
    made.place.state.write_text(made.place.state.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    assert "E696" in made.jobs().stderr
    assert made.jobs("reset").returncode == 0
    assert len(list(made.place.folder.glob("state-*.json"))) == 1
    made.run("--runs", "3")
    assert [sum(one.counters[:2]) for one in made.live().runs] == [0, 0, 0]
    assert made.products() == 3


LITTLE_ROOM = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
room = Path("room").read_text()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))
from engine.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_without_room_for_a_plan_the_job_fails_and_for_the_state_the_queue_ends(made: Pilot) -> None:
    (made.folder / "room").write_text("300000", encoding="utf-8")
    out, _ = made.start("--runs", "1", program=("-c", LITTLE_ROOM)).communicate(timeout=30)
    assert "ITEMS: failed: the plan could not be saved" in out
    assert made.job("ITEMS")["tried"] == 1
    before = made.place.state.read_bytes()
    (made.folder / "room").write_text("500", encoding="utf-8")
    process = made.start(program=("-c", LITTLE_ROOM))
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1 and "E697" in error and "Traceback" not in error
    assert made.place.state.read_bytes() == before
    assert made.logged() == []


def test_where_nothing_can_be_written_the_queue_does_not_begin(made: Pilot) -> None:
    (made.folder / "queue").write_text("a file in the place of the folder", encoding="utf-8")
    process = made.start()
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1 and "E697" in error and "Traceback" not in error


def test_words_that_do_not_fit_are_told(made: Pilot) -> None:
    assert "needs --apply" in made.run("--full", apply=False)
    assert "coupler jobs hold" in made.run("ITEMS")
    assert "--poll" in made.run("--poll", "0")
    assert "needs --live" in made.coupler("run", "--apply").said
    assert "of a rehearsal" in made.run("--from", "2026-06-15")
    assert "no time zone Utopia" in made.run("--zone", "Utopia")
    assert "is no moment" in made.run("--until", "soon")
    assert "hold which job" in made.jobs("hold").stderr
    assert made.jobs().returncode == 0, "a queue that was never run is shown as it would begin"
    assert made.snapshot.read_bytes() == made.first.read_bytes()
