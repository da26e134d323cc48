"""Rule files, catalog, settings -> the Model: every name resolved, every expression typed, every step laid open.

Everything is checked, active or not; the Model holds what exists under the settings.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary, Sequence
from dataclasses import replace

from engine.catalog.catalog import Catalog
from engine.catalog.settings import Settings, Value as Setting
from engine.diagnostic import Diagnostic, in_source_order
from engine.frozen import dataclass
from engine.model.changes import items_of
from engine.model.declarations import Declarations, declared
from engine.model.facts import Facts, MappingFacts
from engine.model.findings import Findings
from engine.model.jobs import job_of
from engine.model.mappings import mapping_of
from engine.model.model import Mapping, Model, Process, Reaction, Rule, SettingReaction
from engine.model.order import in_order
from engine.model.presence import holds
from engine.model.reactions import reaction_of
from engine.model.scope import Scope
from engine.model.shared import bind_shared
from engine.model.statements import block_of
from engine.model.steps import bind_unused
from engine.model.world import Variant, World
from engine.syntax.ast import ChangeMapping, RuleFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What binding gives. The model is to be used only when no diagnostic is an error."""

    model: Model
    diagnostics: tuple[Diagnostic, ...]
    facts: Facts


def bind(
    files: Sequence[RuleFile],
    catalog: Catalog,
    settings: Dictionary[str, Setting],
    *,
    shipped: frozenset[str] = frozenset(),
) -> Binding:
    """The meaning of all rule files together.

    settings: canonical name -> typed value (`engine.catalog.settings.typed`); defaults are filled in here.
    shipped: paths (`source.path`) of the files of the standard integration, which the others may override by name.
    """
    known = Settings(catalog)
    world = World(catalog=catalog, settings={**known.defaults(), **settings}, known_settings=known, findings=Findings())
    found = declared(world, files, shipped)
    _say_which_exist(world)
    bind_shared(world)
    mappings = _mappings(world, found)
    processes = _processes(world)
    rules = _rules(world, found)
    jobs = [job for one in found.jobs.values() if (job := job_of(world, one)) is not None]
    reactions = [reaction_of(world, one) for one in found.reactions]
    bind_unused(world)
    existing = _existing(mappings)
    model = Model(
        settings=world.settings,
        mappings=existing,
        order=in_order(world, {one.mapping.name: one for one in mappings if one.active}, jobs),
        processes=processes,
        rules=rules,
        shared=world.shared,
        reactions=tuple(one for one in reactions if isinstance(one, Reaction)),
        setting_reactions=tuple(one for one in reactions if isinstance(one, SettingReaction)),
        jobs={one.name: one for one in jobs},
    )
    return Binding(model=model, diagnostics=in_source_order(world.findings.found), facts=_facts(world, mappings))


def _say_which_exist(world: World) -> None:
    """Settles which variants of a mapping exist; two at the same time are a finding."""
    for name, variants in world.mappings.items():
        settled: list[Variant] = []
        for variant in variants:
            when = variant.node.when
            active = when is None or holds(world, Scope(), when)
            first = next((one for one in settled if one.active), None)
            if active and first is not None:
                place = f"{first.node.span.path}, line {first.node.name.span.line}"
                told = f"mapping {name} exists already under these settings, in {place}"
                hint = f"adapt it with `change mapping {name}`, or give both a `when` that excludes the other"
                world.say("E228", variant.node.name.span, told, hint)
                active = False
            settled.append(replace(variant, active=active))
        world.mappings[name] = tuple(settled)


def _mappings(world: World, found: Declarations) -> tuple[MappingFacts, ...]:
    """Every variant of every mapping with its changes, in the order of the text."""
    bound: list[MappingFacts] = []
    for name, variants in world.mappings.items():
        changes = [change for change in found.changes if change.name.text == name]
        present = tuple(change for change in changes if change.when is None or holds(world, Scope(), change.when))
        for variant in variants:
            meant = present if variant.active or not any(one.active for one in variants) else ()
            bound.append(mapping_of(world, variant, items_of(world, variant, meant)))
        _check_absent(world, variants, [change for change in changes if change not in present])
    return tuple(bound)


def _check_absent(world: World, variants: Sequence[Variant], changes: Sequence[ChangeMapping]) -> None:
    """Changes that do not hold under the settings are checked on the first variant and forgotten."""
    for variant in variants[:1]:
        if changes:
            replaced = list(world.gathered.replaced)
            mapping_of(world, replace(variant, active=False), items_of(world, variant, tuple(changes)))
            world.gathered.replaced[:] = replaced


def _processes(world: World) -> dict[str, Process]:
    existing: dict[str, Process] = {}
    for node in world.processes.values():
        active = node.when is None or holds(world, Scope(), node.when)
        body = block_of(world, Scope(), node.block)
        if active:
            existing[node.name.text] = Process(span=node.span, name=node.name.text, title=node.title, body=body)
    return existing


def _rules(world: World, found: Declarations) -> tuple[Rule, ...]:
    existing: list[Rule] = []
    for node in found.rules.values():
        active = node.when is None or holds(world, Scope(), node.when)
        body = block_of(world, Scope(), node.block)
        if active:
            existing.append(Rule(span=node.span, title=node.title, body=body))
    return tuple(existing)


def _existing(mappings: Sequence[MappingFacts]) -> dict[str, Mapping]:
    return {one.mapping.name: one.mapping for one in mappings if one.active}


def _facts(world: World, mappings: tuple[MappingFacts, ...]) -> Facts:
    gathered = world.gathered
    return Facts(
        definitions=tuple(gathered.definitions),
        uses=tuple(gathered.uses),
        mappings=mappings,
        usings=tuple(gathered.usings),
        replaced=tuple(gathered.replaced),
    )
