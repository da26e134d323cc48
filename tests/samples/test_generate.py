"""samples/generate.py: worlds of any size, the same for the same seed, with the shares that were asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from engine.catalog.load import load_catalog
from engine.snapshot.content import content_fingerprint
from engine.snapshot.open import connect
from tests.samples.files import SAMPLES

RECORDS = 2000


@pytest.fixture(scope="module")
def generate() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SAMPLES))
        yield importlib.import_module("generate")


def made(generate: ModuleType, target: Path, *words: str) -> Path:
    code = generate.main(["--records", str(RECORDS), "--snapshot", str(target), "--quiet", *words])
    assert code == 0
    return target


def content(snapshot: Path) -> str:
    with connect(snapshot) as connection:
        return content_fingerprint(connection)


def count(snapshot: Path, question: str) -> int:
    with connect(snapshot) as connection:
        return int(connection.execute(question).fetchall()[0][0])


def test_the_same_seed_gives_the_same_world(generate: ModuleType, tmp_path: Path) -> None:
    first, again = made(generate, tmp_path / "a.duckdb"), made(generate, tmp_path / "b.duckdb")
    other = made(generate, tmp_path / "c.duckdb", "--seed", "2")
    assert content(first) == content(again) != content(other)


def test_the_shares_are_those_asked_for(generate: ModuleType, tmp_path: Path) -> None:
    snapshot = made(generate, tmp_path / "a.duckdb", "--new", "0.1", "--deleted", "0.04", "--blocked", "0.05")
    items = count(snapshot, "SELECT count(*) FROM snap.bc.Item")
    products = count(snapshot, "SELECT count(*) FROM snap.sales.product WHERE productnumber LIKE 'I%'")
    blocked = count(snapshot, "SELECT count(*) FROM snap.bc.Item WHERE Blocked")
    assert abs(items - RECORDS * 0.98) < 20
    assert abs(products - RECORDS * 0.88) < 20
    assert abs(blocked - RECORDS * 0.05) < 10


def test_partners_that_did_not_change_agree_in_every_field_that_is_carried(
    generate: ModuleType, tmp_path: Path
) -> None:
    shares = [word for group in generate.GROUPS for word in (f"--{group}", "0")]
    snapshot = made(generate, tmp_path / "a.duckdb", "--spread", "--lean", *shares)
    disagreeing = count(
        snapshot,
        """SELECT count(*) FROM snap.bc."CRM Integration Record" c
        JOIN snap.bc.Item i ON i.SystemId = c."Integration ID" JOIN snap.sales.product p ON p.productid = c."CRM ID"
        WHERE (i."No.", i.Description, i."Unit Price", i."Unit Cost", i."Gross Weight", i."Vendor No.", i.GTIN,
               i."Reorder Point") IS DISTINCT FROM (p.productnumber, p.name, p.price, p.standardcost, p.stockweight,
               p.vendorid, p.size, p.quantityonhand)""",
    )
    coupled = count(snapshot, """SELECT count(*) FROM snap.bc."CRM Integration Record" WHERE "Table ID" = 27""")
    assert (coupled, disagreeing) == (RECORDS, 0)


def test_every_reference_of_a_product_leads_somewhere(generate: ModuleType, tmp_path: Path) -> None:
    snapshot = made(generate, tmp_path / "a.duckdb", "--spread")
    for column, table in (
        ("defaultuomid", "uom"),
        ("defaultuomscheduleid", "uomschedule"),
        ("pricelevelid", "pricelevel"),
        ("transactioncurrencyid", "transactioncurrency"),
        ("bcbi_companyid", "bcbi_company"),
    ):
        lost = f"SELECT count(*) FROM snap.sales.product p ANTI JOIN snap.sales.{table} t ON p.{column} = t.{table}id"
        assert count(snapshot, lost) == 0, column


def test_the_exports_hold_the_rows_of_the_snapshot(generate: ModuleType, tmp_path: Path) -> None:
    snapshot = made(generate, tmp_path / "a.duckdb", "--out", str(tmp_path / "exports"))
    catalog, _ = load_catalog()
    files = sorted((tmp_path / "exports").glob("*/*.parquet"))
    assert len(files) > 20
    for path in files:
        system, stem = path.parent.name, path.stem
        table = next(one for one in catalog.tables() if one.system == system and one.name.replace("/", "_") == stem)
        columns = duckdb.sql(f"SELECT * FROM '{path}'").columns
        assert [name for name in columns if name not in table.fields] == []
        rows = duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall()[0][0]
        assert rows == count(snapshot, f'SELECT count(*) FROM snap.{system}."{table.name}"'), path.name


def test_wrong_wishes_are_refused_in_words(generate: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (["--records", "5"], "give --records of at least 1, and --out or --snapshot"),
        (["--records", "5", "--out", "x", "--new", "0.7", "--blocked", "0.7"], "the shares add up to more than 1"),
        (["--records", "5", "--out", "x", "--new", "2"], "2 is no share"),
    ):
        with pytest.raises(SystemExit) as stopped:
            generate.main(words)
        assert stopped.value.code == 2
        assert told in capsys.readouterr().err
