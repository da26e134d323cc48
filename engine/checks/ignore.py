"""Findings and the comments of a file -> findings without those that the author ignores, with reasons asked for.

`# ignore: E204 reason` at the end of the line concerned, or on a line of its own above it. Several codes are
separated by commas. A mistake in how a rule is written (E1..) cannot be ignored: the declaration would be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.source import Span
from engine.syntax.ast import Comment, RuleFile

_IGNORE = re.compile(r"#\s*ignore\b\s*:?\s*")
_CODES = re.compile(r"[A-Za-z0-9-]+(?:\s*,\s*[A-Za-z0-9-]+)*")
_CODE = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """One code that a comment ignores. line: the line it stands for. span: where the code is written."""

    code: str
    line: int
    span: Span
    reason: str


def ignores_of(file: RuleFile) -> Iterator[Ignore]:
    """Every code that a comment of the file ignores."""
    for comment in file.comments:
        found = _IGNORE.match(comment.text) if comment.text.startswith("#") else _IGNORE.match("#" + comment.text)
        if found is None:
            continue
        written = comment.span.text
        begin = _IGNORE.match(written)
        offset = begin.end() if begin else 0
        codes = _CODES.match(written, offset)
        line = _line_meant(comment)
        if codes is None:
            yield Ignore(code="", line=line, span=comment.span, reason="")
            continue
        reason = written[codes.end() :].strip()
        for code in _CODE.finditer(codes[0]):
            start = comment.span.start + codes.start() + code.start()
            span = comment.span.source.span(start, start + len(code[0]))
            yield Ignore(code=code[0], line=line, span=span, reason=reason)


def _line_meant(comment: Comment) -> int:
    """The line a comment speaks of: its own, or the next that holds a rule when it stands alone."""
    line = comment.span.line
    if not comment.own_line:
        return line
    source = comment.span.source
    line += 1
    while line <= len(source.starts) and (not source.line(line).strip() or source.line(line).lstrip().startswith("#")):
        line += 1
    return line


def without_ignored(
    found: Iterable[Diagnostic], files: Iterable[RuleFile], known: Sequence[tuple[str, str]]
) -> tuple[Diagnostic, ...]:
    """The findings that are not ignored, and what is wrong with the ignores themselves.

    known: (code, name) of every page; an ignore may give the code or the name. In a file with a mistake in how it is
    written or named, not every law was asked, nor in any while a step is missing somewhere: an ignore of a law that
    finds nothing there is not told as unused.
    """
    kept = list(found)
    unclear = {one.span.path for one in kept if one.span and one.code[:2] in ("E1", "E2")}
    missing = any(one.code in ("E203", "E219", "E212") for one in kept)
    names = {name: code for code, name in known} | {code.lower(): code for code, _ in known}
    for file in files:
        for ignore in ignores_of(file):
            code = names.get(ignore.code.lower(), "")
            hit = [one for one in kept if one.code == code and _stands_at(one, file, ignore.line)]
            unasked = code[1:2] == "3" and (missing or file.source.path in unclear)
            wrong = _wrong_with(ignore, code, bool(hit) or unasked)
            if code and not code.startswith("E1"):
                kept = [one for one in kept if one not in hit]
            if wrong is not None:
                kept.append(wrong)
    return tuple(kept)


def _stands_at(one: Diagnostic, file: RuleFile, line: int) -> bool:
    return one.span is not None and one.span.path == file.source.path and one.span.line == line


def _wrong_with(ignore: Ignore, code: str, used: bool) -> Diagnostic | None:
    if not code:
        said = f"there is no code {ignore.code} to ignore" if ignore.code else "the ignore names no code"
        way_out = "write # ignore: CODE reason; coupler explain lists the codes"
        return _finding("W303", "unknown-ignore", ignore, said, way_out)
    if code.startswith("E1"):
        said = f"{code} cannot be ignored, as the declaration could not be read at all"
        return _finding("W303", "unknown-ignore", ignore, said, "correct the line")
    if not used:
        said = f"nothing of code {code} is found on the line this ignore stands for"
        return _finding("W301", "unused-ignore", ignore, said, "take the ignore away")
    if not ignore.reason:
        said = f"{code} is ignored without a reason"
        return _finding("W302", "ignore-without-reason", ignore, said, f"say why: # ignore: {ignore.code} because …")
    return None


def _finding(code: str, name: str, ignore: Ignore, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, name=name, severity="warning", span=ignore.span, message=message, hint=hint)
