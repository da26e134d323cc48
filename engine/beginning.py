"""A folder -> a new workspace in it: the files a consultant starts from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

SETTINGS = """\
# What this workspace is about. Every path is relative to this file.
company: {company}
rules: [standard, rules/]       # the standard integration, then our own files, which may change it
# snapshot: snapshots/june.duckdb

# The choices on the setup pages of both systems; what is not said here is as the product has it at first.
settings:
  sales_connection_enabled: true
"""

RULES = """\
# Our own rules. They add to the standard integration, or change it:
#
# change mapping ITEM-PRODUCT {
#   create missing records
#   on update conflict keep bc
# }
#
# coupler lint finds every mistake; coupler show ITEM-PRODUCT prints the mapping as it finally stands.
"""

IGNORED = """\
# Snapshots and plans are data, not rules.
*.duckdb
*.duckdb.wal
*.plan
"""

TESTS = """\
The workspace's own scenarios, for `coupler test`: YAML files that say, given this data, when this is done, then
exactly this has changed. `coupler capture PLAN KEY --out tests/NAME.yaml` writes one from a record of a saved plan.
"""


def refusal(folder: Path) -> str:
    """Why no workspace can begin in this folder; blank when one can."""
    if not folder.name:
        return "a folder name is needed, like contoso"
    if folder.exists() and not folder.is_dir():
        return f"{folder.as_posix()} is a file; choose another name"
    if folder.is_dir() and any(folder.iterdir()):
        return f"{folder.as_posix()} is not empty; choose another name, nothing is overwritten"
    return ""


def empty(folder: Path) -> tuple[Path, ...]:
    """An empty workspace: the paths of its files."""
    company = json.dumps(folder.name.replace("-", " ").replace("_", " ").title(), ensure_ascii=False)
    files = {
        "coupler.yaml": SETTINGS.replace("{company}", company),
        "rules/our.rules": RULES,
        "tests/README.md": TESTS,
        ".gitignore": IGNORED,
    }
    made = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        made.append(path)
    (folder / "snapshots").mkdir(exist_ok=True)
    return tuple(made)


def sample(folder: Path) -> tuple[Path, ...]:
    """The sample that comes along, copied: the paths of its files."""
    from engine.shipped import shipped

    left_out = shutil.ignore_patterns("__pycache__", "*.duckdb", "*.plan", "*.pyc")
    shutil.copytree(shipped("samples") / "contoso", folder, dirs_exist_ok=True, ignore=left_out)
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def is_sample(folder: Path) -> bool:
    """Is this a folder that `sample` made, in which nobody has changed or added anything that a person writes?"""
    from engine.shipped import shipped

    original = shipped("samples") / "contoso"
    written = [path for path in folder.rglob("*") if path.suffix in WRITTEN]
    return (folder / "coupler.yaml").is_file() and all(
        _same(path, original / path.relative_to(folder)) for path in written
    )


WRITTEN = frozenset((".rules", ".yaml", ".csv", ".jinja", ".css", ".js"))
"""The endings of what people write in a workspace; all else is made from it."""


def _same(path: Path, other: Path) -> bool:
    return path.is_file() and other.is_file() and path.read_bytes() == other.read_bytes()
