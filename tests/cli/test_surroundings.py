"""What stands around a command: readers that leave, closed outputs, files in the way, words that lead nowhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from engine.cli import main
from engine.commands import VERBS
from engine.jobs.tell import wrapped
from engine.manual.review import Reviewed, table
from engine.run.actions.fullsync import Line
from engine.snapshot.open import fingerprint, first_line, problem
from engine.why.story import Story
from engine.why.text import show

ROOT = Path(__file__).parents[2]
NOW = ("--now", "2026-06-15T08:00:00Z")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with its snapshot."""
    folder = tmp_path_factory.mktemp("made") / "brackenford"
    assert main(["init", str(folder), "--sample"]) == 0
    here = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["snapshot", "import", "june", "--bc", "exports/bc", "--sales", "exports/sales"]) == 0
    finally:
        os.chdir(here)
    return folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    return folder


def coupler(shell: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which `coupler` is the command."""
    line = shell.replace("coupler", f"{sys.executable} -m engine")
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(["bash", "-c", line], cwd=folder, env=around, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    "words", ["show CUSTOMER", f"plan --details {' '.join(NOW)}", "run --from 2026-06-15T08:00:00Z --for 1h"]
)
def test_a_reader_that_leaves_early_hears_nothing_more(words: str, made: Path) -> None:
    done = coupler(f"coupler {words} | head -1; exit ${{PIPESTATUS[0]}}", made)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_outputs_are_no_defect(closed: str, made: Path) -> None:
    done = coupler(f"coupler show CUSTOMER {closed}", made)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("stopped", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_ctrl_c_is_no_defect_wherever_it_falls(
    stopped: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def carry_out(words: list[str]) -> int:
        raise stopped

    monkeypatch.setattr("engine.cli._carry_out", carry_out)
    assert main(["plan"]) == 130
    assert capsys.readouterr().err == "coupler: interrupted; nothing was left half-done.\n"


def test_a_snapshot_that_may_not_be_written_is_not_called_damaged(tmp_path: Path) -> None:
    told = problem(
        tmp_path / "june.duckdb", duckdb.IOException('Cannot open file "june.duckdb": Read-only file system')
    )
    assert told.diagnostic.code == "E506"
    assert told.diagnostic.message.endswith("june.duckdb cannot be opened: Read-only file system")


def test_too_little_memory_is_told_as_that(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", *NOW, "--memory", "1MB"]) == 1
    told = capsys.readouterr().err
    assert "--memory" in told
    assert "should not" not in told


@pytest.mark.parametrize("target", ["snapshots/june.duckdb", "rules/brackenford.rules", "coupler.yaml"])
def test_a_plan_takes_the_place_of_nothing_but_a_plan(
    target: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (workspace / target).read_bytes()
    assert main(["plan", "CURRENCY", *NOW, "--out", target]) == 1
    assert f"the plan could not be saved in {target}: it is there already and is no plan" in capsys.readouterr().err
    assert (workspace / target).read_bytes() == before


def test_a_plan_takes_the_place_of_an_earlier_one(workspace: Path) -> None:
    assert main(["plan", "CURRENCY", *NOW, "--out", "first"]) == 2
    assert main(["plan", "CURRENCY", *NOW, "--out", "first"]) == 2


@pytest.mark.parametrize("target", ["snapshots/june.duckdb", "rules/brackenford.rules", "coupler.yaml"])
@pytest.mark.parametrize(
    "words", [["graph", "--out"], ["run", "CURRENCY", "--from", "2026-06-15", "--for", "1h", "--html"]]
)
def test_no_picture_and_no_page_takes_the_place_of_rules_or_data(
    words: list[str], target: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (workspace / target).read_bytes()
    assert main([*words, target]) == 1
    assert "it is a rule file, settings, a plan or a snapshot" in capsys.readouterr().err
    assert (workspace / target).read_bytes() == before


def test_an_empty_log_that_a_failed_apply_left_makes_no_plan_stale(workspace: Path) -> None:
    assert main(["plan", *NOW, "--out", "june.plan"]) == 2
    before = fingerprint(workspace / "snapshots" / "june.duckdb")
    (workspace / "snapshots" / "june.duckdb.wal").touch()
    assert fingerprint(workspace / "snapshots" / "june.duckdb") == before
    assert main(["apply", "june.plan"]) == 0


def test_an_import_without_folders_asks_for_them(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["snapshot", "import", "july"]) == 1
    assert "say where the exports are: --bc DIR, --sales DIR" in capsys.readouterr().err


def test_an_export_in_the_folder_of_the_other_system_is_told_as_that(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "exports" / "sales" / "account.csv").rename(workspace / "exports" / "bc" / "account.csv")
    main(["snapshot", "import", "july", "--bc", "exports/bc", "--sales", "exports/sales"])
    assert "account is a table of sales: put it into the folder of --sales" in capsys.readouterr().err


def test_of_an_error_within_errors_the_innermost_is_told() -> None:
    written = (
        'Async write failed for range: {"exception_type":"IO","exception_message":"Could not write \\"a\\": full"}'
    )
    assert first_line(OSError(f"IO Error: {written}")) == 'Could not write "a": full'
    within = 'IO Error: Checkpoint failed for database "x". Original error: Could not write file "x": No space left'
    assert first_line(OSError(within)) == 'Could not write file "x": No space left'


def test_a_wrong_scenario_file_is_told_once(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = "- id: {}\n  about: A changed name is sent.\n  area: direction\n  when: {{run: maping}}\n  then: {{}}\n"
    (workspace / "tests" / "a.yaml").write_text(scenario.format("first") + scenario.format("second"), encoding="utf-8")
    assert main(["test", "tests/a.yaml"]) == 1
    told = capsys.readouterr().out
    assert told.count("tests/a.yaml:4:15 E406: run cannot be maping\n      = help: did you mean mapping?") == 1
    assert "WRONG second  tests/a.yaml:1, as above" in told


EDITS = {
    "  filter bc City in ('A', 'B')": "one of several values is written `City = 'A'|'B'`",
    "  Name & City -> Account Name": "`+` joins texts: Name + City",
    "  Trim(Name) -> Account Name": "functions are written in small letters: trim(Name)",
    "  Upper(Name) -> Account Name": "the functions are first filled, round",
    "  remove Phone No.": "a line is switched off by writing it once more with `, off`: Phone No. -> …, off",
}


@pytest.mark.parametrize("line", EDITS)
def test_habits_of_other_languages_in_a_line(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = 'mapping OURS "Ours": bc Customer as customer -> sales Account as account {\n'
    (tmp_path / "our.rules").write_text(f"{head}{line}\n  No. -> Account Number\n}}\n", encoding="utf-8")
    assert main(["lint", str(tmp_path / "our.rules")]) == 1
    assert f"= help: {EDITS[line]}" in capsys.readouterr().out


def test_only_mappings_are_changed_line_by_line(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "rules" / "brackenford.rules").write_text("change job CUSTOMER {\n  every 5 minutes\n}\n")
    assert main(["lint"]) == 1
    assert "write the job whole, under the same name: it takes the place of the shipped one" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_the_help_fits_a_terminal_of_eighty_columns(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*([verb] if verb else []), "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80 and not line.startswith("coupler ")] == []


def test_the_lines_of_a_full_synchronisation_fit_a_terminal_and_break_no_name() -> None:
    depends = ("PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT", "SALESPEOPLE")
    line = Line(name="CUSTOMER", depends=depends, recommended=1, direction=0, status=0, to_sales=0, to_bc=0)
    found = Reviewed(lines=(line,), waves={})
    told = list(table(found, colour=False, width=80))
    assert all(len(one) <= 80 for one in told)
    assert [one.strip() for one in told[2:]] == ["SHIPPING AGENT, SALESPEOPLE"]
    assert list(table(found, colour=False))[1].endswith(", ".join(depends))


@pytest.mark.parametrize("colour", [True, False])
def test_a_story_without_colour_has_no_signs_for_the_terminal_at_all(
    colour: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    story = Story(
        rules="CUSTOMER", title="", system="bc", table="Customer", id="", label="C1", field=None, snapshot="s", now="",
        chapters=(),
    )  # fmt: skip
    show(story, colour=colour, width=80)
    assert ("\x1b[" in capsys.readouterr().out) == colour


def test_the_timeline_fits_a_terminal_of_eighty_columns() -> None:
    text = "waits: another job of category BCI CUST is in process, and so it has to wait"
    told = wrapped(text, 80, 36).splitlines()
    assert all(36 + len(line) <= 80 for line in told[:1]) and all(len(line) <= 80 for line in told)
    assert " ".join(line.strip() for line in told) == text
    assert wrapped(text, None, 36) == text
