"""coupler capture: a planned record of the sample becomes a scenario that passes, and that fails when it is altered."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from engine.capture.text import scalar, to_yaml
from engine.cli import main
from engine.shipped import shipped
from engine.source import Source
from engine.yamlfile import read_yaml

SAMPLE = shipped("samples") / "contoso"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("capture") / "sample"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("*.duckdb"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["snapshot", "import", "june", "--bc", "exports/bc/", "--sales", "exports/sales/"]) == 0
        assert main(["plan", "--now", "2026-06-15T08:00:00Z", "--out", "june.plan"]) == 2
        yield folder


@pytest.fixture(autouse=True)
def _inside(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planned)


def kinds() -> list[tuple[str, str, str]]:
    return [
        ("SALESPEOPLE", "create", "None"),
        ("CURRENCY", "fail", "E634"),
        ("CUSTOMER", "change", "None"),
        ("CUSTOMER", "conflict", "E625"),
        ("CUSTOMER", "skip", "W622"),
        ("ITEM-PRODUCT", "skip", "W621"),
        ("ITEM-PRODUCT", "fail", "E633"),
    ]


@pytest.mark.parametrize(("mapping", "action", "code"), kinds())
def test_every_kind_of_record_becomes_a_scenario_that_passes(
    mapping: str, action: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect("june.plan", read_only=True) as connection:
        row = connection.execute(
            "SELECT r.source_id FROM plan.record r JOIN plan.pass p USING (pass) WHERE p.mapping = ? AND action = ? "
            "AND coalesce(code, 'None') = ? AND cause IS NULL ORDER BY pass, record LIMIT 1",
            [mapping, action, code],
        ).fetchone()
    assert row is not None
    assert main(["capture", "june.plan", str(row[0]), "--mapping", mapping, "--out", "captured.yaml"]) == 0
    capsys.readouterr()
    assert main(["test", "captured.yaml"]) == 0
    assert "1 passed" in capsys.readouterr().out
    written = Path("captured.yaml").read_text(encoding="utf-8")
    counted = written.replace("1}}", "7}}")
    assert counted != written
    Path("altered.yaml").write_text(counted, encoding="utf-8")
    assert main(["test", "altered.yaml"]) == 1


@pytest.mark.parametrize(
    ("process", "key", "right", "wrong"),
    [
        ("create-sales-orders", "ORD-26062", "SO-01042", "SO-01043"),
        ("create-sales-orders", "ORD-26064 Bicycles for the mews", "failed: 1", "failed: 2"),
        ("process-quotes", "QUO-26021", "Unit Price: 46", "Unit Price: 47"),
        ("create-sales-orders", "Bells for the parade", "SO-01044", "SO-01045"),
    ],
    ids=["an order that is made", "an order that is refused", "a quote", "an order by its name"],
)
def test_a_document_becomes_a_scenario_that_passes(
    process: str, key: str, right: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["capture", "june.plan", key, "--out", "document.yaml"]) == 0
    capsys.readouterr()
    assert main(["test", "document.yaml"]) == 0
    assert "1 passed" in capsys.readouterr().out
    written = Path("document.yaml").read_text(encoding="utf-8")
    assert f"when: {{run: process, process: {process}, records: {{sales: [" in written
    told = written.replace(right, wrong)
    assert told != written
    Path("document.yaml").write_text(told, encoding="utf-8")
    assert main(["test", "document.yaml"]) == 1


def test_a_document_that_becomes_something_else_by_itself_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "create-sales-orders", "--now", "2026-06-15T08:00:00Z", "--out", "orders.plan"]) in (0, 1, 2)
    with duckdb.connect("orders.plan") as connection:
        connection.execute("UPDATE plan.record SET label = 'Order SO-09999' WHERE label LIKE 'Order SO-01042 Tandem%'")
    capsys.readouterr()
    assert main(["capture", "orders.plan", "ORD-26062", "--out", "other.yaml"]) == 1
    assert "E684" in capsys.readouterr().err
    assert not Path("other.yaml").exists()


def test_of_a_mapping_that_a_process_runs_once_more_the_first_run_is_captured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["capture", "june.plan", " 1060 ", "--mapping", "ITEM-PRODUCT"]) == 0
    assert "about: ITEM-PRODUCT creates 1060 Curlew electric bicycle." in capsys.readouterr().out


def test_the_id_of_a_scenario_keeps_the_letters_of_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", "june.plan", "Zweirad"]) == 0
    assert "- id: customer-to-bc-zweirad-ohlmann-die-kette-inh-j-ohlmann\n" in capsys.readouterr().out


def test_a_document_is_found_by_a_later_field_of_the_key_of_what_it_makes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", "june.plan", "SO-01041"]) == 0
    assert "ORD-26061 Quayside fleet, first half" in capsys.readouterr().out


def test_the_scenario_of_a_refused_document_has_its_reason() -> None:
    assert main(["capture", "june.plan", "ORD-26064", "--out", "refused.yaml"]) == 0
    content, found, _ = read_yaml(Source(path="refused.yaml", text=Path("refused.yaml").read_text("utf-8")), {})
    assert not found
    (scenario,) = content
    assert scenario["then"]["changes"] == []
    (error,) = scenario["then"]["errors"]
    assert error["contains"] == ["Account Mirabel Mews Residents is not coupled to a customer."]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nobody"], "the plan lists no record nobody"),
        (["C10010", "--mapping", "CUSTOMERS"], "the plan holds no mapping CUSTOMERS"),
    ],
)
def test_a_key_that_names_nothing_is_told(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", "june.plan", *words]) == 1
    assert told in capsys.readouterr().err


def test_a_plan_is_told_that_its_rules_have_changed_since(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = planned / "rules" / "later.rules"
    ours.write_text("change mapping CUSTOMER {\n  create missing records\n}\n", encoding="utf-8")
    try:
        assert main(["capture", "june.plan", "C10010"]) == 1
    finally:
        ours.unlink()
    assert "E683" in capsys.readouterr().err


@pytest.mark.parametrize(
    "value", ["No", "null", "~", "1e5", "2026-01-01", "0x1", "a: b", "it's", "# no", "x\ny", "", " "]
)
def test_every_text_is_read_back_as_it_was(value: str) -> None:
    text = to_yaml({"id": value, "rows": [{"a": value}]}, ["about it"])
    content, found, _ = read_yaml(Source(path="x.yaml", text=text), {})
    assert not found
    assert content == [{"id": value, "rows": [{"a": value}]}]
    assert scalar(True) == "true"


def test_a_long_row_stands_on_lines_that_can_be_read_and_is_read_back() -> None:
    row = {"op": "create", "set": {f"Field {at}": f"value of field {at}" for at in range(20)}, "as": "new"}
    text = to_yaml({"id": "long", "changes": [row]}, [])
    assert max(len(line) for line in text.splitlines()) <= 120
    content, found, _ = read_yaml(Source(path="x.yaml", text=text), {})
    assert not found
    assert content == [{"id": "long", "changes": [row]}]
