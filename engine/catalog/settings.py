"""`schemas/settings.yaml` and the setup tables -> the settings that exist; what a person wrote -> a typed value.

A setting is called by its name or a label of it; a field of a setup table by its caption or name. Small and
capital letters, blanks, underscores and punctuation do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Literal
from uuid import UUID

from engine.catalog.catalog import Catalog, Field, Kind, Option
from engine.catalog.fieldline import BLANK_CAPTION, parse_field
from engine.catalog.suggest import suggest
from engine.frozen import dataclass
from engine.remembered import kept
from engine.shipped import shipped

FILE = "settings.yaml"
_START_OF_YEAR = "first day of the year"
_SHORT_ID = re.compile(r"~([0-9A-Fa-f]{1,12})$")
_LONG_ID = re.compile(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$")
_WITH_NUMBER = re.compile(r"(.*) \((-?[0-9]{1,10})\)$")

Value = bool | int | Decimal | str | date | datetime | UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDef:
    """One setting.

    name: with underscores, as coupler.yaml has it. labels: as the setup pages show it, the usual one first.
    default: what holds where nothing is said, typed like the value (see `typed`). from_year: the default is the
    first day of the year of the work date. target: the Sales table whose record an id names. setup: table and field
    of the setup table whose field it is; such a value stands in the snapshot unless coupler.yaml gives one.
    secret: it does not belong into a file.
    """

    name: str
    labels: tuple[str, ...]
    kind: Kind
    length: int | None = None
    options: tuple[Option, ...] = ()
    default: Value = None
    from_year: bool = False
    target: str = ""
    setup: tuple[str, str] | None = None
    secret: bool = False

    @property
    def label(self) -> str:
        """The word for it in reports."""
        return self.labels[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Misuse:
    """A value that a setting cannot have: the facts and the way out."""

    message: str
    hint: str


class Settings:
    """All settings: those of the integration, and the fields of the setup tables of a catalog."""

    def __init__(self, catalog: Catalog | None = None) -> None:
        self._catalog = catalog

    @cached_property
    def own(self) -> tuple[SettingDef, ...]:
        """The settings of the integration, in the order of the file."""
        return _own()[0]

    @cached_property
    def of_setup_tables(self) -> tuple[SettingDef, ...]:
        """The fields of the setup tables, without those that an own setting of the same name stands for."""
        return tuple(self._setup_fields())

    def find(self, written: str) -> SettingDef | None:
        """The setting that a name or label means; None when there is none."""
        bare = _bare(written)
        return self._own_by_name.get(bare) or self._setup_by_name.get(bare)

    def near(self, written: str, at_most: int = 3) -> tuple[SettingDef, ...]:
        """The settings that were probably meant, best first; those of the integration before fields of setup tables."""
        for known in (self.own, self.of_setup_tables):
            by_word: dict[str, SettingDef] = {}
            for one in known:
                for word in (one.name, *one.labels):
                    by_word.setdefault(word, one)
            found = suggest(written, by_word, at_most)
            if found:
                return tuple({by_word[word].name: by_word[word] for word in found}.values())
        return ()

    def suggest(self, written: str, at_most: int = 3) -> tuple[str, ...]:
        """The names of those, written with blanks as in a rule."""
        return tuple(one.name.replace("_", " ") for one in self.near(written, at_most))

    def defaults(self) -> dict[str, Value]:
        """The default of every setting of the integration, by name."""
        return {one.name: one.default for one in self.own}

    @cached_property
    def _own_by_name(self) -> dict[str, SettingDef]:
        return _by_name(self.own)

    @cached_property
    def _setup_by_name(self) -> dict[str, SettingDef]:
        return _by_name(self.of_setup_tables)

    def _setup_fields(self) -> Iterator[SettingDef]:
        catalog = self._catalog
        if catalog is None:
            from engine.catalog.load import load_catalog

            catalog = load_catalog()[0]
        for table_name in _own()[1]:
            table = catalog.table("bc", table_name)
            for one in table.fields.values():
                if one.stored and one.name not in table.key and not one.name.startswith("System"):
                    yield _of_field(table_name, one)


def at_work_date(values: Mapping[str, object], work_date: date) -> dict[str, object]:
    """The values with those defaults filled in that depend on the clock."""
    filled = dict(values)
    for one in _own()[0]:
        if one.from_year and filled.get(one.name) is None:
            filled[one.name] = date(work_date.year, 1, 1)
    return filled


def dated(values: Mapping[str, object]) -> frozenset[str]:
    """The settings that nobody gives a value, so that they go with the clock: what `at_work_date` fills."""
    return frozenset(one.name for one in _own()[0] if one.from_year and values.get(one.name) is None)


def typed(setting: SettingDef, written: object) -> Value | Misuse:
    """The value of a setting as the engine has it.

    A boolean, a whole number, a Decimal, text (a code trimmed and in capitals), a date, a moment in UTC, a UUID;
    an option is its stored number. Blank is None for dates, moments and ids.
    """
    return typed_value(f"the setting {setting.name}", setting.kind, setting.length, setting.options, written)


def typed_value(
    what: str, kind: Kind, length: int | None, options: tuple[Option, ...], written: object
) -> Value | Misuse:
    """The same for anything of a kind; `what` is what a message calls it."""
    if written is None or written == "":
        return _blank(kind, options)
    match kind:
        case "boolean":
            if isinstance(written, bool):
                return written
            return _expected(what, "true or false", written, _true_or_false(written))
        case "option":
            return _choice(what, options, written)
        case "integer" | "big integer" | "duration":
            if isinstance(written, int) and not isinstance(written, bool):
                return written
            return _expected(what, "a whole number", written, "write it without quotes, for example 20")
        case "decimal":
            if isinstance(written, int | Decimal) and not isinstance(written, bool):
                return Decimal(written)
            return _expected(what, "a number", written, "write it without quotes, for example 0.01")
        case "date" | "moment" | "id" if isinstance(written, str):
            return _of_text(what, kind, written.strip())
        case "text" | "code" if isinstance(written, str):
            if length is not None and len(written) > length:
                return Misuse(message=f"{what} has {len(written)} characters, {length} fit", hint="shorten it")
            return written.strip().upper() if kind == "code" else written
        case _ if isinstance(written, str):
            return written
        case _ if isinstance(written, bool):
            return _expected(what, "text", written, f"put it in quotes: '{str(written).lower()}'")
        case _:
            return _expected(what, "text", written, f"put it in quotes: '{written}'")


def _of_text(what: str, kind: Literal["date", "moment", "id"], written: str) -> Value | Misuse:
    try:
        if kind == "id":
            short = _SHORT_ID.match(written)
            if short:
                return UUID(int=int(short[1], 16))
            if not _LONG_ID.match(written):
                raise ValueError
            found = UUID(written)
            return found if found.int else None
        if kind == "date":
            return date.fromisoformat(written)
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        named, example = _WRITTEN_AS[kind]
        return _expected(what, named, written, f"write it like {example}")


_WRITTEN_AS = {
    "date": ("a date", "'2026-01-31'"),
    "moment": ("a moment", "'2026-01-31T10:00:00Z'"),
    "id": ("an id", "'6f9619ff-8b86-d011-b42d-00c04fc964ff' or ~c1"),
}


def _choice(what: str, options: tuple[Option, ...], written: object) -> Value | Misuse:
    if isinstance(written, int) and not isinstance(written, bool) and any(one.number == written for one in options):
        return written
    captions = [one.caption for one in options if one.caption != BLANK_CAPTION]
    if isinstance(written, str):
        both = _WITH_NUMBER.match(written)
        for one in options:
            if written in (one.caption, one.name) or (
                both and both[1] in (one.caption, one.name) and int(both[2]) == one.number
            ):
                return one.number
        near = suggest(written, captions)
        return _expected(
            what,
            " or ".join(captions),
            written,
            f"did you mean {near[0]}?" if near else "write the caption of a choice",
        )
    return _expected(what, " or ".join(captions), written, "write the caption of a choice")


def _blank(kind: Kind, options: tuple[Option, ...]) -> Value:
    match kind:
        case "boolean":
            return False
        case "integer" | "big integer" | "duration":
            return 0
        case "decimal":
            return Decimal(0)
        case "option":
            return Field(number=0, name="", caption="", kind="option", options=options).blank_option
        case "date" | "moment" | "id":
            return None
        case _:
            return ""


def _expected(what: str, wanted: str, written: object, hint: str) -> Misuse:
    shown = str(written).lower() if isinstance(written, bool) else str(written)[:40]
    if shown in ("true", "false") and isinstance(written, str):
        shown = f"the text '{shown}'"  # in quotes it is no boolean
    return Misuse(message=f"{what} must be {wanted}, not {shown}", hint=hint)


def _true_or_false(written: object) -> str:
    said = str(written).strip().casefold()
    if said in ("yes", "y", "on", "1", "true"):
        return "write true"
    return "write false" if said in ("no", "n", "off", "0", "false") else "write true or false"


# --- the file -----------------------------------------------------------------------------------------


Own = tuple[tuple[SettingDef, ...], tuple[str, ...]]


@cache
def _own() -> Own:
    """The settings of the file, and the setup tables whose fields are settings; kept, as every command asks."""
    known = kept((), (), {}, _in_file, "settings")
    assert known is not None
    return known


def _in_file() -> Own:
    import yaml

    text = (shipped("schemas") / FILE).read_text(encoding="utf-8")
    content = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return tuple(_setting(name, line) for name, line in content["settings"].items()), tuple(content["setup tables"])


def _setting(name: str, line: str) -> SettingDef:
    parts = line.split(" | ")
    also = tuple(part[5:] for part in parts if part.startswith("also "))
    from_year = f"default {_START_OF_YEAR}" in parts
    rest = [
        part for part in parts if not part.startswith("also ") and part not in ("secret", f"default {_START_OF_YEAR}")
    ]
    one = parse_field(name, " | ".join(rest), "bc")
    if not isinstance(one, Field):
        raise ValueError(f"{FILE}: {one.message}")
    target = one.references[0].table.removeprefix("sales ") if one.references else ""
    return SettingDef(
        name=name,
        labels=(one.caption, *also),
        kind=one.kind,
        length=one.length,
        options=one.options,
        default=_default(one),
        from_year=from_year,
        target=target,
        secret="secret" in parts,
    )


def _of_field(table: str, one: Field) -> SettingDef:
    labels = tuple(dict.fromkeys((one.caption, one.name)))
    return SettingDef(
        name=_bare(one.caption, "_"),
        labels=labels,
        kind=one.kind,
        length=one.length,
        options=one.options,
        default=_default(one),
        setup=(table, one.name),
    )


def _default(one: Field) -> Value:
    if not one.default.strip():
        return _blank(one.kind, one.options)
    match one.kind:
        case "boolean":
            return one.default == "Yes"
        case "integer" | "big integer":
            return int(one.default)
        case "decimal":
            return Decimal(one.default)
        case _:
            value = typed_value(one.name, one.kind, one.length, one.options, one.default)
            return one.default if isinstance(value, Misuse) else value


@cache
def _shipped_settings() -> Settings:
    return Settings()


def _by_name(settings: tuple[SettingDef, ...]) -> dict[str, SettingDef]:
    found: dict[str, SettingDef] = {}
    for one in settings:
        found.setdefault(_bare(one.name), one)
    for one in settings:
        for label in one.labels:
            found.setdefault(_bare(label), one)
    return found


def _bare(written: str, between: str = "") -> str:
    return re.sub(r"[^0-9a-z%]+", between, written.casefold()).strip(between or None)
