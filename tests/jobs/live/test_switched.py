"""A connection that is switched off and on, a setting that asks for a job: what the live queue makes of it, when a
runner is at work, when none is, and when it is killed over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from engine.jobs.live import steps, words
from engine.jobs.live.exchange import from_json, to_json
from engine.jobs.live.live import COUNTERS, Live
from engine.jobs.queue import ASLEEP, Entry, Setup
from engine.model.model import Model
from tests.jobs.live.pilots import JOBS, Pilot, dying, kill, line, pilot
from tests.jobs.live.test_steps import MINUTE, NOW, in_process, prepared
from tests.plan.stories import world

DATAVERSE, SALES = "enable_cds_connection", "sales_connection_enabled"
RULES = """
mapping BASE "Base": bc Customer as customer -> sales Account as account { Name -> Account Name }
mapping GOODS "Goods": bc Item as item -> sales Product as product when setting sales connection enabled {
  Description -> Name
}
process counting "Counting" {
  require setting sales connection enabled else fail "There is none."
  for each bc Item as item { change item { Description 2 := item.No. } }
}
job BASE "Base" { run BASE
  every 30 minutes }
job GOODS "Goods" { run GOODS
  every 30 minutes
  at most 3 attempts, 30 seconds apart }
job counting "Counting" { run counting
  every 30 minutes }
job extra "Extra" when setting multi company enabled { run BASE
  every 60 minutes }
"""


@cache
def under(**settings: bool) -> Model:
    return world(RULES, settings={DATAVERSE: True, SALES: True, **settings}).rules.model


def known(model: Model) -> dict[str, object]:
    return dict(model.settings)


def queue(**settings: bool) -> Live:
    model = under(**settings)
    return from_json(to_json(steps.first(model, known(model), NOW)))


def switched(live: Live, before: Model, after: Model) -> Live:
    """As a runner does it: the settings of the state are compared with those of the workspace."""
    assert steps.different(live, known(after)) != ()
    alone = under(**{SALES: False})
    made = steps.settings_changed(live, before, after, NOW + MINUTE, frozenset(alone.mappings))
    made = from_json(to_json(steps.written_under(made, known(after))))
    assert steps.different(made, known(after)) == ()
    return made


def stands(live: Live) -> dict[str, str]:
    return {one.name: one.status for one in live.queue.entries}


def test_sales_off_holds_its_jobs_and_on_again_sets_them_up_anew() -> None:
    on, off = under(), under(**{SALES: False})
    live = queue()
    assert stands(live) == {"BASE": "Ready", "GOODS": "Ready", "counting": "Ready"}
    goods = live.queue.entry("GOODS")
    assert goods is not None
    live = switched(live.put(replace(goods, tried=2, message="no line")), on, off)
    assert stands(live) == {"BASE": "Ready", "GOODS": "On Hold", "counting": "On Hold"}
    assert words.why(live.queue.entries[1], live, NOW, at_work=True) == "its connection is off"
    assert live.anew == ()
    live = switched(live, off, on)
    assert stands(live) == {"BASE": "Ready", "GOODS": "Ready", "counting": "Ready"}
    goods = live.queue.entry("GOODS")
    assert goods is not None and (goods.number, goods.tried, goods.message, goods.start) == (2, 0, "", NOW + MINUTE)
    assert live.anew == ("GOODS",)
    assert steps.succeeded(in_process(live, "GOODS", made=prepared()), NOW).anew == ()
    assert steps.succeeded(in_process(live, "BASE", made=prepared()), NOW).anew == ("GOODS",)
    planned_only = in_process(live, "GOODS", apply=False, made=prepared())
    assert steps.succeeded(planned_only, NOW).anew == ("GOODS",)


def test_the_first_connection_brings_the_jobs_as_in_the_beginning_those_of_sales_come_with_sales() -> None:
    none, base, both = under(**{DATAVERSE: False, SALES: False}), under(**{SALES: False}), under()
    live = queue(**{DATAVERSE: False, SALES: False})
    live = switched(live.put(Entry(number=9, setup=Setup(name="own", runs=("BASE",)), start=NOW)), none, base)
    assert stands(live) == {"BASE": "Ready"}
    assert stands(switched(live, base, both)) == {"BASE": "Ready", "GOODS": "Ready", "counting": "Ready"}


def test_a_setting_brings_its_job_and_takes_it_away() -> None:
    without, with_it = under(), under(multi_company_enabled=True)
    live = switched(queue(), without, with_it)
    assert "extra" in stands(live) and live.anew == ()
    assert "extra" not in stands(switched(live, with_it, without))


def test_a_run_under_way_goes_on_and_its_job_is_on_hold_afterwards() -> None:
    live = switched(in_process(queue(), "GOODS", made=prepared()), under(), under(**{SALES: False}))
    after = steps.succeeded(live, NOW + 2 * MINUTE)
    assert after.runs[-1].outcome == "done"
    assert stands(after)["GOODS"] == "On Hold"


def test_a_job_that_waits_for_its_line_of_a_full_synchronisation_stays_on_hold_when_its_connection_went_off() -> None:
    full = Entry(number=8, setup=Setup(name="GOODS full", runs=("GOODS",), full=True, recurring=False), start=NOW)
    live = in_process(queue().put(full), "GOODS full", made=prepared())
    off = switched(live, under(), under(**{SALES: False}))
    assert stands(steps.succeeded(off, NOW))["GOODS"] == "On Hold"
    assert stands(steps.succeeded(live, NOW))["GOODS"] == "Ready"
    on = switched(off, under(**{SALES: False}), under())
    assert stands(on)["GOODS"] == "On Hold", "as long as the line runs"
    assert stands(steps.succeeded(on, NOW))["GOODS"] == "Ready"


def test_a_job_that_was_held_by_a_person_is_not_said_to_lack_a_connection() -> None:
    live = switched(steps.asked(queue(), "hold", "GOODS", NOW), under(), under(**{SALES: False}))
    goods = live.queue.entry("GOODS")
    assert goods is not None and words.why(goods, live, NOW, at_work=True) == "until it is restarted"


def test_a_state_that_says_nothing_of_settings_is_not_compared() -> None:
    assert steps.different(replace(queue(), settings=()), known(under(**{SALES: False}))) == ()


# --- in a workspace -----------------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path: Path) -> Pilot:
    return pilot(tmp_path / "pilot")


def connections(made: Pilot, *, on: bool) -> None:
    """A person switches both of them."""
    file = made.folder / "coupler.yaml"
    was, now = ("false", "true") if on else ("true", "false")
    text = file.read_text(encoding="utf-8")
    for name in (DATAVERSE, SALES):
        text = text.replace(f"{name}: {was}", f"{name}: {now}")
    file.write_text(text, encoding="utf-8")


def statuses(made: Pilot) -> dict[str, str]:
    return {one["name"]: one["status"] for one in made.seen()["jobs"]}


def test_switched_while_no_runner_is_at_work(made: Pilot) -> None:
    made.run("--runs", "3")
    connections(made, on=False)
    said = made.run("--runs", "0")
    assert f"{DATAVERSE} = False, {SALES} = False" in said and "ITEMS: its connection is off" in said
    assert statuses(made) == dict.fromkeys(JOBS, "on hold")
    assert "its connection is off" in made.jobs().stdout
    assert "ITEMS" not in made.run("--runs", "0"), "said once"
    connections(made, on=True)
    said = made.run("--runs", "3")
    assert "ITEMS: its connection is on again" in said
    assert made.logged() == [*JOBS, *JOBS]
    read = [dict(zip(COUNTERS, one.counters, strict=True))["unchanged"] for one in made.live().runs[3:]]
    assert read == [3, 3, 3], "its watermarks are empty, so that it reads everything"
    assert made.live().anew == ()
    assert made.content() == made.replayed()


def test_switched_before_the_first_runner_and_after_a_person_has_looked(made: Pilot) -> None:
    made.jobs("wake", "VENDORS")
    connections(made, on=False)
    assert "VENDORS: its connection is off" in made.run("--runs", "0")


def test_switched_while_a_runner_is_at_work(made: Pilot) -> None:
    process = made.start()
    line(process, "VENDORS: 3 created")
    connections(made, on=False)
    line(process, "holds", "VENDORS")
    assert statuses(made) == dict.fromkeys(JOBS, "on hold")
    connections(made, on=True)
    line(process, "anew", "VENDORS")
    line(process, "ran", "VENDORS")
    kill(process)
    assert made.logged() == [*JOBS, *JOBS]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("on", [False, True])
def test_killed_over_it_the_change_is_made_once(
    on: bool, when: str, made: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first writing of a runner is the queue under the settings that it finds."""
    made.run("--runs", "3")
    if on:
        connections(made, on=False)
        made.run("--runs", "0")
    connections(made, on=on)
    dying(made, monkeypatch, when)
    seen = statuses(made)
    done = dict.fromkeys(JOBS, "ready" if on else "on hold")
    assert (seen == done) is (when == "after")
    made.run("--runs", "0")
    assert statuses(made) == done
    if on:
        numbers = [one.number for one in made.live().queue.entries]
        made.run("--runs", "0")
        assert numbers == [one.number for one in made.live().queue.entries] == [4, 5, 6], "once, not twice"


@pytest.mark.parametrize("when", ["applying", "applied"])
def test_killed_in_a_run_and_switched_off_meanwhile(when: str, made: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    made.jobs("hold", "CUSTOMERS")
    dying(made, monkeypatch, when)
    connections(made, on=False)
    made.run("--runs", "0")
    assert made.outcomes() == [("ITEMS", "done" if when == "applied" else "interrupted")]
    assert statuses(made) == dict.fromkeys(JOBS, "on hold")
    live = made.live()
    assert live.under_way is None and made.content() == made.replayed()
    due = steps.next_due(live.queue, live.queue.now + timedelta(days=9), full=True)
    assert due is None
    assert ASLEEP not in stands(live).values()
