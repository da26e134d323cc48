"""Our own scenarios pass, and each of their expectations can fail: altered in any value, it does."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.catalog.load import load_catalog
from engine.scenario.lay import lay
from engine.scenario.read import read_files
from engine.scenario.run import Played, compared, played
from engine.scenario.scenario import Scenario, ScenarioFile
from engine.scenario.stage import Rulebook, set_up
from engine.scenario.values import WrongValueError
from engine.testing import rulebook
from engine.workspace import standard_rules
from tests.scenario.falsify import falsified

HERE = Path(__file__).parent.parent / "scenarios"


@cache
def book() -> Rulebook:
    made, found = rulebook(standard_rules(), load_catalog()[0])
    assert not [one for one in found if one.severity == "error"]
    return made


@cache
def files() -> tuple[ScenarioFile, ...]:
    return read_files([HERE], book().known)


def all_scenarios() -> list[Scenario]:
    return [one for file in files() for one in file.scenarios]


def test_the_files_are_right() -> None:
    assert [(one.code, one.message) for file in files() for one in file.found] == []
    assert len(all_scenarios()) >= 25


def result(scenario: Scenario, folder: Path) -> Played:
    stage = set_up(lay(scenario.layers, book().known.catalog), book(), folder)
    try:
        return played(scenario, stage)
    finally:
        stage.world.connection.close()


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda one: one.id)
def test_passes_and_every_altered_expectation_fails(scenario: Scenario, tmp_path: Path) -> None:
    made = result(scenario, tmp_path)
    assert compared(made, scenario.then) == []
    unnoticed = []
    for what, then in falsified(scenario.then):
        try:
            if not compared(made, then):
                unnoticed.append(what)
        except WrongValueError:
            pass  # the reader would have refused such a file
    assert unnoticed == []
