"""Schema files -> the Catalog, each table read when first asked for.

`schemas/index.txt` says which table lies in which file, so that finding one opens no other. What a workspace adds
is read and checked at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.catalog.catalog import Catalog, System, Table
from engine.catalog.tablefile import Written, laid_over, read_shipped, sales_caption, table_of
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.shipped import shipped

INDEX = "index.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One table of the catalog and where it stands: a shipped file (blank: none), then what is laid over it."""

    system: System
    name: str
    caption: str
    number: int
    file: str = ""
    additions: tuple[Written, ...] = ()


def load_catalog(overlays: tuple[Path, ...] = ()) -> tuple[Catalog, tuple[Diagnostic, ...]]:
    """The shipped tables with those of the overlay files (or folders of such files) laid over them, in the order given.

    The findings are about the overlays; what is wrong in them is left out of the catalog, the rest holds.
    """
    entries = {(entry.system, entry.name): entry for entry in _index()}
    found: tuple[Diagnostic, ...] = ()
    if overlays:
        from engine.catalog.overlay import read_overlays

        additions, found = read_overlays(overlays, Library(entries))
        for addition in additions:
            key = (addition.system, addition.name)
            entries[key] = _with(entries.get(key), addition)
    return Library(entries), found


class Library:
    """The Catalog over files; it remembers the tables it has read."""

    def __init__(self, entries: dict[tuple[System, str], Entry]) -> None:
        self._entries = entries
        self._read: dict[tuple[System, str], Table] = {}
        self._captions: dict[tuple[System, str], list[str]] = {}
        for entry in entries.values():
            self._captions.setdefault((entry.system, entry.caption), []).append(entry.name)

    def find(self, system: System, written: str) -> tuple[Table, ...]:
        if (system, written) in self._entries:
            return (self.table(system, written),)
        return tuple(self.table(system, name) for name in self._captions.get((system, written), ()))

    def table(self, system: System, name: str) -> Table:
        key = (system, name)
        if key not in self._read:
            self._read[key] = _read(self._entries[key])
        return self._read[key]

    def by_number(self, number: int) -> Table | None:
        for entry in self._entries.values():
            if number and entry.system == "bc" and entry.number == number:
                return self.table("bc", entry.name)
        return None

    def has(self, system: System, name: str) -> bool:
        return (system, name) in self._entries

    def names(self, system: System) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((entry.name, entry.caption) for entry in self._entries.values() if entry.system == system))

    def tables(self) -> Iterator[Table]:
        for system, name in sorted(self._entries):
            yield self.table(system, name)

    def __contains__(self, key: object) -> bool:
        return key in self._entries


def _index() -> Iterator[Entry]:
    for line in (shipped("schemas") / INDEX).read_text(encoding="utf-8").splitlines():
        system, name, caption, number, file = line.split(" | ")
        yield Entry(
            system="bc" if system == "bc" else "sales", name=name, caption=caption, number=int(number), file=file
        )


def _with(entry: Entry | None, addition: Written) -> Entry:
    if entry is None:
        return Entry(
            system=addition.system,
            name=addition.name,
            caption=_caption(addition),
            number=addition.number,
            additions=(addition,),
        )
    return Entry(
        system=entry.system,
        name=entry.name,
        caption=addition.caption or entry.caption,
        number=entry.number,
        file=entry.file,
        additions=(*entry.additions, addition),
    )


def _caption(one: Written) -> str:
    return (one.caption or one.name) if one.system == "bc" else sales_caption(one)


def _read(entry: Entry) -> Table:
    additions = list(entry.additions)
    base = read_shipped(shipped("schemas") / entry.file, f"schemas/{entry.file}") if entry.file else additions.pop(0)
    for addition in additions:
        base = laid_over(base, addition)
    return table_of(base)
