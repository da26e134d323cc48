"""Stories about an import: what is read, what is refused, and that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest

from engine.snapshot.content import content_fingerprint
from engine.snapshot.importing import ImportOptions, ImportResult, import_snapshot
from engine.snapshot.open import connect
from tests.snapshot.worlds import SMALL

NOW = datetime(2026, 6, 14, 6, 0, tzinfo=UTC)
ACCOUNT = "a0000000-0000-4000-8000-000000000001"
OTHER = "a0000000-0000-4000-8000-000000000002"

Take = Callable[..., ImportResult]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Imports files given as name -> content (text in UTF-8, or bytes); `account.csv` and `product.csv` are Sales."""

    def run(files: dict[str, Any], **options: Any) -> ImportResult:
        for name, content in files.items():
            system = "sales" if name.startswith(("account", "product", "choice")) else "bc"
            folder = tmp_path / system
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        folders = [tmp_path / one if (tmp_path / one).exists() else None for one in ("bc", "sales")]
        return import_snapshot(tmp_path / "s.duckdb", *folders, SMALL, now=NOW, options=ImportOptions(**options))

    return run


def rows(tmp_path: Path, query: str) -> list[tuple[Any, ...]]:
    connection = connect(tmp_path / "s.duckdb")
    found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    connection.close()
    return found


def codes(result: ImportResult) -> list[str]:
    return [one.code for one in result.diagnostics if one.code not in ("W513", "W514")]


def test_every_kind_is_typed_from_the_schema(take: Take, tmp_path: Path) -> None:
    header = (
        "No.,Description,Type,Unit Price,Blocked,Level,Last Date Modified,Last Time Modified,Waiting Time,Row Version,"
        "SystemId,SystemModifiedAt"
    )
    result = take(
        {
            "Item.csv": f"{header}\n"
            " a1 ,Ünïcode,Service,-12.5,Yes,7,2026-02-28,14:05:00,60000,9007199254740993,"
            "{A0000000-0000-4000-8000-00000000000F},2026-03-02T12:00:00.120+02:00\n"
            'B2,"",,,,,,,,,,\n'
        }
    )
    assert codes(result) == []
    first, second = rows(tmp_path, 'SELECT * FROM snap.bc."Item" ORDER BY "No."')
    assert first == (
        "A1",
        "Ünïcode",
        1,
        Decimal("-12.5"),
        True,
        7,
        date(2026, 2, 28),
        time(14, 5),
        60000,
        9007199254740993,
        UUID("a0000000-0000-4000-8000-00000000000f"),
        datetime(2026, 3, 2, 10, 0, 0, 120000),
    )
    assert second[:10] == ("B2", "", 0, Decimal(0), False, 0, None, None, 0, 0)
    assert second[11] is None


def test_nothing_is_null_in_bc_and_empty_text_is_nothing_in_sales(take: Take, tmp_path: Path) -> None:
    take(
        {
            "account.csv": "accountid,name,customertypecode,creditlimit,donotphone,primarycontactid,modifiedon\n"
            f'{ACCOUNT},"",-1,,,00000000-0000-0000-0000-000000000000,\n'
        }
    )
    assert rows(tmp_path, "SELECT * EXCLUDE accountid FROM snap.sales.account") == [(None,) * 6]


@pytest.mark.parametrize("written", ["Service", "service", "1", "SERVICE", "Service (1)", " Service "])
def test_an_option_is_read_in_every_way_people_write_it(take: Take, tmp_path: Path, written: str) -> None:
    take({"Item.csv": f"No.,Type\nA,{written}\n"})
    assert rows(tmp_path, 'SELECT "Type" FROM snap.bc."Item"') == [(1,)]


@pytest.mark.parametrize(
    "name", ["Salesperson_Purchaser.csv", "salesperson purchaser.csv", "SalespersonPurchaser-13.csv"]
)
def test_a_file_is_found_in_any_usual_spelling(take: Take, tmp_path: Path, name: str) -> None:
    assert codes(take({name: "Code,Name\nKV,Karin Vale\n"})) == []
    assert rows(tmp_path, 'SELECT "Code" FROM snap.bc."Salesperson/Purchaser"') == [("KV",)]


def test_headers_are_names_captions_or_near_to_them(take: Take, tmp_path: Path) -> None:
    result = take(
        {"Customer.csv": "no_,NAME,Email,PrimaryContactNo-5049\nC1,Adatum,a@x.example,CT1\n"},
    )
    assert codes(result) == []
    assert rows(tmp_path, 'SELECT "No.", "Name", "E-Mail", "Primary Contact No." FROM snap.bc."Customer"') == [
        ("C1", "Adatum", "a@x.example", "CT1")
    ]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ("A,1.234,5", "E520", ""),
        ("A", "E520", ""),
        ("A,ten", "E521", "Unit Price"),
        ("A,1E5", "E521", "Unit Price"),
        ("A,0x1F", "E521", "Unit Price"),
        ("A,1_000", "E521", "Unit Price"),
        ("A," + "9" * 40, "E521", "Unit Price"),
        ("A" * 21 + ",1", "E526", "No."),
    ],
)
def test_a_wrong_cell_refuses_its_row_and_says_where(
    take: Take, tmp_path: Path, cells: str, code: str, column: str
) -> None:
    result = take({"Item.csv": f"No.,Unit Price\nGOOD,1\n{cells}\nFINE,2\n"})
    (found,) = [one for one in result.diagnostics if one.severity == "error"]
    assert found.code == code
    assert found.span is not None
    assert (Path(found.span.path).resolve(), found.span.line) == (tmp_path / "bc" / "Item.csv", 3)
    assert column in found.message
    assert not result.written
    assert not (tmp_path / "s.duckdb").exists()


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("Last Date Modified", "03/04/2026", "E522"),
        ("Last Date Modified", "2026-02-30", "E522"),
        ("Last Date Modified", "infinity", "E522"),
        ("Last Time Modified", "25:00:00", "E522"),
        ("SystemModifiedAt", "yesterday", "E522"),
        ("Type", "Stock", "E523"),
        ("Blocked", "maybe", "E524"),
        ("SystemId", "42", "E525"),
        ("Level", "1.5", "E521"),
        ("Level", "3000000000", "E521"),
    ],
)
def test_each_kind_refuses_what_it_cannot_read(take: Take, header: str, cell: str, code: str) -> None:
    assert codes(take({"Item.csv": f"No.,{header}\nA,{cell}\n"})) == [code]


def test_refused_rows_are_left_out_only_when_that_is_allowed_and_then_listed(take: Take, tmp_path: Path) -> None:
    files = {"Item.csv": 'No.,Unit Price\nA,1\nB,ten\nC,3,4\nD,"4"\na,9\n'}
    assert codes(take(files)) == ["E521", "E520", "E528"]
    result = take(files, allow_rejects=True)
    assert (result.written, codes(result), result.tables[0].rows, result.tables[0].refused) == (True, ["W520"], 2, 3)
    assert rows(tmp_path, 'SELECT "No." FROM snap.bc."Item" ORDER BY 1') == [("A",), ("D",)]
    assert rows(
        tmp_path, "SELECT file, line, column_name, value, code, reason FROM snap.sync.reject ORDER BY line"
    ) == [
        ("Item.csv", 3, "Unit Price", "ten", "E521", "is no number with a decimal point"),
        ("Item.csv", 4, "", "C,3,4", "E520", "has more than the 2 cells of the header"),
        ("Item.csv", 6, "No.", "A", "E528", "is the key of line 2 already"),
    ]


def test_lines_are_counted_in_the_file_even_when_cells_hold_line_breaks(take: Take) -> None:
    result = take({"Item.csv": 'No.,Description,Level\nA,"one\ntwo\n\nthree",1\n\nB,x,y\nC,"a\nb",z\nD,1\nE,1,q\n'})
    assert [(one.code, one.span and one.span.line) for one in result.diagnostics if one.severity == "error"] == [
        ("E521", 7),
        ("E521", 8),
        ("E520", 10),
        ("E521", 11),
    ]


def test_rows_are_found_again_in_a_large_file(take: Take) -> None:
    """The file is read by several threads; line numbers must not depend on it."""
    lines = [f"I{number:07},{number}" for number in range(400_000)]
    lines[350_000] = "BAD,x"
    lines[399_999] = "I0000000,1"
    result = take({"Item.csv": "No.,Level\n" + "\n".join(lines) + "\n"})
    errors = [one for one in result.diagnostics if one.severity == "error"]
    assert [(one.code, one.span and one.span.line) for one in errors] == [("E521", 350_002), ("E528", 400_001)]
    assert "is the key of line 2 already" in errors[1].message


def test_a_repeated_id_names_both_lines(take: Take) -> None:
    (found,) = [
        one
        for one in take(
            {"account.csv": f"accountid,name\n{ACCOUNT},A\n{OTHER},B\n{{{ACCOUNT.upper()}}},C\n"}
        ).diagnostics
        if one.severity == "error"
    ]
    assert (found.code, found.span and found.span.line) == ("E529", 4)
    assert "line 2" in found.message


def test_a_sales_record_needs_an_id(take: Take) -> None:
    assert codes(take({"account.csv": "accountid,name\n,A\n"})) == ["E527"]
    assert codes(take({"account.csv": "name\nA\n"})) == ["E515"]


def test_a_sales_table_without_ids_goes_by_its_key(take: Take, tmp_path: Path) -> None:
    result = take(
        {"choice.csv": "table,value,label,hue\na,1,One,x\na,2,Two,y\nb,1,One,z\na,1,Again,q\n"}, allow_rejects=True
    )
    assert codes(result) == ["W511", "W520"]
    assert rows(tmp_path, 'SELECT "table", value FROM snap.sales.choice ORDER BY ALL') == [("a", 1), ("a", 2), ("b", 1)]
    assert rows(tmp_path, "SELECT line, code, reason FROM snap.sync.reject") == [
        (5, "E528", "is the key of line 2 already")
    ]
    assert codes(take({"choice.csv": "table,label\na,One\n"})) == ["E515"]


def test_decimal_comma_and_date_order_count_only_when_declared(take: Take, tmp_path: Path) -> None:
    files = {"Item.csv": "No.;Unit Price;Last Date Modified;SystemModifiedAt\nA;1234,5;03.04.2026;03.04.2026 14:05\n"}
    assert codes(take(files, delimiter=";")) == ["E521", "E522", "E522"]
    assert codes(take(files, delimiter=";", decimal_comma=True, dates="dmy")) == []
    query = 'SELECT "Unit Price", "Last Date Modified", "SystemModifiedAt" FROM snap.bc."Item"'
    assert rows(tmp_path, query) == [(Decimal("1234.5"), date(2026, 4, 3), datetime(2026, 4, 3, 14, 5))]
    take(files, delimiter=";", decimal_comma=True, dates="mdy")
    assert rows(tmp_path, query)[0][1] == date(2026, 3, 4)


def test_a_year_of_two_digits_is_never_guessed(take: Take) -> None:
    assert codes(take({"Item.csv": "No.,Last Date Modified\nA,03.04.26\n"}, dates="dmy")) == ["E522"]


def test_another_delimiter_is_not_guessed_but_named(take: Take) -> None:
    (found,) = take({"Item.csv": "No.;Description\nA;B\n"}).diagnostics
    assert found.code == "E512"
    assert "--delimiter ';'" in found.hint


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", []), ("utf-8-sig", []), ("utf-16", ["W512"]), ("utf-16-le", ["W512"]), ("windows-1252", ["W512"])],
)
def test_encodings_are_told_by_their_bytes(take: Take, tmp_path: Path, encoding: str, told: list[str]) -> None:
    assert codes(take({"Item.csv": "No.,Description\nA,Müller’s Räder\n".encode(encoding)})) == told
    assert rows(tmp_path, 'SELECT "No.", "Description" FROM snap.bc."Item"') == [("A", "Müller’s Räder")]


def test_windows_line_ends_with_breaks_inside_cells(take: Take, tmp_path: Path) -> None:
    assert codes(take({"Item.csv": 'No.,Description\r\nA,"one\ntwo"\r\nB,x\r\n'})) == []
    assert rows(tmp_path, 'SELECT "Description" FROM snap.bc."Item" ORDER BY "No."') == [("one\ntwo",), ("x",)]


def test_unknown_and_calculated_columns_keep_their_values(take: Take, tmp_path: Path) -> None:
    result = take({"Item.csv": "No.,Descripton,Date Filter\nA,Bicycle,x\nB,Bell,y\n"})
    assert codes(result) == ["W511", "W515"]
    assert any(one.hint == "did you mean Description?" for one in result.diagnostics)
    assert rows(
        tmp_path,
        """SELECT "No.", "Descripton", "Date Filter"
        FROM snap.sync."bc Item" JOIN snap.bc."Item" ON "?id" = "SystemId" ORDER BY 1""",
    ) == [("A", "Bicycle", "x"), ("B", "Bell", "y")]
    assert rows(tmp_path, "SELECT column_name, state FROM snap.sync.column WHERE header IS NOT NULL ORDER BY 1") == [
        ("Date Filter", "calculated"),
        ("Descripton", "unknown"),
        ("No.", "known"),
    ]


def test_ids_of_bc_are_the_same_in_every_import(take: Take, tmp_path: Path) -> None:
    query = 'SELECT "Line No.", "SystemId" FROM snap.bc."Sales Line" ORDER BY 1'
    header = "Document Type,Document No.,Line No."
    take({"Sales Line.csv": f"{header}\nOrder,S1,10000\nOrder,S1,20000\n"})
    before = rows(tmp_path, query)
    result = take({"Sales Line.csv": f"{header}\n1,s1,20000\n1,s1,10000\n"})
    assert rows(tmp_path, query) == before
    assert len({one for _, one in before}) == 2
    assert [one.code for one in result.diagnostics] == ["W513", "W514"]


def test_traces_of_a_spreadsheet_are_told_and_kept(take: Take, tmp_path: Path) -> None:
    files = {"Item.csv": "No.,Description\n00100,a\n00200,3-May\n300,=A1+1\n1E5,b\n"}
    assert codes(take(files)) == ["W530", "W531", "W530", "W530"]
    assert len(rows(tmp_path, 'FROM snap.bc."Item"')) == 4


def test_more_decimals_than_ten_are_rounded_aloud(take: Take, tmp_path: Path) -> None:
    assert codes(take({"Item.csv": "No.,Unit Price\nA,1.12345678949\nB,1.10000000000000\n"})) == ["W521"]
    assert rows(tmp_path, 'SELECT "Unit Price" FROM snap.bc."Item" ORDER BY "No."')[0] == (Decimal("1.1234567895"),)


def test_an_option_number_outside_the_schema_is_kept_and_told(take: Take, tmp_path: Path) -> None:
    assert codes(take({"account.csv": f"accountid,statecode\n{ACCOUNT},100000007\n"})) == ["W523"]
    assert rows(tmp_path, "SELECT statecode FROM snap.sales.account") == [(100000007,)]


def test_json_and_parquet_say_the_same_as_csv(take: Take, tmp_path: Path) -> None:
    def content() -> list[tuple[Any, ...]]:
        return rows(tmp_path, "SELECT content_fingerprint FROM snap.sync.snapshot")

    take({"Item.csv": "No.,Unit Price,Blocked,Last Date Modified\nA,1.5,true,2026-01-31\nB,0,,\n"})
    expected = content()
    (tmp_path / "bc" / "Item.csv").unlink()
    records = [
        {"No.": "A", "Unit Price": 1.5, "Blocked": True, "Last Date Modified": "2026-01-31"},
        {"No.": "B", "Unit Price": None},
    ]
    for text in (json.dumps(records, indent=1), "\n".join(json.dumps(one) for one in records)):
        assert codes(take({"Item.json": text})) == []
        assert content() == expected
    (tmp_path / "bc" / "Item.json").unlink()
    with duckdb.connect() as connection:
        connection.execute(
            """COPY (SELECT * FROM (VALUES ('A', 1.5::DOUBLE, TRUE, DATE '2026-01-31'), ('B', NULL, NULL, NULL))
            AS item("No.", "Unit Price", "Blocked", "Last Date Modified")) TO '"""
            + str(tmp_path / "bc" / "Item.parquet")
            + "' (FORMAT parquet)"
        )
    assert codes(take({}, decimal_comma=True, dates="dmy")) == []
    assert content() == expected


@pytest.mark.parametrize("name", ["Item.json", "Item.parquet"])
def test_records_without_lines_are_numbered(take: Take, tmp_path: Path, name: str) -> None:
    records = [{"No.": f"A{number}", "Level": "x" if number == 2 else "1"} for number in range(4)]
    (tmp_path / "records.json").write_text(json.dumps(records))
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM '{tmp_path / 'records.json'}') TO '{tmp_path / 'records.parquet'}'")
    (found,) = [
        one
        for one in take({name: (tmp_path / f"records.{name[5:]}").read_bytes()}).diagnostics
        if one.severity == "error"
    ]
    assert found.message == "Item, record 3: column Level 'x' is no whole number that fits"


@pytest.mark.parametrize("name", ["Item.json", "Item.parquet"])
def test_a_list_or_an_object_is_no_value_and_keeps_its_row_out(take: Take, tmp_path: Path, name: str) -> None:
    records: list[dict[str, Any]] = [
        {"No.": "A", "Description": "[x] {y}"},
        {"No.": "B", "Level": 1, "Description": {"text": "x"} if name == "Item.json" else None, "Tags": ["1"]},
    ]
    if name == "Item.json":
        assert codes(take({name: json.dumps(records)})) == ["W511", "E532"]
        assert codes(take({name: json.dumps(records)}, allow_rejects=True)) == ["W511", "W520"]
    else:
        (tmp_path / "bc").mkdir()
        with duckdb.connect() as connection:
            records_of = """SELECT 'A' AS "No.", NULL AS "Description" UNION ALL SELECT 'B', ['x']"""
            connection.execute(f"COPY ({records_of}) TO '{tmp_path / 'bc' / name}' (FORMAT parquet)")
        assert codes(take({})) == ["E532"]
        assert codes(take({}, allow_rejects=True)) == ["W520"]
    assert rows(tmp_path, 'SELECT "No." FROM snap.bc."Item"') == [("A",)]


def test_a_text_that_looks_like_an_object_is_a_text(take: Take, tmp_path: Path) -> None:
    records = [{"No.": "A", "Description": '{"a": 1}'}, {"No.": "B", "Description": None}, {"No.": "C", "x": [1]}]
    assert codes(take({"Item.json": json.dumps(records)})) == ["W511"]
    assert rows(tmp_path, 'SELECT "Description" FROM snap.bc."Item" ORDER BY "No."') == [('{"a": 1}',), ("",), ("",)]


def test_parquet_columns_keep_their_types_and_are_judged_all_the_same(take: Take, tmp_path: Path) -> None:
    (tmp_path / "bc").mkdir()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Berlin'")
        connection.execute(
            f"""COPY (SELECT * FROM (VALUES
            ('A', 5::BIGINT, 1.5::DECIMAL(9,3), TIMESTAMPTZ '2026-03-02 12:00:00+02', 1::SMALLINT, 7, TRUE),
            ('B', 3000000000, 2, NULL, 9, NULL, NULL)) AS item("No.", "Level", "Unit Price", "SystemModifiedAt", "Type",
            "Description", "Blocked")) TO '{tmp_path / "bc" / "Item.parquet"}' (FORMAT parquet)"""
        )
    assert codes(take({})) == ["E521", "W523"]
    assert codes(take({}, allow_rejects=True)) == ["W520", "W523"]
    assert rows(tmp_path, 'SELECT * EXCLUDE "SystemId" FROM snap.bc."Item"') == [
        ("A", "7", 1, Decimal("1.5"), True, 5, datetime(2026, 3, 2, 10))
    ]


def test_a_message_holds_nothing_that_a_terminal_obeys(take: Take) -> None:
    result = take({"Item.csv": 'No.,Level,"bad\x1b[2J"\nA,"\x1b[31m\n",1\n'})
    assert [one.message for one in result.diagnostics if not one.message.isprintable()] == []
    assert codes(result) == ["W511", "E521"]


def test_importing_twice_gives_the_same_content(take: Take, tmp_path: Path) -> None:
    files = {"Item.csv": "No.,Unit Price\nA,1\nB,2\n", "account.csv": f"accountid,name\n{ACCOUNT},A\n"}
    seen = set()
    for _ in range(2):
        take(files)
        connection = connect(tmp_path / "s.duckdb")
        seen.add(content_fingerprint(connection))
        connection.close()
    assert len(seen) == 1


def test_names_and_values_that_look_like_sql_are_only_text(take: Take, tmp_path: Path) -> None:
    evil = "'; DROP TABLE x; --"
    header = '''No.,Description,"a""b'); DROP SCHEMA bc; --"'''
    take({"Item.csv": f'{header}\nA,"{evil}","{evil}"\n'})
    assert rows(tmp_path, 'SELECT "Description" FROM snap.bc."Item"') == [(evil,)]
    assert rows(tmp_path, 'SELECT * EXCLUDE "?id" FROM snap.sync."bc Item"') == [(evil,)]


def test_links_other_files_and_unknown_tables_are_left_out_aloud(take: Take, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("No.\nX\n")
    (tmp_path / "bc").mkdir()
    (tmp_path / "bc" / "Customer.csv").symlink_to(secret)
    result = take({"Item.csv": "No.\nA\n", "Itmes.csv": "No.\nA\n", "Vendors.xlsx": b"PK", "README.md": "notes"})
    assert codes(result) == ["W510", "W510", "W510"]
    assert "did you mean Item?" in [one.hint for one in result.diagnostics]
    assert rows(tmp_path, "SELECT table_name FROM snap.sync.file") == [("Item",)]


def test_a_folder_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "exports [june] *?"
    folder.mkdir()
    (folder / "Item.csv").write_text("No.\nA\n")
    assert import_snapshot(tmp_path / "s.duckdb", folder, None, SMALL, now=NOW).written


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"Item.csv": ""}, "E512"),
        ({"Item.csv": "\n\n"}, "E512"),
        ({"Item.csv": b"No.\nA\0B\n"}, "E512"),
        ({"Item.csv": "No.,Description\nA,Räder für Zoë\n".encode() + b"B,\xe4\n"}, "E512"),
        ({"Item.csv": "No.,No.\nA,B\n"}, "E513"),
        ({"Item.csv": "No.,Foo,foo\nA,B,C\n"}, "E513"),
        ({"Item.csv": "Description\nA\n"}, "E515"),
        ({"Item.json": "{"}, "E512"),
        ({"Item.json": '[{"No.": "A"},'}, "E512"),
        ({"Item.json": '{"No.": "A"}\n{"No.'}, "E512"),
        ({"Item.json": "[1, 2]"}, "E512"),
        ({"Item.parquet": b"PAR1 not really"}, "E512"),
        ({"Item.csv": "No.\nA\n", "item.json": "[]"}, "E511"),
        ({"Items.csv": "No.\nA\n"}, "E517"),
        ({"Item.csv": "No.,Level\nA,1\r\nB,2\n"}, "E512"),
    ],
)
def test_a_hopeless_file_is_one_finding(take: Take, tmp_path: Path, files: dict[str, str | bytes], code: str) -> None:
    result = take(files)
    assert code in codes(result)
    assert not result.written
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bc"]


def test_all_files_are_judged_before_the_import_gives_up(take: Take) -> None:
    assert codes(take({"Item.json": "{", "Customer.csv": "No.\nA\nA\n", "account.csv": "accountid\n1\n"})) == [
        "E512",
        "E528",
        "E525",
    ]


def test_a_header_alone_is_an_empty_table(take: Take, tmp_path: Path) -> None:
    assert codes(take({"Item.csv": "No.,Description"})) == []
    assert rows(tmp_path, 'FROM snap.bc."Item"') == []


def test_wrong_options_are_findings(take: Take) -> None:
    assert codes(take({"Item.csv": "No.\nA\n"}, delimiter=";;", encoding="klingon")) == ["E516", "E516"]


def test_only_the_first_few_of_a_kind_are_told(take: Take) -> None:
    result = take({"Item.csv": "No.,Level\n" + "".join(f"A{number},x\n" for number in range(100))})
    errors = [one for one in result.diagnostics if one.severity == "error"]
    assert len(errors) == 6
    assert "95 more" in errors[-1].message
    assert result.tables[0].refused == 100
