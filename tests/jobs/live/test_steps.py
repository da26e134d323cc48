"""The steps of the live queue, without a clock and without a process."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given, strategies as st

from engine.jobs.live import exported, steps, words
from engine.jobs.live.exchange import from_json, to_json
from engine.jobs.live.live import COUNTERS, Line, Live, Moved, Prepared, Print
from engine.jobs.queue import ASLEEP, Entry, QueueState, Setup, Status
from tests.plan.stories import world

NOW = datetime(2026, 6, 15, 8, 0)
MINUTE = timedelta(minutes=1)
NOTHING = (0,) * len(COUNTERS)


def entry(number: int, name: str, start: datetime | None = NOW, status: Status = "Ready", **setup: object) -> Entry:
    given: dict[str, object] = {"every": 30, "attempts": 2, "delay": 30, **setup}
    return Entry(number=number, setup=Setup(name=name, runs=(name,), **given), status=status, start=start)  # type: ignore[arg-type]


def live(*entries: Entry) -> Live:
    return Live(queue=QueueState(now=NOW, entries=entries))


def prepared(activity: int | None = 1, **given: object) -> Prepared:
    return Prepared(end=NOW + MINUTE, activity=activity, counters=NOTHING, **given)  # type: ignore[arg-type]


def in_process(state: Live, name: str = "A", *, apply: bool = True, made: Prepared | None = None) -> Live:
    found = state.queue.entry(name)
    assert found is not None
    state = steps.begun(state, found, NOW, "a.plan", apply=apply)
    return state if made is None else steps.planned(state, made)


def test_the_job_that_was_planned_first_has_its_turn() -> None:
    state = live(entry(1, "A", NOW), entry(2, "B", NOW - MINUTE), entry(3, "C", NOW + MINUTE))
    found = steps.next_due(state.queue, NOW, full=True)
    assert found is not None and found.name == "B"
    assert steps.next_due(live(entry(3, "C", NOW + MINUTE)).queue, NOW, full=True) is None
    assert steps.next_due(live(entry(1, "A", status="On Hold")).queue, NOW, full=True) is None


def test_of_those_that_waited_for_a_category_the_one_of_priority_goes_first() -> None:
    both = {"category": "X"}
    state = in_process(
        live(entry(1, "A", **both), entry(2, "B", NOW - MINUTE, **both), entry(3, "C", NOW, priority=1000, **both)),
        made=prepared(),
    )
    after = steps.succeeded(state, NOW + MINUTE)
    assert [one.status for one in after.queue.entries] == ["Ready", "Waiting", "Waiting"]
    found = steps.next_due(after.queue, NOW + MINUTE, full=True)
    assert found is not None and found.name == "C"


def test_a_killed_run_that_was_applied_ends_as_if_nobody_had_been_killed() -> None:
    state = in_process(live(entry(1, "A")), made=prepared())
    quietly = steps.succeeded(state, NOW + MINUTE)
    assert steps.resolved(state, NOW + 9 * MINUTE, carried_out=True) == quietly
    assert quietly.runs[-1].applied and quietly.queue.entries[0].start == NOW + 31 * MINUTE


def test_an_interrupted_run_is_tried_again_as_often_as_its_job_says_and_then_is_in_error() -> None:
    state = live(entry(1, "A"))
    seen = []
    for _ in range(3):
        state = steps.resolved(in_process(state), NOW, carried_out=False)
        seen.append((state.queue.entries[0].status, state.runs[-1].outcome))
    assert seen == [("Ready", "interrupted"), ("Ready", "interrupted"), ("Error", "interrupted")]
    assert steps.asked(state, "restart", "A", NOW).queue.entries[0].tried == 0


def test_a_run_that_could_not_be_made_costs_no_try() -> None:
    before = live(entry(1, "A"))
    after = steps.taken_back(in_process(before), NOW, "the snapshot is just being written")
    assert after.queue == before.queue and after.runs == () and after.number == before.number


def test_what_a_run_writes_wakes_other_jobs_where_it_is_applied() -> None:
    asleep = entry(2, "B", NOW + 60 * MINUTE, ASLEEP, wakes=frozenset({"Item"}))
    for apply in (True, False):
        state = in_process(live(entry(1, "A"), asleep), made=prepared(wakes=("Item",)), apply=apply)
        after = steps.succeeded(state, NOW).queue.entry("B")
        assert after is not None and (after.status == "Ready") is apply


def test_what_a_mapping_is_not_to_be_woken_by_does_not_wake_it() -> None:
    """R9.12. A job that runs another mapping too is woken by it."""
    wakes = frozenset({"Item"})
    state = live(
        entry(1, "A", NOW + 60 * MINUTE, ASLEEP, wakes=wakes), entry(2, "B", NOW + 60 * MINUTE, ASLEEP, wakes=wakes)
    )
    after = steps.woken_by(replace(state, deaf=("A",)), ("Item",), NOW)
    assert [one.status for one in after.queue.entries] == [ASLEEP, "Ready"]


def test_a_state_of_an_older_coupler_is_still_read() -> None:
    """What was added since is missing in it."""
    content = json.loads(to_json(in_process(live(entry(1, "A")))))
    for name in ("deaf", "dormant"):
        del content[name]
    del content["under_way"]["held"]
    assert from_json(json.dumps(content)) == in_process(live(entry(1, "A")))


def test_while_a_line_of_a_full_synchronisation_runs_the_job_of_its_mapping_is_on_hold() -> None:
    """R7.7; afterwards it stands as before, also where the runner was killed or the snapshot replaced."""
    line = Entry(number=3, setup=Setup(name="A full", runs=("A",), full=True, recurring=False), start=NOW)
    asleep = entry(1, "A", NOW + 60 * MINUTE, ASLEEP)
    state = in_process(live(asleep, entry(2, "B"), line), "A full", made=prepared())
    assert [one.status for one in state.queue.entries] == ["On Hold", "Ready", "In Process"]
    assert words.why(state.queue.entries[0], state, NOW, at_work=True) == "until A full is done"
    state = from_json(to_json(state))
    for after in (
        steps.succeeded(state, NOW),
        steps.failed(state, "no", NOW),
        steps.taken_back(state, NOW, "replaced"),
        steps.resolved(state, NOW, carried_out=False),
    ):
        assert after.queue.entries[0] == asleep


def test_what_a_person_asks_of_a_job_while_its_line_runs_holds_afterwards() -> None:
    line = Entry(number=3, setup=Setup(name="A full", runs=("A",), full=True, recurring=False), start=NOW)
    state = in_process(live(entry(1, "A", NOW + 60 * MINUTE, ASLEEP), line), "A full", made=prepared())
    seen = {}
    for verb in ("hold", "wake", "restart"):
        after = steps.succeeded(steps.asked(state, verb, "A", NOW), NOW).queue.entries[0]
        seen[verb] = (after.status, after.start)
    assert seen["hold"][0] == "On Hold"
    assert seen["wake"] == seen["restart"] == ("Ready", NOW)


ONCE = """
process numbers "Numbers" when setting multi company enabled {
  for each bc Item as item { change item { Description 2 := item.No. } }
}
job numbers "Numbers" when setting multi company enabled { run numbers }
job by-hand "By hand" { run numbers }
"""


def test_a_setting_that_asks_for_a_job_without_interval_queues_it_once() -> None:
    """Also one that was turned on while no runner was at work; rules that are new ask for nothing."""
    once = frozenset({"numbers", "by-hand"})
    off, on = (world(ONCE, settings={"multi_company_enabled": one}).rules.model for one in (False, True))
    assert steps.reconciled(live(), on, NOW, once=once).queue.entries == ()
    state = from_json(to_json(steps.reconciled(live(), off, NOW, once=once)))
    assert state.dormant == ("numbers",)
    state = steps.reconciled(state, on, NOW, once=once)
    (found,) = state.queue.entries
    assert (found.name, found.start) == ("numbers", NOW + timedelta(seconds=1))
    assert steps.reconciled(state.with_queue(QueueState(now=NOW)), on, NOW, once=once).queue.entries == ()
    assert steps.reconciled(state, off, NOW, once=once).queue.entries == (), "turned off again before it ran"


def test_a_setting_that_a_run_moves_holds_until_a_person_changes_it() -> None:
    moved = Moved(name="synch time", was=None, value=NOW)
    after = steps.succeeded(in_process(live(entry(1, "A")), made=prepared(moved=(moved,))), NOW)
    assert steps.settings_of(after, {"synch time": None}) == {"synch time": NOW}
    assert steps.settings_of(after, {"synch time": NOW + MINUTE}) == {"synch time": NOW + MINUTE}


def test_a_job_that_is_held_in_its_run_stays_on_hold() -> None:
    state = steps.asked(in_process(live(entry(1, "A")), made=prepared()), "hold", "A", NOW)
    assert steps.succeeded(state, NOW).queue.entries[0].status == "On Hold"
    again = steps.asked(state, "restart", "A", NOW)
    assert steps.succeeded(again, NOW).queue.entries[0].status == "Ready"


def test_only_new_or_changed_records_of_an_export_wake_not_those_that_are_gone() -> None:
    was = Print("Item", 3, "1", "2026-06-01")
    assert exported.renewed((was,), (was,)) == ()
    assert exported.renewed((was,), (was._replace(rows=4, checksum="2"),)) == ("Item",)
    assert exported.renewed((was,), (was._replace(checksum="2"),)) == ("Item",)
    assert exported.renewed((was,), (was._replace(rows=2, checksum="2"),)) == ()
    assert exported.renewed((was,), (was._replace(rows=2, checksum="2", newest="2026-06-02"),)) == ("Item",)
    assert exported.renewed((), (was,)) == ()


def test_why_a_job_waits() -> None:
    state = in_process(live(entry(1, "A", category="X"), entry(2, "B", category="X"), entry(3, "C")))
    said = {one.name: words.why(one, state, NOW, at_work=True) for one in state.queue.entries}
    assert said == {"A": "runs for 0 s", "B": "category X busy with A", "C": "after A"}
    said = {one.name: words.status(one, state, NOW, at_work=True) for one in state.queue.entries}
    assert said == {"A": "in process", "B": "waiting", "C": "ready"}
    assert words.status(state.queue.entries[0], state, NOW, at_work=False) == "interrupted"
    assert words.why(entry(4, "D", status="On Hold"), state, NOW, at_work=True) == "until it is restarted"
    forever = entry(5, "E", None, ASLEEP)
    assert words.why(forever, state, NOW, at_work=True) == "until a record changes, or it is woken"


names = st.text(min_size=1, max_size=8)
moments = st.datetimes(NOW, NOW + timedelta(days=9)).map(lambda one: one.replace(microsecond=0))
values = st.one_of(
    st.none(), st.booleans(), st.integers(), names, moments, st.dates(), st.uuids(), st.just(Decimal("1.50"))
)
moves = st.builds(lambda name, was, value: Moved(name=name, was=was, value=value), names, values, values)


@given(st.lists(moves, max_size=3), names, st.booleans(), st.integers(0, 9))
def test_what_is_written_down_is_read_back(moved: list[Moved], name: str, under_way: bool, activity: int) -> None:
    state = live(entry(1, name, hours=entry(1, "x").setup.hours, wakes=frozenset({name})), entry(2, "B", None, ASLEEP))
    made = prepared(
        activity, moved=tuple(moved), wakes=(name,), queues=(name,), lines=(Line(name=name, status="", result=""),)
    )
    state = in_process(state, name, made=made)
    state = state if under_way else steps.succeeded(state, NOW)
    state = replace(state, prints=(Print(name, 1, "2", ""),), deaf=(name,), dormant=(name,), waits=name)
    assert from_json(to_json(state)) == state


def test_an_id_stays_an_id() -> None:
    id = UUID(int=7)
    state = replace(live(), moved=(Moved(name="x", was=id, value=id),))
    assert from_json(to_json(state)).moved[0].value == id
