"""A folder with a coupler.yaml -> a Workspace: whose it is, its rules, tables, settings and snapshot.

Everything that is wrong in coupler.yaml is told at once; what is right in it holds, so that the rules can be read
all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.catalog.settings import Misuse, SettingDef, Settings, typed
from engine.diagnostic import Diagnostic, Severity, in_source_order
from engine.frozen import dataclass
from engine.remembered import kept
from engine.shipped import shipped
from engine.source import Source, Span
from engine.textfile import read_source, shown
from engine.yamlfile import Path as YamlPath, Places, read_yaml

FILE = "coupler.yaml"
STANDARD = "standard"
COMPANY_NAME = "company_name"
"""The setting that `company:` gives."""
RULE_FILES = "*.rules"
_DEFAULT_RULES = (STANDARD, "rules/")
_DEFAULT_SCHEMAS = ("schemas/",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What coupler.yaml says, every path laid out from its folder.

    standard_rules: the shipped rule files, empty where `rules:` does not say `standard`; own_rules: the user's; each
    sorted by path. overlays: table files of the workspace. snapshot: the file that is meant where none is named (it
    may not exist yet); None where nothing is said. settings: by name (see schemas/settings.yaml), typed, defaults
    included; a field of a setup table only where it is given. given: the names that coupler.yaml gives. templates,
    tests, snapshots: folders, which may not exist.
    """

    root: Path
    file: Source
    company: str
    standard_rules: tuple[Source, ...]
    own_rules: tuple[Source, ...]
    overlays: tuple[Path, ...]
    snapshot: Path | None
    settings: Mapping[str, object]
    given: frozenset[str]
    templates: Path
    tests: Path
    snapshots: Path

    @property
    def rule_files(self) -> tuple[Source, ...]:
        """All rule files, the shipped ones first."""
        return self.standard_rules + self.own_rules


def find_workspace(start: Path) -> Path | None:
    """The nearest folder with a coupler.yaml: `start`, else one above it; None when there is none."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    return None


def load_workspace(root: Path, *, keep: bool = False) -> tuple[Workspace | None, tuple[Diagnostic, ...]]:
    """The workspace of a folder and the findings in its coupler.yaml; None when that cannot be read at all.

    keep: what was read of that file is kept for the next time, as long as it stays the same.

    Table files and rule files are found, not checked: that is for `load_catalog` and for the parser.
    """
    if not (root / FILE).exists():
        return None, (_no_workspace(root),)
    source = read_source(root / FILE)
    if isinstance(source, Diagnostic):
        return None, (source,)
    content, found, places = _read(source, keep)
    if not isinstance(content, dict):
        return None, found
    reader = _Reader(root, source, content, places)
    workspace = reader.workspace()
    return workspace, in_source_order((*map(_out_of_place, found), *reader.found))


def _read(source: Source, keep: bool) -> tuple[object | None, tuple[Diagnostic, ...], Places]:
    """What a coupler.yaml says, the findings, and the places. What has findings is read anew each time."""

    def work() -> tuple[object | None, tuple[Diagnostic, ...], Places] | None:
        read = read_yaml(source, workspace_schema())
        return None if read[1] else read

    known = kept((source,), (), {}, work, "workspace") if keep else None
    return known or read_yaml(source, workspace_schema())


def _out_of_place(one: Diagnostic) -> Diagnostic:
    """A setting that stands beside `settings` instead of under it is told so."""
    if one.code == "E405" and one.span is not None and one.span.column == 1 and Settings().find(one.span.text):
        return replace(one, hint="a setting stands under settings:, indented by two blanks")
    return one


def workspace_schema() -> Mapping[str, Any]:
    """The JSON Schema of coupler.yaml."""
    import json

    path = shipped("schemas") / "json" / "coupler.schema.json"
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def standard_rules() -> tuple[Source, ...]:
    """The shipped rule files, called `standard/…`, by name."""
    folder = shipped("rules")
    paths = sorted(folder.rglob(RULE_FILES))
    read = (read_source(path, f"{STANDARD}/{path.relative_to(folder).as_posix()}") for path in paths)
    return tuple(one for one in read if isinstance(one, Source))


class _Reader:
    """Reads the parts of one coupler.yaml, noting findings on the way."""

    def __init__(self, root: Path, source: Source, content: dict[str, Any], places: Places) -> None:
        self.root = root
        self.source = source
        self.content = content
        self.places = places
        self.found: list[Diagnostic] = []

    def workspace(self) -> Workspace:
        company = self.content.get("company")
        overlays = tuple(self._overlays())
        settings, given = self._settings(overlays)
        templates = self.content.get("templates")
        return Workspace(
            root=self.root,
            file=self.source,
            company=company if isinstance(company, str) else "",
            standard_rules=standard_rules() if self._with_standard() else (),
            own_rules=self._own_rules(),
            overlays=overlays,
            snapshot=self._snapshot(),
            settings=settings,
            given=given,
            templates=self.root / (templates if isinstance(templates, str) else "templates"),
            tests=self.root / "tests",
            snapshots=self.root / "snapshots",
        )

    def _listed(self, key: str, default: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
        """The texts of a list, each with its place in it. Of a text in place of the list, which is told already, what
        it means, so that the one slip brings no others along."""
        entries = self.content.get(key)
        listed = entries if isinstance(entries, list) else default if entries is None else [entries]
        return tuple((at, one) for at, one in enumerate(listed) if isinstance(one, str))

    def _with_standard(self) -> bool:
        return any(entry == STANDARD for _, entry in self._listed("rules", _DEFAULT_RULES))

    def _own_rules(self) -> tuple[Source, ...]:
        files: dict[Path, None] = {}
        for at, entry in self._listed("rules", _DEFAULT_RULES):
            if entry != STANDARD:
                inside = self._files(("rules", at), entry, RULE_FILES, "rule file", "E416", "rule-file-missing")
                files.update(dict.fromkeys(inside))
        rules: list[Source] = []
        for path in sorted(files, key=lambda one: one.as_posix()):
            one = read_source(path)
            if isinstance(one, Diagnostic):
                self.found.append(one)
            else:
                rules.append(one)
        return tuple(rules)

    def _overlays(self) -> Iterator[Path]:
        for at, entry in self._listed("schemas", _DEFAULT_SCHEMAS):
            yield from self._files(("schemas", at), entry, "**/*.yaml", "table file", "E419", "table-file-missing")

    def _files(self, path: YamlPath, entry: str, pattern: str, called: str, code: str, name: str) -> Iterable[Path]:
        """The files that an entry of a list means; a folder that is only there by default may be missing."""
        place = _below(self.root, entry)
        written = isinstance(self.content.get(str(path[0])), list)
        if place is not None and place.is_file():
            return (place,)
        if place is not None and place.is_dir():
            inside = sorted(one for one in place.glob(pattern if "/" in pattern else f"**/{pattern}") if one.is_file())
            if not inside and written:
                message = f"the folder {entry} holds no {called}"
                self.note(
                    "W418", "empty-folder", path, message, f"put a file {pattern.rpartition('/')[2]} there", "warning"
                )
            return inside
        if written:
            hint = self._standing_near(entry) or f"paths are seen from the folder of {FILE}"
            self.note(code, name, path, f"there is no {called} or folder {entry}", hint)
        return ()

    def _standing_near(self, entry: str) -> str:
        from engine.catalog.suggest import did_you_mean

        try:
            here = sorted(f"{one.name}/" if one.is_dir() else one.name for one in self.root.iterdir())
        except OSError:
            return ""
        return did_you_mean(entry, [*here, STANDARD])

    def _snapshot(self) -> Path | None:
        written = self.content.get("snapshot")
        if not isinstance(written, str) or not written:
            return None
        place = _below(self.root, written)
        if place is None or not place.is_file():
            name = Path(written).stem
            self.note(
                "W415",
                "snapshot-missing",
                ("snapshot",),
                f"there is no snapshot {written}",
                f"make it with `coupler snapshot import {name} --bc FOLDER --sales FOLDER`",
                "warning",
            )
        return place

    def _settings(self, overlays: tuple[Path, ...]) -> tuple[Mapping[str, object], frozenset[str]]:
        known = Settings()
        values: dict[str, object] = dict(known.defaults())
        company = self.content.get("company")
        if isinstance(company, str):
            values[COMPANY_NAME] = company
        given: dict[str, str] = {}
        written = self.content.get("settings")
        for key, value in written.items() if isinstance(written, dict) else ():
            setting = known.find(key) or _added(key, overlays)
            if setting is None:
                near = known.near(key)
                hint = f"did you mean {near[0].name}?" if near else "the settings are listed in schemas/settings.yaml"
                self.note("E411", "setting-unknown", ("settings", key), f"there is no setting {key}", hint, at_key=True)
            elif setting.name in given:
                message = f"{key} and {given[setting.name]} are the same setting"
                self.note("E417", "setting-twice", ("settings", key), message, "keep one of the two", at_key=True)
            else:
                given[setting.name] = key
                self._take(setting, key, value, values)
        return values, frozenset(given)

    def _take(self, setting: SettingDef, key: str, value: object, values: dict[str, object]) -> None:
        path = ("settings", key)
        if isinstance(value, list):
            return
        if isinstance(value, dict):
            variable = value.get("env")
            if not isinstance(variable, str):
                return
            if variable not in os.environ:
                message = f"the environment variable {variable} is not set, so {setting.name} keeps its default"
                self.note("W413", "variable-missing", path, message, f"set it: export {variable}=…", "warning")
                return
            value = _from_environment(setting, os.environ[variable])
        elif setting.secret and value not in (None, ""):
            hint = f"write {{env: NAME}} and set the variable NAME: {key}: {{env: {setting.name.upper()}}}"
            self.note(
                "W414", "secret-in-file", path, f"{setting.name} is a secret and stands in a file", hint, "warning"
            )
        result = typed(setting, value)
        if isinstance(result, Misuse):
            message = result.message
            if setting.secret:
                message, _, _ = message.partition(", not ")
            self.note("E412", "setting-value", path, message, result.hint)
        else:
            values[setting.name] = result

    def note(
        self,
        code: str,
        name: str,
        path: YamlPath,
        message: str,
        hint: str,
        severity: Severity = "error",
        *,
        at_key: bool = False,
    ) -> None:
        span: Span = self.places.key(path) if at_key else self.places.value(path)
        self.found.append(Diagnostic(code=code, name=name, severity=severity, span=span, message=message, hint=hint))


def _added(written: str, overlays: tuple[Path, ...]) -> SettingDef | None:
    """A field that a table file of the workspace adds to a setup table."""
    if not overlays:
        return None
    from engine.catalog.load import load_catalog

    return Settings(load_catalog(overlays)[0]).find(written)


def _from_environment(setting: SettingDef, text: str) -> object:
    """A variable is always text; what it stands for depends on the setting."""
    match setting.kind:
        case "boolean":
            return {"true": True, "false": False}.get(text.strip().lower(), text)
        case "integer" | "big integer" | "decimal":
            from engine.yamlfile import plain

            return plain(text.strip())
        case _:
            return text


def _below(root: Path, written: str) -> Path | None:
    """A path seen from the workspace; None when no file can be called so."""
    try:
        place = root / written
        place.exists()
    except (OSError, ValueError):
        return None
    return place


def _no_workspace(root: Path) -> Diagnostic:
    name = shown(root / FILE)
    return Diagnostic(
        code="E410",
        name="no-workspace",
        severity="error",
        span=Source(path=name, text="").span(0),
        message=f"there is no {name}",
        hint="go to the folder of a workspace, or start one with `coupler init NAME`",
    )
