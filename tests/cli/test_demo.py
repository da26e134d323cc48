"""coupler demo never throws away what somebody has written."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import beginning
from engine.cli import main


def test_a_sample_that_nobody_touched_may_be_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    beginning.sample(folder)
    (folder / "june.plan.html").write_text("made", encoding="utf-8")
    assert beginning.is_sample(folder)


@pytest.mark.parametrize("name", ["rules/brackenford.rules", "rules/new.rules", "coupler.yaml"])
def test_a_demo_with_changes_is_left_alone(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    beginning.sample(folder)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    assert main(["demo", str(folder)]) == 1
    assert "is not empty; choose another name, nothing is overwritten" in capsys.readouterr().err
    assert (folder / name).read_text(encoding="utf-8").endswith("# mine\n")


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    assert main(["demo", str(tmp_path)]) == 1
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"
