"""The manual pages of the codes: one file per code under `pages/`, in the form that common sense and a test demand.

# E204 unknown-field
error

What it means, in a sentence or two.

## Wrong / ## Right (a fenced block each) / ## Why
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from engine.diagnostic import Severity
from engine.frozen import dataclass

PAGES = Path(__file__).with_name("pages")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One manual page. text: the whole file; summary: its first paragraph; the rest: its sections."""

    code: str
    name: str
    severity: Severity
    summary: str
    wrong: tuple[str, str]
    right: tuple[str, str]
    why: str
    text: str


def page_of(code_or_name: str) -> Page | None:
    """The page of a code or of a name, capitals or not; None when there is none."""
    wanted = code_or_name.strip().lower()
    for path in sorted(PAGES.glob("*.md")):
        code, _, name = path.stem.partition("-")
        if wanted in (code.lower(), name, path.stem.lower()):
            return read(path)
    return None


def known() -> tuple[tuple[str, str], ...]:
    """(code, name) of every page, sorted, without reading the pages."""
    stems = sorted(path.stem for path in PAGES.glob("*.md"))
    return tuple((stem.partition("-")[0], stem.partition("-")[2]) for stem in stems)


@cache
def read(path: Path) -> Page:
    """One page; ValueError when it is not in the form (our own defect, found by a test)."""
    text = path.read_text(encoding="utf-8")
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title, severity, blank, *meaning = head.strip("\n").split("\n")
    found = re.fullmatch(r"# ([EW]\d{3}) ([a-z][a-z0-9-]*)", title)
    if not found or blank or path.stem != f"{found[1]}-{found[2]}" or severity not in ("error", "warning", "note"):
        raise ValueError(f"{path.name}: not a manual page")
    parts = {one.partition("\n")[0].strip(): one.partition("\n")[2] for one in sections}
    if list(parts) != ["Wrong", "Right", "Why"]:
        raise ValueError(f"{path.name}: the sections are not Wrong, Right, Why")
    return Page(
        code=found[1],
        name=found[2],
        severity=severity,  # type: ignore[arg-type]
        summary=" ".join(" ".join(meaning).split()),
        wrong=_block(path, parts["Wrong"]),
        right=_block(path, parts["Right"]),
        why=parts["Why"].strip(),
        text=text,
    )


def _block(path: Path, section: str) -> tuple[str, str]:
    """(language, text) of the fenced block of a section."""
    found = _FENCE.search(section)
    if found is None:
        raise ValueError(f"{path.name}: a section has no fenced block")
    return found[1], found[2]
