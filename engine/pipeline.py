"""The stages once, in order: workspace -> rule files -> catalog -> model -> laws -> findings.

Every stage is imported when it is needed, so that a verb pays for nothing that it does not use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from engine.diagnostic import Diagnostic, in_source_order
from engine.frozen import dataclass
from engine.source import Source

if TYPE_CHECKING:
    from engine.catalog.catalog import Catalog
    from engine.catalog.settings import Value as Setting
    from engine.formatting import Formatted, Reformatted
    from engine.model.facts import Facts
    from engine.model.model import Model
    from engine.showing import Variant
    from engine.syntax.ast import RuleFile
    from engine.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rule files and what they mean together.

    files: as written, in the order given. model: what could be understood; only without errors in `found` is it
    all that was written. found: what is wrong with how they are written, with tables, names and types.
    shipped: the paths of the standard integration. declares_jobs: is there any job in the files, whatever its `when`?
    """

    files: tuple[RuleFile, ...]
    catalog: Catalog
    model: Model
    facts: Facts
    found: tuple[Diagnostic, ...]
    shipped: frozenset[str] = frozenset()
    declares_jobs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What lint tells. files: how many rule files were read; found: the findings in source order."""

    files: int
    found: tuple[Diagnostic, ...]


def understand(
    sources: Sequence[Source],
    overlays: Sequence[Path],
    settings: Mapping[str, Setting],
    shipped: frozenset[str] = frozenset(),
) -> Rules:
    """Rule texts, table files and settings -> what the rules mean. Never raises for what a user wrote.

    shipped: paths of the sources that are the standard integration, which the others may change.
    """
    from engine.catalog.load import load_catalog
    from engine.model.bind import bind
    from engine.syntax.ast import Job
    from engine.syntax.parse import parse

    parsed = [parse(source) for source in sources]
    files = tuple(one.file for one in parsed)
    catalog, about_tables = load_catalog(tuple(overlays))
    bound = bind(files, catalog, settings, shipped=shipped)
    mistakes = [mistake for one in parsed for mistake in one.mistakes]
    found = in_source_order([*mistakes, *about_tables, *bound.diagnostics])
    return Rules(
        files=files,
        catalog=catalog,
        model=bound.model,
        facts=bound.facts,
        found=found,
        shipped=shipped,
        declares_jobs=any(isinstance(one, Job) for file in files for one in file.declarations),
    )


def checked(rules: Rules, *, standard: bool = False) -> tuple[Diagnostic, ...]:
    """All findings about rules, in source order: those of reading and binding, those of the laws, less the ignored.

    standard: tell what the laws have to say about the shipped rules too; they do what the products do, traps included.
    """
    from engine.checks import laws
    from engine.checks.context import Context
    from engine.checks.echoes import without_echoes
    from engine.checks.ignore import without_ignored
    from engine.checks.manual import known

    context = Context(files=rules.files, model=rules.model, facts=rules.facts, catalog=rules.catalog)
    found = without_echoes(in_source_order([*rules.found, *laws.check(context)]), rules.files)
    told = without_ignored(found, rules.files, known())
    return in_source_order(told if standard else [one for one in told if _is_told(one, rules.shipped)])


def lint(paths: Sequence[Path] = (), *, standard: bool = False, cached: bool = True) -> Linted:
    """Every finding in a workspace, or in some of its files.

    paths: files or folders; only findings in them are told. The workspace is the one they lie in, else the one
    around the current folder; files outside of any workspace are read by themselves. standard: as in `checked`.
    """
    from engine.workspace import find_workspace, load_workspace

    start = paths[0] if paths else Path.cwd()
    root = find_workspace(start if start.is_dir() else start.parent)
    if root is None and paths:
        sources, unread = rule_sources(paths)
        found = checked(understand(sources, (), defaults()))
        return Linted(files=len(sources), found=in_source_order([*unread, *found]))
    workspace, about_workspace = load_workspace(root or Path.cwd())
    if workspace is None:
        return Linted(files=len({_path(one) for one in about_workspace}), found=about_workspace)
    named, unread = rule_sources(paths)
    about = [*about_workspace, *_of_workspace(workspace, _others(workspace, named), cached)]
    shipped = frozenset(one.path for one in workspace.standard_rules)
    told = [one for one in about if standard or _is_told(one, shipped)]
    if paths:
        meant = {one.path for one in named}
        told = [one for one in told if _path(one) in meant]
    files = len(named or workspace.rule_files) or len({_path(one) for one in told})
    return Linted(files=files, found=in_source_order([*unread, *told]))


def _of_workspace(workspace: Workspace, others: tuple[Source, ...], cached: bool) -> tuple[Diagnostic, ...]:
    """The findings about a workspace's rules, remembered from the last time when nothing has changed since."""
    sources = workspace.rule_files + others

    shipped = frozenset(one.path for one in workspace.standard_rules)
    settings = cast("Mapping[str, Setting]", workspace.settings)

    def work() -> tuple[Diagnostic, ...]:
        with _without_collecting():
            return checked(understand(sources, workspace.overlays, settings, shipped), standard=True)

    if not cached:
        return work()
    from engine.remembered import remembered

    return remembered(sources, workspace.overlays, workspace.settings, work)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Trees and models hold no cycles: looking for some while they grow takes a quarter of the time."""
    import gc

    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _others(workspace: Workspace, named: Sequence[Source]) -> tuple[Source, ...]:
    """Files that were named but are none of the workspace's own: they are read along with it."""
    own = {one.path for one in workspace.rule_files}
    return tuple(one for one in named if one.path not in own)


def _is_told(one: Diagnostic, shipped: frozenset[str]) -> bool:
    """About a shipped file only that is told which keeps it from being understood; the laws only judge what it says."""
    return _path(one) not in shipped or (one.severity == "error" and not one.code.startswith("E3"))


def _path(one: Diagnostic) -> str:
    return one.span.path if one.span else ""


def defaults() -> Mapping[str, Setting]:
    """The settings of a product that nobody has set up."""
    from engine.catalog.settings import Settings

    return Settings().defaults()


def rule_sources(paths: Iterable[Path]) -> tuple[tuple[Source, ...], tuple[Diagnostic, ...]]:
    """The rule files that paths mean (of a folder all its *.rules), and what could not be read."""
    from engine.textfile import read_source

    files = [one for path in paths for one in (sorted(path.rglob("*.rules")) if path.is_dir() else [path])]
    read = [read_source(one) for one in dict.fromkeys(files)]
    sources = tuple(one for one in read if isinstance(one, Source))
    return sources, tuple(one for one in read if isinstance(one, Diagnostic))


# --- a look at a mapping ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """names: name and title of the mappings that exist, in the order they run. variants: of the one asked for.

    found: why there is nothing to see.
    """

    names: tuple[tuple[str, str], ...] = ()
    variants: tuple[Variant, ...] = ()
    found: tuple[Diagnostic, ...] = ()


def show(name: str | None) -> Seen:
    """The mapping or process of a name as it finally stands in the workspace around the current folder."""
    from engine.catalog.suggest import did_you_mean
    from engine.showing import process, variants
    from engine.workspace import find_workspace, load_workspace

    workspace, about = load_workspace(find_workspace(Path.cwd()) or Path.cwd())
    if workspace is None:
        return Seen(found=about)
    shipped = frozenset(one.path for one in workspace.standard_rules)
    settings = cast("Mapping[str, Setting]", workspace.settings)
    rules = understand(workspace.rule_files, workspace.overlays, settings, shipped)
    names = tuple((one, rules.model.mappings[one].title) for one in rules.model.order)
    names += tuple((one.name, one.title) for one in rules.model.processes.values())
    seen = variants(rules, name) or process(rules, name) if name is not None else ()
    if name is not None and not seen:
        known = sorted({one.mapping.name for one in rules.facts.mappings} | set(rules.model.processes))
        hint = did_you_mean(name, known) or "coupler show lists the mappings and processes"
        unread = tuple(one for one in rules.found if one.code.startswith("E1"))
        return Seen(found=(_no_such_mapping(name, hint), *unread))
    return Seen(names=names, variants=seen)


def _no_such_mapping(name: str, hint: str) -> Diagnostic:
    return Diagnostic(
        code="E390",
        name="no-such-mapping",
        severity="error",
        span=None,
        message=f"there is no mapping or process {name}",
        hint=hint,
    )


# --- the formatter ----------------------------------------------------------------------------------------


def format_rules(paths: Sequence[Path] = (), *, write: bool) -> Reformatted:
    """Rule files in the one style: those that paths mean, else the workspace's own."""
    from engine.formatting import reformatted

    if paths:
        return reformatted(*rule_sources(paths), write=write)
    from engine.workspace import find_workspace, load_workspace

    workspace, about = load_workspace(find_workspace(Path.cwd()) or Path.cwd())
    own = workspace.own_rules if workspace else ()
    return reformatted(own, () if workspace else about, write=write)


def format_text(text: str, called: str) -> Formatted:
    """One rule text in the one style."""
    from engine.formatting import formatted

    return formatted(Source(path=called, text=text))
