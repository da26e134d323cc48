"""Verdicts -> text for people, JSON for programs, JUnit for build servers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.diagnostic import Diagnostic
from engine.scenario.scenario import Difference, Verdict
from engine.terminal import paint

FORMAT_VERSION = 1


def counts(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """How many passed and how many did not."""
    passed = sum(one.status == "passed" for one in verdicts)
    return passed, len(verdicts) - passed


def to_json(verdicts: Sequence[Verdict], coverage: Mapping[str, Any] | None = None) -> str:
    """Stable form, with `format_version`. coverage: what the scenarios reached of the rules, where it was asked for."""
    passed, failed = counts(verdicts)
    scenarios = [
        {
            "id": one.id,
            "area": one.area,
            "gate": one.gate,
            "status": one.status,
            "path": one.path,
            "line": one.line,
            "differences": [{"what": two.what, "expected": two.expected, "got": two.got} for two in one.differences],
        }
        for one in verdicts
    ]
    content: dict[str, Any] = {"format_version": FORMAT_VERSION, "passed": passed, "failed": failed}
    content["scenarios"] = scenarios
    if coverage is not None:
        content["coverage"] = coverage
    return json.dumps(content, ensure_ascii=False, indent=1)


def to_junit(verdicts: Sequence[Verdict], stopped: Sequence[Diagnostic] = ()) -> str:
    """One test suite, a test case per scenario; a scenario that does not gate is told as skipped when it misses.

    stopped: why nothing could be run, or what was not reached; each is a test case with an error.
    """
    passed, failed = counts(verdicts)
    errors = sum(one.status == "error" for one in verdicts)
    open_ones = sum(one.status == "failed" and not one.gate for one in verdicts)
    total = passed + failed + len(stopped)
    seconds = sum(one.seconds for one in verdicts)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        _suite(total, failed - errors - open_ones, errors + len(stopped), open_ones, seconds),
        *(line for one in stopped for line in _stopped(one)),
    ]
    for one in verdicts:
        area = quoteattr(one.area or "scenarios")
        case = f"  <testcase name={quoteattr(one.id)} classname={area} file={quoteattr(one.path)} "
        case += f'line="{one.line}" time="{one.seconds:.3f}"'
        if one.status == "passed":
            lines.append(f"{case}/>")
            continue
        word = "error" if one.status == "error" else ("failure" if one.gate else "skipped")
        first = one.differences[0].what if one.differences else ""
        text = _xml("\n".join(line for two in one.differences for line in told(two)))
        lines += [f"{case}>", f"    <{word} message={quoteattr(_xml_safe(first))}>{text}</{word}>", "  </testcase>"]
    return "\n".join([*lines, "</testsuite>"])


def _stopped(one: Diagnostic) -> list[str]:
    """A finding as a test case of its own: code and name, its place, the message and the way out."""
    place = ""
    if one.span is not None:
        place = f' file={quoteattr(_xml_safe(one.span.path))} line="{one.span.line}"'
    text = one.message + (f"\n= help: {one.hint}" if one.hint else "")
    return [
        f'  <testcase name={quoteattr(f"{one.code} {one.name}")} classname="coupler"{place} time="0.000">',
        f"    <error message={quoteattr(_xml_safe(one.message))}>{_xml(text)}</error>",
        "  </testcase>",
    ]


def _suite(total: int, failures: int, errors: int, skipped: int, seconds: float) -> str:
    numbers = f'tests="{total}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    return f'<testsuite name="coupler" {numbers} time="{seconds:.3f}">'


def _xml(text: str) -> str:
    return escape(_xml_safe(text))


def _xml_safe(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(one if one in "\t\n" or ord(one) >= 32 else "\ufffd" for one in text)


def to_text(verdicts: Sequence[Verdict], *, colour: bool) -> str:
    """What failed, with expected and got side by side, and a last line that counts."""
    lines: list[str] = []
    wrong: set[str] = set()
    for one in verdicts:
        if one.status == "passed":
            continue
        word = {"failed": "FAILED", "error": "WRONG"}[one.status] + ("" if one.gate else " (does not count)")
        lines.append(f"{paint(word, 'red', on=colour)} {paint(one.id, 'bold', on=colour)}  {one.path}:{one.line}")
        if one.about:
            lines.append(f"  {one.about}")
        if one.status == "error" and one.path in wrong:
            lines[-1] += ", as above"
            continue
        for two in one.differences:
            lines += [f"    {line}" for line in (found(two) if one.status == "error" else told(two))]
        lines.append("")
        wrong |= {one.path} if one.status == "error" else set()
    passed, _ = counts(verdicts)
    lines.append(_last(verdicts, passed))
    return "\n".join(lines) + "\n"


def told(one: Difference) -> list[str]:
    """A difference in lines: what, then expected and got under each other."""
    if not one.expected:
        return [f"{one.what}: {one.got}"]
    return [one.what, f"  expected  {one.expected}", f"  got       {one.got}"]


def found(one: Difference) -> list[str]:
    """What is wrong in a file: its place, the facts, the way out."""
    return [f"{one.what}: {one.got}", *([f"  = help: {one.expected}"] if one.expected else [])]


def _last(verdicts: Sequence[Verdict], passed: int) -> str:
    missed = sum(one.status == "failed" and one.gate for one in verdicts)
    open_ones = sum(one.status == "failed" and not one.gate for one in verdicts)
    wrong = sum(one.status == "error" for one in verdicts)
    parts = [f"{passed} passed"]
    parts += [f"{missed} failed"] if missed else []
    parts += [f"{wrong} in wrong files"] if wrong else []
    parts += [f"{open_ones} failed that do not count"] if open_ones else []
    seconds = sum(one.seconds for one in verdicts)
    many = f"{len(verdicts)} scenario{'' if len(verdicts) == 1 else 's'}"
    return f"{many}: {', '.join(parts)} in {seconds:.1f} s"
