"""Laws of an import over generated files: texts survive, damage is told, rows are conserved."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from engine.snapshot.importing import ImportOptions, ImportResult, import_snapshot
from engine.snapshot.open import connect
from tests.snapshot.worlds import SMALL

NOW = datetime(2026, 6, 14)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

letters = st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")
texts = st.text(st.one_of(letters, st.sampled_from(list("\"',;\n\\ é0=-"))), max_size=20).filter(
    lambda text: "\r" not in text
)


def taken(content: bytes, name: str = "Item.csv", **options: bool) -> tuple[ImportResult, list[tuple[str, str]], Path]:
    folder = Path(tempfile.mkdtemp(prefix="law-"))
    (folder / "bc").mkdir()
    (folder / "bc" / name).write_bytes(content)
    result = import_snapshot(
        folder / "s.duckdb",
        folder / "bc",
        None,
        SMALL,
        now=NOW,
        options=ImportOptions(**options),  # type: ignore[arg-type]
    )
    if not result.written:
        return result, [], folder
    connection = connect(folder / "s.duckdb")
    rows = connection.execute('SELECT "No.", "Description" FROM snap.bc."Item" ORDER BY "No."').fetchall()
    connection.close()
    return result, rows, folder


@QUICK
@given(
    st.lists(texts, min_size=1, max_size=8),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_text_survives_any_usual_csv(values: list[str], quoting: int, line_end: str, encoding: str) -> None:
    written = io.StringIO()
    writer = csv.writer(written, quoting=quoting, lineterminator=line_end)  # type: ignore[arg-type]
    writer.writerow(["No.", "Description"])
    writer.writerows([f"A{number}", text] for number, text in enumerate(values))
    result, rows, _ = taken(written.getvalue().encode(encoding))
    assert [one.message for one in result.diagnostics if one.severity == "error"] == []
    assert rows == [(f"A{number}", text) for number, text in enumerate(values)]


@QUICK
@given(st.integers(0, 1 << 32))
def test_damage_is_told_and_no_row_is_lost(seed: int) -> None:
    """Bytes are put in and taken out at random: never a traceback, and every line is a row or refused."""
    chance = random.Random(seed)
    lines = ["No.,Description,Unit Price,Blocked,Last Date Modified"]
    lines += [f'I{n},"Text, ""q"", é\nline {n}",{n}.5,{"Yes" if n % 2 else "no"},2026-01-{n + 1:02}' for n in range(12)]
    content = bytearray(("\n".join(lines) + "\n").encode())
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(content))
        noise = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b'""', b"\xc3", b"9" * 50, b"", b";", b"'"]
        content[at : at + chance.choice([0, 0, 1, 5, 40])] = chance.choice(noise)
    result, rows, _ = taken(bytes(content), allow_rejects=True)
    if not result.written:
        assert any(one.severity == "error" for one in result.diagnostics)
        return
    (table,) = result.tables
    assert len(rows) == table.rows
    if b"\r" in content:
        return  # the csv module ends a row there, DuckDB refuses the whole line
    try:
        text = bytes(content).decode("utf-8")
        seen = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (csv.Error, UnicodeDecodeError):
        return
    assert len(seen) - 1 == table.rows + table.refused


@QUICK
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "one\ntwo", "x\n\n"]), st.sampled_from(["1", "bad", "1,1"])), min_size=1
    )
)
def test_findings_stand_on_the_line_where_their_row_begins(cells: list[tuple[str, str]]) -> None:
    expected: list[int] = []
    content, line = "No.,Description,Level\n", 2
    for number, (text, level) in enumerate(cells):
        if level != "1":
            expected.append(line)
        content += f'A{number},"{text}",{level}\n'
        line += 1 + text.count("\n")
    _, _, folder = taken(content.encode(), allow_rejects=True)
    connection = connect(folder / "s.duckdb")
    found = connection.execute("SELECT line FROM snap.sync.reject ORDER BY line").fetchall()
    connection.close()
    assert [number for (number,) in found] == expected
