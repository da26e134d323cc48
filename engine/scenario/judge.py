"""What is expected and what came out -> the differences: only what is written is judged, and that completely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from engine import connector
from engine.catalog.catalog import Field, System, Table
from engine.catalog.settings import Settings
from engine.run.actions import fullsync
from engine.scenario.changes import Judge, Names
from engine.scenario.definitions import mapping_differences
from engine.scenario.expected import (
    caption_of,
    coupling_name,
    ids_text,
    log_name,
    marks_of,
    plain_setting,
    same_record,
    text_of,
)
from engine.scenario.lay import TableKey
from engine.scenario.scenario import Action, Difference, Known, Then
from engine.scenario.stage import (
    JOB_FIELDS,
    JOB_NAME,
    JOBS,
    typed_settings,
)
from engine.scenario.state import Logged, Row, Rows, State, record_text
from engine.scenario.values import held, plain, read_id, same, shown

PASSES = ("to_sales", "to_bc")
"""The legs a row of the job log can name; what couples or uncouples is judged only where such a counter is named."""
COUNTERS = ("inserted", "modified", "unchanged", "skipped", "failed", "deleted", "coupled", "uncoupled")
COUPLINGS: TableKey = ("bc", connector.COUPLINGS)
OPTION_COUPLINGS: TableKey = ("bc", connector.OPTION_COUPLINGS)
MAPPINGS: TableKey = ("bc", connector.MAPPINGS)
MOMENT = Field(number=0, name="moment", caption="moment", kind="moment")
TEXT = Field(number=0, name="text", caption="text", kind="text")


class Expected:
    """Judges one `then`, or one part of `after`.

    before: the rows that changes are counted from. action: the last one; logged_before: how much of the log and of
    the errors was written before that action; labels: rows that edits created.
    """

    def __init__(
        self,
        known: Known,
        before: Rows,
        after: State,
        *,
        action: Action,
        logged_before: int,
        labels: Mapping[str, tuple[str, str, UUID]],
        selected: Mapping[str, Mapping[str, Sequence[UUID]]],
    ) -> None:
        self.known = known
        self.after = after
        self.action = action
        self.log = after.log[logged_before:]
        self.judge = Judge(before, after)
        self.selected_rows = selected
        rows = {label: ((system, table), id) for label, (system, table, id) in labels.items()}
        self.names = Names(rows=rows)  # type: ignore[arg-type]

    def differences(self, then: Then) -> list[Difference]:
        """Every miss. Where several rows may be the created ones, the way with the fewest misses counts."""
        misses: list[Difference] = []
        ways = [self.names]
        if "changes" in then:
            ways, misses = self.judge.judge(then["changes"], then.get("ignore") or (), self.names)
        rest = [list(self._rest(then, names)) for names in ways]
        return misses + min(rest, key=len)

    def _rest(self, then: Then, names: Names) -> Iterator[Difference]:
        yield from self._row_counts(then.get("row_counts") or {})
        yield from self._counts(then.get("counts") or {})
        yield from self._job_log(then)
        if "errors" in then:
            yield from self._errors(then["errors"])
        for one in then.get("couplings") or ():
            found = self._coupling(one, names)
            if isinstance(found, Names):
                names = found
            else:
                yield from found
        for one in then.get("couplings_absent") or ():
            if self._matching(one, names):
                yield Difference(what=coupling_name(one), expected="absent", got="it exists")
        yield from self._watermarks(then.get("watermarks") or {}, names)
        yield from self._settings(then.get("settings") or {}, names)
        for name, override in (then.get("mappings") or {}).items():
            yield from mapping_differences(name, override, self.after)
        yield from self._selected(then.get("selected") or {})
        yield from self._job_queue(then.get("job_queue") or {})
        yield from self._review_lines(then.get("review_lines") or {})

    # --- counting ---------------------------------------------------------------------------------------

    def _row_counts(self, counts: Mapping[System, Mapping[str, int]]) -> Iterator[Difference]:
        for system, tables in counts.items():
            for name, expected in tables.items():
                got = len(self.after.rows.get((system, name), {}))
                if got != expected:
                    yield Difference(what=f"rows of {name}", expected=str(expected), got=str(got))

    def _counts(self, counts: Mapping[str, Mapping[str, int]]) -> Iterator[Difference]:
        for leg, expected in counts.items():
            mine = [one for one in self.log if self._of_action(one, leg)]
            for counter in COUNTERS:
                wanted = expected.get(counter, 0)
                got = sum(one.counters.get(counter, 0) for one in mine)
                if got != wanted:
                    yield Difference(what=f"count {leg} {counter}", expected=str(wanted), got=str(got))

    def _of_action(self, one: Logged, leg: str) -> bool:
        if leg == "process":
            return one.mapping == self.action.get("process")
        return one.leg == leg and one.mapping == self.action.get("mapping", self.action.get("job", one.mapping))

    def _job_log(self, then: Then) -> Iterator[Difference]:
        expected = then.get("job_log") or ()
        names = {one["mapping"] for one in expected}
        pairing = any("coupled" in one or "uncoupled" in one for one in expected)
        got = [one for one in self.after.log if one.mapping in names and (pairing or one.leg in PASSES)]
        for at in range(max(len(expected), len(got))) if expected else ():
            what = f"job log row {at + 1}"
            if at >= len(expected):
                yield Difference(what=what, expected="no more rows", got=f"{got[at].mapping} {got[at].leg}")
            elif at >= len(got):
                yield Difference(what=what, expected=log_name(expected[at]), got="no such row")
            elif got[at].mapping != expected[at]["mapping"]:
                yield Difference(what=what, expected=log_name(expected[at]), got=f"{got[at].mapping} {got[at].leg}")
            else:
                yield from self._log_row(what, expected[at], got[at])
        for name in then.get("job_log_absent") or ():
            if any(one.mapping == name for one in self.after.log):
                yield Difference(what=f"job log of {name}", expected="no row", got="there is one")

    def _log_row(self, what: str, expected: Mapping[str, Any], got: Logged) -> Iterator[Difference]:
        for key, value in expected.items():
            if key in COUNTERS:
                if got.counters.get(key, 0) != value:
                    yield Difference(what=f"{what}, {key}", expected=str(value), got=str(got.counters.get(key, 0)))
            elif key == "message":
                if self.judge.fits_value(TEXT, value, got.message or None, self.names) is None:
                    yield Difference(what=f"{what}, message", expected=text_of(value), got=got.message or "blank")
            elif key == "leg":
                leg = got.leg if got.leg in PASSES else self._way(got.mapping)
                if leg != value:
                    yield Difference(what=f"{what}, leg", expected=str(value), got=leg)

    def _way(self, name: str) -> str:
        """The leg that a coupling or uncoupling is logged under: the mapping's own way, both ways as to Sales."""
        mapping = self.after.model.mappings.get(name)
        return "to_bc" if mapping is not None and mapping.arrow == "<-" else "to_sales"

    def _errors(self, expected: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
        if not expected and self.after.errors:
            got = "; ".join(f"{one.mapping}: {one.text}" for one in self.after.errors[:3])
            yield Difference(what="errors", expected="none", got=got)
        for one in expected:
            name = one.get("mapping", one.get("process"))
            mine = [error for error in self.after.errors if error.mapping == name]
            if "record" in one:
                texts = self._record_texts(one["record"])
                mine = [error for error in mine if any(same_record(error.record, text) for text in texts)]
            if "count" in one and len(mine) != one["count"]:
                yield Difference(what=f"errors of {name}", expected=str(one["count"]), got=str(len(mine)))
            elif not mine:
                told = "; ".join(f"{error.mapping} {error.record}" for error in self.after.errors[:3]) or "none"
                yield Difference(
                    what=f"errors of {name}", expected=text_of(one.get("record", "at least one")), got=told
                )

    def _record_texts(self, given: object) -> list[str]:
        """How errors call a record: it is looked for in every table, now and before."""
        found = []
        for rows in (self.after.rows, self.judge.before):
            for key, table_rows in rows.items():
                for id, row in table_rows.items():
                    if isinstance(given, dict):
                        table = self.after.table(key)
                        hit = all(name in table.fields for name in given) and all(
                            same(table.fields[name], self.after.value(key, row, name), plain(table.fields[name], value))
                            for name, value in given.items()
                        )
                    else:
                        hit = id == read_id("a record", given)
                    if hit:
                        found += [record_text(self.after, key, row), str(id)]
        return found

    # --- couplings --------------------------------------------------------------------------------------

    def _coupling(self, one: Mapping[str, Any], names: Names) -> Names | list[Difference]:
        """The names when the coupling is there with its values; else what is missing."""
        found = self._matching({key: one[key] for key in one if key in ("mapping", "bc_table", "bc", "sales")}, names)
        if not found:
            return [Difference(what=coupling_name(one), expected="is there", got="there is none like it")]
        nearest: list[Difference] | None = None
        for key, row, agreed in found:
            misses, agreed = self._marks(one, key, row, agreed)
            if not misses:
                return agreed
            nearest = misses if nearest is None or len(misses) < len(nearest) else nearest
        return nearest or []

    def _matching(self, one: Mapping[str, Any], names: Names) -> list[tuple[TableKey, Row, Names]]:
        bc, sales = self._coupling_tables(one)
        key = OPTION_COUPLINGS if sales is not None and sales.name == connector.OPTION_SET else COUPLINGS
        found = []
        for row in self.after.rows.get(key, {}).values():
            agreed: Names | None = names
            number = bc.number if bc is not None else 0
            marker = key == COUPLINGS and "bc" in one and one["bc"] is None  # no BC record, no table
            if (row.get(connector.COUPLED_TABLE) or 0) != number and not marker:
                continue
            if "bc" in one:
                agreed = self._side(key, row, bc, one["bc"], names, connector.COUPLED_BC_ID)
            if "sales" in one and agreed is not None and key == COUPLINGS:
                agreed = self._side(key, row, sales, one["sales"], agreed, connector.COUPLED_SALES_ID)
            if agreed is not None:
                found.append((key, row, agreed))
        return found

    def _coupling_tables(self, one: Mapping[str, Any]) -> tuple[Table | None, Table | None]:
        if "mapping" in one:
            return self.known.mappings[one["mapping"]]
        if one.get("bc_table") is None:
            return None, None
        return self.known.catalog.table("bc", one["bc_table"]), None

    def _side(
        self, key: TableKey, row: Row, table: Table | None, given: object, names: Names, column: str
    ) -> Names | None:
        if key == OPTION_COUPLINGS:
            record = str(row.get(connector.OPTION_RECORD) or "")
            own: TableKey = ("bc", table.name if table is not None else "")
            known = {**self.judge.before.get(own, {}), **self.after.rows.get(own, {})}
            if isinstance(given, dict) and "new" in given:
                ids = [one for one in known if self.judge.fits_new(given, one, names) is not None]
            else:
                ids = self._ids(table, given)
            texts = [record_text(self.after, own, known[one]) for one in ids if one in known]
            return names if any(same_record(record, text) for text in texts) else None
        got = held(self.after.table(key).fields[column], row.get(column))
        if isinstance(given, dict) and "new" in given:
            return self.judge.fits_new(given, got, names)
        if given is None:
            return names if got is None else None
        return names if got in self._ids(table, given) else None

    def _ids(self, table: Table | None, given: object) -> list[UUID]:
        if not isinstance(given, dict):
            found = read_id("a row", given)
            return [] if found is None else [found]
        if table is None:
            return []
        return self.after.find((table.system, table.name), given)

    def _marks(self, one: Mapping[str, Any], key: TableKey, row: Row, names: Names) -> tuple[list[Difference], Names]:
        misses = []
        fields = self.after.table(key).fields
        for what, (column, value) in marks_of(one).items():
            got = held(fields[column], row.get(column))
            agreed = self.judge.fits_value(fields[column], value, got, names)
            if agreed is None:
                expected = (
                    text_of(value) if isinstance(value, dict) else shown(fields[column], plain(fields[column], value))
                )
                misses.append(
                    Difference(what=f"{coupling_name(one)}, {what}", expected=expected, got=shown(fields[column], got))
                )
            else:
                names = agreed
        return misses, names

    # --- the rest ---------------------------------------------------------------------------------------

    def _watermarks(self, expected: Mapping[str, Mapping[str, Any]], names: Names) -> Iterator[Difference]:
        rows = {row.get(connector.MAPPING_NAME): row for row in self.after.rows.get(MAPPINGS, {}).values()}
        for name, marks in expected.items():
            for side, value in marks.items():
                column = connector.BC_WATERMARK if side == "bc" else connector.SALES_WATERMARK
                got = held(MOMENT, rows.get(name, {}).get(column))
                if self.judge.fits_value(MOMENT, value, got, names) is None:
                    wanted = text_of(value) if isinstance(value, dict) else shown(MOMENT, plain(MOMENT, value))
                    yield Difference(what=f"watermark {side} of {name}", expected=wanted, got=shown(MOMENT, got))

    def _settings(self, expected: Mapping[str, Any], names: Names) -> Iterator[Difference]:
        known = {one.name: one for one in Settings(self.known.catalog).own}
        for name, value in expected.items():
            one = known[name]
            field = Field(number=0, name=name, caption=name, kind=one.kind, length=one.length, options=one.options)
            got = plain_setting(self.after.settings.get(name), field)
            if isinstance(value, dict):
                fits = self.judge.fits_value(field, value, got, names) is not None
                wanted = text_of(value)
            else:
                given = plain_setting(typed_settings({name: value}, self.known.catalog)[name], field)
                fits, wanted = same(field, given, got), shown(field, given)
            if not fits:
                yield Difference(what=f"setting {name}", expected=wanted, got=shown(field, got))

    def _selected(self, expected: Mapping[str, Mapping[str, Sequence[object]]]) -> Iterator[Difference]:
        for name, sides in expected.items():
            for side, references in sides.items():
                bc, sales = self.known.mappings[name]
                wanted = {id for one in references for id in self._ids(bc if side == "bc" else sales, one)}
                got = self.selected_rows.get(name, {}).get(side)
                if got is None:
                    yield Difference(what=f"selected {name} {side}", expected=ids_text(wanted), got="no such mapping")
                elif set(got) != wanted:
                    yield Difference(what=f"selected {name} {side}", expected=ids_text(wanted), got=ids_text(got))

    def _job_queue(self, expected: Mapping[str, Any]) -> Iterator[Difference]:
        table = self.known.catalog.table("bc", JOBS)
        rows = {row.get(JOB_NAME): row for row in self.after.rows.get(("bc", JOBS), {}).values()}
        for name, job in expected.items():
            yield from self._named_row(f"job {name}", table, rows.get(name), job, JOB_FIELDS)

    def _review_lines(self, expected: Mapping[str, Any]) -> Iterator[Difference]:
        table = self.known.catalog.table("bc", fullsync.LINES)
        rows = {row.get(fullsync.NAME): row for row in self.after.rows.get(("bc", fullsync.LINES), {}).values()}
        columns = {
            "recommendation": fullsync.RECOMMENDED,
            "job_status": fullsync.STATUS,
            "to_sales_status": fullsync.TO_SALES_STATUS,
            "to_bc_status": fullsync.TO_BC_STATUS,
        }
        for name, line in expected.items():
            row = rows.get(name)
            yield from self._named_row(f"line {name}", table, row, line, columns)
            if row is not None and isinstance(line, dict) and "depends_on" in line:
                got = {one for one in str(row.get(fullsync.DEPENDS) or "").split("|") if one}
                if got != set(line["depends_on"]):
                    wanted = ", ".join(sorted(line["depends_on"])) or "nothing"
                    yield Difference(
                        what=f"line {name}, depends_on", expected=wanted, got=", ".join(sorted(got)) or "nothing"
                    )

    def _named_row(
        self, what: str, table: Table, row: Row | None, expected: object, columns: Mapping[str, str]
    ) -> Iterator[Difference]:
        if expected == "absent" or not isinstance(expected, dict):
            if row is not None:
                yield Difference(what=what, expected="absent", got="it exists")
            return
        if row is None:
            yield Difference(what=what, expected="is there", got="absent")
            return
        for key, value in expected.items():
            if key in columns:
                field = table.fields[columns[key]]
                got = held(field, row.get(columns[key]))
                if key == "recommendation":
                    got = held(TEXT, caption_of(field, row.get(columns[key])))
                    field = TEXT
                if self.judge.fits_value(field, value, got, self.names) is None:
                    wanted = text_of(value) if isinstance(value, dict) else shown(field, plain(field, value))
                    yield Difference(what=f"{what}, {key}", expected=wanted, got=shown(field, got))
