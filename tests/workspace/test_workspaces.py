"""A workspace: found from inside, its rules and tables gathered, its settings typed; all slips told at once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from engine.catalog.load import load_catalog
from engine.diagnostic import Diagnostic
from engine.workspace import Workspace, find_workspace, load_workspace, standard_rules


class World:
    """A folder that becomes a workspace."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def file(self, name: str, text: str = "") -> World:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")
        return self

    def load(self, text: str) -> tuple[Workspace, tuple[Diagnostic, ...]]:
        workspace, found = load_workspace(self.file("coupler.yaml", text).root)
        assert workspace is not None, found
        return workspace, found

    def right(self, text: str) -> Workspace:
        workspace, found = self.load(text)
        assert found == ()
        return workspace

    def told(self, text: str) -> list[tuple[str, int, str]]:
        """Code, line, message."""
        return [(one.code, one.span.line if one.span else 0, one.message) for one in self.load(text)[1]]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    root = tmp_path / "contoso"
    root.mkdir()
    monkeypatch.chdir(root)
    return World(root)


def test_a_workspace_is_found_from_any_folder_in_it(world: World) -> None:
    world.file("coupler.yaml", "company: A").file("rules/deep/x.rules")
    assert find_workspace(world.root / "rules" / "deep") == world.root
    assert find_workspace(world.root) == world.root
    assert find_workspace(world.root.parent) is None


def test_a_folder_without_coupler_yaml_is_told(world: World) -> None:
    workspace, found = load_workspace(world.root)
    assert workspace is None
    assert [(one.code, one.message) for one in found] == [("E410", "there is no coupler.yaml")]


def test_the_least_that_can_be_said_is_the_company(world: World) -> None:
    workspace = world.right("company: Contoso Ltd\n")
    assert workspace.company == "Contoso Ltd"
    assert workspace.standard_rules == standard_rules()
    assert (workspace.own_rules, workspace.overlays, workspace.snapshot) == ((), (), None)
    assert workspace.given == frozenset()
    assert workspace.templates == world.root / "templates"


def test_standard_rules_are_called_by_a_name_of_their_own(world: World) -> None:
    paths = [one.path for one in standard_rules()]
    assert paths == sorted(paths) and all(path.startswith("standard/") and path.endswith(".rules") for path in paths)
    assert world.right("company: A\nrules: [standard]\n").rule_files == standard_rules()


def test_own_rules_come_from_files_and_folders_each_once_and_sorted(world: World) -> None:
    world.file("rules/b.rules", "# b").file("rules/a/z.rules", "# z").file("rules/notes.txt").file("extra.rules", "# e")
    workspace = world.right("company: A\nrules: [rules/, extra.rules, rules/b.rules]\n")
    assert [one.path for one in workspace.rule_files] == ["extra.rules", "rules/a/z.rules", "rules/b.rules"]
    assert workspace.own_rules[0].text == "# e"
    assert workspace.standard_rules == ()


def test_files_are_called_as_seen_from_where_the_user_stands(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.file("rules/b.rules").file("coupler.yaml", "company: A\nrulez: []\n")
    monkeypatch.chdir(world.root / "rules")
    workspace, found = load_workspace(world.root)
    assert workspace is not None and [one.path for one in workspace.own_rules] == ["b.rules"]
    assert [one.span.path for one in found if one.span] == ["../coupler.yaml"]


def test_table_files_of_the_workspace_are_found_without_being_named(world: World) -> None:
    world.file("schemas/customer.yaml", "table: bc Customer\nfields: {Level: text 30}\n")
    world.file("schemas/sales/card.yaml", 'table: sales new_card\nkey: [new_cardid]\nfields: {new_cardid: id "Card"}\n')
    workspace = world.right("company: A\n")
    catalog, found = load_catalog(workspace.overlays)
    assert found == ()
    assert "Level" in catalog.table("bc", "Customer").fields and catalog.has("sales", "new_card")


def test_settings_are_typed_and_completed_by_defaults(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BC_KEY", "abc")
    monkeypatch.setenv("PRECISION", "0.05")
    monkeypatch.setenv("AUTO", "true")
    workspace = world.right(
        "company: A\n"
        "settings:\n"
        "  sales_order_integration_enabled: true\n"
        "  Write-in Product No.: write-in\n"
        "  ownership_model: Team\n"
        "  own_company: ~c1\n"
        "  order_nos: S-ORD\n"
        "  bc_odata_access_key: {env: BC_KEY}\n"
        "  amount_rounding_precision: {env: PRECISION}\n"
        "  auto_create_sales_orders: {env: AUTO}\n"
    )
    expected = {
        "sales_order_integration_enabled": True,
        "write_in_product_no": "WRITE-IN",
        "ownership_model": 2,
        "own_company": UUID(int=0xC1),
        "order_nos": "S-ORD",
        "bc_odata_access_key": "abc",
        "amount_rounding_precision": Decimal("0.05"),
        "auto_create_sales_orders": True,
        "enable_cds_connection": True,
        "local_currency": "",
    }
    assert {name: workspace.settings[name] for name in expected} == expected
    assert workspace.given == expected.keys() - {"enable_cds_connection", "local_currency"}
    assert "quote_nos" not in workspace.settings, "a field of a setup table stands in the snapshot"


def test_a_setting_may_be_a_field_that_a_table_file_adds(world: World) -> None:
    world.file("schemas/setup.yaml", "table: bc Marketing Setup\nfields: {Loyalty Rate: decimal}\n")
    assert world.right("company: A\nsettings: {loyalty_rate: 0.1}\n").settings["loyalty_rate"] == Decimal("0.1")


def test_every_slip_is_told_at_once_and_the_rest_holds(world: World) -> None:
    text = (
        "company: Contoso Ltd\n"
        "rulez: [standard]\n"
        "rules: [standard, own/, rules/]\n"
        "snapshot: snapshots/june.duckdb\n"
        "schemas: [tables/]\n"
        "settings:\n"
        "  write_in_produkt_no: X\n"
        "  ownership_model: Teem\n"
        "  order_nos: S-ORD\n"
        "  Order Nos.: T-ORD\n"
        "  bc_odata_access_key: secret-word\n"
        "  local_currency: {env: NOBODY_SETS_THIS}\n"
        "  sales_url: [x]\n"
        "  default_price_list: ~9001\n"
    )
    (world.root / "rules").mkdir()
    told = world.told(text)
    assert [(code, line) for code, line, _ in told] == [
        ("E405", 2),
        ("E416", 3),
        ("W418", 3),
        ("W415", 4),
        ("E419", 5),
        ("E411", 7),
        ("E412", 8),
        ("E417", 10),
        ("W414", 11),
        ("W413", 12),
        ("E406", 13),
    ]
    assert not any("secret-word" in message for _, _, message in told)
    workspace = world.load(text)[0]
    assert workspace.settings["default_price_list"] == UUID(int=0x9001)
    assert workspace.settings["order_nos"] == "S-ORD"
    assert workspace.settings["ownership_model"] == 1
    assert workspace.snapshot == world.root / "snapshots" / "june.duckdb"


def test_a_setting_out_of_its_place_is_told_where_it_belongs(world: World) -> None:
    (found,) = world.load("company: A\nown_company: ~c1\n")[1]
    assert (found.code, found.hint) == ("E405", "a setting stands under settings:, indented by two blanks")


def test_a_secret_of_the_wrong_kind_is_not_printed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BC_KEY", "s3cret" * 60)
    told = world.told("company: A\nsettings: {bc_odata_access_key: {env: BC_KEY}}\n")
    assert [code for code, _, _ in told] == ["E412"]
    assert "s3cret" not in told[0][2]


def test_what_is_no_yaml_or_no_mapping_gives_no_workspace(world: World) -> None:
    for text, code in (("company: [", "E401"), ("- a\n", "E406"), ("", "E406"), ("x", "E406")):
        workspace, found = load_workspace(world.file("coupler.yaml", text).root)
        assert workspace is None
        assert [one.code for one in found] == [code]


def test_an_unreadable_rule_file_is_told_and_the_others_are_read(world: World) -> None:
    world.file("rules/a.rules", "# a")
    (world.root / "rules" / "b.rules").write_bytes(b"\xff\xfe\x00")
    (world.root / "rules" / "folder.rules").mkdir()
    workspace, found = world.load("company: A\nrules: [rules/]\n")
    assert [one.path for one in workspace.own_rules] == ["rules/a.rules"]
    assert [(one.code, one.span.path) for one in found if one.span] == [("E408", "rules/b.rules")]


def test_a_text_in_place_of_a_list_is_told_once_and_means_what_it_says(world: World) -> None:
    world.file("rules/a.rules", "# a")
    workspace, found = world.load("company: A\nrules: rules/\n")
    assert [one.path for one in workspace.rule_files] == ["rules/a.rules"], "not the standard integration, too"
    assert [one.code for one in found] == ["E406"]


START = "company: Contoso Ltd\nrules: [standard, rules/]\nsettings:\n  ownership_model: Team\n  own_company: ~c1\n"
SLIPS = st.sampled_from(
    ["", " ", "\n", ":", "- ", "[", "}", "'", "\t", "~", "é", "\x00", "rules: 5\n", "../", "{env: A}"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(START)), st.integers(0, 3), SLIPS), min_size=1, max_size=3))
def test_no_slip_breaks_the_reader(world: World, slips: list[tuple[int, int, str]]) -> None:
    text = START
    for at, cut, piece in slips:
        text = text[:at] + piece + text[at + cut :]
    workspace, found = load_workspace(world.file("coupler.yaml", text).root)
    assert workspace is not None or any(one.severity == "error" for one in found)
    assert all(one.span is not None and one.message for one in found)
