"""A path to write to -> what stands there already, so that nothing precious is written over."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Standing = Literal["nothing", "plan", "rules", "snapshot", "other"]


def standing(path: Path) -> Standing:
    """What a file is, by its name and its first bytes; "nothing" where there is none, or an empty one.

    "rules": a rule file or a coupler.yaml, be it empty. "plan": a saved plan, or a file called like one.
    """
    if not path.is_file():
        return "nothing"
    if path.suffix == ".plan":
        return "plan"
    if path.suffix == ".rules" or path.name == "coupler.yaml":
        return "rules"
    with path.open("rb") as file:
        begins = file.read(12)
    if not begins:
        return "nothing"
    if begins[8:] == b"DUCK":
        return "plan" if _is_plan(path) else "snapshot"
    return "other"


def precious(path: Path) -> bool:
    """Is there a file that no page, picture or scenario may take the place of?"""
    return standing(path) in ("rules", "plan", "snapshot")


def other_than_plan(path: Path) -> bool:
    """Would a plan that is saved here take the place of something that is no plan?"""
    return standing(path) not in ("nothing", "plan")


def _is_plan(path: Path) -> bool:
    from engine.run.apply import open_plan
    from engine.snapshot.open import SnapshotProblem

    try:
        open_plan(path).close()
    except SnapshotProblem:
        return False
    return True
