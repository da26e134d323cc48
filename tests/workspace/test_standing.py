"""What stands where a file is to be written: rules, plans and snapshots are not written over by anything else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from engine.standing import other_than_plan, precious, standing


@pytest.mark.parametrize(
    ("name", "content", "is_a", "page_may", "plan_may"),
    [
        ("june.html", None, "nothing", True, True),
        ("june.html", b"", "nothing", True, True),
        ("june.html", b"<!doctype html>", "other", True, False),
        ("our.rules", b"", "rules", False, False),
        ("our.rules", b"let a = 1", "rules", False, False),
        ("coupler.yaml", b"company: Adatum", "rules", False, False),
        ("june.plan", b"whatever", "plan", False, True),
    ],
)
def test_a_file_is_told_by_name_and_content(
    tmp_path: Path, name: str, content: bytes | None, is_a: str, page_may: bool, plan_may: bool
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert (standing(path), not precious(path), not other_than_plan(path)) == (is_a, page_may, plan_may)


def test_a_database_that_is_no_plan_is_a_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "june.html"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE a (b INTEGER)")
    assert standing(path) == "snapshot" and precious(path) and other_than_plan(path)
