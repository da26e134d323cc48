"""Vendors, contacts and units on the shipped rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.plan.stories import SCHEDULED, Row
from tests.rules.small import COMPANY, LATER, TEAM, in_bc, in_sales, made, pair, standard, uid, whole

CREATE = replace(SCHEDULED, creates_missing=True)
UNITS = {"unit_group_mapping_enabled": True}


def vendor(changed: str = LATER, **values: Any) -> Row:
    return in_bc("Vendor", "V1", {"No.": "V1", "Name": "Fabrikam", **values}, changed)


def supplier(changed: str = "08:00", **values: Any) -> Row:
    given = {"name": "Fabrikam", "customertypecode": "Vendor", "statecode": 0, **values}
    return in_sales("account", "supplier", given, changed)


def company_of(kind: str, no: str) -> list[Row]:
    return [
        in_bc("Contact", "firm", {"No.": "CT1", "Type": "Company", "Company No.": "CT1"}),
        in_bc("Contact Business Relation", "relation", {"Contact No.": "CT1", "Link to Table": kind, "No.": no}),
    ]


def person(changed: str = LATER, **values: Any) -> Row:
    given = {"No.": "CT2", "Type": "Person", "Company No.": "CT1", "First Name": "Ann", "Surname": "Beebe", **values}
    return in_bc("Contact", "person", given, changed)


def test_a_new_vendor_becomes_an_account_of_ours() -> None:
    plan = whole(standard(vendor()).plan("VENDOR", scope=CREATE))
    (account,) = made(plan, "account")
    assert account["name"] == "Fabrikam"
    assert (str(account["bcbi_companyid"]), str(account["ownerid"])) == (uid(COMPANY), uid(TEAM))
    assert plan.fields("Fabrikam")["Relationship Type"][1] == "Vendor"


def test_a_changed_supplier_changes_the_vendor_and_its_company_contact() -> None:
    rows = (vendor("08:00"), supplier(LATER, name="Fabrikam Inc"), pair("Vendor", "V1", "supplier"))
    plan = whole(standard(*rows, *company_of("Vendor", "V1")).plan("VENDOR"))
    assert plan.row("bc", "Vendor", uid("V1"))["Name"] == "Fabrikam Inc"
    assert plan.row("bc", "Contact", uid("firm"))["Name"] == "Fabrikam Inc"


def test_a_person_of_a_vendor_gets_its_account_and_is_its_primary_contact() -> None:
    rows = (vendor("08:00"), supplier(), pair("Vendor", "V1", "supplier"), *company_of("Vendor", "V1"), person())
    plan = whole(standard(*rows).plan("CONTACT", scope=CREATE))
    (contact,) = made(plan, "contact")
    assert (contact["firstname"], str(contact["parentcustomerid"])) == ("Ann", uid("supplier"))
    assert plan.row("sales", "account", uid("supplier"))["primarycontactid"] == contact["contactid"]


def test_a_person_without_a_company_of_ours_is_left_out() -> None:
    assert whole(standard(person()).plan("CONTACT", scope=CREATE)).counts("CONTACT", "to_sales") == {"left_out": 1}


def test_a_new_account_with_a_coupled_person_completes_both() -> None:
    """The person gets the company, and the vendor the person: two changes that hang on one decision."""
    loose = in_bc("Contact", "person", {"No.": "CT2", "Type": "Person"})
    theirs = in_sales("contact", "theirs", {"parentcustomerid": uid("supplier"), "bcbi_companyid": uid(COMPANY)})
    plan = whole(
        standard(supplier(LATER), loose, theirs, pair("Contact", "person", "theirs")).plan("VENDOR", scope=CREATE)
    )
    (made_vendor,) = plan.table("bc", "Vendor")
    assert made_vendor["Name"] == "Fabrikam"
    assert made_vendor["Primary Contact No."] == "CT2"


def grouped(**values: Any) -> list[Row]:
    return [
        in_bc("Item", "item", {"No.": "1", "Base Unit of Measure": "PCS", "Description": "Bell"}),
        in_bc("Unit Group", "group", {"Source Type": "Item", "Source No.": "1"}, LATER),
        in_bc(
            "Item Unit of Measure",
            "measure",
            {"Item No.": "1", "Code": "BOX", "Qty. per Unit of Measure": 6, **values},
            LATER,
        ),
    ]


def test_a_unit_group_is_named_after_its_item() -> None:
    (group,) = made(whole(standard(*grouped(), **UNITS).plan("UNIT GROUP", scope=CREATE)), "uomschedule")
    assert (group["name"], group["baseuomname"]) == ("ITEM 1 UOM GR", "ITEM 1 UOM GR")


def test_a_unit_brings_its_group_along() -> None:
    plan = whole(standard(*grouped(), **UNITS).plan("ITEM UOM", scope=CREATE))
    (group,) = made(plan, "uomschedule")
    (unit,) = made(plan, "uom")
    assert (unit["name"], unit["quantity"], unit["uomscheduleid"]) == ("BOX", 6, group["uomscheduleid"])


def test_a_unit_without_a_group_fails() -> None:
    rows = [one for one in grouped() if one.table != "Unit Group"]
    plan = whole(standard(*rows, **UNITS).plan("ITEM UOM", scope=CREATE))
    assert [one.reason for one in plan.records()] == ["Item 1 has no unit group."]


def test_a_whole_run_of_all_settings_is_planned() -> None:
    for settings in (UNITS, {"bidirectional_sales_order_integration": True, "extended_price_calculation": True}):
        whole(standard(vendor(), supplier(LATER), *grouped(), **settings).plan())
