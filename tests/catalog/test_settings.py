"""Settings: found by every word the products and the files use, with values of the right type or a way out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from engine.catalog.load import load_catalog
from engine.catalog.settings import Misuse, SettingDef, Settings, at_work_date, typed


def setting(name: str) -> SettingDef:
    found = Settings().find(name)
    assert found is not None, name
    return found


@pytest.mark.parametrize(
    "written", ["write-in product no", "Write-in Product No.", "write_in_product_no", "WRITE-IN PRODUCT NO"]
)
def test_a_setting_goes_by_its_name_and_by_its_label(written: str) -> None:
    assert setting(written).name == "write_in_product_no"


def test_another_label_of_the_products_is_taken_too() -> None:
    assert setting("Enable Sales Order Integration") == setting("sales order integration enabled")


def test_fields_of_setup_tables_are_settings() -> None:
    nos = setting("order nos.")
    assert (nos.name, nos.setup, nos.kind, nos.length) == (
        "order_nos",
        ("Sales & Receivables Setup", "Order Nos."),
        "code",
        20,
    )
    precision = setting("unit-amount rounding precision")
    assert precision.setup == ("General Ledger Setup", "Unit-Amount Rounding Precision")
    assert precision.default == Decimal("0.00001")
    assert setting("write-in product no").setup is None, "an own setting stands before a field of that name"


def test_what_is_no_setting_leads_to_one_that_is() -> None:
    assert Settings().find("write-in produkt no") is None
    assert Settings().suggest("write-in produkt no")[0] == "write in product no"
    assert Settings().suggest("Ordr Nos.")[0] == "order nos"
    assert Settings().suggest("xyzzy") == ()


def test_a_table_file_may_add_a_setting(tmp_path: Path) -> None:
    (tmp_path / "setup.yaml").write_text("table: bc Marketing Setup\nfields:\n  Loyalty Rate: decimal\n")
    catalog, found = load_catalog((tmp_path,))
    assert found == ()
    added = Settings(catalog).find("loyalty rate")
    assert added is not None and added.setup == ("Marketing Setup", "Loyalty Rate")
    assert Settings().find("loyalty rate") is None


def test_the_defaults_are_those_of_a_fresh_connection() -> None:
    defaults = Settings().defaults()
    assert {name for name, value in defaults.items() if value is True} == {
        "enable_cds_connection",
        "sales_connection_enabled",
        "connection_working",
    }
    assert defaults["ownership_model"] == 1 and defaults["write_in_product_type"] == 0
    assert defaults["own_company"] is None and defaults["local_currency"] == ""
    assert len(defaults) == 38


def test_the_fiscal_year_begins_with_the_year_of_the_work_date_unless_said() -> None:
    defaults = Settings().defaults()
    assert at_work_date(defaults, date(2026, 6, 17))["fiscal_year_start"] == date(2026, 1, 1)
    april = {**defaults, "fiscal_year_start": date(2026, 4, 1)}
    assert at_work_date(april, date(2026, 6, 17))["fiscal_year_start"] == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("auto create sales orders", True, True),
        ("ownership model", "Team", 2),
        ("ownership model", "Team (2)", 2),
        ("ownership model", 2, 2),
        ("ownership model", None, 0),
        ("write-in product no", " wr-1 ", "WR-1"),
        ("own company", "~c1", UUID(int=0xC1)),
        ("own company", "00000000-0000-0000-0000-000000000000", None),
        ("own company", "6F9619FF-8B86-D011-B42D-00C04FC964FF", UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")),
        ("fiscal year start", "2026-04-01", date(2026, 4, 1)),
        ("statistics synch time", "2026-03-02T11:00:00Z", datetime(2026, 3, 2, 11, tzinfo=UTC)),
        ("statistics synch time", "2026-03-02T12:00:00+01:00", datetime(2026, 3, 2, 11, tzinfo=UTC)),
        ("amount rounding precision", Decimal("0.05"), Decimal("0.05")),
        ("last invoice entry no", "", 0),
    ],
)
def test_a_value_gets_its_type(name: str, written: object, value: object) -> None:
    found = typed(setting(name), written)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "written", "message", "hint"),
    [
        ("auto create sales orders", "Yes", "must be true or false, not Yes", "write true"),
        ("ownership model", "Teem", "must be Person or Team, not Teem", "did you mean Team?"),
        ("ownership model", "Team (1)", "must be Person or Team, not Team (1)", "did you mean Team?"),
        ("ownership model", True, "must be Person or Team, not true", "write the caption"),
        ("last invoice entry no", "five", "must be a whole number, not five", "for example 20"),
        ("write-in product no", 1000, "must be text, not 1000", "put it in quotes: '1000'"),
        ("write-in product no", "X" * 21, "has 21 characters, 20 fit", "shorten it"),
        ("own company", "Contoso", "must be an id, not Contoso", "~c1"),
        ("fiscal year start", "1 January", "must be a date, not 1 January", "2026-01-31"),
        ("statistics synch time", "noon", "must be a moment, not noon", "2026-01-31T10:00:00Z"),
        ("amount rounding precision", "0,01", "must be a number, not 0,01", "0.01"),
    ],
)
def test_a_value_of_another_kind_is_told(name: str, written: object, message: str, hint: str) -> None:
    found = typed(setting(name), written)
    assert isinstance(found, Misuse)
    assert message in found.message and hint in found.hint


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
)


@given(st.sampled_from(Settings().own + Settings().of_setup_tables), ANYTHING)
def test_no_value_breaks_a_setting(one: SettingDef, written: object) -> None:
    found = typed(one, written)
    assert isinstance(found, Misuse | bool | int | Decimal | str | date | UUID) or found is None
