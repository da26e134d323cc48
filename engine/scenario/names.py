"""A scenario as written -> everything in it that names nothing: tables, fields, option values, mappings, settings.

A file with such a name is wrong as a whole; nothing of it is run, so that a slip never passes as a scenario.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.catalog.catalog import Field, System, Table
from engine.catalog.settings import Misuse, Settings, typed
from engine.catalog.suggest import did_you_mean
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.scenario.scenario import Known
from engine.scenario.values import WrongValueError, plain, read_id, read_moment
from engine.source import Span
from engine.yamlfile import Path, Places

SYSTEMS: tuple[System, System] = ("bc", "sales")
PROCESSES = (
    "create-sales-orders",
    "process-quotes",
    "order-status",
    "order-notes",
    "posting-feedback",
    "archived-orders",
    "account-statistics",
    "item-availability",
    "reset-configuration",
    "find-broken-couplings",
    "repair-couplings",
    "list-skipped",
    "delete-survivors",
    "restore-deleted",
    "sign-in",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A name or value that is wrong, and where in the file. at_key: the key is meant."""

    path: Path
    code: str
    name: str
    message: str
    hint: str = ""
    at_key: bool = False

    def told(self, places: Places) -> Diagnostic:
        """The finding, at the place of the value or of its key."""
        span: Span = places.key(self.path) if self.at_key else places.value(self.path)
        return Diagnostic(
            code=self.code, name=self.name, severity="error", span=span, message=self.message, hint=self.hint
        )


def slips(content: Mapping[str, Any], path: Path, known: Known) -> Iterator[Slip]:
    """What is wrong in a scenario or (with the keys of `given`) in a base."""
    checker = _Checker(known)
    if "then" in content:
        yield from checker.given(content.get("given") or {}, (*path, "given"))
        when = content.get("when")
        actions = when if isinstance(when, list) else [when]
        for at, action in enumerate(actions):
            if isinstance(action, dict):
                yield from checker.action(action, (*path, "when", at) if isinstance(when, list) else (*path, "when"))
        yield from checker.then(content.get("then") or {}, (*path, "then"))
        yield from checker.labels(content.get("then"), (*path, "then"), _labels(content))
    else:
        yield from checker.given(content, path)


def _labels(content: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Label -> system and table of the created rows that carry it."""
    found: dict[str, tuple[str, str]] = {}
    when = content.get("when")
    then = content.get("then") or {}
    changes = [*(then.get("changes") or [])]
    for part in then.get("after") or []:
        changes += (part or {}).get("changes") or []
    for action in when if isinstance(when, list) else [when]:
        changes += (action or {}).get("edits") or []
    for change in changes:
        if isinstance(change, dict) and change.get("op") == "create" and change.get("as"):
            found[str(change["as"])] = (str(change.get("system")), str(change.get("table")))
    return found


class _Checker:
    """Walks the parts of one scenario."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.catalog = known.catalog
        self.settings = Settings(known.catalog)

    # --- given ------------------------------------------------------------------------------------------

    def given(self, given: Mapping[str, Any], path: Path) -> Iterator[Slip]:
        for key in ("now", "work_date"):
            yield from self.moment(given.get(key), (*path, key))
        for system in SYSTEMS:
            for table_name, rows in (given.get(system) or {}).items():
                here = (*path, system, table_name)
                table, wrong = self.table(system, table_name, here)
                yield from wrong
                for at, row in enumerate(rows if table is not None else ()):
                    assert table is not None
                    yield from self.row(table, row, (*here, at), after=False)
        for system, values in (given.get("defaults") or {}).items():
            yield from self.defaults(system, values, (*path, "defaults", system))
        yield from self.set_settings(given.get("settings") or {}, (*path, "settings"))
        for name, override in (given.get("mappings") or {}).items():
            yield from self.override(name, override, (*path, "mappings", name))
        for at, one in enumerate(given.get("couplings") or ()):
            yield from self.coupling(one, (*path, "couplings", at), after=False)
        for name, marks in (given.get("watermarks") or {}).items():
            yield from self.mapping(name, (*path, "watermarks", name), at_key=True)
            for side, moment in marks.items():
                yield from self.moment(moment, (*path, "watermarks", name, side))
        for name in given.get("job_queue") or {}:
            yield from self.job(name, (*path, "job_queue", name), at_key=True)
        for name in given.get("full_sync") or {}:
            yield from self.mapping(name, (*path, "full_sync", name), at_key=True)

    def table(self, system: System, name: object, path: Path, at_key: bool = True) -> tuple[Table | None, list[Slip]]:
        if isinstance(name, str) and self.catalog.has(system, name):
            return self.catalog.table(system, name), []
        hint = did_you_mean(str(name), [one[0] for one in self.catalog.names(system)])
        where = "Business Central" if system == "bc" else "Sales"
        message = f"{where} has no table {name}"
        return None, [
            Slip(path=path, code="E441", name="unknown-scenario-table", message=message, hint=hint, at_key=at_key)
        ]

    def row(self, table: Table, row: Mapping[str, Any], path: Path, *, after: bool) -> Iterator[Slip]:
        for name, value in row.items():
            field, wrong = self.field(table, name, (*path, name), after=after)
            yield from wrong
            if field is not None:
                yield from self.value(field, value, (*path, name), after=after)

    def field(self, table: Table, name: str, path: Path, *, after: bool) -> tuple[Field | None, list[Slip]]:
        field = table.fields.get(name)
        if field is None:
            hint = did_you_mean(name, list(table.fields)) or "fields are written by their technical names"
            message = f"table {table.name} has no field {name}"
            return None, [
                Slip(path=path, code="E442", name="unknown-scenario-field", message=message, hint=hint, at_key=True)
            ]
        if not field.stored and not after:
            message = f"field {name} of {table.name} is calculated and holds no value"
            hint = "give the rows that it is calculated from"
            return None, [
                Slip(path=path, code="E442", name="unknown-scenario-field", message=message, hint=hint, at_key=True)
            ]
        return field, []

    def value(self, field: Field, value: object, path: Path, *, after: bool) -> Iterator[Slip]:
        if isinstance(value, dict):
            if not after:
                message = f"{field.name} is given as a condition"
                yield Slip(path=path, code="E443", name="scenario-value", message=message, hint="give a plain value")
            elif "at_least" in value:
                yield from self.value(field, value["at_least"], path, after=False)
            return
        try:
            plain(field, value)
        except WrongValueError as wrong:
            yield Slip(path=path, code="E443", name="scenario-value", message=wrong.message, hint=wrong.hint)

    def defaults(self, system: System, values: Mapping[str, Any], path: Path) -> Iterator[Slip]:
        """A default must be a field of some table of its system: the platform's own fields first, then any."""
        for name in values:
            tables = [self.catalog.table(system, one[0]) for one in self.catalog.names(system)]
            if not any(name in table.fields for table in tables):
                message = f"no {'Business Central' if system == 'bc' else 'Sales'} table has a field {name}"
                yield Slip(path=(*path, name), code="E442", name="unknown-scenario-field", message=message, at_key=True)

    def set_settings(self, values: Mapping[str, Any], path: Path, *, after: bool = False) -> Iterator[Slip]:
        by_name = {one.name: one for one in self.settings.own}
        for name, value in values.items():
            setting = by_name.get(name)
            if setting is None:
                hint = did_you_mean(name, list(by_name))
                message = f"there is no setting {name}"
                yield Slip(
                    path=(*path, name),
                    code="E444",
                    name="unknown-scenario-name",
                    message=message,
                    hint=hint,
                    at_key=True,
                )
            elif not (after and isinstance(value, dict)):
                misuse = typed(setting, "" if setting.kind == "option" and value in ("Blank", None) else value)
                if isinstance(misuse, Misuse):
                    here = (*path, name)
                    yield Slip(path=here, code="E443", name="scenario-value", message=misuse.message, hint=misuse.hint)

    def moment(self, value: object, path: Path) -> Iterator[Slip]:
        if value is None or isinstance(value, dict):
            return
        try:
            read_moment(str(path[-1]), value)
        except WrongValueError as wrong:
            yield Slip(path=path, code="E443", name="scenario-value", message=wrong.message, hint=wrong.hint)

    # --- mappings, jobs, rows that are pointed at -------------------------------------------------------

    def mapping(self, name: object, path: Path, *, at_key: bool = False) -> Iterator[Slip]:
        if name not in self.known.mappings:
            hint = did_you_mean(str(name), list(self.known.mappings))
            message = f"there is no mapping {name}"
            yield Slip(path=path, code="E444", name="unknown-scenario-name", message=message, hint=hint, at_key=at_key)

    def job(self, name: object, path: Path, *, at_key: bool = False) -> Iterator[Slip]:
        if name not in self.known.mappings and name not in PROCESSES:
            hint = did_you_mean(str(name), [*self.known.mappings, *PROCESSES])
            message = f"there is no mapping or process {name}"
            yield Slip(path=path, code="E444", name="unknown-scenario-name", message=message, hint=hint, at_key=at_key)

    def override(self, name: str, override: object, path: Path) -> Iterator[Slip]:
        wrong = list(self.mapping(name, path, at_key=True))
        yield from wrong
        if wrong or not isinstance(override, dict):
            return
        bc, sales = self.known.mappings[name]
        for key, table in (("bc_filter", bc), ("sales_filter", sales)):
            for one in override.get(key) or {}:
                yield from self.field(table, one, (*path, key, one), after=True)[1]
        fields = override.get("fields")
        for one in fields if isinstance(fields, dict) else ():
            yield from self.field(bc, one, (*path, "fields", one), after=True)[1]
        for at, extra in enumerate(override.get("extra_fields") or ()):
            for key, table in (("bc", bc), ("sales", sales)):
                yield from self.field(table, extra[key], (*path, "extra_fields", at, key), after=True)[1]
        for at, match in enumerate(override.get("match_fields") or ()):
            yield from self.field(bc, match["field"], (*path, "match_fields", at, "field"), after=True)[1]
        for at, template in enumerate(override.get("templates") or ()):
            for one in template.get("sales_filter") or {}:
                yield from self.field(sales, one, (*path, "templates", at, "sales_filter", one), after=True)[1]

    def coupling(self, one: Mapping[str, Any], path: Path, *, after: bool) -> Iterator[Slip]:
        bc = sales = None
        if "mapping" in one:
            wrong = list(self.mapping(one["mapping"], (*path, "mapping")))
            yield from wrong
            if not wrong:
                bc, sales = self.known.mappings[one["mapping"]]
        elif one.get("bc_table") is not None:
            bc, wrong = self.table("bc", one["bc_table"], (*path, "bc_table"), at_key=False)
            yield from wrong
        for key, table in (("bc", bc), ("sales", sales)):
            if key in one:
                yield from self.reference(table, one[key], (*path, key), after=after)
        for key in ("last_synch_bc", "last_synch_sales"):
            yield from self.moment(one.get(key), (*path, key))

    def reference(self, table: Table | None, given: object, path: Path, *, after: bool = False) -> Iterator[Slip]:
        if isinstance(given, dict):
            if "new" in given and after:
                return
            if table is not None:
                yield from self.row(table, given, path, after=after)
        elif given is not None:
            try:
                read_id("a row", given)
            except WrongValueError as wrong:
                yield Slip(path=path, code="E443", name="scenario-value", message=wrong.message, hint=wrong.hint)

    # --- when -------------------------------------------------------------------------------------------

    def action(self, action: Mapping[str, Any], path: Path) -> Iterator[Slip]:
        yield from self.moment(action.get("at"), (*path, "at"))
        tables: tuple[Table, Table] | None = None
        if "mapping" in action:
            wrong = list(self.mapping(action["mapping"], (*path, "mapping")))
            yield from wrong
            tables = None if wrong else self.known.mappings[action["mapping"]]
        if "process" in action and action["process"] not in PROCESSES:
            hint = did_you_mean(str(action["process"]), PROCESSES)
            message = f"there is no process {action['process']}"
            yield Slip(path=(*path, "process"), code="E444", name="unknown-scenario-name", message=message, hint=hint)
        if "job" in action:
            yield from self.job(action["job"], (*path, "job"))
        for system, references in (action.get("records") or {}).items():
            table = None if tables is None else tables[SYSTEMS.index(system)]
            for at, one in enumerate(references):
                yield from self.reference(table, one, (*path, "records", system, at))
        for at, pair in enumerate(action.get("pairs") or ()):
            for key, table in zip(SYSTEMS, tables or (None, None), strict=True):
                yield from self.reference(table, pair.get(key), (*path, "pairs", at, key))
        for at, edit in enumerate(action.get("edits") or ()):
            yield from self.change(edit, (*path, "edits", at), after=False)
        if action.get("run") == "change-setting":
            yield from self.set_settings(action.get("set") or {}, (*path, "set"))
        if action.get("run") == "change-mapping" and tables is not None:
            yield from self.override(action["mapping"], action.get("set"), (*path, "set"))

    def change(self, change: Mapping[str, Any], path: Path, *, after: bool) -> Iterator[Slip]:
        table, wrong = self.table(change["system"], change.get("table"), (*path, "table"), at_key=False)
        yield from wrong
        if table is None:
            return
        yield from self.row(table, change.get("set") or {}, (*path, "set"), after=after)
        if "key" in change:
            yield from self.reference(table, change["key"], (*path, "key"))

    # --- then -------------------------------------------------------------------------------------------

    def then(self, then: Mapping[str, Any], path: Path) -> Iterator[Slip]:
        for at, change in enumerate(then.get("changes") or ()):
            yield from self.change(change, (*path, "changes", at), after=True)
        for at, table_name in enumerate(then.get("ignore") or ()):
            if not any(self.catalog.has(system, table_name) for system in SYSTEMS):
                message = f"there is no table {table_name}"
                yield Slip(path=(*path, "ignore", at), code="E441", name="unknown-scenario-table", message=message)
        for system in SYSTEMS:
            for table_name in (then.get("row_counts") or {}).get(system) or {}:
                yield from self.table(system, table_name, (*path, "row_counts", system, table_name))[1]
        for at, row in enumerate(then.get("job_log") or ()):
            yield from self.job(row.get("mapping"), (*path, "job_log", at, "mapping"))
        for at, name in enumerate(then.get("job_log_absent") or ()):
            yield from self.mapping(name, (*path, "job_log_absent", at))
        for at, error in enumerate(then.get("errors") or ()):
            yield from self.error(error, (*path, "errors", at))
        for key in ("couplings", "couplings_absent"):
            for at, one in enumerate(then.get(key) or ()):
                yield from self.coupling(one, (*path, key, at), after=True)
        for key in ("watermarks", "review_lines", "selected", "mappings"):
            for name in then.get(key) or {}:
                yield from self.mapping(name, (*path, key, name), at_key=True)
        for name, marks in (then.get("watermarks") or {}).items():
            for side, moment in marks.items():
                yield from self.moment(moment, (*path, "watermarks", name, side))
        yield from self.set_settings(then.get("settings") or {}, (*path, "settings"), after=True)
        for name, override in (then.get("mappings") or {}).items():
            yield from self.override(name, override, (*path, "mappings", name))
        yield from self.selected(then.get("selected") or {}, (*path, "selected"))
        for name in then.get("job_queue") or {}:
            yield from self.job(name, (*path, "job_queue", name), at_key=True)
        for name, line in (then.get("review_lines") or {}).items():
            for at, other in enumerate(line.get("depends_on") or () if isinstance(line, dict) else ()):
                yield from self.mapping(other, (*path, "review_lines", name, "depends_on", at))
        for at, part in enumerate(then.get("after") or ()):
            yield from self.then(part or {}, (*path, "after", at))

    def error(self, error: Mapping[str, Any], path: Path) -> Iterator[Slip]:
        if "mapping" in error:
            yield from self.mapping(error["mapping"], (*path, "mapping"))
        elif error.get("process") not in PROCESSES:
            message = f"there is no process {error.get('process')}"
            yield Slip(path=(*path, "process"), code="E444", name="unknown-scenario-name", message=message)
        if "record" in error and not isinstance(error["record"], dict):
            yield from self.reference(None, error["record"], (*path, "record"))

    def selected(self, selected: Mapping[str, Any], path: Path) -> Iterator[Slip]:
        for name, sides in selected.items():
            tables = self.known.mappings.get(name)
            for key in sides:
                for at, one in enumerate(sides[key]):
                    table = None if tables is None else tables[SYSTEMS.index(key)]
                    yield from self.reference(table, one, (*path, name, key, at))

    def labels(self, node: object, path: Path, labels: Mapping[str, tuple[str, str]]) -> Iterator[Slip]:
        """Every {new: NAME} names a label of a created row, or a table; a field behind it is one of its table."""
        if isinstance(node, dict) and isinstance(node.get("new"), str):
            name = node["new"]
            system, table_name = labels.get(name, ("", ""))
            if not table_name:
                system = next((one for one in SYSTEMS if self.catalog.has(one, name)), "")
                table_name = name if system else ""
            if not table_name:
                hint = did_you_mean(name, list(labels))
                message = f"{name} is neither the label of a created row nor a table"
                yield Slip(path=path, code="E444", name="unknown-scenario-name", message=message, hint=hint)
            elif "field" in node and self.catalog.has(system, table_name):  # type: ignore[arg-type]
                table = self.catalog.table(system, table_name)  # type: ignore[arg-type]
                yield from self.field(table, node["field"], path, after=True)[1]
        elif isinstance(node, dict):
            for key, value in node.items():
                yield from self.labels(value, (*path, key), labels)
        elif isinstance(node, Sequence) and not isinstance(node, str):
            for at, value in enumerate(node):
                yield from self.labels(value, (*path, at), labels)
