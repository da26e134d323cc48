"""Plan files for the tests of the report: a small world that a reader knows by heart, and large ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from engine.plan.tables import TABLES

ITEMS = "rules/items.rules"
CUSTOMERS = "rules/customers.rules"

HEAD = {
    "format_version": 1,
    "engine_version": "0.1.0",
    "company": "Contoso Ltd",
    "snapshot": "snapshots/june.duckdb",
    "snapshot_fingerprint": "b1946ac92492d234",
    "rules_fingerprint": "7c211433f0207159",
    "now": "2026-06-30 08:00:00",
    "work_date": "2026-06-30",
    "settings": json.dumps({"local currency": "EUR", "bidirectional": True}),
}

Row = dict[str, Any]


def write_plan(path: Path, **tables: list[Row]) -> Path:
    """A plan file with these rows; without rows for head, a fitting one."""
    rows = {"head": [HEAD], **tables}
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA plan")
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE plan.{name} ({columns})")
            for row in rows.get(name, []):
                places = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO plan.{name} ({', '.join(row)}) VALUES ({places})", list(row.values()))
    return path


def a_pass(number: int, mapping: str, leg: str = "to_sales", **more: Any) -> Row:
    counts = ("scanned", "left_out", "created", "changed", "unchanged", "skipped", "failed", "conflicts", "warnings")
    zero: Row = dict.fromkeys(counts, 0)
    return {"pass": number, "mapping": mapping, "title": "", "leg": leg, "source_table": "Item",
            "destination_table": "Product", **zero, "path": ITEMS, "line": 3, **more}  # fmt: skip


def a_record(number: int, action: str, label: str, passing: int = 1, **more: Any) -> Row:
    return {"pass": passing, "record": number, "action": action, "system": "sales", "table_name": "product",
            "table_caption": "Product", "id": str(UUID(int=passing * 1000 + number)), "label": label,
            "source_label": label, **more}  # fmt: skip


def a_field(record: int, ordinal: int, caption: str, before: str | None, after: str | None, passing: int = 1,
            **more: Any) -> Row:  # fmt: skip
    return {"pass": passing, "record": record, "ordinal": ordinal, "name": caption.lower().replace(" ", ""),
            "caption": caption, "before": before, "after": after, "rule": f"{caption} -> {caption}",
            "path": ITEMS, "line": 10 + ordinal, **more}  # fmt: skip


def a_note(record: int | None, code: str, text: str, passing: int | None = 1, **more: Any) -> Row:
    return {"pass": passing, "record": record, "severity": "warning", "code": code, "text": text, **more}


def small_world(path: Path) -> Path:
    """Two mappings, three passes, every outcome with a business reason."""
    no_unit = "The unit of measure {} of item {} has no partner in Sales."
    both = "Customer {0} and account {0} were both changed since the last run; Name differs."
    return write_plan(
        path,
        **{
            "pass": [
                a_pass(1, "ITEM-PRODUCT", title="Items and products", scanned=1009, left_out=1, created=2, changed=2,
                       unchanged=1000, skipped=2, failed=3, warnings=1, watermark_after="2026-06-29 17:12:04"),
                a_pass(2, "CUSTOMER", title="Customers and accounts", source_table="Customer", scanned=2, conflicts=1,
                       destination_table="Account", changed=1, path=CUSTOMERS, watermark_before="2026-06-01 06:00:00",
                       watermark_after="2026-06-28 09:30:00"),
                a_pass(3, "CUSTOMER", "to_bc", title="Customers and accounts", source_table="Account", scanned=1,
                       destination_table="Customer", unchanged=1, path=CUSTOMERS),
            ],
            "record": [
                a_record(1, "create", "1896-S Athens desk"),
                a_record(2, "create", "1900-S Paris guest chair", cause=1),
                a_record(3, "change", "1906-S Athens mobile pedestal"),
                a_record(4, "change", "1908-S London swivel chair, blue"),
                *(a_record(number, "fail", f"{item} {name}", code="P301", reason=no_unit.format(unit, item),
                           path=ITEMS, line=14)
                  for number, item, name, unit in ((5, "1920-S", "Antwerp conference table", "PALLET"),
                                                   (6, "1925-W", "Conference bundle 1-6", "SET"),
                                                   (7, "1928-W", "Storage bundle", "SET"))),
                a_record(8, "skip", "1936-S Berlin guest chair", code="P210", path=ITEMS, line=7,
                         reason="The product is not a sales product, so the filter leaves it out."),
                a_record(9, "skip", "1953-W Guest section 1", code="P310",
                         reason="The same failure as in the run before; it is not tried again until somebody asks."),
                a_record(1, "conflict", "10000 Adatum Corporation", passing=2, system="sales", table_name="account",
                         table_caption="Account", code="P401", reason=both.format(10000), path=CUSTOMERS, line=5),
                a_record(2, "change", "20000 Trey Research", passing=2, system="sales", table_name="account",
                         table_caption="Account"),
                a_record(1, "unchanged", "10000 Adatum Corporation", passing=3, system="bc", table_name="Customer",
                         table_caption="Customer", code="P402", reason="Its coupling was taken away.",
                         path=CUSTOMERS, line=6),
            ],
            "field": [
                a_field(1, 1, "Product ID", None, "1896-S"),
                a_field(1, 2, "Name", None, "Athens desk"),
                a_field(1, 3, "List Price", None, "649.40"),
                a_field(2, 1, "Product ID", "", "1900-S"),
                a_field(2, 2, "Name", "", "Paris guest chair, black"),
                a_field(3, 2, "Name", "Athens Mobile Pedestal", "Athens mobile pedestal, oak"),
                a_field(3, 3, "List Price", "281.40", "295.00"),
                a_field(4, 5, "Vendor Name", "Wide World Importers", ""),
                a_field(1, 1, "Name", "Adatum Corp.", "Adatum Corporation", passing=2, path=CUSTOMERS),
                a_field(2, 2, "Street 1", "", "2 Harbour Road", passing=2, path=CUSTOMERS),
            ],
            "note": [
                a_note(4, "W510", "Vendor Name is cleared because no vendor is set in Business Central.",
                       path=ITEMS, line=15),
                a_note(None, "W520", "The rule for Street 2 was never used.", passing=2, path=CUSTOMERS, line=21),
                a_note(None, "W530", "The snapshot is 12 days older than the clock.", passing=None),
            ],
        },
    )  # fmt: skip


def large_world(path: Path, changes: int = 50_000) -> Path:
    """Ten passes with so many records in all, three fields each, one in a hundred failing; made by SQL, in a second."""
    each = changes // 10
    counts = {"scanned": each * 2, "unchanged": each, "changed": each - each // 100, "failed": each // 100}
    passes = [a_pass(number, f"MAPPING-{number}", title=f"Mapping {number}", **counts) for number in range(1, 11)]
    write_plan(path, **{"pass": passes})
    numbers = f"FROM range(1, 11) p(pass), range(1, {each} + 1) r(record)"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"""
            INSERT INTO plan.record
            SELECT pass, record, NULL, if(record % 100 = 0, 'fail', 'change'), 'sales', 'product', 'Product',
                   CAST(md5(pass || ':' || record) AS UUID), NULL, NULL, NULL, NULL, NULL, NULL, NULL
            {numbers}""".replace("NULL, NULL, NULL, NULL, NULL, NULL, NULL", """
                   (10000 * pass + record) || ' Swivel chair no. ' || record, NULL,
                   (10000 * pass + record) || ' Swivel chair no. ' || record,
                   if(record % 100 = 0, 'P301', NULL),
                   if(record % 100 = 0, 'The unit of measure BOX' || record || ' has no partner in Sales.', NULL),
                   if(record % 100 = 0, 'rules/items.rules', NULL), if(record % 100 = 0, 14, NULL)"""))  # fmt: skip
        connection.execute(f"""
            INSERT INTO plan.field
            SELECT pass, record, ordinal, 'field' || ordinal, (['Name', 'List Price', 'Description'])[ordinal],
                   CASE ordinal WHEN 1 THEN 'Chair ' || record WHEN 2 THEN CAST(record * 1.25 AS VARCHAR)
                                ELSE 'Swivel chair with five castors, batch ' || md5(record || 'x') END,
                   CASE ordinal WHEN 1 THEN 'Swivel chair ' || record WHEN 2 THEN CAST(record * 1.3 AS VARCHAR)
                                ELSE 'Swivel chair with five castors and arm rests, batch ' || md5(record || 'y') END,
                   'Description <-> Name', 'rules/items.rules', 10 + ordinal
            {numbers}, range(1, 4) f(ordinal) WHERE record % 100 <> 0""")  # fmt: skip
    return path


HOSTILE = (
    "<script>window.hit = 1</script>",
    "</script><script>window.hit = 2</script>",
    "<!-- <script>",
    '" onmouseover="window.hit = 3" x="',
    "'><img src=x onerror='window.hit = 4'>",
    "&lt;b&gt; &amp; \\u003cb\\u003e",
    "\u202egnp.exe\u202c",
    "line\u2028separator\u2029and\nline\r\nends\tand tab",
    "nothing\x00, bell\x07, escape\x1b[31m",
    " blanks outside  ",
    "{{ 7 * 7 }} {% for %} ${7 * 7}",
    "| a | b |\n|--|--|\n# heading *bold* _it_ `code` [link](javascript:alert(1)) ![i](x)",
    "http://example.com/ www.example.com <http://example.com>",
    "x" * 10_000,
    "\N{FAMILY} e\u0301 \U0001f600 \ufffe",
)
"""Texts that turn a careless page into somebody else's."""


def hostile_world(path: Path) -> Path:
    """Every hostile text at every place where a plan holds text."""
    records, fields, notes = [], [], []
    for number, text in enumerate(HOSTILE, 1):
        action = "fail" if number % 2 else "change"
        records.append(a_record(number, action, text, source_label=text + ".", table_caption=text, code=f"P{number}",
                                reason=text, path=text, line=number))  # fmt: skip
        fields.append(a_field(number, 1, text, text, text + "!", name=text, rule=text, path=text))
        notes.append(a_note(number, text, text, path=text, line=1))
    head = {**HEAD, "company": HOSTILE[0], "snapshot": HOSTILE[1], "settings": json.dumps({HOSTILE[0]: HOSTILE[3]})}
    text = HOSTILE[0]
    passes = [a_pass(1, text, title=text, source_table=text, destination_table=text, failed=8, changed=7, path=text)]
    return write_plan(path, **{"head": [head], "pass": passes, "record": records, "field": fields, "note": notes})
