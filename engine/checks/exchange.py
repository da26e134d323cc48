"""Findings -> JSON, GitHub annotations and SARIF 2.1.0, for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from engine import VERSION
from engine.checks.manual import page_of
from engine.diagnostic import Diagnostic, Severity
from engine.source import Span

FORMAT_VERSION = 1
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "note"}
GITHUB: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def end_of(span: Span) -> tuple[int, int]:
    """Line and column just behind the last character of a span, both from 1."""
    end = max(span.start, span.end)
    return span.source.line_of(end), span.source.column_of(end)


def to_json(found: Sequence[Diagnostic], files: int | None = None) -> str:
    """One object: `format_version`, `files`, counts per severity, and `findings` in the order given.

    files: how many were read; None where no files were asked for, as by a verb that refuses.
    """
    read = {} if files is None else {"files": files}
    counts = {f"{kind}s": sum(one.severity == kind for one in found) for kind in ("error", "warning", "note")}
    body = {"format_version": FORMAT_VERSION, **read, **counts, "findings": [_as_object(one) for one in found]}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _as_object(one: Diagnostic) -> dict[str, Any]:
    place: dict[str, Any] = dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    if one.span is not None:
        end_line, end_column = end_of(one.span)
        places = (one.span.path, one.span.line, one.span.column, end_line, end_column)
        place = dict(zip(place, places, strict=True))
    said = {"code": one.code, "name": one.name, "severity": one.severity, **place}
    return {**said, "message": one.message, "hint": one.hint}


def to_github(found: Sequence[Diagnostic]) -> str:
    """One workflow command a finding, which GitHub shows on the changed lines of a pull request."""
    return "".join(f"{_annotation(one)}\n" for one in found)


def _annotation(one: Diagnostic) -> str:
    said: list[tuple[str, object]] = []
    if one.span is not None:
        end_line, end_column = end_of(one.span)
        said = [("file", one.span.path), ("line", one.span.line), ("endLine", end_line), ("col", one.span.column)]
        if end_line == one.span.line:
            said.append(("endColumn", end_column))
    said.append(("title", f"{one.code} {one.name}"))
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in said)
    text = f"{one.message}\n{one.hint}" if one.hint else one.message
    return f"::{GITHUB[one.severity]} {properties}::{_escaped(text)}"


def _escaped(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def to_sarif(found: Sequence[Diagnostic]) -> str:
    """A SARIF 2.1.0 log with one run; its rules are the manual pages of the codes that were found."""
    codes = sorted({(one.code, one.name) for one in found})
    index = {code: number for number, (code, _) in enumerate(codes)}
    driver = {"name": "coupler", "semanticVersion": VERSION, "rules": [_rule(*one) for one in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, index[one.code]) for one in found],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str, name: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code, "name": name}
    page = page_of(code)
    if page is not None:
        rule["shortDescription"] = {"text": page.summary}
        rule["help"] = {"text": page.text, "markdown": page.text}
        rule["defaultConfiguration"] = {"level": LEVELS[page.severity]}
    return rule


def _result(one: Diagnostic, index: int) -> dict[str, Any]:
    text = f"{one.message}. {one.hint}" if one.hint else one.message
    result: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": LEVELS[one.severity],
        "message": {"text": text},
    }
    if one.span is not None:
        end_line, end_column = end_of(one.span)
        region = {"startLine": one.span.line, "startColumn": one.span.column}
        region |= {"endLine": end_line, "endColumn": end_column}
        place = {"artifactLocation": {"uri": quote(one.span.path)}, "region": region}
        result["locations"] = [{"physicalLocation": place}]
    return result
