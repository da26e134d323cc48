"""Findings for other programs: JSON, GitHub annotations, SARIF as its schema wants it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from engine.checks.exchange import to_github, to_json, to_sarif
from engine.diagnostic import Diagnostic
from engine.source import Source

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
SOURCE = Source(path="rules/our own.rules", text="mapping A {\n  Nmae -> Näme, 100%\n}\n")
CUT = Diagnostic(
    code="W310",
    name="text-will-be-cut",
    severity="warning",
    span=SOURCE.span(14, 18),
    message="a text of up to 100 characters: 100%, cut\nto 50",
    hint="write left(…, 50)",
)
PLACELESS = Diagnostic(
    code="E401", name="no-workspace", severity="error", span=None, message="there is no coupler.yaml"
)
NOTE = Diagnostic(
    code="W326", name="blank-date-never-clears", severity="note", span=SOURCE.span(0, 32), message="a blank date"
)


def test_json_says_where_from_and_to() -> None:
    said = json.loads(to_json([CUT, PLACELESS], files=2))
    assert said["format_version"] == 1
    assert (said["files"], said["errors"], said["warnings"], said["notes"]) == (2, 1, 1, 0)
    assert said["findings"][0] == {
        "code": "W310",
        "name": "text-will-be-cut",
        "severity": "warning",
        "file": "rules/our own.rules",
        "line": 2,
        "column": 3,
        "end_line": 2,
        "end_column": 7,
        "message": CUT.message,
        "hint": CUT.hint,
    }
    assert said["findings"][1]["file"] is None


def test_github_gets_one_command_a_finding_with_its_marks_escaped() -> None:
    first, second = to_github([CUT, PLACELESS]).splitlines()
    assert first == (
        "::warning file=rules/our own.rules,line=2,endLine=2,col=3,endColumn=7,title=W310 text-will-be-cut"
        "::a text of up to 100 characters: 100%25, cut%0Ato 50%0Awrite left(…, 50)"
    )
    assert second == "::error title=E401 no-workspace::there is no coupler.yaml"


def test_sarif_is_valid_with_and_without_findings() -> None:
    for found in ([], [CUT, PLACELESS, NOTE]):
        jsonschema.validate(json.loads(to_sarif(found)), SCHEMA)


def test_sarif_names_the_rule_and_shows_its_page() -> None:
    run = json.loads(to_sarif([CUT, NOTE]))["runs"][0]
    result = run["results"][0]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (rule["id"], rule["name"], rule["defaultConfiguration"]["level"]) == ("W310", "text-will-be-cut", "warning")
    assert "## Wrong" in rule["help"]["markdown"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "rules/our%20own.rules"
    assert place["region"] == {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 7}
