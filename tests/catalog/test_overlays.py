"""Table files of a workspace: they add tables, fields and choices; a slip is told and spoils nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from engine.catalog.catalog import Catalog, Option, Table
from engine.catalog.load import load_catalog
from engine.diagnostic import Diagnostic
from engine.shipped import shipped


class World:
    """A folder with table files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, text: str) -> World:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")
        return self

    def catalog(self) -> Catalog:
        catalog, found = load_catalog((self.folder,))
        assert found == ()
        return catalog

    def findings(self) -> tuple[Diagnostic, ...]:
        return load_catalog((self.folder,))[1]

    def told(self) -> list[tuple[str, int, str]]:
        """Code, line and the words that are meant."""
        return [(one.code, one.span.line, one.span.text) for one in self.findings() if one.span]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_file_adds_fields_behind_those_that_exist(world: World) -> None:
    world.file(
        "a.yaml", "table: bc Customer\nfields:\n  Loyalty Level: 50100 option | 0 blank, 1 Gold\n  Store: code 10\n"
    )
    customer = world.catalog().table("bc", "Customer")
    plain = load_catalog()[0].table("bc", "Customer")
    assert list(customer.fields)[: len(plain.fields) - 5] == list(plain.fields)[:-5]
    assert list(customer.fields)[-7:] == ["Loyalty Level", "Store", *list(plain.fields)[-5:]]
    assert customer.field("Loyalty Level").options[1] == Option(number=1, caption="Gold", name="Gold")
    assert "a.yaml" in customer.origin and "schemas/bc/customer.yaml" in customer.origin


def test_a_field_of_the_same_name_takes_the_place_of_the_old_one(world: World) -> None:
    world.file("a.yaml", 'table: sales account\nfields:\n  name: text 400 "Account Name"\n')
    account = world.catalog().table("sales", "account")
    assert account.field("name").length == 400
    assert len(account.fields) == len(load_catalog()[0].table("sales", "account").fields)


def test_choices_are_added_or_get_another_caption(world: World) -> None:
    world.file("a.yaml", "table: bc Customer\nchoices:\n  Blocked: 3 Everything, 50000 Under Review\n")
    blocked = world.catalog().table("bc", "Customer").field("Blocked")
    assert [(one.number, one.caption) for one in blocked.options] == [
        (0, " "),
        (1, "Ship"),
        (2, "Invoice"),
        (3, "Everything"),
        (50000, "Under Review"),
    ]


def test_a_file_with_a_key_adds_a_table(world: World) -> None:
    world.file(
        "bc/card.yaml", "table: bc Loyalty Card\nnumber: 50100\nkey: [No.]\nfields:\n  No.: code 20\n  Name: text 100\n"
    )
    world.file(
        "sales/card.yaml",
        "table: sales new_card\nkey: [new_cardid]\nfields:\n"
        '  new_cardid: id "Loyalty Card"\n  modifiedon: moment "Modified On"\n',
    )
    catalog = world.catalog()
    card = catalog.by_number(50100)
    assert card is not None and card.name == "Loyalty Card" and card.id_field == "SystemId"
    (in_sales,) = catalog.find("sales", "Loyalty Card")
    assert (in_sales.name, in_sales.id_field, in_sales.modified_field) == ("new_card", "new_cardid", "modifiedon")
    assert len(catalog.names("bc")) == 80 and len(catalog.names("sales")) == 33


def test_several_files_may_add_to_one_table(world: World) -> None:
    world.file("a.yaml", "table: bc Loyalty Card\nkey: [No.]\nfields:\n  No.: code 20\n")
    world.file("b.yaml", "table: bc Loyalty Card\nfields:\n  Level: option | 1 Gold\n")
    world.file("c.yaml", "table: bc Loyalty Card\nchoices:\n  Level: 2 Silver\n")
    card = world.catalog().table("bc", "Loyalty Card")
    assert list(card.fields)[:2] == ["No.", "Level"]
    assert [one.caption for one in card.field("Level").options] == ["Gold", "Silver"]


def test_every_mistake_is_told_at_once_and_at_its_place(world: World) -> None:
    world.file(
        "a.yaml",
        "table: bc Customer\n"
        "fields:\n"
        "  Level: 50100 option | 0 blank, 1 Gold, 1 Silver\n"
        "  Nickname: 2 text 30\n"
        "  Points: 50102 int\n"
        "  Store: code 10 | readonly\n"
        "  Good: 50103 text 10\n"
        "choices:\n"
        "  Blokked: 4 Temporarily\n"
        "  Name: 1 X\n",
    )
    assert world.told() == [
        ("E423", 3, "1 Silver"),
        ("E425", 4, "2"),
        ("E422", 5, "int"),
        ("E421", 6, "readonly"),
        ("E426", 9, "Blokked"),
        ("E426", 10, "Name"),
    ]
    customer: Table = load_catalog((world.folder,))[0].table("bc", "Customer")
    assert "Good" in customer.fields and "Points" not in customer.fields


def test_a_bad_line_leaves_the_shipped_field_alone(world: World) -> None:
    world.file("a.yaml", "table: bc Customer\nfields:\n  Name: 2 txt 200\n")
    assert [code for code, _, _ in world.told()] == ["E422"]
    assert load_catalog((world.folder,))[0].table("bc", "Customer").field("Name").length == 100


def test_a_table_that_does_not_exist_needs_a_key(world: World) -> None:
    world.file("a.yaml", 'table: sales acount\nfields: {new_level: text 20 "Level"}\n')
    (found,) = world.findings()
    assert (found.code, found.message, found.hint) == (
        "E427",
        "there is no sales table acount to add to",
        "did you mean account?",
    )
    assert not load_catalog((world.folder,))[0].has("sales", "acount")


def test_a_key_names_fields_of_the_table(world: World) -> None:
    world.file("a.yaml", "table: bc Card\nkey: [Card No]\nfields:\n  Card No.: code 20\n")
    (found,) = world.findings()
    assert (found.code, found.hint) == ("E424", "did you mean Card No.?")


def test_a_sales_table_has_its_id_as_key_and_no_caption_of_its_own(world: World) -> None:
    world.file("a.yaml", 'table: sales new_a\ncaption: Card\nkey: [new_aid]\nfields:\n  new_aid: id "Loyalty Card"\n')
    world.file("b.yaml", 'table: sales new_b\nkey: [new_name]\nfields:\n  new_name: text 20 "Name"\n')
    assert [one.code for one in world.findings()] == ["W428", "E430"]
    assert load_catalog((world.folder,))[0].table("sales", "new_a").caption == "Loyalty Card"


def test_numbers_of_tables_are_their_own(world: World) -> None:
    world.file("a.yaml", "table: bc Card\nnumber: 18\nkey: [No.]\nfields:\n  No.: code 20\n")
    (found,) = world.findings()
    assert (found.code, found.message) == ("E425", "18 is the number of the table Customer")


def test_the_key_of_a_table_that_exists_stays(world: World) -> None:
    world.file("a.yaml", "table: bc Customer\nnumber: 50100\nkey: [Name]\nfields: {Level: text 30}\n")
    assert world.told() == [("W431", 2, "50100"), ("W431", 3, "[Name]")]
    customer = load_catalog((world.folder,))[0].table("bc", "Customer")
    assert (customer.key, customer.number) == (("No.",), 18) and "Level" in customer.fields


def test_the_same_field_in_two_files_is_told_and_the_later_counts(world: World) -> None:
    world.file("a.yaml", "table: bc Customer\nfields: {Level: 50100 text 30}\n")
    world.file("b.yaml", "table: bc Customer\nfields: {Level: 50100 text 50}\n")
    assert world.told() == [("W429", 2, "Level")]
    assert load_catalog((world.folder,))[0].table("bc", "Customer").field("Level").length == 50


def test_a_file_that_cannot_be_read_is_told(world: World) -> None:
    world.file("ok.yaml", "table: bc Customer\nfields: {Level: text 30}\n")
    (world.folder / "bad.yaml").write_bytes(b"table: bc Caf\xe9\n")
    (found,) = world.findings()
    assert found.code == "E408" and found.span is not None and (found.span.line, found.span.column) == (1, 14)
    missing = load_catalog((world.folder / "nothing.yaml",))[1]
    assert [one.code for one in missing] == ["E408"]
    assert "Level" in load_catalog((world.folder,))[0].table("bc", "Customer").fields


def test_no_mutilated_file_breaks_the_catalog(world: World) -> None:
    chance = Random(431)
    manual = (shipped("schemas") / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", manual, re.DOTALL)
    pieces = [
        "|",
        "->",
        "[",
        "]",
        "'",
        '"',
        "{",
        ":",
        "\n",
        "- ",
        "&a ",
        "99999999999",
        "é",
        "\t",
        "option",
        "= sum ",
        "\x00",
    ]
    for _ in range(150):
        text = chance.choice(examples)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(pieces) + text[at + chance.randint(0, 4) :]
        world.file("a.yaml", text)
        catalog, found = load_catalog((world.folder,))
        assert all(one.span is not None and one.span.end <= len(one.span.source.text) for one in found)
        for name in ("Loyalty Card", "Loyalty Ledger"):
            for table in catalog.find("bc", name):
                assert table.key and set(table.key) <= table.fields.keys()


def test_the_examples_of_the_manual_are_right(world: World) -> None:
    text = (shipped("schemas") / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 5
    for at, example in enumerate(examples):
        world.file(f"{at}.yaml", example)
    catalog = world.catalog()
    assert catalog.find("sales", "Loyalty Card")[0].field("new_level").options[1].caption == "Gold"
    ledger = catalog.table("bc", "Loyalty Ledger")
    spent = ledger.field("Spent (LCY)").calculation
    assert spent is not None and spent.negated and spent.where[0].how == "flow filter"
    assert catalog.table("bc", "Customer").field("Home Store").references[0].table == "Location"


def test_a_field_that_exists_keeps_its_type(world: World) -> None:
    world.file("a.yaml", "table: bc Customer\nfields:\n  Name: 2 integer\n  Name 2: 4 text 250\n")
    assert world.told() == [("W434", 3, "integer")]
