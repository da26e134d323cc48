"""The small mapping that most stories run: three lines, one for each way."""

ITEMS = """
mapping ITEMS "Items": bc Item as item <-> sales Product as product {
  only coupled records
  Description      <->  Name
  Unit Cost         ->  Standard Cost
  Vendor Item No.  <-   Vendor Name
}
"""
"""Two-way, with a line that only goes to Business Central."""

TO_SALES = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  only coupled records
  Description  ->  Name
}
"""

TO_BC = """
mapping ITEMS "Items": bc Item as item <- sales Product as product {
  only coupled records
  Description  <-  Name
}
"""

BOTH = """
mapping ITEMS "Items": bc Item as item <-> sales Product as product {
  only coupled records
  Description  <->  Name
  Unit Cost     ->  Standard Cost
}
"""
"""Two-way, without a line that only goes to Business Central."""


def with_(rules: str, *lines: str) -> str:
    """The mapping with more lines at its top."""
    head, body = rules.split("{\n", 1)
    return head + "{\n" + "".join(f"  {one}\n" for one in lines) + body


def creating(rules: str, *lines: str) -> str:
    """The mapping that creates missing partners."""
    return with_(rules.replace("only coupled records", "create missing records"), *lines)
