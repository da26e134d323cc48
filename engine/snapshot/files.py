"""A folder of exports -> which file holds which table.

A file is named like its table, by technical name or caption, in any usual spelling: case, blanks, underscores, points
and slashes do not count (`Name_Of_Table.csv`), a table number may follow (`Name-18.csv`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from engine.catalog.catalog import Catalog, System, Table
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.textfile import shown

Format = Literal["csv", "json", "parquet"]

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
}
_PAPERS = {".md", ".txt", ".yaml", ".yml", ".html", ".pdf"}
"""Files that lie beside exports and are no data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One file that holds one table."""

    system: System
    table: Table
    path: Path
    format: Format

    @property
    def shown(self) -> str:
        """How messages call the file: seen from where the user stands."""
        return shown(self.path)


def plain(name: str) -> str:
    """A name without everything that spellings differ in: case, blanks, signs."""
    return "".join(one for one in unicodedata.normalize("NFKC", name).casefold() if one.isalnum())


def find_exports(folder: Path, system: System, catalog: Catalog) -> tuple[tuple[Export, ...], tuple[Diagnostic, ...]]:
    """The tables that lie in a folder, sorted by table name, and what is wrong with its files.

    Links, subfolders and files that begin with a point or underscore are not followed.
    """
    if not folder.is_dir():
        return (), (
            placeless(
                "E510",
                "export-folder-not-found",
                f"there is no folder {folder.as_posix()}",
                "name the folder that holds the exports",
            ),
        )
    names = _names(catalog, system)
    other: System = "sales" if system == "bc" else "bc"
    found: dict[str, list[Export]] = defaultdict(list)
    wrong: list[Diagnostic] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or not path.is_file():
            wrong.append(_left_out(path, "it is a link or no plain file", "put the file itself into the folder"))
            continue
        form = _FORMATS.get(path.suffix.lower())
        if form is None:
            if path.suffix.lower() not in _PAPERS or _tables(path.stem, names, catalog):
                wrong.append(_left_out(path, "it is no CSV, JSON or Parquet file", "save it as CSV"))
            continue
        match _tables(path.stem, names, catalog):
            case (name,):
                found[name].append(Export(system=system, table=catalog.table(system, name), path=path, format=form))
            case ():
                hint = _suggestion(path.stem, names)
                if _tables(path.stem, _names(catalog, other), catalog):
                    hint = f"{path.stem} is a table of {other}: put it into the folder of --{other}"
                wrong.append(_left_out(path, f"no {system} table has this name", hint))
            case several:
                wrong.append(
                    placeless(
                        "E518",
                        "ambiguous-file-name",
                        f"{path.name} could be {' or '.join(several)}",
                        "name the file by the technical name of its table",
                    )
                )
    wrong += [_both_hold(name, exports) for name, exports in found.items() if len(exports) > 1]
    return tuple(exports[0] for _, exports in sorted(found.items())), tuple(wrong)


def _both_hold(name: str, exports: Sequence[Export]) -> Diagnostic:
    files = " and ".join(one.path.name for one in exports)
    message = f"{files} both hold the {exports[0].system} table {name}"
    return placeless("E511", "two-files-for-a-table", message, "keep one of them")


def _names(catalog: Catalog, system: System) -> dict[str, tuple[str, ...]]:
    """Plain spelling -> technical names; a technical name goes before a caption."""
    technical: dict[str, list[str]] = defaultdict(list)
    captions: dict[str, list[str]] = defaultdict(list)
    for name, caption in catalog.names(system):
        technical[plain(name)].append(name)
        captions[plain(caption)].append(name)
    return {word: tuple(found) for word, found in (captions | technical).items()}


def _tables(stem: str, names: dict[str, tuple[str, ...]], catalog: Catalog) -> Sequence[str]:
    if plain(stem) in names:
        return names[plain(stem)]
    numbered = re.fullmatch(r"(.+?)[-_ ](\d+)", stem)
    if numbered:
        table = catalog.by_number(int(numbered[2])) if len(numbered[2]) < 10 else None
        return [name for name in names.get(plain(numbered[1]), ()) if table is not None and table.name == name]
    return ()


def _suggestion(stem: str, names: dict[str, tuple[str, ...]]) -> str:
    close = get_close_matches(plain(stem), names, n=1, cutoff=0.6)
    return f"did you mean {names[close[0]][0]}?" if close else "name it like its table, or add the table in schemas/"


def _left_out(path: Path, why: str, hint: str) -> Diagnostic:
    return Diagnostic(
        code="W510",
        name="file-left-out",
        severity="warning",
        span=None,
        message=f"{path.name} is left out: {why}",
        hint=hint,
    )


def placeless(code: str, name: str, message: str, hint: str) -> Diagnostic:
    """An error that has no place in a file."""
    return Diagnostic(code=code, name=name, severity="error", span=None, message=message, hint=hint)
