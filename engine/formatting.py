"""Rule files on disk -> the same files in the one style, and what changed in them."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.diagnostic import Diagnostic, in_source_order
from engine.frozen import dataclass
from engine.source import Source
from engine.syntax.format import format_source
from engine.syntax.parse import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """One rule text before and after; the same when it was in the one style, or could not be read (mistakes)."""

    path: str
    before: str
    after: str
    mistakes: tuple[Diagnostic, ...] = ()

    @property
    def diff(self) -> str:
        """What changed, as a unified diff."""
        before, after = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(_ended(difflib.unified_diff(before, after, self.path, self.path)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reformatted:
    """Many of them. files: how many were read; changed: those that are, or would be, different."""

    files: int
    changed: tuple[Formatted, ...]
    mistakes: tuple[Diagnostic, ...]


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def formatted(source: Source) -> Formatted:
    """A rule text in the one style. A text with mistakes stays as it is."""
    text, mistakes = format_source(source)
    if text is None:
        return Formatted(path=source.path, before=source.text, after=source.text, mistakes=mistakes)
    again = parse(Source(path=source.path, text=text))
    if again.mistakes or again.file.declarations != parse(source).file.declarations:
        raise RuntimeError(f"formatting {source.path} would change what it says; it is left as it was")
    if source.text.count("\r\n") * 2 > source.text.count("\n"):
        text = text.replace("\n", "\r\n")
    return Formatted(path=source.path, before=source.text, after=text)


def reformatted(sources: Sequence[Source], unread: Sequence[Diagnostic], *, write: bool) -> Reformatted:
    """Rule files in the one style; written back, each file whole or not at all, when `write` says so."""
    done = [formatted(one) for one in sources]
    changed = tuple(one for one in done if one.before != one.after)
    if write:
        for one in changed:
            _replace(Path(one.path), one.after)
    mistakes = in_source_order([*unread, *(mistake for one in done for mistake in one.mistakes)])
    return Reformatted(files=len(sources), changed=changed, mistakes=mistakes)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.chmod(path.stat().st_mode)
        part.replace(path.resolve())
    finally:
        part.unlink(missing_ok=True)
