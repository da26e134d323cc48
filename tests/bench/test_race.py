"""The race is fair: the plan and the hand-written SQL count the same records; it says so when something is amiss."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def race() -> Iterator[ModuleType]:
    """tests/bench/run.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(HERE))
        yield importlib.import_module("run")


@pytest.fixture
def bench(race: ModuleType, tmp_path: Path) -> Any:
    return race.Bench(times=1, warm_up=0, limit=60, temp=tmp_path)


def quiet(_: str) -> None:
    pass


@pytest.mark.parametrize("more", [("--first-run",), ()], ids=["all compared", "after a last run"])
def test_one_mapping_counts_what_the_hand_written_sql_counts(race: ModuleType, bench: Any, more: tuple[str]) -> None:
    folder = race.workspace(bench, "", 3000, quiet, "--lean", "--spread", "--failing", "0.01", *more)
    found = race.raced(bench, folder, ("plan", "BENCH", "--now", race.NOW), (), ())
    assert [one.wrong for one in found.values()] == ["", ""]


def test_the_standard_mappings_count_what_the_hand_written_sql_counts(race: ModuleType, bench: Any) -> None:
    folder = race.workspace(bench, "", 3000, quiet, "--conflict", "0.02", rules="standard")
    found = race.raced(bench, folder, ("plan", "--now", race.NOW), ("--standard",), ())
    assert [one.wrong for one in found.values()] == ["", ""]


def test_the_order_process_counts_what_the_hand_written_sql_counts(race: ModuleType, bench: Any) -> None:
    lines = race.orders(bench, 400, quiet)
    assert [line.ours.wrong for line in lines] == ["", ""]


def test_a_plan_that_counts_something_else_is_not_compared(race: ModuleType, bench: Any) -> None:
    folder = race.workspace(bench, "", 300, quiet, "--lean", "--spread", "--new", "0.1")
    rules = folder / "bench.rules"
    rules.write_text(rules.read_text(encoding="utf-8").replace("create missing", "only coupled"), encoding="utf-8")
    found = race.raced(bench, folder, ("plan", "BENCH", "--now", race.NOW), (), ())
    assert "the hand-written SQL" in found["ours"].wrong


def test_a_command_that_fails_or_never_ends_is_told(race: ModuleType, bench: Any) -> None:
    failing = bench.python("-c", "import sys; sys.exit('error: no such thing')")
    endless = race.Bench(times=1, warm_up=0, limit=0.3, temp=bench.temp).race(
        {"endless": bench.python("-c", "import time; time.sleep(60)")}
    )
    assert bench.race({"failing": failing})["failing"].wrong == "exit code 1: error: no such thing"
    assert endless["endless"].wrong == "stopped after 0 s"


MEASURED = """
import json, sys
from pathlib import Path
from measure import Command, in_turn
much = "import time; x = b'x' * 200_000_000; time.sleep(0.2)"
words = {"little": "pass", "much": much}
commands = {
    name: Command(words=(sys.executable, "-c", said), folder=Path(), environment={}) for name, said in words.items()
}
found = in_turn(commands, times=1, warm_up=0, limit=60)
print(json.dumps({name: (one.seconds, one.megabytes) for name, one in found.items()}))
"""


def test_memory_and_time_are_those_of_the_process() -> None:
    """In a process of its own: the kernel's count of a process begins with what its parent has held, here pytest."""
    done = subprocess.run([sys.executable, "-c", MEASURED], cwd=HERE, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["much"][1] > max(190, found["little"][1])
    assert found["much"][0] > found["little"][0] + 0.15


def test_the_table_shows_ratio_target_and_what_was_missed(race: ModuleType) -> None:
    fast, slow = race.Measured(seconds=1.0, megabytes=100), race.Measured(seconds=2.0, megabytes=120)
    text = race.table(
        [
            race.time_line("good one", fast, slow, 1.5),
            race.time_line("slow one", slow, fast, 1.5),
            race.memory_line("small one", slow, fast, 1.5, None),
            race.time_line("lost one", race.Measured(wrong="exit code 1: no such verb"), fast, 1.5),
        ]
    )
    lines = {line.split("  ")[0]: line for line in text.splitlines()}
    assert "0.50 x" in lines["good one"] and lines["good one"].endswith("good")
    assert "2.00 x" in lines["slow one"] and lines["slow one"].endswith("MISSED")
    assert "1.20 x" in lines["small one"] and lines["small one"].endswith("good")
    assert "not measured:" in text and "lost one: exit code 1: no such verb" in text


def test_rule_files_have_the_length_that_was_asked_for(race: ModuleType, tmp_path: Path) -> None:
    race.rule_files.write(tmp_path / "w", lines=2000, files=7)
    texts = [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "w" / "rules").iterdir())]
    assert len(texts) == 7
    assert 1900 < sum(text.count("\n") for text in texts) < 2100


def test_the_checkout_itself_is_raced(race: ModuleType, tmp_path: Path) -> None:
    assert race.clean(tmp_path)["PYTHONPATH"] == str(HERE.parents[1])
    assert race.COUPLER[0].endswith("coupler") or race.COUPLER[0] == sys.executable
