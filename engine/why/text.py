"""A story -> what is read: plain lines where it goes into a file or a pipe, a quiet tree on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from engine.why.story import Chapter, Outcome, Sign, Story, Told

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

SIGNS: dict[Sign, str] = {"yes": "+", "no": "-", "changes": "~", "same": "=", "fails": "!", "warns": "!", "note": " "}
STYLES: dict[Sign, str] = {
    "yes": "green",
    "no": "red",
    "changes": "yellow",
    "same": "dim",
    "fails": "red",
    "warns": "yellow",
    "note": "",
}
OUTCOMES: dict[Outcome, str] = {
    "created": "green",
    "changed": "yellow",
    "failed": "red",
    "conflict": "red",
    "skipped": "yellow",
}
WAYS = {"to_sales": "-> Sales", "to_bc": "-> BC", "process": ""}
WIDEST = 44
"""Names longer than this do not push the texts of their neighbours to the right."""


def heading(story: Story) -> str:
    """First line: the rules, the record, the field asked for."""
    about = f", field {story.field}" if story.field is not None else ""
    return f"{story.rules}: {story.table} {story.label}{about}"


def under(story: Story) -> str:
    """Second line: when it was planned and on which snapshot."""
    return f"as planned at {story.now} on {story.snapshot}; moments are in UTC"


def chapter_head(one: Chapter) -> str:
    """`CUSTOMER -> Sales: Customer C10010 Pedal & Thread to Account Pedal & Thread`."""
    source = f"{one.source_table} {one.source}".strip()
    target = f" to {one.destination_table} {one.destination}".rstrip() if one.destination_table else ""
    return f"{f'{one.within} {WAYS[one.way]}'.rstrip()}: {source}{target}"


def result(one: Chapter) -> str:
    """`changed`, `failed (E633): Salesperson Code LP has no partner in SALESPEOPLE`."""
    code = f" ({one.code})" if one.code else ""
    return f"{one.outcome}{code}" + (f": {one.reason}" if one.reason else "")


def changed_fields(one: Chapter) -> str:
    """The names of the fields that change, for the line of the outcome."""
    names = [
        part.name
        for section in one.sections
        for part in section.parts
        if part.kind in ("field", "written") and part.sign == "changes"
    ]
    return ", ".join(dict.fromkeys(names))


def summed_up(one: Chapter) -> str:
    """A chapter in one line: its result, and of a changed record the fields."""
    fields = changed_fields(one) if one.outcome in ("created", "changed") and not one.reason else ""
    return result(one) + (f": {fields}" if fields and one.outcome == "changed" else "")


def width_of(parts: Sequence[Told]) -> int:
    """How wide the names are that texts stand behind; longer ones than WIDEST do not count."""
    return max([len(one.name) for one in parts if len(one.name) <= WIDEST and one.text], default=0)


# --- plain ------------------------------------------------------------------------------------------------------


def plain(story: Story) -> Iterator[str]:
    """Every line whole, indented by two blanks a level, the rule line at its end."""
    yield heading(story)
    yield under(story)
    for one in story.chapters:
        yield ""
        yield chapter_head(one)
        yield f"  {summed_up(one)}{_place(one.place)}"
        for section in one.sections:
            if section.parts or section.text:
                if section.kind != "outcome" or section.parts:
                    yield f"  {section.name}" + (f": {section.text}" if section.text else "")
                yield from _lines(section.parts, "    ")


def _lines(parts: Sequence[Told], indent: str) -> Iterator[str]:
    wide = width_of(parts)
    for one in parts:
        name = one.name.ljust(wide) if one.text else one.name
        text = f"  {one.text}" if one.text else ""
        yield f"{indent}{SIGNS[one.sign]} {name}{text}{_place(one.place)}"
        yield from _lines(one.parts, indent + "    ")


def _place(place: tuple[str, int] | None) -> str:
    return "" if place is None else f"  {place[0]}:{place[1]}"


# --- a terminal -------------------------------------------------------------------------------------------------


def show(story: Story, *, colour: bool, width: int | None) -> None:
    """Print a story as a tree. width: columns of the terminal."""
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    painting: Literal["auto"] | None = "auto" if colour else None  # without one bold and dim are left out as well
    console = Console(width=width, color_system=painting, highlight=False, emoji=False, markup=False)
    console.print(Text(heading(story), style="bold"))
    console.print(Text(under(story), style="dim"))
    for one in story.chapters:
        head = Text(f"\n{chapter_head(one)}\n", style="bold")
        head.append(summed_up(one), style=OUTCOMES.get(one.outcome, "not bold"))
        head.append(_place(one.place), style="not bold dim")
        tree = Tree(head, guide_style="dim")
        for section in one.sections:
            if section.parts or (section.text and section.kind != "outcome"):
                title = Text(section.name, style="cyan")
                title.append(f": {section.text}" if section.text else "", style="default")
                _grow(tree.add(title), section.parts, (width or 100) - 4)
        console.print(tree)


def _grow(tree: Tree, parts: Sequence[Told], room: int) -> None:
    wide = min(width_of(parts), max(room // 3, 12))
    for one in parts:
        _grow(tree.add(_line(one, wide, room - 4)), one.parts, room - 4)


def _line(one: Told, wide: int, room: int) -> Text:
    """Sign, name, text, and the rule line: beside them where there is room, else below."""
    from rich.text import Text

    style = STYLES[one.sign]
    line = Text(f"{SIGNS[one.sign]} ", style=style)
    line.append(one.name.ljust(wide) if one.text else one.name, style="dim" if one.sign == "same" else "")
    if one.text:
        line.append(f"  {one.text}", style=style if one.sign != "yes" else "")
    place = _place(one.place)
    if place:
        fits = line.cell_len + len(place) <= room
        line.append(place if fits else f"\n  {place}", style="dim")
    return line
