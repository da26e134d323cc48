"""A thousand broken files through the verbs: every one gets an answer, none a traceback."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from engine import cli
from engine.checks import manual
from tests.cli.mutations import mutated

ROOT = Path(__file__).parents[2]
RULE_FILES = sorted((ROOT / "rules").glob("*.rules")) + sorted((ROOT / "samples").glob("*/rules/*.rules"))


def declarations() -> list[str]:
    """Every declaration of the shipped rules, and the examples of every manual page, one by one."""
    found = []
    for path in RULE_FILES:
        found += re.split(r"\n(?=[a-z])", path.read_text(encoding="utf-8"))
    for path in sorted(manual.PAGES.glob("*.md")):
        page = manual.read(path)
        found += [text for language, text in (page.wrong, page.right) if language == "rules"]
    return [one for one in found if one.strip() and not one.startswith("#")]


RULES = declarations()


@pytest.fixture(autouse=True)
def _defects_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command would tell in a sentence is raised here, so that the test shows where it comes from."""
    told = cli._told

    def raised(problem: Exception) -> int:
        from engine.commands.arguments import WrongArgumentsError

        if isinstance(problem, OSError | WrongArgumentsError):
            return told(problem)
        raise problem

    monkeypatch.setattr(cli, "_told", raised)


def answered(words: list[str], capsys: pytest.CaptureFixture[str], codes: tuple[int, ...] = (0, 1)) -> str:
    code = cli.main(words)
    said = capsys.readouterr()
    assert code in codes
    assert code == 0 or said.out or said.err, "a failure says why"
    assert "Traceback" not in said.err
    return said.out


def rules(seed: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One broken rule file through lint, in a format that luck chooses, and through fmt."""
    luck = random.Random(seed)
    text = "\n".join(mutated(luck.choice(RULES), RULES, luck) for _ in range(luck.choice((1, 1, 2))))
    file = folder / "broken.rules"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    style = luck.choice(("text", "json", "github", "sarif"))
    said = answered(["lint", str(file), "--format", style], capsys)
    if style in ("json", "sarif"):
        json.loads(said)
    answered(["fmt", "--diff", str(file)], capsys)


@pytest.mark.parametrize("batch", range(13))
def test_broken_rule_files(batch: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(50):
        rules(batch * 50 + number, tmp_path, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(100))
def test_many_more_broken_rule_files(batch: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(100):
        rules(100_000 + batch * 100 + number, tmp_path, capsys)


WORKSPACE = """\
company: Adatum Ltd
rules: [rules/]
schemas: [schemas/]
snapshot: snapshots/june.duckdb
settings:
  sales_connection_enabled: true
  ownership_model: Person
  write_in_product_no: WRITE-IN
  bc_odata_access_key: {env: BC_KEY}
  default_team: 7ea00000-0000-4000-8000-000000000001
"""
TABLE = """\
table: bc Item
fields:
  Frame Size: 50000 option | 0 blank, 1 Small, 2 Large
  Colour: 50001 code 10 | -> Colour[Code]
  Weight Class: 50002 text 30 "Class"
"""
OTHER_TABLE = """\
table: bc Colour
number: 50000
key: [Code]
fields:
  Code: 1 code 10
  Description: 2 text 50
  # calculated
  No. of Items: 3 integer | = count Item where Colour = [Code]
"""
YAML = [WORKSPACE, TABLE, OTHER_TABLE]


@pytest.mark.parametrize("batch", range(5))
def test_broken_yaml_files(
    batch: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("rules", "schemas"):
        Path(folder).mkdir()
    Path("rules/our.rules").write_text('values TERMS "Terms" {}\n', encoding="utf-8")
    for number in range(50):
        luck = random.Random(batch * 50 + number)
        broken = luck.randrange(3)
        texts = [mutated(text, YAML, luck) if at == broken else text for at, text in enumerate(YAML)]
        for name, text in zip(("coupler.yaml", "schemas/item.yaml", "schemas/colour.yaml"), texts, strict=True):
            Path(name).write_bytes(text.encode("utf-8", "surrogatepass"))
        answered(["lint"], capsys)


EXPORTS = sorted((ROOT / "samples" / "contoso" / "exports").glob("*/*.csv"))
CSV = [path.read_text(encoding="utf-8") for path in EXPORTS]


def exports(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Some of the sample's exports, all of them broken, through one import; odd encodings and separators too."""
    luck = random.Random(seed)
    folder = Path(f"exports-{seed}")
    for at in luck.sample(range(len(EXPORTS)), 5):
        target = folder / EXPORTS[at].parent.name / EXPORTS[at].name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = mutated(CSV[at], CSV, luck)
        encoding = luck.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
        target.write_bytes(text.encode(encoding, "replace"))
    words = ["snapshot", "import", f"s{seed}"]
    for system in ("bc", "sales"):
        if (folder / system).is_dir():
            words += [f"--{system}", (folder / system).as_posix()]
    answered([*words, *luck.choice(([], [], ["--allow-rejects"], ["--delimiter", ";"], ["--decimal-comma"]))], capsys)
    answered(["snapshot", "show", f"s{seed}"], capsys)


@pytest.mark.parametrize("batch", range(5))
def test_broken_exports(
    batch: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(4):
        exports(batch * 4 + number, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_many_more_broken_exports(
    batch: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(20):
        exports(10_000 + batch * 20 + number, capsys)


CHANGES = """\
change mapping CUSTOMER {
  create missing records
  on update conflict keep sales
  filter bc City = L*|@*ton
  Name 2 -> Description
  first filled(Search Name, Name) -> Address 1: Name
  if customer.Priority > 3 { find bc Currency as money where Code = customer.Currency Code }
  every sales record {
    Credit Hold := if customer.Blocked = All then Yes else No
    Annual Revenue := round(customer.Credit Limit (LCY) * 1.5, 0.01)
    require customer.Name <> '' else fail "Customer {customer.No.} has no name."
  }
}
change mapping ITEM-PRODUCT {
  drop Gross Weight
  Item Category Code  ->  Size
  Description + ' ' + Description 2 -> Description
  Costing Method using { FIFO = 'F', LIFO = 'L', Average = 'A' } -> Vendor ID
}
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with its snapshot."""
    folder = tmp_path_factory.mktemp("planned") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.parent)
        assert cli.main(["init", "demo", "--sample"]) == 0
        patch.chdir(folder)
        assert cli.main(["snapshot", "import", "june", "--bc", "exports/bc", "--sales", "exports/sales"]) == 0
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_plans_of_broken_changes(
    batch: int, planned: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One word or sign of the changes goes wrong; what still is a rule is planned."""
    monkeypatch.chdir(planned)
    for number in range(20):
        luck = random.Random(batch * 20 + number)
        text = mutated(CHANGES, [CHANGES], luck)
        Path("rules/brackenford.rules").write_bytes(text.encode("utf-8", "surrogatepass"))
        answered(["plan", "--now", "2026-06-15T08:00:00Z"], capsys, codes=(0, 1, 2))
