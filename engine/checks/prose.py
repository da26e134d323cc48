"""Manual pages -> text for a terminal."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Sequence

from engine.checks.manual import Page
from engine.terminal import paint

AREAS = {
    "1": "how rules are written",
    "2": "names and types",
    "3": "what rules say",
    "4": "workspaces and table schemas",
    "5": "snapshots and their data",
    "6": "plans, apply, reports",
}


def page_to_text(page: Page, *, width: int, colour: bool) -> str:
    """One page: its code, what it means, wrong, right, why."""
    kind = {"error": "red", "warning": "yellow", "note": "cyan"}[page.severity]
    parts = [
        f"{paint(page.code, kind, 'bold', on=colour)} {paint(page.name, 'bold', on=colour)} ({page.severity})",
        textwrap.fill(page.summary, width),
        _example("Wrong", page.wrong, "red", colour),
        _example("Right", page.right, "green", colour),
        paint("Why", "bold", on=colour) + "\n\n" + _filled(page.why, width),
    ]
    return "\n\n".join(parts) + "\n"


def _example(title: str, block: tuple[str, str], style: str, colour: bool) -> str:
    return paint(title, style, "bold", on=colour) + "\n\n" + textwrap.indent(block[1].rstrip(), "    ")


def _filled(text: str, width: int) -> str:
    """Paragraphs filled to a width; lists and code keep their lines."""
    done = []
    for paragraph in text.split("\n\n"):
        kept = paragraph.startswith(("- ", "* ", "```", "    ", "|"))
        done.append(paragraph if kept else textwrap.fill(" ".join(paragraph.split()), width))
    return "\n\n".join(done)


def listed(known: Sequence[tuple[str, str]], *, colour: bool) -> str:
    """All codes, by area."""
    lines: list[str] = []
    for area, title in AREAS.items():
        inside = sorted((code[1:], code, name) for code, name in known if code[1] == area)
        if inside:
            lines += ["", paint(title, "bold", on=colour)]
            lines += [f"  {code}  {name}" for _, code, name in inside]
    return "\n".join([*lines[1:], "", "coupler explain CODE shows the page of a code.", ""])


def no_page(written: str, known: Sequence[tuple[str, str]]) -> str:
    """What to say when there is no page, with the nearest code or name."""
    words = [word for one in known for word in one]
    near = (
        [word for word in words if word.lower().startswith(written.lower())]
        or difflib.get_close_matches(written.upper(), words, n=1)
        or difflib.get_close_matches(written.lower(), words, n=1, cutoff=0.5)
    )
    way_out = f"did you mean {near[0]}?" if near else "coupler explain lists all codes."
    return f"there is no code {written}; {way_out}"
