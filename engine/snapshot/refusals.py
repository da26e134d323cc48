"""A staged file with marked rows -> which cell of which line is wrong or odd, and why.

Only runs when a row was marked or a line could not be split. The file is read a second time for the marked rows alone;
lines are counted from the bytes of the file, because a cell may hold line breaks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from engine.catalog.catalog import Field
from engine.frozen import dataclass
from engine.snapshot.cells import is_empty
from engine.snapshot.columns import Column
from engine.snapshot.faults import Fault
from engine.snapshot.ids import shared, unique_keys
from engine.snapshot.staging import Staged
from engine.sql.quote import identifier, literal

FAULTS = "told"
"""The temporary table of all findings of one file: n (row from 0, NULL for a line that was not split), line, column,
value, code, name, reason, hint, times (of a finding that is only told: how many there are, a few being listed)."""

SHOWN = 5
"""How many findings of a kind in a column of a file are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All findings of one kind in one column of a file, with the first few of them as (line, value, reason)."""

    code: str
    name: str
    column: str
    hint: str
    count: int
    first: tuple[tuple[int, str, str], ...]


def collect(connection: duckdb.DuckDBPyConnection, staged: Staged) -> tuple[Group, ...]:
    """Fills the temporary table `told` for a file and gives its findings in groups, by code and column."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {FAULTS} (n BIGINT, line BIGINT, column_name VARCHAR, value VARCHAR, "
        "code VARCHAR, name VARCHAR, reason VARCHAR, hint VARCHAR, times BIGINT)"
    )
    if staged.wrong:
        _collect_refused(connection, staged)
    if staged.odd:
        _collect_odd(connection, staged)
    _collect_shared(connection, staged)
    _collect_shortened(connection, staged)
    split = _collect_split(connection, staged)
    if split or connection.execute(f"SELECT count(*) FROM {FAULTS}").fetchall()[0][0]:
        _number_lines(connection, staged, split)
    groups = connection.execute(
        f"""SELECT code, any_value(name), column_name, any_value(hint), coalesce(max(times), count(*)),
        list({{'line': line, 'value': value, 'reason': reason}} ORDER BY line, value)[1:{SHOWN}]
        FROM {FAULTS} GROUP BY code, column_name ORDER BY min(line), code, column_name"""
    ).fetchall()
    return tuple(
        Group(
            code=code,
            name=name,
            column=column,
            hint=hint,
            count=count,
            first=tuple((one["line"], one["value"] or "", one["reason"]) for one in first),
        )
        for code, name, column, hint, count, first in groups
    )


def _collect_refused(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Every cell that keeps a row out."""
    marked = f'SELECT rowid FROM {staged.place} WHERE "?wrong"'
    connection.execute(f"CREATE OR REPLACE TEMP TABLE marked AS FROM {_numbered(staged)} WHERE n IN ({marked})")
    for column, field, law in _laws(staged):
        if law.refuses:
            cell = staged.raw.cell(column.index)
            connection.execute(
                f"""INSERT INTO {FAULTS} SELECT n, NULL, {literal(field.name)}, {cell}, {_words(law)}, NULL
                FROM (SELECT n, c{column.index}, {_read(staged, column, field)} FROM marked) WHERE {law.condition}"""
            )
    connection.execute("DROP TABLE marked")


def _collect_odd(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """How often each law that is only told is broken, and the first few cells; there may be millions."""
    told = [(column, field, law) for column, field, law in _laws(staged) if not law.refuses]
    values = [_read(staged, column, field) for column, field in {column: field for column, field, _ in told}.items()]
    counts = [
        f"count(*) FILTER ({law.condition}), min(n, {SHOWN}) FILTER ({law.condition}), "
        f"arg_min({staged.raw.cell(column.index)}, n, {SHOWN}) FILTER ({law.condition})"
        for column, _, law in told
    ]
    row = connection.execute(
        f"SELECT {', '.join(counts)} FROM (SELECT {', '.join(['*', *values])} FROM {_numbered(staged)})"
    ).fetchall()[0]
    for index, (_, field, law) in enumerate(told):
        times, rows, cells = row[index * 3 : index * 3 + 3]
        if times:
            connection.execute(
                f"""INSERT INTO {FAULTS} SELECT unnest($1::BIGINT[]), NULL, {literal(field.name)},
                unnest($2::VARCHAR[]), {_words(law)}, {times}""",
                [rows, cells],
            )


def _numbered(staged: Staged) -> str:
    return f"(SELECT *, row_number() OVER () - 1 AS n FROM {staged.raw.relation})"


def _read(staged: Staged, column: Column, field: Field) -> str:
    return f"{staged.raw.value(field, column.index)} AS v{column.index}"


def _words(law: Fault) -> str:
    return ", ".join(literal(word) for word in (law.code, law.name, law.reason, law.hint))


def _laws(staged: Staged) -> Iterator[tuple[Column, Field, Fault]]:
    for column, laws in staged.laws.items():
        if column.field is not None:
            for law in (*laws, *_made_id(staged, column)):
                yield column, column.field, law


def _made_id(staged: Staged, column: Column) -> tuple[Fault, ...]:
    table = staged.export.table
    if table.system == "sales" or column.field is None or column.field.name != table.id_field:
        return ()
    empty = is_empty(staged.raw.cell(column.index))
    return (
        Fault(
            code="W514",
            name="ids-made",
            condition=f"coalesce(v{column.index} = UUID '00000000-0000-0000-0000-000000000000', {empty})",
            reason="is blank; the id is made from table and key",
            hint="export the id with its values if couplings refer to these records",
        ),
    )


def _collect_shared(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Rows whose key or id an earlier row has already; every one but the first is refused."""
    table = staged.export.table
    known = f"SELECT n FROM {FAULTS} WHERE code = {literal('E528')}"
    right = f'(SELECT *, rowid AS n FROM {staged.place} WHERE NOT "?wrong" AND rowid NOT IN ({known}))'
    for fields in unique_keys(table):
        law = ("E529", "repeated-id") if fields == (table.id_field,) else ("E528", "repeated-key")
        code, name = law
        columns = [identifier(one) for one in fields]
        if not connection.execute(f"SELECT 1 FROM ({shared(right, columns, 'n')}) LIMIT 1").fetchall():
            continue
        text = f"concat_ws(', ', {', '.join(f'CAST({one} AS VARCHAR)' for one in columns)})"
        connection.execute(
            f"""INSERT INTO {FAULTS} SELECT n, first, {literal(", ".join(fields))}, {text},
            {literal(code)}, {literal(name)}, '', 'keep one of the two records', NULL FROM
            (SELECT *, min(n) OVER (PARTITION BY {", ".join(columns)}) AS first FROM {right}) WHERE n <> first"""
        )


def _collect_shortened(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Numbers as codes where a spreadsheet seems to have taken leading zeros away: in a column where every code with
    a leading zero has the same length, those of digits that are shorter. Looked for in keys and references of BC."""
    table = staged.export.table
    fields = [
        column.field
        for column in staged.columns
        if column.field is not None
        and column.field.kind == "code"
        and (column.field.name in table.key or column.field.references)
    ]
    if not fields:
        return
    names = [identifier(one.name) for one in fields]
    spans = [
        f"min(length({one})) FILTER (regexp_full_match({one}, '0[0-9]+')), "
        f"max(length({one})) FILTER (regexp_full_match({one}, '0[0-9]+'))"
        for one in names
    ]
    lengths = connection.execute(f"SELECT {', '.join(spans)} FROM {staged.place}").fetchall()[0]
    for index, (field, name) in enumerate(zip(fields, names, strict=True)):
        shortest, longest = lengths[index * 2 : index * 2 + 2]
        if shortest is None or shortest != longest:
            continue
        law = Fault(
            code="W531",
            name="leading-zeros-lost",
            condition=f"regexp_full_match({name}, '[1-9][0-9]*') AND length({name}) < {longest}",
            reason=f"is shorter than the codes with leading zeros beside it ({longest} digits)",
            hint="if a spreadsheet took the zeros away, export without opening the file in it",
        )
        connection.execute(
            f"""INSERT INTO {FAULTS} SELECT rowid, NULL, {literal(field.name)}, {name}, {_words(law)}, count(*) OVER ()
            FROM {staged.place} WHERE {law.condition} ORDER BY rowid LIMIT {SHOWN}"""
        )


def _collect_split(connection: duckdb.DuckDBPyConnection, staged: Staged) -> int:
    """The lines that DuckDB could not split into cells; their line is their byte position until it is counted."""
    if not staged.raw.rejects:
        return 0
    headers = len(staged.raw.headers)
    connection.execute(
        f"""INSERT INTO {FAULTS} SELECT DISTINCT ON (line_byte_position)
        NULL, line_byte_position, '', left(csv_line, 500), {literal("E520")}, 'wrong-number-of-cells',
        CASE error_type WHEN 'TOO MANY COLUMNS' THEN 'has more than the {headers} cells of the header'
        WHEN 'MISSING COLUMNS' THEN 'has fewer than the {headers} cells of the header'
        WHEN 'UNQUOTED VALUE' THEN 'has a quotation mark that is not closed'
        WHEN 'LINE SIZE OVER MAXIMUM' THEN 'is longer than 2 MB' ELSE 'cannot be split into cells' END,
        'a line has a cell for every column; one that holds the delimiter stands in quotation marks', NULL
        FROM {staged.raw.rejects} ORDER BY line_byte_position"""
    )
    return int(connection.execute(f"SELECT count(*) FROM {FAULTS} WHERE n IS NULL").fetchall()[0][0])


def _number_lines(connection: duckdb.DuckDBPyConnection, staged: Staged, split: int) -> None:
    """Turns row numbers and byte positions into line numbers (records are numbered from 1 where there are no lines)."""
    if split:
        found = connection.execute(f"SELECT DISTINCT line FROM {FAULTS} WHERE n IS NULL").fetchall()
        positions = sorted(position for (position,) in found)
        _translate(connection, positions, _lines_at(staged.raw.path, positions), "n IS NULL")
    rows = connection.execute(
        f"SELECT n FROM {FAULTS} WHERE n IS NOT NULL "
        f"UNION SELECT line FROM {FAULTS} WHERE code IN ('E528', 'E529') ORDER BY 1"
    ).fetchall()
    numbers = [number for (number,) in rows]
    if staged.raw.unit == "record":
        lines = [number + 1 for number in numbers]
    else:
        lines = _lines_of_rows(staged, numbers, split)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE numbered AS SELECT unnest($1::BIGINT[]) AS n, unnest($2::BIGINT[]) AS line",
        [numbers, lines],
    )
    connection.execute(
        f"""UPDATE {FAULTS} SET reason = 'is the key of {staged.raw.unit} ' || numbered.line || ' already'
        FROM numbered WHERE {FAULTS}.code IN ('E528', 'E529') AND {FAULTS}.line = numbered.n"""
    )
    connection.execute(f"UPDATE {FAULTS} SET line = numbered.line FROM numbered WHERE {FAULTS}.n = numbered.n")
    connection.execute("DROP TABLE numbered")


def _translate(connection: duckdb.DuckDBPyConnection, before: Sequence[int], after: Sequence[int], where: str) -> None:
    connection.execute(
        f"""UPDATE {FAULTS} SET line = found.after
        FROM (SELECT unnest($1::BIGINT[]) AS before, unnest($2::BIGINT[]) AS after) AS found
        WHERE {where} AND {FAULTS}.line = found.before""",
        [list(before), list(after)],
    )


def _lines_at(path: Path, positions: Sequence[int]) -> list[int]:
    """The line numbers of byte positions (from 1, in rising order), by counting the line ends before them."""
    found: list[int] = []
    line, at = 1, 0
    with path.open("rb") as file:
        for position in positions:
            while at < position - 1:
                piece = file.read(min(1 << 20, position - 1 - at))
                if not piece:
                    break
                line += _ends(piece)
                at += len(piece)
            found.append(line)
    return found


def _ends(piece: bytes) -> int:
    return piece.count(b"\n") or piece.count(b"\r")


def _lines_of_rows(staged: Staged, rows: Sequence[int], split: int) -> list[int]:
    """The lines on which rows begin. Where every row is one line, that is plain arithmetic; else the file is read up to
    the last of them."""
    with staged.raw.path.open("rb") as file:
        physical = 0
        last = b""
        while piece := file.read(1 << 22):
            physical += _ends(piece)
            last = piece
    physical += 0 if last.endswith((b"\n", b"\r")) else 1
    if not split and physical == staged.rows + 1:
        return [row + 2 for row in rows]
    wanted, found = set(rows), {}
    row, begins = -1, 1
    with staged.raw.path.open(encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=staged.raw.delimiter)
        try:
            for cells in reader:
                if _is_row(cells, len(staged.raw.headers)):
                    if row in wanted:
                        found[row] = begins
                        if len(found) == len(wanted):
                            break
                    row += 1
                begins = reader.line_num + 1
        except csv.Error:
            pass
    return [found.get(number, number + 2) for number in rows]


def _is_row(cells: Sequence[str], headers: int) -> bool:
    """Does DuckDB take the line as a row? It forgives an empty cell too many, and a blank line is a row of one cell."""
    return len(cells) == headers or (len(cells) == headers + 1 and not cells[-1]) or (not cells and headers == 1)
