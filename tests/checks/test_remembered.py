"""Findings that are kept between runs: used as long as nothing changed, and never trusted blindly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.diagnostic import Diagnostic
from engine.remembered import KEPT, kept, remembered
from engine.source import Source

SOURCE = Source(path="rules/our.rules", text="mapping A {\n  Nmae -> Name\n}\n")
FOUND = (
    Diagnostic(
        code="E204", name="unknown-field", severity="error", span=SOURCE.span(14, 18), message="“Nmäe”", hint="?"
    ),
    Diagnostic(code="W301", name="unused-ignore", severity="warning", span=None, message="x"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUPLER_CACHE", str(tmp_path))
    return tmp_path / "lint"


def asked(text: str = SOURCE.text, settings: dict[str, object] | None = None) -> tuple[tuple[Diagnostic, ...], int]:
    """What is found, and how often the work had to be done."""
    times = 0

    def work() -> tuple[Diagnostic, ...]:
        nonlocal times
        times += 1
        return FOUND

    return remembered([Source(path=SOURCE.path, text=text)], (), settings or {}, work), times


def test_the_second_time_nothing_is_done_and_the_same_is_told(folder: Path) -> None:
    assert asked() == (FOUND, 1)
    again, times = asked()
    assert times == 0
    assert [(one.code, one.message, one.hint, one.severity) for one in again] == [
        (one.code, one.message, one.hint, one.severity) for one in FOUND
    ]
    assert (again[0].span.line, again[0].span.column, again[0].span.text) == (2, 3, "Nmae")
    assert again[1].span is None


def test_another_text_or_setting_is_another_matter(folder: Path) -> None:
    asked()
    assert asked(text=SOURCE.text + "\n")[1] == 1
    assert asked(settings={"ownership_model": 1})[1] == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        lambda path: path.write_bytes(path.read_bytes()[:-5]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"E204", b"E205")),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["emptied", "garbage", "cut", "changed", "a folder"],
)
def test_a_damaged_file_is_as_good_as_none(folder: Path, damage: Callable[[Path], object]) -> None:
    asked()
    (file,) = folder.iterdir()
    damage(file)
    assert asked() == (FOUND, 1)


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COUPLER_CACHE", str(tmp_path / "file"))
    assert asked() == (FOUND, 1)
    assert asked() == (FOUND, 1)


def test_nothing_is_kept_when_nobody_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUPLER_CACHE", "")
    monkeypatch.chdir(tmp_path)
    assert asked()[1] == asked()[1] == 1
    assert list(tmp_path.iterdir()) == []


def test_old_states_go(folder: Path) -> None:
    for number in range(KEPT + 5):
        asked(text=f"# {number}\n")
    assert len(list(folder.iterdir())) == KEPT


def test_what_is_kept_whole_comes_back_equal_and_is_made_once(folder: Path) -> None:
    made: list[int] = []

    def work() -> tuple[Source, str] | None:
        made.append(1)
        return SOURCE, "meaning"

    for _ in range(2):
        assert kept([SOURCE], (), {}, work) == (SOURCE, "meaning")
    assert len(made) == 1
    for file in (folder.parent / "rules").iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    assert kept([SOURCE], (), {}, work) == (SOURCE, "meaning")
    assert len(made) == 2, "a damaged file is as good as none"
    assert kept([SOURCE], (), {"setting": True}, lambda: None) is None
    assert len(list((folder.parent / "rules").iterdir())) == 1, "nothing is not kept"
