"""The rules about the data -> warnings of the plan: what does not hold in the snapshot, before anything is planned.

A rule changes nothing. Its loops are read for all their rounds at once; a record that does not satisfy a `require` is
told by the words of that line, and after a failing one nothing more is asked of it (rule of evaluation 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.diagnostic import Diagnostic
from engine.model import model
from engine.model.model import Statement
from engine.run.actions.nodes import nodes
from engine.run.effects import Effects
from engine.run.ledger import place
from engine.run.world import World
from engine.sql.block import read_block
from engine.sql.conditions import joined_by
from engine.sql.frame import Failure, Frame, Outcome
from engine.sql.quote import literal
from engine.sql.scope import Scope
from engine.sql.values import Around, NotPlanned

if TYPE_CHECKING:
    from engine.run.dryrun import Session


@dataclass
class Ruling:
    """One rule as it is read: every scope with what is told of its rows."""

    world: World
    around: Around
    told: list[tuple[Outcome, Scope]] = field(default_factory=list)

    def read(self, rule: model.Rule) -> None:
        """Read the statements of a rule. NotPlanned: a statement that changes something."""
        scope = Scope(self.world, "(SELECT 1) once")
        frame = Frame(around=self.around, scope=scope, outcome=Outcome(), effect=self.loop)
        read_block(rule.body, frame)
        self.told.append((frame.outcome, scope))

    def loop(self, frame: Frame, statement: Statement) -> None:
        """The rounds of a `for each`, those left out for which something failed before."""
        if not isinstance(statement, model.ForEach):
            raise NotPlanned("a rule that changes something", statement.span)
        effects = Effects(step=None, world=self.world, around=self.around, unit="NULL")
        failed = frame.outcome.failed()
        inner = effects.rounds(statement, frame if failed == "false" else frame.under(f"(NOT {failed})"))
        inner = replace(inner, effect=self.loop, hold=None)
        read_block(statement.body, inner)
        self.told.append((inner.outcome, inner.scope))


def check_rules(session: Session, names: Sequence[str] = ()) -> None:
    """A warning of the plan for everything in the data that a rule does not allow; what cannot be asked is found.

    names: of the mappings and processes that are planned, none for all: rules about other tables are not asked.
    """
    about = frozenset(table for name in names for table in _tables(session.model, name))
    for rule in session.model.rules:
        if names and not about & _looked_over(rule.body):
            continue
        ruling = Ruling(world=session.world, around=session.around)
        try:
            ruling.read(rule)
        except NotPlanned as problem:
            session.found.append(_not_asked(rule, problem))
            continue
        for outcome, scope in ruling.told:
            for one in _first_only(outcome):
                _tell(one, scope, session.world)


def _tables(rules: model.Model, name: str) -> frozenset[tuple[str, str]]:
    """The tables that a mapping couples, or that a process goes over."""
    if name in rules.mappings:
        mapping = rules.mappings[name]
        return frozenset((one.table.system, one.table.name) for one in (mapping.bc, mapping.sales))
    return _looked_over(rules.processes[name].body) if name in rules.processes else frozenset()


def _looked_over(body: model.Block) -> frozenset[tuple[str, str]]:
    """The tables of the loops of a block."""
    return frozenset((one.record.table.system, one.record.table.name) for one in nodes(body, model.ForEach))


def _first_only(outcome: Outcome) -> Iterator[Failure]:
    """What is warned about, and of what fails the first for every row."""
    yield from outcome.warnings
    for at, one in enumerate(outcome.failures):
        before = joined_by("OR", [earlier.when for earlier in outcome.failures[:at]])
        yield one if not at else replace(one, when=f"{one.when} AND NOT ({before})")


def _tell(one: Failure, scope: Scope, world: World) -> None:
    path, line = place(one.span)
    world.run(
        "what a rule does not allow",
        f"""INSERT INTO plan.note
SELECT NULL, NULL, 'warning', {literal(one.code)}, text, {path}, {line}
FROM (SELECT DISTINCT {one.reason} AS text FROM {scope.sql()} WHERE {one.when}) ORDER BY text""",
    )


def _not_asked(rule: model.Rule, problem: NotPlanned) -> Diagnostic:
    return Diagnostic(
        code="W601",
        name="not-planned",
        severity="warning",
        span=rule.span,
        message=f"{problem.what} is not planned; the rule {rule.title} is not asked",
        hint="say it in another way: `require … else warn`, inside `for each` where it is about records",
    )
