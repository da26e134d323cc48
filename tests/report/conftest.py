"""Worlds that several tests read; each is made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.report.read import read_plan
from engine.report.report import Report
from tests.report import plans


@pytest.fixture(scope="session")
def small_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plans.small_world(tmp_path_factory.mktemp("small") / "june.plan")


@pytest.fixture(scope="session")
def small(small_plan: Path) -> Report:
    report = read_plan(small_plan)
    assert isinstance(report, Report)
    return report


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Report:
    report = read_plan(plans.large_world(tmp_path_factory.mktemp("large") / "year.plan"))
    assert isinstance(report, Report)
    return report


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Report:
    report = read_plan(plans.hostile_world(tmp_path_factory.mktemp("hostile") / "odd.plan"))
    assert isinstance(report, Report)
    return report
