"""The tour in README.md is what the commands print: every line of it, where it is not cut short by …"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import beginning
from engine.cli import main

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TOUR = [part.lstrip("\n") for part in README.split("\n```")[1::2] if part.startswith("\n$ coupler ")]
MISTAKES = "\nchange mapping CUSTOMER {\n  Phone No.  ->  Main Fone\n  filter bc Blocked = Everything\n}\n"
OWN = Path("rules", "brackenford.rules")


def steps(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines under it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ coupler "):
            found.append((line.removeprefix("$ coupler "), []))
        else:
            found[-1][1].append(line)
    return found


def test_the_tour_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    beginning.sample(tmp_path / "brackenford")
    monkeypatch.chdir(tmp_path / "brackenford")
    ours = OWN.read_text(encoding="utf-8")
    told = 0
    for command, expected in [step for block in TOUR for step in steps(block)]:
        if command.startswith("init "):
            continue
        OWN.write_text(ours + MISTAKES if command == "lint" else ours, encoding="utf-8")
        main(command.split())
        said = capsys.readouterr()
        printed = (said.out + said.err).splitlines()
        for line in expected:
            begin = line.removesuffix("…")
            if begin:
                assert any(one == line or (line != begin and one.startswith(begin)) for one in printed), (command, line)
                told += 1
    assert told > 30


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) >= 6
    assert [link for link in links if not (Path(__file__).parents[2] / link).exists()] == []


def test_every_verb_that_it_names_is_one() -> None:
    from engine.commands import VERBS

    there, _, missing = README.partition("## What is not there yet")
    assert set(re.findall(r"`coupler ([a-z][a-z-]*)", there)) <= set(VERBS)
    assert not set(re.findall(r"`coupler ([a-z][a-z-]*)", missing)) & set(VERBS)
