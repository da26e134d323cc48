"""Python 3.11 before 3.11.5 matches a possessive group wrongly: only single characters are repeated possessively."""

from __future__ import annotations

import re
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "engine"
POSSESSIVE_GROUP = re.compile(r"""\)(?:[*+?]|\{{1,2}\d+(?:,\d*)?\}{1,2})\+|_[A-Z]+\}(?:[*+?]|\{{1,2}\d)[^|'"]?\+""")


def test_no_pattern_has_a_possessive_group() -> None:
    found = [
        f"{path.relative_to(ENGINE)}: {line.strip()}"
        for path in sorted(ENGINE.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if POSSESSIVE_GROUP.search(line)
    ]
    assert found == []


def test_what_the_first_test_looks_for() -> None:
    for wrong in (r"(?:a|b)*+", r"(?:a b){{0,40}}+", r"{_PART}*+", r"(?:x)++"):
        assert POSSESSIVE_GROUP.search(wrong), wrong
    for right in (r"[a-z]*+(b)", r"\d++(?:\.\d++)?", r"(?:a)+ +", r"{_PART}*(?:b)"):
        assert not POSSESSIVE_GROUP.search(right), right
