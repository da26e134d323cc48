"""An export file -> SQL that reads it as text columns c0, c1, ..., the header, and how its cells are written.

CSV is never sniffed: all columns are declared, so a row with a cell too many is refused and told, not taken for a
header. What is not UTF-8 is turned into UTF-8 first, because DuckDB knows neither Windows-1252 nor lone bytes.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from engine.catalog.catalog import Field
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.snapshot import odata
from engine.snapshot.cells import PLAIN, Dialect, read
from engine.snapshot.files import Export
from engine.snapshot.open import first_line
from engine.snapshot.types import column_type, holds
from engine.sql.quote import identifier, literal

_NAME_IT = "name its encoding with --encoding"
_PIECE = 4 * 1024 * 1024
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A file ready to be read.

    relation: SQL of a table with columns c0 ... in the order of `headers`, rows in the order of the file.
    types: their DuckDB types; empty when all are VARCHAR, as they are in CSV and JSON.
    path: what is really read (a UTF-8 copy where the file is in another encoding). rejects: the name of the DuckDB
    table that gets the lines it cannot split; blank when there is none. unit: how rows are numbered in messages.
    deep: the columns of a JSON file in which some cell is a list or an object; these stay JSON.
    """

    headers: tuple[str, ...]
    relation: str
    path: Path
    encoding: str
    dialect: Dialect
    delimiter: str = ","
    rejects: str = ""
    unit: str = "line"
    types: tuple[str, ...] = ()
    deep: frozenset[int] = frozenset()

    def cell(self, index: int) -> str:
        """SQL: a cell as text."""
        if index in self.deep:
            return f"(c{index} ->> '$')"
        return f"CAST(c{index} AS VARCHAR)" if self.types and self.types[index] != "VARCHAR" else f"c{index}"

    def nested(self, index: int) -> str:
        """SQL: is a cell a list or an object instead of one value? Blank where the column holds none."""
        if index in self.deep:
            return f"coalesce(json_type(c{index}) IN ('OBJECT', 'ARRAY'), FALSE)"
        kind = self.types[index] if self.types else ""
        return f"c{index} IS NOT NULL" if kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]") else ""

    def is_typed(self, field: Field, index: int) -> bool:
        """Does the file itself hold the column as values of the field's kind?"""
        return bool(self.types) and holds(field.kind, self.types[index])

    def value(self, field: Field, index: int) -> str:
        """SQL: what is read from a cell; NULL where it is empty or unreadable."""
        if self.is_typed(field, index):
            return f"TRY_CAST(c{index} AS {column_type(field.kind)})"
        return read(field, self.cell(index), self.dialect)


class Unreadable(Exception):  # noqa: N818 - the user's file, not an error of the program
    """A file that cannot be read at all: why, and the way out."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.hint = hint

    def diagnostic(self, export: Export) -> Diagnostic:
        """The finding that an export cannot be read (E512)."""
        return Diagnostic(
            code="E512",
            name="unreadable-export",
            severity="error",
            span=None,
            message=f"{export.shown} cannot be read: {self}",
            hint=self.hint,
        )


def open_raw(
    connection: duckdb.DuckDBPyConnection,
    export: Export,
    scratch: Path,
    *,
    number: int,
    dialect: Dialect,
    delimiter: str,
    encoding: str | None,
) -> Raw:
    """Prepares a file for reading; Unreadable when it is none of its kind. scratch: a folder for copies."""
    try:
        match export.format:
            case "parquet":
                return _parquet(connection, _safe(export.path, scratch, number))
            case "json":
                path, taken = _as_utf8(export.path, scratch, number, encoding)
                return _json(connection, _unpacked(_safe(path, scratch, number), scratch, number), taken, dialect)
            case "csv":
                path, taken = _as_utf8(export.path, scratch, number, encoding)
                return _csv(_safe(path, scratch, number), taken, dialect, delimiter, number)
    except OSError as error:
        raise Unreadable(error.strerror or str(error), "look at the file and its rights") from error
    except duckdb.Error as error:
        raise unreadable(error) from error


def unreadable(error: duckdb.Error) -> Unreadable:
    """What DuckDB said about a file, without the path of a copy that nobody knows."""
    text = first_line(error)
    if "state machine" in text:
        return Unreadable("its lines end in different ways", "save it with one kind of line end")
    if malformed := re.search(r"Malformed JSON.*?record/value (\d+)", text):
        why = f"record {malformed[1]} is no JSON, or the one before it does not end"
        return Unreadable(why, "look there for a comma, a quotation mark or a brace too many or too few")
    told = re.sub(r"""(in )?(the )?(file )?["'][^"']*[\\/][^"']*["'],? ?""", "", text).strip()
    return Unreadable(told, "look at the file in a text editor, or export it again")


def _csv(path: Path, encoding: str, dialect: Dialect, delimiter: str, number: int) -> Raw:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            headers = next(csv.reader(file, delimiter=delimiter), [])
        except csv.Error as error:
            raise Unreadable(
                f"its first line is no header ({error})", "write the column names in the first line"
            ) from error
    headers = [one.strip() for one in headers]
    if not any(headers):
        raise Unreadable("it has no header line", "write the column names in the first line")
    if told := re.fullmatch(r"sep=(.)?", ",".join(headers)):
        hint = f"take that line away, and say --delimiter '{told[1] or delimiter}'"
        raise Unreadable(f"its first line is {told[0]}, which only spreadsheets understand", hint)
    if len(headers) == 1 and (other := next((sign for sign in ";\t|," if sign in headers[0]), "")):
        shown = "tab" if other == "\t" else f"'{other}'"
        raise Unreadable(f"its header has no '{delimiter}' but {shown}", f"say so with --delimiter {shown}")
    rejects = f"split_{number}"
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(headers)))
    relation = (
        f"read_csv({literal(str(path))}, auto_detect = false, header = true, delim = {literal(delimiter)}, "
        f"quote = '\"', escape = '\"', columns = {{{columns}}}, allow_quoted_nulls = false, null_padding = false, "
        f"strict_mode = true, store_rejects = true, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan')"
    )
    return Raw(
        headers=tuple(headers),
        relation=relation,
        path=path,
        encoding=encoding,
        dialect=dialect,
        delimiter=delimiter,
        rejects=rejects,
    )


def _json(connection: duckdb.DuckDBPyConnection, path: Path, encoding: str, dialect: Dialect) -> Raw:
    with path.open(encoding="utf-8") as file:
        start = re.match(r"[\ufeff\s]*(.?)", file.read(4096))
    array = start is not None and start[1] == "["
    if (end := _last_sign(path)) not in ("", "]" if array else "}"):
        raise Unreadable(f"it ends with '{end}' in the middle of a record", "it was cut off: export it again")
    reading = f"{literal(str(path))}, format = {literal('array' if array else 'newline_delimited')}"
    objects = f"read_json_objects({reading})"
    odd = connection.execute(
        f"SELECT n FROM (SELECT row_number() OVER () AS n, json FROM {objects}) "
        "WHERE json_type(json) IS DISTINCT FROM 'OBJECT' LIMIT 1"
    ).fetchall()
    if odd:
        raise Unreadable(f"record {odd[0][0]} is no object", 'write one object per record: {"Field": value, ...}')
    keys = connection.execute(
        f"SELECT DISTINCT unnest(json_keys(json)) AS name FROM {objects} ORDER BY name"
    ).fetchall()
    headers = tuple(str(name) for (name,) in keys)
    if not headers:
        return Raw(headers=(), relation="", path=path, encoding=encoding, dialect=dialect, unit="record")
    folded = [one.casefold() for one in headers]
    if len(set(folded)) < len(folded):
        same = next(one for one in headers if folded.count(one.casefold()) > 1)
        raise Unreadable(f"its records name {same} in two spellings", "use one spelling")
    deep = _deep(connection, objects, headers)
    columns = ", ".join(
        f"{literal(one)}: '{'JSON' if index in deep else 'VARCHAR'}'" for index, one in enumerate(headers)
    )
    picked = ", ".join(f"{identifier(one)} AS c{index}" for index, one in enumerate(headers))
    written = Dialect(decimal_comma=dialect.decimal_comma, dates=dialect.dates, exponents=True)
    return Raw(
        headers=headers,
        relation=f"(SELECT {picked} FROM read_json({reading}, records = 'true', columns = {{{columns}}}))",
        path=path,
        encoding=encoding,
        dialect=written,
        unit="record",
        deep=deep,
    )


def _deep(connection: duckdb.DuckDBPyConnection, objects: str, headers: tuple[str, ...]) -> frozenset[int]:
    """The columns in which some record holds a list or an object. Only records with a bracket in them are asked."""
    paths = ", ".join(literal('$."' + one.replace("\\", "\\\\").replace('"', '\\"') + '"') for one in headers)
    found = connection.execute(
        f"SELECT DISTINCT unnest(list_filter(range({len(headers)}), "
        f"lambda place: coalesce(list_contains(['OBJECT', 'ARRAY'], kinds[place + 1]), FALSE))) "
        f"FROM (SELECT json_type(json, [{paths}]) AS kinds FROM {objects} "
        "WHERE contains(substr(CAST(json AS VARCHAR), 2), '{') OR contains(CAST(json AS VARCHAR), '['))"
    ).fetchall()
    return frozenset(int(at) for (at,) in found)


def _unpacked(path: Path, scratch: Path, number: int) -> Path:
    """The file itself; of a page of a web API a copy that is the list of its records."""
    with path.open(encoding="utf-8-sig") as file:
        if not odata.is_page(file.read(4096)):
            return path
    page = odata.records(path)
    if page is None:
        return path
    if page[1]:
        raise Unreadable("it is one page of several", "put the records of all pages into one file")
    copy = scratch / f"{number}.records"
    copy.write_text(json.dumps(page[0], ensure_ascii=False), encoding="utf-8")
    return copy


def _last_sign(path: Path) -> str:
    """The last character that is no blank. DuckDB takes a list that is cut off after a comma for a whole one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 4096))
        return file.read().decode(errors="replace").rstrip()[-1:]


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Raw:
    source = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    headers = tuple(str(row[0]) for row in described)
    zoned = "TIMESTAMP WITH TIME ZONE"
    types = tuple(str(row[1]) for row in described)
    picked = ", ".join(
        identifier(one) + (" AT TIME ZONE 'UTC'" if kind == zoned else "") + f" AS c{index}"
        for index, (one, kind) in enumerate(zip(headers, types, strict=True))
    )
    return Raw(
        headers=headers,
        relation=f"(SELECT {picked} FROM {source})",
        path=path,
        encoding="",
        dialect=PLAIN,
        unit="record",
        types=tuple("TIMESTAMP" if kind == zoned else kind for kind in types),
    )


def _safe(path: Path, scratch: Path, number: int) -> Path:
    """The same file under a name that DuckDB does not take for a pattern."""
    whole = path.resolve()
    if not set(str(whole)) & set("*?[]{}"):
        return whole
    copy = scratch / f"{number}.plain"
    copy.write_bytes(whole.read_bytes())
    return copy


def _as_utf8(path: Path, scratch: Path, number: int, declared: str | None) -> tuple[Path, str]:
    """The file in UTF-8 (itself, or a copy) and the encoding it was in."""
    encoding = declared or _encoding(path)
    if encoding == "utf-8" and declared is None:
        return path, encoding
    copy = scratch / f"{number}.utf8"
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        with copy.open("wb") as target:
            for piece in _pieces(path):
                target.write(decoder.decode(piece).encode())
            target.write(decoder.decode(b"", True).encode())
    except UnicodeError as error:
        hint = "leave --encoding out, so that it is told by the bytes, or name another" if declared else _NAME_IT
        raise Unreadable(f"it is not in {encoding}", hint) from error
    return copy, encoding


def _encoding(path: Path) -> str:
    """The encoding by its mark; without one UTF-8 if all of it is, UTF-16 by its zero bytes, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4096)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        if len(start) > 1 and start[1::2].count(0) > len(start) // 4:
            return "utf-16-le"
        if len(start) > 1 and start[0::2].count(0) > len(start) // 4:
            return "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in _pieces(path):
            if b"\0" in piece:
                raise Unreadable("it holds zero bytes", "save it as plain text")
            if not piece.isascii() or decoder.getstate()[0]:
                decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        _refuse_damaged_utf8(path)
        return "windows-1252"
    return "utf-8"


def _refuse_damaged_utf8(path: Path) -> None:
    """A file with more UTF-8 letters than bytes that are none was UTF-8 once; as Windows-1252 all of them would turn
    into other letters. (Text in Windows-1252 hardly ever holds a letter of UTF-8 by chance.)"""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    letters = broken = 0
    for piece in _pieces(path):
        text = decoder.decode(piece)
        wrong = text.count("\ufffd")
        broken += wrong
        letters += 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore")) - wrong
    if letters > broken:
        raise Unreadable(
            f"it is in UTF-8 but for {broken} damaged characters",
            "export it again, or name its encoding with --encoding",
        )


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
