"""The stories of the sample: six of them word by word, and of all records that no story contradicts the plan.

.venv/bin/python tests/why/test_sample.py   # write the six anew, then read the difference
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine import beginning, planning
from engine.cli import main
from engine.manual.pointing import Pointed, pointed
from engine.model import model
from engine.plan.legs import Pass, passes
from engine.run.dryrun import Session, begin
from engine.run.found import Candidates
from engine.run.gates import RunScope
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.shipped import shipped
from engine.sql.frame import Frame
from engine.sql.values import Around
from engine.sql.watch import Filling, witnessed
from engine.why.exchange import to_json
from engine.why.story import Chapter, Told
from engine.why.text import plain
from engine.why.why import story_of
from engine.why.witness import Storyteller
from tests.samples.story import SIDES, ids, story
from tests.why.telling import every

NOW = "2026-06-15T08:00:00Z"
GOLDEN = Path(__file__).parent / "golden"
SIX = {
    "created": ("ITEM-PRODUCT", "1060"),
    "changed": ("CUSTOMER", "C10020"),
    "conflict": ("CUSTOMER", "C10070"),
    "skipped": ("CUSTOMER", "C10330"),
    "failed-look-up": ("CUSTOMER", "C10110"),
    "unchanged": ("ITEM-PRODUCT", "1160"),
}


@contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def made(folder: Path) -> Path:
    """A copy of the sample with its snapshot."""
    beginning.sample(folder / "june")
    with standing_in(folder / "june"):
        assert main(["snapshot", "import", "june", "--bc", "exports/bc", "--sales", "exports/sales"]) == 0
    return folder / "june"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("why"))


# --- no story contradicts the plan ----------------------------------------------------------------------------


@dataclass
class Choir:
    """Several storytellers who watch the same plan."""

    tellers: list[Storyteller]

    def begins(self, step: Pass, run: RunScope, world: World, around: Around) -> None:
        many = world.many
        for one in self.tellers:
            world.many = many
            one.begins(step, run, world, around)

    def judged(self, step: Pass, read: Candidates, made: Transfer) -> None:
        for one in self.tellers:
            one.judged(step, read, made)

    def ended(self, step: Pass) -> None:
        for one in self.tellers:
            one.ended(step)

    def reads(self, statement: model.Statement, frame: Frame) -> None:
        for one in self.tellers:
            one.reads(statement, frame)

    def has_read(self, statement: model.Statement, frame: Frame) -> None:
        pass

    def begins_process(self, process: model.Process, number: int) -> None:
        pass

    def ended_process(self, process: model.Process, number: int) -> None:
        pass

    def fills(self, filling: Filling, frame: Frame) -> None:
        for one in self.tellers:
            one.fills(filling, frame)


class Everything:
    """What was told of every record of the sample's story, and the plan that it was told of."""

    def __init__(self, choir: Choir, session: Session) -> None:
        self.tellers = choir.tellers
        self.session = session

    def teller(self, mapping: str, record: str) -> Storyteller:
        (one,) = (one for one in self.tellers if (one.mapping.name, one.pointed.word) == (mapping, record))
        return one

    def chapters(self) -> list[Chapter]:
        return [one for teller in self.tellers for one in teller.chapters]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.session.world.connection.execute(query).fetchall()


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.slow)])
def everything(sample: Path, request: pytest.FixtureRequest) -> Everything:
    """Every third record of the sample's story and the six, or all, told in one plan of everything."""
    records = list(dict.fromkeys((told.mapping, told.record) for told in story()))
    return sung(sample, frozenset(records if request.param == "all" else [*records[::3], *SIX.values()]))


def sung(sample: Path, wanted: frozenset[tuple[str, str]]) -> Everything:
    """These records of the sample's story, told in one plan of everything."""
    with standing_in(sample):
        ground = planning.opened(now=NOW)
    assert isinstance(ground, planning.Opened)
    session = begin(ground.rules.model, ground.world, now=ground.now, work_date=ground.work_date)
    tellers = []
    for name, record in sorted(wanted):
        bc, sales = ids(name, record)
        record_ = Pointed(
            word=record, system="bc" if bc else "sales", id=bc or sales, label=called(session, name, bc or sales)
        )
        mapping = ground.rules.model.mappings[name]
        tellers.append(Storyteller(session=session, rules=ground.rules, mapping=mapping, pointed=record_, wanted=None))
    watching = Choir(tellers)
    with witnessed(watching):
        for step in passes(ground.rules.model):
            session.run(step)
    return Everything(watching, session)


def called(session: Session, name: str, id: str) -> str:
    """How the plan calls a record."""
    mapping = session.model.mappings[name]
    (found,), _ = pointed(session, mapping, [id])
    return found.label


def about(one: Chapter) -> tuple[str, str, str, str]:
    """A chapter in a few words."""
    return one.within, one.way, one.source or one.destination, one.outcome


def section(chapter: Chapter, kind: str) -> tuple[Told, ...]:
    return tuple(one for part in chapter.sections if part.kind == kind for one in part.parts)


def test_each_record_is_told_in_every_leg(everything: Everything) -> None:
    told = {
        one.pointed.label: (len(one.chapters), 2 if one.mapping.arrow == "<->" else 1) for one in everything.tellers
    }
    assert [name for name, (legs, wanted) in told.items() if legs != wanted] == []
    assert {one.mapping.name for one in everything.tellers} == set(SIDES)


def test_outcomes_are_those_of_the_story_of_the_sample(everything: Everything) -> None:
    words = {"create": "created", "change": "changed", "skip": "skipped", "fail": "failed"}
    promised = {(one.mapping, one.id, one.leg): words.get(one.outcome, one.outcome) for one in story()}
    told = {(one.within, one.source_id, one.way): one.outcome for one in everything.chapters()}
    known = {key: promised[key] for key in promised if key in told}
    assert len(known) > 35
    assert {key: told[key] for key in known} == known


def test_a_record_is_read_just_when_all_that_is_asked_of_it_holds(everything: Everything) -> None:
    asked, wrong = 0, []
    for one in everything.chapters():
        for part in (part for part in one.sections if part.kind == "read"):
            gates = [line.sign == "yes" for line in part.parts if line.kind not in ("leave out", "retry")]
            again = any(line.kind == "retry" for line in part.parts)
            asked += 1
            if (part.sign == "yes") != (all(gates) or again):
                wrong.append(about(one))
    assert wrong == []
    assert asked > 35


def test_the_lines_change_just_the_fields_that_the_plan_lists(everything: Everything) -> None:
    compared, wrong = 0, []
    for one in everything.chapters():
        if one.outcome not in ("created", "changed", "conflict"):
            continue
        listed = {
            name: (before, after)
            for name, before, after in everything.rows(
                "SELECT f.name, f.before, f.after FROM plan.field f JOIN plan.record r USING (pass, record) "
                f"WHERE r.pass = {one.number} AND r.cause IS NULL AND r.source_id = '{one.source_id}'"
            )
        }
        told = changed(one)
        agree = told.keys() >= listed.keys() if one.outcome == "conflict" else told.keys() == listed.keys()  # R3.17
        same = agree and all(told[name] == pair for name, pair in listed.items() if not any(map(is_id, pair)))
        compared += 1
        if not same:
            wrong.append((about(one), told, listed))
    assert wrong == []
    assert compared > 10


def changed(one: Chapter) -> dict[str, tuple[str, str]]:
    """The fields that change in the end, with what they were in the beginning."""
    net: dict[str, tuple[str, str]] = {}
    for part in (*section(one, "lines"), *section(one, "outcome")):
        if part.kind in ("field", "written") and part.sign == "changes":
            facts = dict(part.facts)
            name, first = str(facts["field"]), str(facts["before"])
            net[name] = (net.get(name, (first, ""))[0], str(facts["after"]))
    return {name: pair for name, pair in net.items() if pair[0] != pair[1]}


def is_id(text: str) -> bool:
    """An id that has no name in the plan may have one in the story."""
    return len(text) == 36 and text.count("-") == 4


def test_the_reason_of_the_plan_is_among_what_is_told_to_fail(everything: Everything) -> None:
    failed = [one for one in everything.chapters() if one.outcome == "failed"]
    assert len(failed) > 3
    wrong = []
    for one in failed:
        places = [part.place for part in every(one.sections) if part.sign == "fails"]
        if one.place not in places:
            wrong.append((about(one), one.place, places))
    assert wrong == []


def test_only_what_is_looked_at_changes_its_coupling(everything: Everything) -> None:
    written = {
        about(one): [part.name for part in every(one.sections) if part.kind == "coupling written"]
        for one in everything.chapters()
    }
    created = [names for (*_, outcome), names in written.items() if outcome == "created"]
    assert created and all("coupling" in names for names in created)
    left_alone = ("not read", "left out", "no record")
    assert [one for one, names in written.items() if one[3] in left_alone and names] == []


# --- how they are told ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIX)
def test_six_stories_word_by_word(name: str, everything: Everything) -> None:
    assert unnumbered(told_by(everything.teller(*SIX[name]))) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def unnumbered(text: str) -> str:
    """Without the line numbers of the shipped rules, which move when somebody edits them."""
    return re.sub(r"(standard/[a-z-]+\.rules):\d+", r"\1", text)


def told_by(teller: Storyteller) -> str:
    return "".join(f"{line}\n" for line in plain(story_of(teller, "snapshots/june.duckdb")))


def test_every_story_as_json_fits_the_schema(everything: Everything) -> None:
    schema = json.loads((shipped("schemas") / "json" / "why.schema.json").read_text(encoding="utf-8"))
    valid = jsonschema.validators.validator_for(schema)(schema)
    kinds = set()
    for teller in everything.tellers:
        told = json.loads(to_json(story_of(teller, "june")))
        assert [error.message for error in valid.iter_errors(told)] == [], teller.pointed
        kinds |= {one.kind for chapter in teller.chapters for one in every(chapter.sections)}
    assert len(kinds) > 20


def test_the_verb_tells_the_same(sample: Path, everything: Everything, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    with standing_in(sample):
        assert main(["why", "CUSTOMER", "C10070", "--now", NOW]) == 0
    assert capsys.readouterr().out == told_by(everything.teller("CUSTOMER", "C10070"))


def test_slips_in_the_words_are_told_on_stderr(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, code in (
        (("CUSTOMR", "C10010"), "E602"),
        (("CUSTOMER", "C1001"), "E660"),
        (("CUSTOMER", "C10010", "Fone No."), "E690"),
    ):
        capsys.readouterr()
        with standing_in(sample):
            assert main(["why", *words, "--now", NOW]) == 1
        said = capsys.readouterr()
        assert said.out == "" and f"error {code} " in said.err and "did you mean" in said.err


if __name__ == "__main__":
    import contextlib
    import io
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(io.StringIO()):
            found = sung(made(Path(folder)), frozenset(SIX.values()))
        for name, words in SIX.items():
            (GOLDEN / f"{name}.txt").write_text(unnumbered(told_by(found.teller(*words))), encoding="utf-8")
