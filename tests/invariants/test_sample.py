"""The laws of every plan, over the whole sample, through the command line in processes of their own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.samples.files import CONTOSO, SAMPLES

COUNTED = ("created", "changed", "unchanged", "skipped", "failed", "conflicts")
SETTLED = ("create", "change", "delete", "uncouple")


def coupler(folder: Path, *words: str, seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONPATH": str(SAMPLES.parent), "NO_COLOR": "1", "PYTHONHASHSEED": seed}
    return subprocess.run(
        [sys.executable, "-m", "engine", *words], cwd=folder, env=environment, capture_output=True, check=False
    )


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "contoso"
    shutil.copytree(CONTOSO, folder)
    made = coupler(folder, "snapshot", "import", "june", "--bc", "exports/bc", "--sales", "exports/sales")
    assert made.returncode == 0, made.stderr.decode()
    return folder


@pytest.fixture(scope="module")
def snapshot(sample: Path) -> Path:
    (found,) = (sample / "snapshots").glob("*.duckdb")
    return found


@pytest.fixture(scope="module")
def first(sample: Path, snapshot: Path) -> tuple[bytes, str, str]:
    """The plan of the sample as JSON, and the digests of the snapshot before and after."""
    before = digest(snapshot)
    made = coupler(sample, "plan", "--now", "2026-06-15T08:00:00Z", "--json", "--out", "june.plan", seed="1")
    assert made.returncode == 2, made.stderr.decode()
    return made.stdout, before, digest(snapshot)


def test_a_dry_run_of_the_sample_leaves_its_snapshot_byte_by_byte_as_it_is(first: tuple[bytes, str, str]) -> None:
    assert first[1] == first[2]


def test_the_counters_of_the_sample_add_up(first: tuple[bytes, str, str]) -> None:
    passes = json.loads(first[0])["passes"]
    assert len(passes) > 5
    for one in passes:
        assert one["scanned"] - one["left_out"] == sum(one[name] for name in COUNTED), one["mapping"]


def test_two_processes_make_the_same_bytes(sample: Path, first: tuple[bytes, str, str]) -> None:
    again = coupler(sample, "plan", "--now", "2026-06-15T08:00:00Z", "--json", seed="77")
    assert again.stdout == first[0]


def keep_times(workspace: Path, plan: dict[str, Any]) -> None:
    """Settings stand in coupler.yaml, which an apply does not touch: write there what the plan says they become."""
    file = workspace / "coupler.yaml"
    text = file.read_text(encoding="utf-8")
    for note in plan["notes"]:
        if note["code"] == "W640":
            name, value = re.fullmatch(r"Setting (.*) becomes (.*)", note["text"]).groups()  # type: ignore[union-attr]
            value = value.replace(" ", "T") + "Z" if " " in value else value
            text, count = re.subn(
                rf"(?m)^  {name.replace(' ', '_')}: .*$", f"  {name.replace(' ', '_')}: {value}", text
            )
            assert count == 1, name
    file.write_text(text, encoding="utf-8")


def test_after_an_apply_nothing_is_left_to_write(sample: Path, first: tuple[bytes, str, str], tmp_path: Path) -> None:
    own = tmp_path / "contoso"
    shutil.copytree(sample, own)
    done = coupler(own, "apply", "june.plan")
    assert done.returncode == 0, done.stderr.decode()
    keep_times(own, json.loads(first[0]))
    again = coupler(own, "plan", "--now", "2026-06-15T08:05:00Z", "--json")
    told: dict[str, Any] = json.loads(again.stdout)
    assert [one["label"] for one in told["records"] if one["action"] in SETTLED] == []
    assert again.returncode == 0
