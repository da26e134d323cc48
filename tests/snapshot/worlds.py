"""A small catalog by hand: two BC tables, two Sales tables, one field of every kind."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog.catalog import Catalog, Field, Kind, Option, System, Table


def field(
    number: int,
    name: str,
    kind: Kind,
    *,
    caption: str = "",
    length: int | None = None,
    options: tuple[tuple[int, str], ...] = (),
    flow_filter: bool = False,
) -> Field:
    return Field(
        number=number,
        name=name,
        caption=caption or name,
        kind=kind,
        length=length,
        options=tuple(Option(number=n, caption=text, name=text.replace(" ", "")) for n, text in options),
        flow_filter=flow_filter,
    )


def table(
    system: System,
    number: int,
    name: str,
    key: tuple[str, ...],
    *fields: Field,
    caption: str = "",
    id_field: str = "SystemId",
    modified_field: str = "SystemModifiedAt",
) -> Table:
    own = list(fields)
    if system == "bc":
        own += [field(2000000000, "SystemId", "id"), field(2000000003, "SystemModifiedAt", "moment")]
    return Table(
        system=system,
        name=name,
        caption=caption or name,
        number=number,
        key=key,
        id_field=id_field,
        modified_field=modified_field,
        fields={one.name: one for one in own},
    )


class SmallCatalog:
    """The tables given, nothing else."""

    def __init__(self, *tables: Table) -> None:
        self._tables = {(one.system, one.name): one for one in tables}

    def find(self, system: System, written: str) -> tuple[Table, ...]:
        if (system, written) in self._tables:
            return (self._tables[system, written],)
        return tuple(one for one in self._tables.values() if one.system == system and one.caption == written)

    def table(self, system: System, name: str) -> Table:
        return self._tables[system, name]

    def by_number(self, number: int) -> Table | None:
        return next((one for one in self._tables.values() if one.system == "bc" and one.number == number), None)

    def has(self, system: System, name: str) -> bool:
        return (system, name) in self._tables

    def names(self, system: System) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((one.name, one.caption) for one in self._tables.values() if one.system == system))

    def tables(self) -> Iterator[Table]:
        yield from sorted(self._tables.values(), key=lambda one: (one.system, one.name))


ITEM = table(
    "bc",
    27,
    "Item",
    ("No.",),
    field(1, "No.", "code", length=20),
    field(3, "Description", "text", length=100),
    field(8, "Base Unit of Measure", "code", length=10),
    field(10, "Type", "option", options=((0, "Inventory"), (1, "Service"), (2, "Non-Inventory"))),
    field(18, "Unit Price", "decimal"),
    field(54, "Blocked", "boolean"),
    field(60, "Level", "integer"),
    field(62, "Last Date Modified", "date"),
    field(63, "Last Time Modified", "time"),
    field(70, "Picture Note", "blob"),
    field(71, "Waiting Time", "duration"),
    field(72, "Lead Time", "date formula"),
    field(73, "Row Version", "big integer"),
    field(74, "Origin", "record id"),
    field(80, "Date Filter", "date", flow_filter=True),
)
CUSTOMER = table(
    "bc",
    18,
    "Customer",
    ("No.",),
    field(1, "No.", "code", length=20),
    field(2, "Name", "text", length=100),
    field(39, "Blocked", "option", options=((0, " "), (1, "Ship"), (2, "Invoice"), (3, "All"))),
    field(102, "E-Mail", "text", caption="Email", length=80),
    field(5049, "Primary Contact No.", "code", length=20),
)
SELLER = table(
    "bc",
    13,
    "Salesperson/Purchaser",
    ("Code",),
    field(1, "Code", "code", length=20),
    field(2, "Name", "text", length=50),
)
LINE = table(
    "bc",
    37,
    "Sales Line",
    ("Document Type", "Document No.", "Line No."),
    field(1, "Document Type", "option", options=((0, "Quote"), (1, "Order"))),
    field(3, "Document No.", "code", length=20),
    field(4, "Line No.", "integer"),
    field(15, "Quantity", "decimal"),
)


def sales(number: int, name: str, caption: str, *fields: Field) -> Table:
    """A table of Sales with its id column in front, and `modifiedon` behind the others."""
    id = f"{name}id"
    own = (field(1, id, "id", caption=caption), *fields, field(99, "modifiedon", "moment", caption="Modified On"))
    return table("sales", number, name, (id,), *own, caption=caption, id_field=id, modified_field="modifiedon")


ACCOUNT = sales(
    5341,
    "account",
    "Account",
    field(2, "name", "text", caption="Account Name", length=160),
    field(3, "customertypecode", "option", caption="Relationship Type", options=((-1, " "), (3, "Customer"))),
    field(4, "statecode", "option", caption="Status", options=((0, "Active"), (1, "Inactive"))),
    field(5, "creditlimit", "decimal", caption="Credit Limit"),
    field(6, "donotphone", "boolean", caption="Do not allow Phone Calls"),
    field(7, "primarycontactid", "id", caption="Primary Contact"),
    field(9, "marketingonly", "boolean", caption="Marketing Only"),
)
PRODUCT = sales(
    5348,
    "product",
    "Product",
    field(2, "productnumber", "text", caption="Product ID", length=100),
    field(3, "price", "decimal", caption="List Price"),
    field(5, "validfromdate", "date", caption="Valid From"),
)

CHOICE = table(
    "sales",
    1,
    "choice",
    ("table", "value"),
    field(1, "table", "text", length=100),
    field(2, "value", "integer"),
    field(3, "label", "text", length=250),
    id_field="table",
    modified_field="",
)

SMALL: Catalog = SmallCatalog(ITEM, CUSTOMER, SELLER, LINE, ACCOUNT, PRODUCT, CHOICE)
