"""The second half of the road, stages in order: rules without errors -> snapshot -> dry run -> saved plan -> apply.

The first half, from texts to findings, is `engine.pipeline`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from engine import VERSION, connector, pipeline
from engine.beside import Beside
from engine.catalog.catalog import Catalog
from engine.catalog.settings import Settings
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.manual.refusals import no_connection
from engine.model.facts import nothing
from engine.remembered import kept
from engine.run.dryrun import begin, dry_run
from engine.run.gates import SCHEDULED, RunScope
from engine.run.ledger import write_head
from engine.run.save import save
from engine.run.world import World
from engine.snapshot.open import SnapshotProblem, Tables, connect, fingerprint, first_line, tables_in
from engine.standing import other_than_plan
from engine.syntax import ast
from engine.workspace import Workspace, find_workspace, load_workspace

if TYPE_CHECKING:
    import duckdb

    from engine.catalog.settings import Value as Setting
    from engine.run.apply import Applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """world: the plan in memory, None when there is none. found: why not, or what the plan leaves out."""

    world: World | None
    found: tuple[Diagnostic, ...]


def plan(
    *,
    names: Sequence[str] = (),
    records: Sequence[str] = (),
    snapshot: str | None = None,
    now: str | None = None,
    work_date: str | None = None,
    force: bool = False,
    out: Path | None = None,
    memory: str | None = None,
    threads: int | None = None,
    told: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Planned:
    """The dry run of a workspace's mappings and processes on one of its snapshots. Never writes to the snapshot.

    names: of mappings and processes; none means all. records: words for the records that a user chose, for one process
    named alone. told: the head will be shown or saved, so it needs the fingerprint of the snapshot.
    """
    ground = opened(
        named=names,
        snapshot=snapshot,
        now=now,
        work_date=work_date,
        memory=memory,
        threads=threads,
        told=told or out is not None,
        whole=False,
    )
    if not isinstance(ground, Opened):
        return Planned(world=None, found=ground)
    if cut_off := no_connection(ground.rules.model.settings):
        ground.world.connection.close()
        return Planned(world=None, found=tuple(cut_off))
    if records:
        return chosen_records(ground, names, records, out)
    scope = RunScope(force=True, since_watermark=False) if force else SCHEDULED
    outcome = dry_run(
        ground.rules.model,
        ground.world,
        now=ground.now,
        work_date=ground.work_date,
        names=names,
        scope=scope,
        queued=ground.rules.declares_jobs,
        progress=progress,
    )
    return finished(ground, outcome.found, out)


def chosen_records(ground: Opened, names: Sequence[str], words: Sequence[str], out: Path | None) -> Planned:
    """The plan of one process for the records that a user chose."""
    from engine.manual.processes import run_chosen

    process = ground.rules.model.processes.get(names[0]) if len(names) == 1 else None
    if process is None:
        hint = "coupler plan PROCESS --records …"
        if len(names) == 1 and names[0] in ground.rules.model.mappings:
            hint = f"for records of a mapping: coupler sync {names[0]} …"
        ground.world.connection.close()
        wrong = wrong_words("--records points at records of one process, which is named alone", hint)
        return Planned(world=None, found=(wrong,))
    session = begin(ground.rules.model, ground.world, now=ground.now, work_date=ground.work_date)
    if found := tuple(run_chosen(session, process, words)):
        ground.world.connection.close()
        return Planned(world=None, found=found)
    return finished(ground, session.found, out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What any plan begins with: the workspace, its rules, a world over its snapshot, the clock.

    fingerprint: of the snapshot; blank when nobody will be told.
    """

    workspace: Workspace
    rules: pipeline.Rules
    world: World
    snapshot: Path
    fingerprint: str
    now: datetime
    work_date: date


def opened(
    *,
    mappings: Sequence[str] = (),
    named: Sequence[str] = (),
    snapshot: str | None = None,
    now: str | None = None,
    work_date: str | None = None,
    memory: str | None = None,
    threads: int | None = None,
    told: bool = False,
    whole: bool = True,
) -> Opened | tuple[Diagnostic, ...]:
    """The workspace around the current folder, ready to plan on; or what stands in the way.

    mappings: must exist. named: must exist as mappings or processes. whole: as for `ready`.
    """
    workspace, about = load_workspace(find_workspace(Path.cwd()) or Path.cwd(), keep=True)
    if workspace is None:
        return about
    path, missing = chosen_snapshot(workspace, snapshot)

    def open_snapshot() -> tuple[duckdb.DuckDBPyConnection, Tables, str]:
        assert path is not None
        connection = connect(path, threads=threads, memory_limit=memory, preserve_insertion_order=False)
        return connection, tables_in(connection), fingerprint(path) if told else ""

    opening = Beside(open_snapshot) if path is not None else None
    rules, found = ready(workspace, about, whole=whole)
    problems = found
    if rules is not None:
        if not whole and any(name not in rules.model.mappings and name not in rules.model.processes for name in named):
            rules = ready(workspace, about)[0] or rules  # where it is written tells what is wrong with the name
        moment, day, wrong = clock(now, work_date)
        unknown = (*unknown_mappings(mappings, rules), *unknown_names(named, rules))
        problems = tuple(one for one in (*wrong, missing, *unknown) if one is not None)
    try:
        if rules is None or problems or path is None or opening is None:
            if opening is not None:
                opening.result()[0].close()
            return problems
        connection, held, before = opening.result()
    except SnapshotProblem as refused:
        return problems or (refused.diagnostic,)
    world = World.over(connection, rules.catalog, held)
    return Opened(
        workspace=workspace,
        rules=rules,
        world=world,
        snapshot=path,
        fingerprint=before,
        now=moment,
        work_date=day,
    )


def finished(ground: Opened, found: Sequence[Diagnostic], out: Path | None) -> Planned:
    """The plan with its head, saved if wanted."""
    write_head(
        ground.world,
        version=VERSION,
        company=ground.workspace.company,
        snapshot=shown(ground.snapshot, ground.workspace),
        fingerprint=ground.fingerprint,
        rules=rules_fingerprint(ground.workspace),
        now=ground.now,
        work_date=ground.work_date,
        settings=without_secrets(ground.workspace.settings),
    )
    unsaved = saved(ground.world, out) if out is not None else ()
    return Planned(world=ground.world, found=(*found, *unsaved))


def rules_here() -> tuple[Workspace | None, pipeline.Rules | None, tuple[Diagnostic, ...]]:
    """The workspace around the current folder and its rules as written; what is wrong where one of them is missing."""
    workspace, about = load_workspace(find_workspace(Path.cwd()) or Path.cwd(), keep=True)
    return (None, None, about) if workspace is None else (workspace, *ready(workspace, about))


def ready(
    workspace: Workspace, about: Sequence[Diagnostic], *, whole: bool = True
) -> tuple[pipeline.Rules | None, tuple[Diagnostic, ...]]:
    """The rules of a workspace, None when they hold errors; and the errors. about: what was found in the workspace.

    Rules without errors are kept, as long as nothing that they come from changes. whole: with the rules as written and
    what is known about their texts, which takes most of the time to read them; a plan needs but what they mean.
    """
    errors = [one for one in about if one.severity == "error"]
    given = (workspace.rule_files, workspace.overlays, workspace.settings)

    def work() -> pipeline.Rules | None:
        shipped = frozenset(one.path for one in workspace.standard_rules)
        settings = cast("Mapping[str, Setting]", workspace.settings)
        rules = pipeline.understand(workspace.rule_files, workspace.overlays, settings, shipped)
        wrong = [one for one in pipeline.checked(rules) if one.severity == "error"]
        errors.extend(wrong)
        return None if wrong else rules

    def meaning() -> pipeline.Rules | None:
        rules = kept(*given, work)
        if rules is None:
            return None
        read_ahead(rules.catalog)
        return replace(rules, files=(), facts=nothing())

    rules = kept(*given, work) if whole else kept(*given, meaning, "meaning")
    return None if errors else rules, tuple(errors)


def read_ahead(catalog: Catalog) -> None:
    """Read the tables that every plan asks for, so that they are kept with the rules and need not be read again."""
    setups = {one.setup[0] for one in Settings(catalog).of_setup_tables if one.setup is not None}
    for name in sorted({*connector.BOOKS, *setups}):
        catalog.table("bc", name)
    catalog.table("sales", connector.OPTION_SET)


def clock(now: str | None, work_date: str | None) -> tuple[datetime, date, list[Diagnostic]]:
    """The clock in UTC without zone, and the work date (the day of the clock when it is not given)."""
    found: list[Diagnostic] = []
    moment = datetime.now(UTC)
    if now is not None:
        try:
            moment = datetime.fromisoformat(now)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        except ValueError:
            found.append(wrong_words(f"{now} is no moment", "write it like 2026-06-15T08:00:00Z"))
    plain = moment.astimezone(UTC).replace(tzinfo=None, microsecond=moment.microsecond // 1000 * 1000)
    day = plain.date()
    if work_date is not None:
        try:
            day = date.fromisoformat(work_date)
        except ValueError:
            found.append(wrong_words(f"{work_date} is no date", "write it like 2026-06-15"))
    return plain, day, found


def wrong_words(message: str, hint: str) -> Diagnostic:
    """The finding that words after a verb do not fit together (E602)."""
    return Diagnostic(code="E602", name="wrong-arguments", severity="error", span=None, message=message, hint=hint)


def chosen_snapshot(workspace: Workspace, given: str | None) -> tuple[Path | None, Diagnostic | None]:
    """The snapshot file meant by a name or path, or the workspace's own."""
    if given is None:
        if workspace.snapshot is None:
            from engine.snapshots import NONE_NAMED

            return None, NONE_NAMED
        return workspace.snapshot, None
    as_path = Path(given)
    named = workspace.snapshots / (given if given.endswith(".duckdb") else f"{given}.duckdb")
    return (as_path if as_path.is_file() else named), None


def unknown_mappings(names: Sequence[str], rules: pipeline.Rules) -> list[Diagnostic]:
    """Mappings asked for that do not exist under the present settings."""
    from engine.catalog.suggest import suggest

    found = []
    for name in names:
        if name not in rules.model.mappings:
            if name in rules.model.processes:
                hint = f"coupler plan {name} --records KEY starts it by hand for chosen records"
                found.append(wrong_words(f"{name} is a process, and this is done with the records of a mapping", hint))
                continue
            near = suggest(name, rules.model.mappings)
            hint = f"did you mean {' or '.join(near)}?" if near else "the mappings are " + ", ".join(rules.model.order)
            found.append(wrong_words(f"there is no mapping {name} under the present settings", hint))
    return found


def unknown_names(names: Sequence[str], rules: pipeline.Rules) -> list[Diagnostic]:
    """Names asked for that are neither a mapping nor a process under the present settings."""
    from engine.catalog.suggest import suggest

    written = {
        one.name.text: one.span
        for file in rules.files
        for one in file.declarations
        if isinstance(one, (ast.Mapping, ast.Process))
    }
    found = []
    for name in names:
        if name in rules.model.mappings or name in rules.model.processes:
            continue
        if name in written:
            place = f"{written[name].path}:{written[name].line}"
            found.append(wrong_words(f"the present settings leave {name} out", f"its `when` says why: {place}"))
        else:
            near = suggest(name, written)
            known = f"the mappings are {', '.join(rules.model.order)}"
            if rules.model.processes:
                known += f"; the processes {', '.join(rules.model.processes)}"
            hint = f"did you mean {' or '.join(near)}?" if near else known
            found.append(wrong_words(f"there is no mapping or process {name} under the present settings", hint))
    return found


def shown(path: Path, workspace: Workspace) -> str:
    """A path as the plan names it: from the workspace when it lies in it."""
    try:
        return path.resolve().relative_to(workspace.root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def rules_fingerprint(workspace: Workspace) -> str:
    """A text that changes with any rule file or setting."""
    whole = hashlib.sha256()
    for source in workspace.rule_files:
        whole.update(f"{source.path}\0{source.text}\0".encode())
    whole.update(repr(sorted(without_secrets(workspace.settings).items())).encode())
    return whole.hexdigest()


def without_secrets(settings: Mapping[str, object]) -> dict[str, object]:
    """Settings without keys and passwords."""
    return {name: given for name, given in settings.items() if not name.endswith(("_key", "_password", "_secret"))}


def saved(world: World, out: Path) -> tuple[Diagnostic, ...]:
    """Save the plan; what stood in the way, if anything."""
    import duckdb

    try:
        if not out.parent.is_dir():
            raise FileNotFoundError(2, f"there is no folder {out.parent.as_posix()}")
        if other_than_plan(out):
            return (_not_saved(out, "it is there already and is no plan", "name a new file, or remove that one first"),)
        save(world, out)
    except OSError as error:
        return (
            _not_saved(out, error.strerror or str(error), "name a file in a folder that exists and may be written"),
        )
    except duckdb.Error as error:
        return (_not_saved(out, first_line(error), "make room on its disk, or name a file that may be written"),)
    return ()


def _not_saved(out: Path, why: str, hint: str) -> Diagnostic:
    message = f"the plan could not be saved in {out.as_posix()}: {why}"
    return Diagnostic(code="E603", name="not-saved", severity="error", span=None, message=message, hint=hint)


def apply_plan(plan_file: Path, snapshot: str | None) -> Applied | tuple[Diagnostic, ...]:
    """Carry a saved plan out on the snapshot it was made from, or on the one named."""
    from engine.catalog.load import load_catalog
    from engine.run.apply import apply, no_plan, open_plan

    root = find_workspace(Path.cwd())
    workspace = load_workspace(root)[0] if root is not None else None
    try:
        connection = open_plan(plan_file)
    except SnapshotProblem as refused:
        return (refused.diagnostic,)
    row = connection.execute("SELECT snapshot FROM plan_file.plan.head").fetchone()
    connection.close()
    if row is None:
        return (no_plan(plan_file, "it says nothing about its snapshot"),)
    if snapshot is not None and workspace is not None:
        target = chosen_snapshot(workspace, snapshot)[0] or Path(snapshot)
    else:
        target = Path(snapshot or row[0])
        if not target.is_absolute() and workspace is not None:
            target = workspace.root / target
    catalog, _ = load_catalog(workspace.overlays if workspace is not None else ())
    return apply(plan_file, target, catalog)
