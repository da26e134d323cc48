"""A mapping or a process, the words for a record and if wanted for a field -> the record's story, told from a dry run.

The dry run is that of `coupler plan`, up to the last leg in which the mapping can run; while it is made, a storyteller
watches (`engine.why.witness`). So a story tells the plan's own decisions, with numbers and all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from engine.catalog.catalog import Field
from engine.catalog.suggest import did_you_mean
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.manual.pointing import pointed
from engine.manual.processes import points_of
from engine.manual.stage import Wish
from engine.model import model
from engine.pipeline import Rules
from engine.plan.legs import Pass, passes
from engine.plan.turns import turns
from engine.planning import Opened, opened, shown
from engine.run.dryrun import Session, begin
from engine.run.gates import SCHEDULED, RunScope
from engine.sql.quote import literal
from engine.sql.watch import witnessed
from engine.why.documents import Documentary
from engine.why.one_field import fields_told, of_one_field
from engine.why.story import Chapter, Story
from engine.why.witness import Storyteller

FORCED = RunScope(force=True, since_watermark=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """story: None when there is none. found: why not, or what the plan leaves out."""

    story: Story | None
    found: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be told. word: how the record is called; field: only this one.

    alone: of the plan of this mapping or process alone, not of that of everything. force: as in `coupler plan --force`.
    by_hand: of a process, as a user starts it for this record.
    """

    name: str
    word: str
    field: str | None = None
    alone: bool = False
    force: bool = False
    by_hand: bool = False


def why(asked: Asked, wish: Wish) -> Why:
    """The story of one record on a snapshot of the workspace around the current folder. The snapshot is only read."""
    ground = opened(
        named=(asked.name,),
        snapshot=wish.snapshot,
        now=wish.now,
        work_date=wish.work_date,
        memory=wish.memory,
        threads=wish.threads,
    )
    if not isinstance(ground, Opened):
        return Why(story=None, found=ground)
    try:
        session = begin(ground.rules.model, ground.world, now=ground.now, work_date=ground.work_date)
        return tell(session, ground.rules, asked, shown(ground.snapshot, ground.workspace))
    finally:
        ground.world.connection.close()


def tell(session: Session, rules: Rules, asked: Asked, snapshot: str) -> Why:
    """The story of one record in a session at its beginning, which is carried out as far as the record can move."""
    if asked.name in rules.model.processes:
        return tell_document(session, rules, asked, snapshot)
    mapping = rules.model.mappings[asked.name]
    wanted = wanted_field(mapping, asked.field) if asked.field is not None else None
    if isinstance(wanted, Diagnostic):
        return Why(story=None, found=(wanted,))
    records, problems = pointed(session, mapping, [asked.word])
    if problems:
        return Why(story=None, found=problems)
    (record,) = records
    teller = Storyteller(session=session, rules=rules, mapping=mapping, pointed=record, wanted=wanted)
    with witnessed(teller):
        watch_all(
            session, teller, steps(rules.model, asked.name, alone=asked.alone), FORCED if asked.force else SCHEDULED
        )
    story = story_of(teller, snapshot)
    return Why(story=story, found=tuple(session.found))


def tell_document(session: Session, rules: Rules, asked: Asked, snapshot: str) -> Why:
    """The story of the document that a process makes for a record, in the plan of everything if it is part of that."""
    process = rules.model.processes[asked.name]
    records, problems = points_of(session, process, [asked.word])
    if problems:
        return Why(story=None, found=problems)
    (record,) = records
    teller = Documentary(session=session, process=process, pointed=record, by_hand=asked.by_hand)
    before = turns(rules.model, queued=rules.declares_jobs).processes
    alone = asked.alone or asked.by_hand or process not in before
    for step in () if alone else passes(rules.model):
        session.run(step)
    for one in () if alone else before[: before.index(process)]:
        session.process(one)
    known = len(session.found)
    with witnessed(teller):
        chosen = (f"{literal(record.id)}::UUID", record.table) if asked.by_hand and record.table is not None else None
        session.process(process, chosen)
    chapters = tuple(teller.chapters) if len(session.found) == known else ()
    if asked.field is not None and chapters:
        about = of_one_field(chapters, asked.field)
        if not about:
            return Why(
                story=None, found=(*session.found, _no_such_field(asked.field, fields_told(chapters), record.label))
            )
        chapters = about
    story = Story(
        rules=process.name,
        title=process.title,
        system=record.system,
        table=record.table.caption if record.table is not None else "",
        id=record.id,
        label=record.label,
        field=asked.field,
        snapshot=snapshot,
        now=session.around.now.isoformat() + "Z",
        chapters=chapters,
    )
    return Why(story=story, found=tuple(session.found))


def story_of(teller: Storyteller, snapshot: str) -> Story:
    """What a storyteller has to tell at the end."""
    mapping, record = teller.mapping, teller.pointed
    table = mapping.bc.table if record.system == "bc" else mapping.sales.table
    return Story(
        rules=mapping.name,
        title=mapping.title,
        system=record.system,
        table=table.caption,
        id=record.id,
        label=record.label,
        field=None if teller.wanted is None else teller.wanted.caption,
        snapshot=snapshot,
        now=teller.session.around.now.isoformat() + "Z",
        chapters=tuple(teller.chapters),
    )


def watch_all(session: Session, teller: Storyteller, legs: tuple[Pass, ...], scope: RunScope) -> None:
    """Run these legs while the teller watches."""
    for step in legs:
        before = len(session.found)
        session.run(step, scope)
        if len(session.found) > before:
            teller.broken_off()
            if step.mapping.name == teller.mapping.name:
                teller.chapters.append(not_planned(step, session, session.found[-1]))


def steps(rules: model.Model, name: str, *, alone: bool) -> tuple[Pass, ...]:
    """The legs of the plan up to the last that can run the mapping: its own, and those of mappings that start it."""
    if alone:
        return passes(rules, [name])
    every = passes(rules)
    own = {name, *(one.name for one in rules.mappings.values() if name in started_by(one))}
    last = max((at for at, one in enumerate(every) if one.mapping.name in own), default=-1)
    return every[: last + 1]


def started_by(node: object) -> Iterator[str]:
    """The mappings that `synchronise … with` in a mapping starts."""
    if isinstance(node, tuple):
        for part in node:
            yield from started_by(part)
    elif isinstance(node, model.Bound):
        if isinstance(node, model.Synchronise):
            yield from node.mappings
        for one in dataclasses.fields(node):
            if one.name not in ("span", "type"):
                yield from started_by(getattr(node, one.name))


def wanted_field(mapping: model.Mapping, written: str) -> Field | Diagnostic:
    """The field of either table that a word means; Business Central goes first."""
    tables = (mapping.bc.table, mapping.sales.table)
    for table in tables:
        known = list(table.fields.values())
        found = table.find(written) or [
            one for one in known if written.lower() in (one.name.lower(), one.caption.lower())
        ]
        if found:
            return found[0]
    names = [one.caption for table in tables for one in table.fields.values()]
    names += [one.name for table in tables for one in table.fields.values()]
    return Diagnostic(
        code="E690",
        name="no-such-field-here",
        severity="error",
        span=None,
        message=f"neither {tables[0].caption} nor {tables[1].caption} has a field {written}",
        hint=did_you_mean(written, names) or "a field is called by its caption or by its technical name",
    )


def _no_such_field(written: str, told: Sequence[str], label: str) -> Diagnostic:
    """No line of the document is about a field of that name."""
    return Diagnostic(
        code="E690",
        name="no-such-field-here",
        severity="error",
        span=None,
        message=f"the document of {label} has no line that writes a field {written}",
        hint=did_you_mean(written, told) or "a field is called by its caption or by its technical name",
    )


def not_planned(step: Pass, session: Session, problem: Diagnostic) -> Chapter:
    """A leg that the plan leaves out whole."""
    source, destination = step.source.table, step.destination.table
    return Chapter(
        number=session.legs,
        way=step.leg,
        within=step.mapping.name,
        source_table=source.caption,
        source="",
        source_id=None,
        destination_table=destination.caption,
        destination="",
        destination_id=None,
        outcome="not planned",
        code=problem.code,
        reason=problem.message,
        place=None if problem.span is None else (problem.span.path, problem.span.line),
        sections=(),
    )
