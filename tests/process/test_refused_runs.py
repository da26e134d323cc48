"""What a refused record had brought about before it was refused is taken back: runs, couplings, records."""

from __future__ import annotations

from tests.plan.stories import Story, bc, coupled, item, product, world

ITEMS = """
mapping ITEMS "Items and products": bc Item as item -> sales Product as product {
  only coupled records
  filter bc Blocked = No
  No.          ->  Product ID
  Description  ->  Name
}
"""


def story(body: str, *rows: object) -> Story:
    return world(f'{ITEMS}\nprocess work "Work" {{\n{body}\n}}', *rows, settings={})  # type: ignore[arg-type]


def products(plan: object) -> dict[object, object]:
    return {row["productnumber"]: row["name"] for row in plan.table("sales", "product")}  # type: ignore[attr-defined]


def lamp(no: str, text: str, **values: object) -> list[object]:
    """An item and its product, which has another name."""
    return [item(no, {"Description": text, **values}), product(no, {"productnumber": no, "name": "old"}), coupled(no)]


def test_a_run_that_a_refused_record_started_leaves_nothing() -> None:
    body = """
    for each bc Item as item {
      synchronise item with ITEMS
      require item.Description <> 'Bad lamp' else fail "A bad lamp."
    }
    """
    plan = story(body, *lamp("1", "Good lamp"), *lamp("2", "Bad lamp")).plan("work")
    assert products(plan) == {"1": "Good lamp", "2": "old"}
    assert [one.reason for one in plan.records("work") if one.action == "fail"] == ["A bad lamp."]
    assert [one.source for one in plan.records("ITEMS")] == ["1 Good lamp"]


def test_a_coupling_that_a_refused_record_took_away_stays() -> None:
    body = """
    for each bc Item as item {
      uncouple item
      require item.Description <> 'Bad lamp' else fail "A bad lamp."
    }
    """
    plan = story(body, *lamp("1", "Good lamp"), *lamp("2", "Bad lamp")).plan("work")
    assert [str(row["Integration ID"])[-1] for row in plan.table("bc", "CRM Integration Record")] == ["2"]


def test_a_process_synchronises_pairs_as_by_hand_whatever_the_filters_say() -> None:
    body = "for each bc Item as item { synchronise item with ITEMS }"
    alone = item("3", {"Description": "Blocked too", "Blocked": True})
    plan = story(body, *lamp("1", "Sold"), *lamp("2", "Blocked", Blocked=True), alone).plan("work")
    assert products(plan) == {"1": "Sold", "2": "Blocked"}


RESOURCES = """
mapping RESOURCES "Resources and products": bc Resource as resource -> sales Product as product {
  create missing records
  find bc Item as needed where No. = resource.Vendor No.
  new sales record {
    synchronise needed with ITEMS
    require resource.Name <> 'Bad' else fail "A bad one."
  }
  No.   ->  Product ID
  Name  ->  Name
}
"""


def test_what_others_asked_for_too_comes_about_though_one_is_refused() -> None:
    def resource(no: str, name: str, needs: str) -> object:
        return bc(
            "Resource",
            {"SystemId": f"00000000-0000-0000-0000-0000000000c{no}", "No.": no, "Name": name, "Vendor No.": needs},
        )

    rows = [
        *lamp("1", "For both"),
        *lamp("2", "For the bad one"),
        resource("7", "Good", "1"),
        resource("8", "Bad", "1"),
        resource("9", "Bad", "2"),
    ]
    plan = world(ITEMS + RESOURCES, *rows, settings={}).plan("RESOURCES")  # type: ignore[arg-type]
    assert products(plan) == {"1": "For both", "2": "old", "7": "Good"}
    assert plan.counts("RESOURCES", "to_sales") == {"created": 1, "failed": 2}
    assert {one.reason for one in plan.records("RESOURCES") if one.action == "fail"} == {"A bad one."}
