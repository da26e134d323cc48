"""What the worlds of the oracle are made of: mappings as they can be said here, rows, couplings, watermarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

Leg = Literal["to_sales", "to_bc"]
Row = dict[str, Any]
LENGTHS = {
    "Description": 100,
    "name": 100,
    "Description 2": 50,
    "vendorpartnumber": 100,
    "vendorid": 100,
    "vendorname": 100,
    "producturl": 250,
    "suppliername": 100,
    "Vendor Item No.": 50,
}
CODES = {"Vendor No.": 20, "Base Unit of Measure": 10, "No. 2": 20, "Shelf No.": 10, "Item Category Code": 20}
DATES = ("Last Date Modified", "validfromdate")
ITEM: Row = {
    "No.": "",
    "No. 2": "",
    "Blocked": False,
    "Description": "",
    "Description 2": "",
    "Vendor No.": "",
    "Vendor Item No.": "",
    "Shelf No.": "",
    "Unit Cost": 0,
    "Last Date Modified": None,
    "Base Unit of Measure": "",
    "Item Category Code": "",
}
PRODUCT: Row = {
    "name": None,
    "vendorpartnumber": None,
    "vendorid": None,
    "vendorname": None,
    "producturl": None,
    "suppliername": None,
    "standardcost": None,
    "validfromdate": None,
    "defaultuomscheduleid": None,
    "producttypecode": 1,
    "size": None,
    "isstockitem": None,
}
"""Rows as they begin: the fields that the worlds of these tests have, with the defaults of their tables."""
MS = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A field line. arrow: '->', '<-', '<->'. through: the couplings it looks a partner up in, or a value list.

    ending: the words after it. pairs: the value list, as the line's two sides spell it.
    """

    bc: str
    sales: str
    arrow: str
    through: Literal["", "units", "options", "list"] = ""
    ending: str = ""
    constant: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    def goes(self, leg: Leg) -> bool:
        return self.arrow in ("<->", "->" if leg == "to_sales" else "<-")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A block: it sets `to` of the destination from `from_` of the source, and may require a cost that is not 5.

    above: it stands above the field lines. after: it comes after the write, and says `change`.
    """

    leg: Leg
    states: frozenset[str]
    after: bool
    above: bool
    requires: bool

    @property
    def from_(self) -> str:
        return "Vendor No." if self.leg == "to_sales" else "vendorid"

    @property
    def to(self) -> str:
        names = {
            ("to_sales", False): "vendorname",
            ("to_sales", True): "producturl",
            ("to_bc", False): "Vendor Item No.",
            ("to_bc", True): "No. 2",
        }
        return names[self.leg, self.after]


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What a generated mapping says."""

    arrow: str
    creates: bool
    on_update: str
    on_deletion: str
    filter_bc: str | None
    filter_sales: bool
    leaves_out: bool
    costs: bool
    recognises: bool
    lines: tuple[Line, ...]
    moments: tuple[Moment, ...]

    def legs(self) -> list[Leg]:  # R2.3
        return {"->": ["to_sales"], "<-": ["to_bc"], "<->": ["to_sales", "to_bc"]}[self.arrow]  # type: ignore[return-value]


@dataclass(kw_only=True)
class Coupling:
    """R1.1: two ids, two stamps, a result and a job for each direction, the skip mark."""

    bc: UUID
    sales: UUID
    stamps: dict[str, datetime | None]
    results: dict[Leg, str]
    jobs: dict[Leg, object]
    skipped: bool = False


@dataclass(frozen=True, kw_only=True)
class Choice:
    """R4.24: a code that is paired with an option number, and the caption that was stored with it."""

    code: str
    number: int
    caption: str


@dataclass(kw_only=True)
class State:
    """Both systems and the books between them.

    units: code -> id of the coupled unit group, None without one. categories: the codes that may be paired with an
    option; choices: those that are; labels: option number -> what Sales calls it by now.
    """

    bc: dict[UUID, Row]
    sales: dict[UUID, Row]
    couplings: list[Coupling]
    units: dict[str, UUID | None]
    categories: tuple[str, ...]
    choices: tuple[Choice, ...]
    labels: dict[int, str]
    watermarks: dict[Leg, datetime | None] = field(default_factory=lambda: {"to_sales": None, "to_bc": None})
    errors: dict[tuple[object, UUID], str] = field(default_factory=dict)


class Failed(Exception):  # noqa: N818
    """A record fails; the words are what counts for the second identical failure."""


class OrderDependent(Exception):  # noqa: N818
    """Records of one leg bear on one another: what comes of it hangs on who is taken first (12.2)."""


def blank(value: Any) -> Any:
    """R4.12: blank text, no text, zero and nothing are one."""
    return None if value in ("", None, 0) or value is False else value
