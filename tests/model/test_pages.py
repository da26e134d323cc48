"""Every finding about names and types has a manual page whose wrong example shows it and whose right one does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.model.findings import NAMES
from tests.model.world import bound

PAGES = Path(__file__).parents[2] / "engine" / "checks" / "pages"
FENCE = re.compile(r"^```rules\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("code", "name"), NAMES.items())
def test_a_page_shows_its_finding(code: str, name: str) -> None:
    page = (PAGES / f"{code}-{name}.md").read_text(encoding="utf-8")
    lines = page.splitlines()
    assert lines[:3] == [f"# {code} {name}", "warning" if code.startswith("W") else "error", ""]
    wrong, right = FENCE.findall(page)
    assert code in {one.code for one in bound(wrong).diagnostics}
    assert bound(right).diagnostics == ()
