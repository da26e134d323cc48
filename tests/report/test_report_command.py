"""`coupler report`: the files it writes, what it says, and that nothing is ever half-written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.cli import main
from engine.report.write import targets


@pytest.fixture
def plan(small_plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "june.plan"
    path.write_bytes(small_plan.read_bytes())
    monkeypatch.chdir(tmp_path)
    return path


def test_both_pages_come_to_lie_beside_the_plan(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = plan.read_bytes()
    assert main(["report", "june.plan"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["june.plan.html", "june.plan.md"]
    assert lines[2] == "3 failed, 1 in conflict, 2 created, 3 changed, 2 skipped, 1,001 unchanged, 2 warnings."
    assert sorted(one.name for one in plan.parent.iterdir()) == ["june.plan", "june.plan.html", "june.plan.md"]
    assert plan.read_bytes() == before


@pytest.mark.parametrize(
    ("out", "form", "wanted"),
    [
        (None, None, ["a/june.plan.html", "a/june.plan.md"]),
        (None, "md", ["a/june.plan.md"]),
        ("pages", None, ["pages/june.plan.html", "pages/june.plan.md"]),
        ("pages/", "html", ["pages/june.plan.html"]),
        ("june.html", None, ["june.html"]),
        ("june.md", None, ["june.md"]),
        ("june.html", "both", ["june.html", "june.md"]),
        ("june.html", "md", ["june.md"]),
    ],
)
def test_where_the_report_goes(out: str | None, form: str | None, wanted: list[str]) -> None:
    assert [one.as_posix() for one in targets(Path("a/june.plan"), out, form)] == wanted


def test_a_wrong_file_ends_with_a_message_and_code_1(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "july.plan"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "error E650 unreadable-plan: the plan file july.plan does not exist" in told.err


def test_the_templates_of_the_workspace_are_used_and_their_mistakes_told(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("coupler.yaml").write_text("company: Contoso Ltd\nrules: [standard]\n")
    Path("templates").mkdir()
    Path("templates/report.md").write_text("Our own\n{{ nothing_like_it }}\n")
    assert main(["report", "june.plan"]) == 1
    assert "templates/report.md:2:1: error E653 broken-template" in capsys.readouterr().err
    assert not Path("june.plan.html").exists()
    Path("templates/report.md").write_text("Our own\n")
    assert main(["report", "june.plan"]) == 0
    assert Path("june.plan.md").read_text() == "Our own\n"


def test_a_report_that_cannot_be_written_leaves_the_earlier_one_whole(
    plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("june.plan.md").write_text("earlier")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["report", "june.plan"]) == 1
    assert "E654 report-not-written" in capsys.readouterr().err
    assert Path("june.plan.md").read_text() == "earlier"
    assert sorted(one.name for one in Path().iterdir()) == ["june.plan", "june.plan.md"]


def test_the_plan_itself_is_never_written_over(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = plan.rename("june.html")
    before = page.read_bytes()
    assert main(["report", "june.html", "--out", "june.html"]) == 1
    assert "it is the plan itself" in capsys.readouterr().err
    assert page.read_bytes() == before
