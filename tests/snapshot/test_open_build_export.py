"""Stories about a snapshot as a file: built, opened, refused, shown, exported, replaced whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from engine.snapshot.build import World, build_snapshot
from engine.snapshot.content import content_fingerprint
from engine.snapshot.export import Format, export_snapshot
from engine.snapshot.importing import import_snapshot
from engine.snapshot.open import SnapshotProblem, connect, fingerprint
from engine.snapshot.show import first_rows, snapshot_summary
from tests.snapshot.worlds import ITEM, SMALL, SmallCatalog

NOW = datetime(2026, 6, 14, tzinfo=UTC)
WORLD: World = {
    "bc": {
        "Item": [
            {"No.": " a1 ", "Unit Price": 12.5, "Type": "Service", "Blocked": True, "SystemId": "~f"},
            {"No.": "B2", "Unit Price": Decimal("0.00001"), "SystemModifiedAt": "2026-03-02T10:00:00Z"},
        ],
        "Customer": [{"No.": "C1", "Name": "", "Blocked": "Blank (0)"}, {"No.": "C2", "Blocked": "All (3)"}],
    },
    "sales": {"account": [{"accountid": "~a1", "statecode": "Active", "customertypecode": "Blank"}]},
}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    build_snapshot(tmp_path / "s.duckdb", WORLD, SMALL)
    return tmp_path / "s.duckdb"


def content(path: Path) -> str:
    connection = connect(path)
    found = content_fingerprint(connection)
    connection.close()
    return found


def problem_of(path: Path) -> str:
    with pytest.raises(SnapshotProblem) as raised:
        connect(path)
    return raised.value.diagnostic.code


def test_built_rows_are_read_like_imported_ones(snapshot: Path) -> None:
    connection = connect(snapshot)
    item = connection.execute(
        'SELECT "No.", "Type", "Unit Price", "Blocked", "SystemId" FROM snap.bc."Item"'
    ).fetchall()
    assert item[0] == ("A1", 1, Decimal("12.5"), True, UUID(int=15))
    assert item[1][:4] == ("B2", 0, Decimal("0.00001"), False)
    assert connection.execute('SELECT "Name", "Blocked" FROM snap.bc."Customer" ORDER BY "No."').fetchall() == [
        ("", 0),
        ("", 3),
    ]
    assert connection.execute("SELECT accountid, statecode, customertypecode FROM snap.sales.account").fetchall() == [
        (UUID(int=0xA1), 0, None)
    ]
    connection.close()


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ({"bc": {"Itme": []}}, "E507"),
        ({"bc": {"Item": [{"Nr": "A"}]}}, "E507"),
        ({"bc": {"Item": [{"Date Filter": "2026-01-01"}]}}, "E507"),
        ({"bc": {"Item": [{"No.": "A", "Unit Price": "ten"}]}}, "E508"),
        ({"bc": {"Item": [{"No.": "A", "SystemModifiedAt": "soon"}]}}, "E508"),
        ({"bc": {"Item": [{"No.": "A"}, {"No.": "a"}]}}, "E509"),
        ({"sales": {"account": [{"accountid": "~1"}, {"accountid": "~1"}]}}, "E509"),
    ],
)
def test_wrong_rows_are_a_problem_and_leave_no_file(tmp_path: Path, rows: World, code: str) -> None:
    with pytest.raises(SnapshotProblem) as raised:
        build_snapshot(tmp_path / "s.duckdb", rows, SMALL)
    assert raised.value.diagnostic.code == code
    assert list(tmp_path.iterdir()) == []


def test_rows_without_an_id_get_one_that_does_not_change(tmp_path: Path) -> None:
    for name in ("a", "b"):
        build_snapshot(tmp_path / name, {"bc": {"Item": [{"No.": "A"}]}, "sales": {"account": [{}, {}]}}, SMALL)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_a_world_of_twenty_tables_is_built_quickly(tmp_path: Path) -> None:
    tables = [
        type(ITEM)(**{name: getattr(ITEM, name) for name in ITEM.__slots__} | {"name": f"Item {number}"})
        for number in range(20)
    ]
    rows = [{"No.": f"I{number}", "Description": "x", "Unit Price": number} for number in range(20)]
    start = time.perf_counter()
    build_snapshot(tmp_path / "s.duckdb", {"bc": {one.name: rows for one in tables}}, SmallCatalog(*tables))
    assert time.perf_counter() - start < 2, "a slow machine may take longer than 0.3 s, but not this long"


def test_a_snapshot_cannot_be_written_through_the_connection(snapshot: Path) -> None:
    before = snapshot.read_bytes()
    connection = connect(snapshot, threads=1, memory_limit="1GB", preserve_insertion_order=False)
    with pytest.raises(duckdb.Error):
        connection.execute('DELETE FROM snap.bc."Item"')
    connection.execute("CREATE TABLE mine AS SELECT now() AT TIME ZONE 'UTC' AS at")
    assert connection.execute("SELECT current_setting('TimeZone'), current_setting('threads')").fetchall() == [
        ("UTC", 1)
    ]
    connection.close()
    assert snapshot.read_bytes() == before


def test_what_is_no_snapshot_is_told(snapshot: Path, tmp_path: Path) -> None:
    whole = snapshot.read_bytes()
    assert problem_of(tmp_path / "missing.duckdb") == "E501"
    assert problem_of(tmp_path) == "E503"
    strange = tmp_path / "strange.duckdb"
    damaged = [
        b"",
        b"hello" * 5000,
        b"SQLite format 3\0" + b"\0" * 5000,
        *(whole[:n] for n in (11, 100, 9000, len(whole) // 2)),
    ]
    for piece in damaged:
        strange.write_bytes(piece)
        assert problem_of(strange) == "E503"
    strange.unlink()
    duckdb.connect(str(strange)).close()
    assert problem_of(strange) == "E503"
    with duckdb.connect(str(snapshot)) as other:
        other.execute("UPDATE sync.snapshot SET format_version = 99")
    assert problem_of(snapshot) == "E504"


def test_a_snapshot_that_another_program_writes_is_in_use(snapshot: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb; c = duckdb.connect({str(snapshot)!r}); print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    try:
        assert problem_of(snapshot) == "E502"
    finally:
        writer.communicate(b"\n")
    connect(snapshot).close()


def test_wrong_database_settings_are_told(snapshot: Path) -> None:
    with pytest.raises(SnapshotProblem) as raised:
        connect(snapshot, memory_limit="lots")
    assert raised.value.diagnostic.code == "E505"


def test_the_fingerprint_changes_with_any_row_and_with_nothing_else(snapshot: Path) -> None:
    first = fingerprint(snapshot)
    connect(snapshot).close()
    assert fingerprint(snapshot) == first
    with duckdb.connect(str(snapshot)) as other:
        other.execute("""UPDATE bc."Item" SET "Unit Price" = 1 WHERE "No." = 'B2'""")
    assert fingerprint(snapshot) != first


def test_a_change_that_lies_in_the_log_still_counts(snapshot: Path) -> None:
    first, before = fingerprint(snapshot), content(snapshot)
    script = f"""
        import duckdb, os
        c = duckdb.connect({str(snapshot)!r})
        c.execute('DELETE FROM bc."Item"')
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
    assert snapshot.with_name("s.duckdb.wal").exists()
    assert fingerprint(snapshot) != first
    assert content(snapshot) != before


def test_content_does_not_depend_on_order_or_layout(tmp_path: Path) -> None:
    rows = [{"No.": f"I{number}", "Unit Price": number} for number in range(50)]
    build_snapshot(tmp_path / "a", {"bc": {"Item": rows}}, SMALL)
    build_snapshot(tmp_path / "b", {"bc": {"Item": rows[::-1]}}, SMALL)
    assert content(tmp_path / "a") == content(tmp_path / "b")
    build_snapshot(tmp_path / "b", {"bc": {"Item": rows[1:]}}, SMALL)
    assert content(tmp_path / "a") != content(tmp_path / "b")


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
@pytest.mark.parametrize("captions", [False, True])
def test_an_export_imports_to_the_same_content(snapshot: Path, tmp_path: Path, form: Format, captions: bool) -> None:
    files = export_snapshot(snapshot, tmp_path / "out", SMALL, format=form, captions=captions)
    assert sorted(one.relative_to(tmp_path).as_posix() for one in files) == [
        f"out/bc/Customer.{form}",
        f"out/bc/Item.{form}",
        f"out/sales/account.{form}",
    ]
    again = tmp_path / "again.duckdb"
    result = import_snapshot(again, tmp_path / "out" / "bc", tmp_path / "out" / "sales", SMALL, now=NOW)
    assert [one.message for one in result.diagnostics] == []
    assert content(again) == content(snapshot)


def test_columns_set_aside_survive_an_export(tmp_path: Path) -> None:
    (tmp_path / "bc").mkdir()
    (tmp_path / "bc" / "Item.csv").write_text('No.,Colour "x"\nA,"blue, light"\nB,\n')
    import_snapshot(tmp_path / "s.duckdb", tmp_path / "bc", None, SMALL, now=NOW)
    export_snapshot(tmp_path / "s.duckdb", tmp_path / "out", SMALL)
    assert (tmp_path / "out" / "bc" / "Item.csv").read_text().splitlines()[0].endswith('"Colour ""x"""')
    import_snapshot(tmp_path / "t.duckdb", tmp_path / "out" / "bc", None, SMALL, now=NOW)
    connection = connect(tmp_path / "t.duckdb")
    assert connection.execute("""SELECT "Colour ""x\""" FROM snap.sync."bc Item" ORDER BY 1""").fetchall() == [
        ("blue, light",),
        (None,),
    ]
    connection.close()


def test_an_export_never_mixes_with_files_that_are_there(snapshot: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(SnapshotProblem) as raised:
        export_snapshot(snapshot, tmp_path / "out", SMALL)
    assert raised.value.diagnostic.code == "E541"
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_show_says_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "bc").mkdir()
    (tmp_path / "bc" / "Customer.csv").write_text("No.,Name,Shoe Size\nC1,Adatum,44\nC2,Bellows,x\nC2,Twice,1\n")
    folder = tmp_path / "bc"
    from engine.snapshot.importing import ImportOptions

    import_snapshot(tmp_path / "s.duckdb", folder, None, SMALL, now=NOW, options=ImportOptions(allow_rejects=True))
    summary = snapshot_summary(tmp_path / "s.duckdb", SMALL)
    (table,) = summary.tables
    assert (table.name, table.rows, table.refused, table.derived_ids) == ("Customer", 2, 1, 2)
    assert table.known == ("No.", "Name", "SystemId", "SystemModifiedAt")
    assert table.unknown == ("Shoe Size",)
    assert "Blocked" in table.missing
    assert summary.imported_at == NOW.replace(tzinfo=None)
    assert [(one.line, one.column, one.value) for one in summary.rejects] == [(4, "No.", "C2")]


def test_the_first_rows_are_readable(snapshot: Path) -> None:
    shown = first_rows(snapshot, SMALL, "customer")
    assert shown.columns[0] == "No."
    assert [row[:3] for row in shown.rows] == [("C1", "", ""), ("C2", "", "All")]
    assert first_rows(snapshot, SMALL, "item", limit=1).rows[0][2] == "12.5"
    with pytest.raises(SnapshotProblem) as raised:
        first_rows(snapshot, SMALL, "Custommer")
    assert raised.value.diagnostic.hint == "did you mean Customer?"


def test_a_killed_import_leaves_the_old_snapshot(snapshot: Path, tmp_path: Path) -> None:
    before = snapshot.read_bytes()
    (tmp_path / "bc").mkdir()
    with (tmp_path / "bc" / "Item.csv").open("w") as file:
        file.write("No.,Description\n")
        file.writelines(f"I{number},{'x' * 80}\n" for number in range(400_000))
    script = f"""
        import datetime, pathlib
        from engine.snapshot.importing import import_snapshot
        from tests.snapshot.worlds import SMALL
        print(1, flush=True)
        import_snapshot(pathlib.Path({str(snapshot)!r}), pathlib.Path({str(tmp_path / "bc")!r}), None, SMALL,
            now=datetime.datetime(2026, 6, 14))
    """
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    process.stdout.readline()
    deadline = time.monotonic() + 20
    while not list(tmp_path.glob(".s.duckdb.*.part")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert list(tmp_path.glob(".s.duckdb.*.part"))
    assert snapshot.read_bytes() == before
    assert import_snapshot(snapshot, tmp_path / "bc", None, SMALL, now=NOW).written
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bc", "s.duckdb"]


def test_an_import_replaces_a_snapshot_that_has_a_log(snapshot: Path, tmp_path: Path) -> None:
    script = (
        f"import duckdb, os; c = duckdb.connect({str(snapshot)!r}); c.execute('DELETE FROM bc.\"Item\"'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    (tmp_path / "bc").mkdir()
    (tmp_path / "bc" / "Item.csv").write_text("No.\nNEW\n")
    assert import_snapshot(snapshot, tmp_path / "bc", None, SMALL, now=NOW).written
    assert not snapshot.with_name("s.duckdb.wal").exists()
    assert first_rows(snapshot, SMALL, "Item").rows[0][0] == "NEW"
