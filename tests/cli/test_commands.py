"""The command itself: help, slips, exit codes, and that starting costs next to nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine import VERSION
from engine.cli import main
from engine.commands import VERBS


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"coupler {VERSION}\n"


def test_version_imports_nothing_but_the_package() -> None:
    code = (
        "import sys; before = set(sys.modules); import engine.cli; engine.cli.main(['--version']); "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert [one for one in loaded if one.split(".")[0] != "collections"] == ["__future__", "engine", "engine.cli"]


def test_help_begins_with_an_example_and_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("coupler lint ")
    assert all(f"\n  {verb} " in said for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_begins_with_an_example_and_tells_the_exit_codes(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"coupler {verb}")
    assert "exit codes:" in said


def test_a_slip_in_the_verb_is_met_with_the_right_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lnt"]) == 1
    assert capsys.readouterr().err == "coupler: there is no verb lnt; did you mean lint?\n"


def test_a_slip_in_an_option_is_met_with_the_right_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--stricd"]) == 1
    assert capsys.readouterr().err == "coupler lint: --stricd is not known here; did you mean --strict?\n"


def test_a_defect_of_ours_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import engine.commands.explain as verb

    def broken(_: object) -> int:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(verb, "run", broken)
    assert main(["explain"]) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError: by nothing" in said
    assert "Please report it" in said
    assert "Traceback" not in said
    monkeypatch.setenv("COUPLER_DEBUG", "1")
    assert main(["explain"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupted_command_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import engine.commands.explain as verb

    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(verb, "run", interrupted)
    assert main(["explain"]) == 130
    assert capsys.readouterr().err == "coupler: interrupted; nothing was left half-done.\n"


def test_a_reader_that_goes_away_is_no_trouble() -> None:
    command = f"{sys.executable} -m engine explain E310 | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_explain_prints_a_page_by_code_and_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "w310"]) == 0
    by_code = capsys.readouterr().out
    assert by_code.startswith("W310 text-will-be-cut (warning)\n")
    assert main(["explain", "text-will-be-cut"]) == 0
    assert capsys.readouterr().out == by_code


def test_explain_alone_lists_all_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    said = capsys.readouterr().out
    assert "  W310  text-will-be-cut\n" in said


def test_explain_suggests_a_near_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "text-wil-be-cut"]) == 1
    assert "did you mean text-will-be-cut?" in capsys.readouterr().err


def test_init_makes_a_workspace_and_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "north-wind"
    assert main(["init", str(folder)]) == 0
    assert 'company: "North Wind"' in (folder / "coupler.yaml").read_text(encoding="utf-8")
    assert main(["init", str(folder)]) == 1
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("plan --threads 0", "coupler plan: --threads takes a whole number from 1, not 0"),
        ("plan --threads two", "coupler plan: --threads takes a whole number from 1, not two"),
        ("plan --memory much", "coupler plan: --memory takes a size like 4GB or 500MB, not much"),
        ("plan --memory 0", "coupler plan: --memory takes a size like 4GB or 500MB, not 0"),
        ("snapshot show --rows -1", "coupler snapshot show: --rows takes a whole number from 0, not -1"),
        ("test --threshold most", "coupler test: --threshold takes a number from 0 to 100, not most"),
        ("test --threshold 101", "coupler test: --threshold takes a number from 0 to 100, not 101"),
    ],
)
def test_a_number_that_makes_no_sense_is_met_with_what_does(
    call: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call.split()) == 1
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["plan", ""], "NAME takes a name, not a blank text"),
        (["sync", "CUSTOMER", " "], "KEY takes a name, not a blank text"),
        (["plan", "--snapshot", ""], "--snapshot takes a name, not a blank text"),
        (["plan", "orders", "--records"], "--records needs a value behind it"),
        (["full-sync", "--plan", "--advance"], "--advance and --plan do not go together"),
        (["graph", "--out", "order.png"], "--out order.png would not be a picture; name a file that ends in .svg"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_words_that_do_not_fit_are_told_plainly(call: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(call) == 1
    assert capsys.readouterr().err.startswith(f"coupler {call[0]}: {said}")
