"""Our reader of JSON Schemas: it refuses exactly what jsonschema refuses, and says it in plain words."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st
from jsonschema import Draft202012Validator

from engine.shipped import shipped
from engine.source import Source
from engine.yamlfile import read_plain, read_yaml
from engine.yamlshape import breaches


def schema(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((shipped("schemas") / "json" / f"{name}.schema.json").read_text("utf-8"))
    return found


SCHEMAS = {name: schema(name) for name in ("coupler", "table", "scenario")}
EXAMPLES = {
    "coupler": """
company: Contoso Ltd
rules: [standard, rules/]
snapshot: snapshots/june.duckdb
schemas: [schemas/]
templates: templates/
settings:
  sales_order_integration_enabled: true
  amount_rounding_precision: 0.01
  bc_odata_access_key: {env: BC_KEY}
  write_in_product_no: null
""",
    "table": """
table: bc Loyalty Card
caption: Card
number: 50100
key: [No.]
fields:
  No.: 1 code 20
  Level: option
choices:
  Level: 1 Gold
""",
    "scenario": """
base: {extends: none, now: '2026-03-02T10:00:00Z', defaults: {bc: {Amount: 1}}}
scenarios:
- id: a-name-goes-over
  about: A changed name is sent to the coupled account.
  area: direction
  given:
    settings: {own_company: ~c1, auto_create_sales_orders: false}
    mappings: {CUSTOMER: {only_coupled: true, bc_filter: {Blocked: ''}, fields: {Name: {enabled: false}}}}
    bc: {Customer: [{SystemId: ~c1, No.: C00010, Credit Limit (LCY): 12.5}]}
    couplings: [{mapping: CUSTOMER, bc: ~c1, sales: {name: X}, last_synch_bc: null, skipped: true}]
    watermarks: {CUSTOMER: {bc: '2026-03-02T10:00:00Z'}}
    job_queue: {CUSTOMER: {status: Ready, earliest_start: null, attempts: 1}}
    full_sync: {CUSTOMER: {job_status: Finished, recommendation: Couple Records}}
  when:
    - {run: mapping, mapping: CUSTOMER, direction: to_sales, records: {bc: [~c1]}}
    - {run: edit, edits: [{op: update, system: bc, table: Customer, key: {No.: C00010}, set: {Name: New}}]}
    - {run: schedule, until: '2026-03-03T10:00:00Z'}
    - {run: full-sync, step: mapping, mapping: CUSTOMER}
    - {run: couple, mapping: CUSTOMER, pairs: [{bc: ~c1, sales: ~a1}], first_sync: none}
  then:
    changes: [{op: create, system: sales, table: account, as: x, set: {a: {any: filled}, b: {new: x, field: F}}}]
    counts: {to_sales: {modified: 1}, to_bc: {}}
    job_log: [{mapping: CUSTOMER, leg: to_bc, message: {any: filled}, inserted: 0}]
    errors: [{process: sign-in, count: 1, contains: [licence]}]
    couplings: [{bc_table: null, bc: {new: x}, last_synch_bc: {at_least: '2026-03-02'}}]
    review_lines: {CUSTOMER: absent, VENDOR: {depends_on: [CUSTOMER], job_status: {any: filled}}}
    after: [{changes: []}, {row_counts: {bc: {Customer: 2}}}]
""",
}


def value_of(name: str) -> Any:
    value, found, _ = read_plain(Source(path="f", text=EXAMPLES[name]))
    assert found == ()
    return value


LINES = "write `key: value` lines, one below the other"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_examples_keep_to_the_schemas(name: str) -> None:
    assert breaches(value_of(name), SCHEMAS[name]) == ()
    assert not list(Draft202012Validator(SCHEMAS[name]).iter_errors(value_of(name)))


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of everything inside a value."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += [(value, key), *places_in(inner)]
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            found += [(value, at), *places_in(inner)]
    return found


WORDS = ("", "mapping", "standard", "absent", "~c1", "2026-03-02")
FORMS = ({}, {"env": 1}, {"any": "filled"}, {"new": "x"}, {"run": "mapping"}, {"run": "nothing"}, {"mapping": "A"})
STRANGE = st.sampled_from([None, True, 0, -1, Decimal("1.5"), [], ["x", "x"], [{}], *WORDS, *FORMS]).map(copy.deepcopy)


@given(st.sampled_from(sorted(SCHEMAS)), st.data())
def test_it_refuses_exactly_what_jsonschema_refuses(name: str, data: st.DataObject) -> None:
    value = copy.deepcopy(value_of(name))
    for _ in range(data.draw(st.integers(1, 2))):
        spots = places_in(value)
        if not spots:
            break
        container, key = data.draw(st.sampled_from(spots))
        match data.draw(st.sampled_from(["replace", "replace", "drop", "add"])):
            case "replace":
                container[key] = data.draw(STRANGE)
            case "drop":
                del container[key]
            case _ if isinstance(container, dict):
                container[data.draw(st.sampled_from(["strange", "mapping", "table", "env", "bc"]))] = data.draw(STRANGE)
            case _:
                container.append(data.draw(STRANGE))
    fits = not list(Draft202012Validator(SCHEMAS[name]).iter_errors(value))
    assert (breaches(value, SCHEMAS[name]) == ()) == fits, value


def told(name: str, text: str) -> list[tuple[str, int, str, str]]:
    _, found, _ = read_yaml(Source(path="f", text=text), SCHEMAS[name])
    return [(one.code, one.span.line, one.message, one.hint) for one in found if one.span]


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        ("rules: [standard]", "E407", "the key company is missing", "for example `company: Contoso Ltd`"),
        ("", "E406", "the file must be lines of `key: value`, not blank", LINES),
        ("- a", "E406", "the file must be lines of `key: value`, not a list", LINES),
        ("company: 5", "E406", "company must be the name of the company, not the number 5", "put it in quotes: '5'"),
        ("company: ''", "E406", "company must be the name of the company, not blank text", "for example Contoso Ltd"),
        ("compny: A", "E405", "the key compny is not known", "did you mean company?"),
        (
            "company: A\nrules: standard",
            "E406",
            "rules must be a list of rule files and folders, not standard",
            "for example [standard, rules/]",
        ),
        (
            "company: A\nrules: [standard, 3]",
            "E406",
            "entry 2 of rules must be standard, a rule file or a folder, not the number 3",
            "put it in quotes: '3'",
        ),
        ("company: A\nrules: [a, a]", "E406", "a stands twice in rules", "keep one of the two"),
        ("company: A\nrules: []", "E406", "rules is empty", "for example [standard, rules/]"),
        (
            "company: A\nsettings: {x: [1]}",
            "E406",
            "x must be a value, or {env: NAME}, not a list",
            "write that, or leave the key out",
        ),
        (
            "company: A\nsettings: {x: {env: a-b}}",
            "E406",
            "env must be the name of an environment variable, not a-b",
            "for example BC_KEY",
        ),
        ("company: A\nsettings: {x: {envv: A}}", "E405", "the key envv is not known in x", "did you mean env?"),
    ],
)
def test_a_breach_in_coupler_yaml_is_told_in_plain_words(text: str, code: str, message: str, hint: str) -> None:
    assert [(one[0], one[2], one[3]) for one in told("coupler", text)] == [(code, message, hint)]


SCENARIO = "- id: a\n  about: A sentence.\n  area: order\n  when: {when}\n  then: {then}\n"


@pytest.mark.parametrize(
    ("when", "then", "code", "message", "hint"),
    [
        ("{run: maping, mapping: A}", "{changes: []}", "E406", "run cannot be maping", "did you mean mapping?"),
        ("{mapping: A}", "{changes: []}", "E407", "the key run is missing", "add `run: mapping`"),
        ("{run: mapping}", "{changes: []}", "E407", "the key mapping of when is missing", "add `mapping: …`"),
        (
            "{run: match, maping: A}",
            "{changes: []}",
            "E405",
            "the key maping is not known in when",
            "did you mean mapping?",
        ),
        ("{run: schedule}", "{changes: []}", "E407", "when needs one of the keys job, until", "add `job: …`"),
        (
            "{run: schedule, job: A, until: '2026-01-01'}",
            "{changes: []}",
            "E406",
            "when says two things at once: job and until",
            "keep one of them",
        ),
        ("{run: match, mapping: A}", "{}", "E406", "then is empty", "leave the key out, or write something"),
        (
            "{run: match, mapping: A}",
            "{changes: [{op: udpate, system: bc, table: T, key: ~c1, set: {}}]}",
            "E406",
            "op cannot be udpate",
            "did you mean update?",
        ),
        (
            "{run: match, mapping: A}",
            "{counts: {to_sales: {modified: -1}}}",
            "E406",
            "modified must be at least 0, not -1",
            "write that, or leave the key out",
        ),
        (
            "{run: match, mapping: A, at: noon}",
            "{changes: []}",
            "E406",
            "at must be a moment in UTC, not noon",
            "for example '2026-03-02T10:00:00Z'",
        ),
    ],
)
def test_a_breach_in_a_scenario_speaks_of_the_form_that_was_meant(
    when: str, then: str, code: str, message: str, hint: str
) -> None:
    text = SCENARIO.replace("{when}", when).replace("{then}", then)
    assert [(one[0], one[2], one[3]) for one in told("scenario", text)] == [(code, message, hint)]


def test_all_breaches_are_told_at_once_in_the_order_of_the_file() -> None:
    text = "table: customer\nnumber: 0\nkey: []\nfields:\n  A: 20\nchoises: {}\n"
    assert [(one[0], one[1]) for one in told("table", text)] == [
        ("E406", 1),
        ("E406", 2),
        ("E406", 3),
        ("E406", 5),
        ("E405", 6),
    ]


def test_a_schema_with_a_word_we_do_not_know_is_our_defect() -> None:
    with pytest.raises(NotImplementedError):
        breaches({}, {"type": "object", "patternProperties": {}})
