"""Slips in the YAML files that a person writes: each is told with its line and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.catalog.load import load_catalog
from engine.diagnostic import Diagnostic
from engine.scenario.read import read_files
from engine.scenario.scenario import Known
from engine.workspace import load_workspace

Slips = list[tuple[str, str, list[tuple[int, str]], str]]
"""What is replaced, by what; line and code of what is told; how the first hint begins."""

COUPLER = """\
company: Adatum Ltd
rules: [standard, rules/]
schemas: [schemas/]
snapshot: snapshots/june.duckdb
settings:
  sales_connection_enabled: true
  ownership_model: Person
  write_in_product_no: WRITE-IN
  fiscal_year_start: '2026-04-01'
  own_company: 7ea00000-0000-4000-8000-000000000001
"""
TABLE = """\
table: bc Loyalty Card
caption: Card
number: 50100
key: [No.]
fields:
  No.: 1 code 20
  Name: 2 text 100
  Customer No.: 3 code 20 | -> Customer[No.]
  Level: 4 option "Loyalty Level" | 0 blank, 1 Silver, 2 Gold | default Silver
  Points: 5 integer
  Balance: 6 decimal | = sum Cust. Ledger Entry[Amount] where Customer No. = [Customer No.]
"""
SCENARIO = """\
- id: a-name-goes-over
  about: A changed name is sent to the coupled account.
  area: direction
  given:
    bc:
      Customer:
        - {SystemId: ~c1, No.: C00010, Name: Adatum New, SystemModifiedAt: '2026-03-02T10:00:00Z'}
    sales:
      account:
        - {accountid: ~a1, name: Adatum, customertypecode: Customer}
    couplings:
      - {mapping: CUSTOMER, bc: ~c1, sales: ~a1, last_synch_bc: '2026-03-02T09:00:00Z'}
  when: {run: mapping, mapping: CUSTOMER}
  then:
    changes:
      - {op: update, system: sales, table: account, key: ~a1, set: {name: Adatum New}}
    counts: {to_sales: {modified: 1}, to_bc: {}}
"""


def of_workspace(folder: Path, text: str) -> list[Diagnostic]:
    for name in ("rules", "schemas", "snapshots"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "rules" / "our.rules").write_text('values TERMS "Terms" {}\n', encoding="utf-8")
    (folder / "snapshots" / "june.duckdb").touch()
    (folder / "coupler.yaml").write_text(text, encoding="utf-8")
    return [one for one in load_workspace(folder)[1] if one.code != "W418"]


def of_table(folder: Path, text: str) -> list[Diagnostic]:
    (folder / "card.yaml").write_text(text, encoding="utf-8")
    return list(load_catalog((folder,))[1])


def of_scenario(folder: Path, text: str) -> list[Diagnostic]:
    catalog = load_catalog()[0]
    tables = (catalog.table("bc", "Customer"), catalog.table("sales", "account"))
    (folder / "story.yaml").write_text(text, encoding="utf-8")
    return list(read_files([folder / "story.yaml"], Known(catalog=catalog, mappings={"CUSTOMER": tables}))[0].found)


COUPLER_SLIPS: Slips = [
    ("company: Adatum Ltd", "compny: Adatum Ltd", [(1, "E405")], "did you mean company?"),
    ("company: Adatum Ltd", "company: [Adatum]", [(1, "E406")], "for example Contoso Ltd"),
    ("company: Adatum Ltd", "company:Adatum Ltd", [(1, "E401")], "a line of a mapping is `key: value`, with a blank "),
    ("rules: [standard, rules/]", "rules: standard, rules/", [(2, "E406")], "for example [standard, rules/]"),
    ("rules: [standard, rules/]", "rules: [standard, rulez/]", [(2, "E416")], "did you mean rules/?"),
    (
        "rules: [standard, rules/]",
        "rules: [standard, rules/",
        [(2, "E401")],
        "put commas between the entries and the bracket at ",
    ),
    ("rules: [standard, rules/]", "rules: {standard: rules/}", [(2, "E406")], "for example [standard, rules/]"),
    (
        "  sales_connection_enabled: true",
        "sales_connection_enabled: true",
        [(7, "E401")],
        "give the keys of one mapping the same indentation",
    ),
    ("sales_connection_enabled: true", "sales_connection_enabled: yes", [(6, "E412")], "write true"),
    (
        "sales_connection_enabled: true",
        "sales_conection_enabled: true",
        [(6, "E411")],
        "did you mean sales_connection_enabled?",
    ),
    ("ownership_model: Person", "ownership_model: Persons", [(7, "E412")], "did you mean Person?"),
    ("ownership_model: Person", "ownership_model: [Person]", [(7, "E406")], "write that, or leave the key out"),
    ("write_in_product_no: WRITE-IN", "write_in_product_no: 1000", [(8, "E412")], "put it in quotes: '1000'"),
    ("'2026-04-01'", "01.04.2026", [(9, "E412")], "write it like '2026-01-31'"),
    (
        "7ea00000-0000-4000-8000-000000000001",
        "our company",
        [(10, "E412")],
        "write it like '6f9619ff-8b86-d011-b42d-00c04fc964f",
    ),
    ("settings:\n", "settings\n", [(5, "E401")], "a line of a mapping is `key: value`, with a blank "),
    ("  ownership_model", "\townership_model", [(7, "E401")], "indent with blanks"),
    ("snapshot: snapshots/june.duckdb", "snapshot: 5", [(4, "E406")], "for example snapshots/june.duckdb"),
    (
        "snapshot: snapshots/june.duckdb",
        "snapshot: snapshots/june.duckdb\nsnapshot: x",
        [(5, "E402")],
        "keep one of the two",
    ),
    ("WRITE-IN", "{env: }", [(8, "E406")], "for example BC_KEY"),
    ("WRITE-IN", "'WRITE-IN", [(9, "E401")], "a quote inside single quotes is written twice: 'To"),
]
TABLE_SLIPS: Slips = [
    ("table: bc Loyalty Card", "table: Loyalty Card", [(1, "E406")], "for example bc Customer"),
    ("table: bc Loyalty Card", "tabel: bc Loyalty Card", [(1, "E405")], "did you mean table?"),
    ("number: 50100", "number: fifty", [(3, "E406")], "for example 50100"),
    ("key: [No.]", "key: No.", [(4, "E406")], "for example [No.]"),
    ("key: [No.]", "key: [Nr.]", [(4, "E424")], "describe it under fields"),
    ("key: [No.]\n", "", [(1, "E427")], "a new table needs a key: key: [Field]"),
    ("No.: 1 code 20", "No.: 1 code", [(6, "E422")], "write it behind the type: code 20"),
    ("No.: 1 code 20", "No.: 1 kode 20", [(6, "E422")], "did you mean code?"),
    ("Name: 2 text 100", "Name: 1 text 100", [(7, "E425")], "fields of customers have numbers from 50000; the n"),
    (
        "Name: 2 text 100",
        "Name:\n    type: text\n    length: 100",
        [(8, "E406")],
        'for example 50100 text 30 "Loyalty Level"',
    ),
    ("-> Customer[No.]", "-> Custmer[No.]", [(8, "W433")], "did you mean Customer?"),
    ("-> Customer[No.]", "-> Customer[Nr.]", [(8, "E432")], "write the technical name of a field"),
    (
        "0 blank, 1 Silver, 2 Gold",
        "0 blank, Silver, Gold",
        [(9, "E423")],
        "a choice is its number and its caption, with a com",
    ),
    ("0 blank, 1 Silver, 2 Gold", "0 blank, 1 Silver, 1 Gold", [(9, "E423")], "every choice has its own number"),
    ("default Silver", "default Bronze", [(9, "E423")], "it can be Silver, Gold"),
    (
        "= sum Cust. Ledger Entry[Amount]",
        "= summ Cust. Ledger Entry[Amount]",
        [(11, "E421")],
        "calculations are sum, lookup, count, exist, max, m",
    ),
    (
        "= sum Cust. Ledger Entry[Amount]",
        "= sum Cust. Ledger Entries[Amount]",
        [(11, "W433")],
        "did you mean Cust. Ledger Entry?",
    ),
    (
        "where Customer No. = [Customer No.]",
        "where Customer No. is [Customer No.]",
        [(11, "E421")],
        "write Colour = Red, Size = [Own Size] or Colour ma",
    ),
    ("fields:", "field:", [(4, "E424"), (5, "E405")], "describe it under fields"),
    ("  Points: 5 integer", " Points: 5 integer", [(10, "E401")], "give the keys of one mapping the same indentation"),
    ("Points: 5 integer", "Points: integer 5", [(10, "E422")], "only text and code have one"),
]
SCENARIO_SLIPS: Slips = [
    ("id: a-name", "ID: a-name", [(1, "E405")], "did you mean id?"),
    ("about: A changed", "about: [A changed", [(2, "E401")], "put commas between the entries and the bracket at "),
    ("area: direction\n", "", [(3, "E401")], "give the keys of one mapping the same indentation"),
    ("  given:", "  gven:", [(4, "E405")], "did you mean given?"),
    ("Customer:\n", "Custmer:\n", [(6, "E441")], "did you mean Customer or My Customer?"),
    ("No.: C00010", "Nr.: C00010", [(7, "E442")], "fields are written by their technical names"),
    ("SystemId: ~c1, No.", "SystemId: ~cx1, No.", [(7, "E443")], "write it in full, or short like ~c1"),
    ("'2026-03-02T10:00:00Z'", "'2 March'", [(7, "E443")], "write it like '2026-03-02T10:00:00Z'"),
    ("customertypecode: Customer", "customertypecode: Custmer", [(10, "E443")], "did you mean Customer?"),
    ("mapping: CUSTOMER, bc", "mapping: CUSTOMR, bc", [(12, "E444")], "did you mean CUSTOMER?"),
    ("bc: ~c1, sales: ~a1, last", "bc: ~c1, sale: ~a1, last", [(12, "E405")], "did you mean sales?"),
    ("run: mapping", "run: mappings", [(13, "E406")], "did you mean mapping?"),
    ("run: mapping, mapping: CUSTOMER", "run: mapping", [(13, "E407")], "add `mapping: …`"),
    ("op: update", "op: upd", [(16, "E406")], "did you mean update?"),
    ("system: sales, table", "system: crm, table", [(16, "E406")], "known are bc, sales"),
    ("key: ~a1, set", "set", [(16, "E407")], "for example `key: ~c1`"),
    ("{modified: 1}", "{modified: one}", [(17, "E406")], "write a whole number without quotes, for example 1"),
    ("{modified: 1}", "{changed: 1}", [(17, "E405")], "did you mean unchanged?"),
    ("to_sales: {mod", "to_crm: {mod", [(17, "E405")], "known are to_sales, to_bc, couple, uncouple, proce"),
    ("- id: a-name", "id: a-name", [(2, "E401")], "give the keys of one mapping the same indentation"),
    ("set: {name:", "set: {nme:", [(16, "E442")], "did you mean name?"),
    ("  then:", "  then", [(14, "E401")], "a line of a mapping is `key: value`, with a blank "),
    ("changes:\n", "changes: none\n", [(16, "E401")], "give the keys of one mapping the same indentation"),
]


def told(found: list[Diagnostic]) -> list[tuple[int, str]]:
    return [(one.span.line, one.code) for one in found if one.span is not None]


def judged(found: list[Diagnostic], expected: list[tuple[int, str]], hint: str) -> None:
    assert told(found) == expected
    assert hint and found[0].hint.startswith(hint)
    assert all(one.hint and len(one.message) < 160 for one in found), "every one says what to do, in a sentence"


def test_the_files_are_right_before_anybody_edits_them(tmp_path: Path) -> None:
    assert (
        of_workspace(tmp_path, COUPLER)
        == of_table(tmp_path / "schemas", TABLE)
        == of_scenario(tmp_path, SCENARIO)
        == []
    )


@pytest.mark.parametrize(("old", "new", "expected", "hint"), COUPLER_SLIPS)
def test_coupler_yaml(tmp_path: Path, old: str, new: str, expected: list[tuple[int, str]], hint: str) -> None:
    assert old in COUPLER
    judged(of_workspace(tmp_path, COUPLER.replace(old, new, 1)), expected, hint)


@pytest.mark.parametrize(("old", "new", "expected", "hint"), TABLE_SLIPS)
def test_a_table_file(tmp_path: Path, old: str, new: str, expected: list[tuple[int, str]], hint: str) -> None:
    assert old in TABLE
    judged(of_table(tmp_path, TABLE.replace(old, new, 1)), expected, hint)


@pytest.mark.parametrize(("old", "new", "expected", "hint"), SCENARIO_SLIPS)
def test_a_scenario(tmp_path: Path, old: str, new: str, expected: list[tuple[int, str]], hint: str) -> None:
    assert old in SCENARIO
    judged(of_scenario(tmp_path, SCENARIO.replace(old, new, 1)), expected, hint)
