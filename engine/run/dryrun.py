"""Model and snapshot -> plan: every leg in order, carried out on a copy in memory.

The order of one leg is that of the product: who is read, what each would become, rows and couplings written,
what comes along, watermark, job log (sync-semantics 12).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from engine import connector
from engine.catalog.catalog import Table
from engine.catalog.settings import Settings, at_work_date, dated
from engine.diagnostic import Diagnostic
from engine.model.model import Model, Process
from engine.plan.legs import Pass, keeps_options, passes
from engine.plan.turns import turns
from engine.run import readback
from engine.run.alike import alike
from engine.run.apart import units
from engine.run.candidates import candidates
from engine.run.gates import SCHEDULED, RunScope
from engine.run.keepoptions import keep as keep_options
from engine.run.ledger import counters, list_records, open_ledger, write_pass
from engine.run.moments import about_any, after_moments, blocks_after
from engine.run.near import bring_near, let_go
from engine.run.optionbooks import choices_of_schema
from engine.run.pairs import Call
from engine.run.renamed import follow
from engine.run.rulings import check_rules
from engine.run.settle import keep_couplings, move_watermark, write_job, write_rows
from engine.run.shared import Shared
from engine.run.whole import whole
from engine.run.world import World
from engine.source import Span
from engine.sql import watch
from engine.sql.quote import identifier
from engine.sql.values import Around, NotPlanned

BY_HAND_ONLY = "W644"
COUPLING_COLUMNS = (
    connector.COUPLED_SALES_ID,
    connector.COUPLED_BC_ID,
    connector.COUPLED_TABLE,
    connector.BC_STAMP,
    connector.SALES_STAMP,
    connector.RESULT_TO_BC,
    connector.RESULT_TO_SALES,
    connector.JOB_TO_BC,
    connector.JOB_TO_SALES,
    connector.SKIPPED,
)


@dataclass
class Session:
    """A plan in the making: rules, the world they run on, the clock. Runs follow one another on the same world.

    found: what could not be planned so far. legs: how many legs ran. dated: settings that go with the work date. repaired:
    every coupling of the snapshot says its table.
    """

    model: Model
    world: World
    around: Around
    shared: Shared
    found: list[Diagnostic] = field(default_factory=list)
    legs: int = 0
    dated: frozenset[str] = frozenset()
    repaired: bool = False

    def called(self, call: Call) -> None:
        """A run that a rule starts: forced, now (rule of evaluation 9)."""
        for name in call.mappings:
            mapping = self.model.mappings.get(name)
            if mapping is None:
                continue
            self.legs += 1
            step = Pass(number=self.legs, mapping=mapping, leg=call.leg)
            scope = RunScope(
                force=True,
                since_watermark=False,
                moves_watermark=False,
                chosen=call.chosen,
                filtered=not call.unfiltered,
                filters_pairs=not call.by_hand,
                creates_missing=None if call.only_if_it_may else True,
            )
            run_pass(step, self.world, self.around, scope)

    def run(self, step: Pass, scope: RunScope = SCHEDULED) -> None:
        """One leg of one mapping; what it cannot plan is noted and leaves nothing behind."""
        self.legs += 1
        numbered = replace(step, number=self.legs)
        kept, ids = self.world.begin(), dict(self.shared.ids)
        try:
            self._repair()
            readback.hold_changed(step.mapping.items, self.around.mappings, self.world)
            run_pass(numbered, self.world, self.around, scope)
        except NotPlanned as problem:
            self.world.roll_back(kept)
            self.shared.ids, self.repaired = ids, False
            self.found.append(not_planned(numbered, problem))
        else:
            self.world.commit()

    def _repair(self) -> None:
        """Every leg begins with the couplings of old releases, which do not say their table (R1.4)."""
        from engine.run.actions.marks import repair  # an action on a session, as users call it too

        repair(self)

    def mark(self) -> Callable[[], None]:
        """What puts back all that is remembered beside the world: what was looked up once, settings, how many legs ran."""
        ids, settings, legs = dict(self.shared.ids), dict(self.around.settings), self.legs

        def back() -> None:
            self.shared.ids, self.legs = ids, legs
            now = self.around.settings
            assert isinstance(now, dict)
            now.clear()
            now.update(settings)

        return back

    def process(self, process: Process, chosen: tuple[str, Table] | None = None) -> None:
        """One process, for all records that it finds or for chosen ones (SQL of their ids, their table); what it cannot
        plan is noted and leaves nothing behind."""
        from engine.run.process.carry import run_process  # mappings alone start sooner without it

        run_process(self, process, chosen)


def begin(model: Model, world: World, *, now: datetime, work_date: date) -> Session:
    """A session at its beginning, its plan empty. now: the clock, UTC without zone."""
    shared = Shared(rules=model, world=world)
    given = {**in_setup_tables(model.settings, world), **model.settings}
    around = Around(
        catalog=world.catalog,
        mappings=model.mappings,
        settings=at_work_date(given, work_date),
        now=now,
        work_date=work_date,
        shared=shared.entry,
    )
    session = Session(model=model, world=world, around=replace(around), shared=shared, dated=dated(given))
    session.around = shared.around = replace(around, run=session.called)
    world.beside = session.mark
    open_ledger(world)
    world.require(world.catalog.table("bc", connector.COUPLINGS), COUPLING_COLUMNS)
    choices = world.catalog.table("sales", connector.OPTION_SET)
    if (choices.system, choices.name) not in world.base:
        world.to_make[choices.system, choices.name] = partial(
            choices_of_schema, choices, world, model.mappings.values()
        )
    return session


def in_setup_tables(given: Mapping[str, object], world: World) -> dict[str, object]:
    """The settings that are fields of setup tables, as the snapshot has them; what coupler.yaml gives goes before."""
    wanted: dict[str, dict[str, str]] = {}
    for one in Settings(world.catalog).of_setup_tables:
        if one.setup is not None and one.name not in given:
            table, field = one.setup
            if field in world.base.get(("bc", table), {}):
                wanted.setdefault(table, {})[one.name] = field
    found: dict[str, object] = {}
    for table, fields in wanted.items():
        columns = ", ".join(identifier(field) for field in fields.values())
        relation = world.relation(world.catalog.table("bc", table))
        row = world.run(f"the settings in {table}", f"SELECT {columns} FROM {relation} LIMIT 1").fetchone()
        if row is not None:
            found |= dict(zip(fields, row, strict=True))
    return found


def dry_run(
    model: Model,
    world: World,
    *,
    now: datetime,
    work_date: date,
    names: Sequence[str] = (),
    scope: RunScope = SCHEDULED,
    queued: bool | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Session:
    """Plan these mappings and processes, or everything: mappings in dependency order, then processes as jobs run them.

    names: of mappings and processes; empty means all. queued: as for `engine.plan.turns`. progress: called with what is
    being planned, how much is done, and of how much.
    """
    session = begin(model, world, now=now, work_date=work_date)
    check_rules(session, names)
    following = turns(model, names, queued=queued)
    known = [name for name in names if name not in model.processes]
    steps = passes(model, known) if known or not names else ()
    count = len(steps) + len(following.processes)
    for done, step in enumerate(steps):
        if progress is not None:
            progress(f"{step.mapping.name} {step.leg.replace('_', ' ')}", done, count)
        session.run(step, scope)
    for done, process in enumerate(following.processes, start=len(steps)):
        if progress is not None:
            progress(process.name, done, count)
        session.process(process)
    if following.by_hand:
        note_by_hand(following.by_hand, world)
    if progress is not None:
        progress("", count, count)
    return session


def note_by_hand(processes: Sequence[Process], world: World) -> None:
    """A note about the whole plan: what it leaves out because no job runs it."""
    *others, last = (one.name for one in processes)
    if others:
        words = f"{', '.join(others)} and {last} run by hand only under these settings; plan them by their names"
    else:
        words = f"{last} runs by hand only under these settings; plan it by its name"
    world.connection.execute(
        "INSERT INTO plan.note VALUES (NULL, NULL, 'note', ?, ?, NULL, NULL)", [BY_HAND_ONLY, words]
    )


def run_pass(step: Pass, world: World, around: Around, scope: RunScope) -> None:
    """One leg of one mapping."""
    if watch.witness is not None:
        watch.witness.begins(step, scope, world, around)
    read = candidates(step, world, around, scope, lambda: alike(step, world, around))
    if keeps_options(step.mapping) and step.leg == "to_bc" and read.scanned > read.left_out:
        read = replace(read, newest=around.now)  # R4.26: choices have no stamp of their own
    bring_near(step, read, world)
    deferred, made = whole(step, read, world, around, force=scope.force)
    if watch.witness is not None:
        watch.witness.judged(step, read, made)
    more = deferred.statements or any(about_any(one, read, made) for one in blocks_after(step))
    with units(world, readback.of_leg(step, around.mappings, world.catalog) if more else frozenset()):
        write_rows(step, made, world, around)
        if keeps_options(step.mapping):
            keep_options(step, made, world, around)
        else:
            keep_couplings(step, read, made, world, around)
        moved = move_watermark(step, read, world, around) if scope.moves_watermark else (None, None)
        list_records(step, read, made, world)
        follow(step, made, world)
        let_go(world)
        write_job(step, made, counters(read, made), world, around)  # before the runs that its rules start
        after_moments(step, read, made, deferred, world, around)
    write_pass(step, read, made, moved, world)
    if watch.witness is not None:
        watch.witness.ended(step)


def not_planned(step: Pass, problem: NotPlanned) -> Diagnostic:
    """A construct that the planner does not carry out: said, never passed over."""
    return Diagnostic(
        code="W601",
        name="not-planned",
        severity="warning",
        span=problem.span if isinstance(problem.span, Span) else step.mapping.span,
        message=f"{problem.what} is not planned; {step.mapping.name} to {'Sales' if step.leg == 'to_sales' else 'Business Central'} is left out of this plan",
        hint="say it in another way, in a `change mapping`; until then all others are planned as if this one did not run",
    )
