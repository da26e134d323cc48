"""The words after the verb -> arguments, with help that begins with an example."""

from __future__ import annotations

import argparse
import re
import shutil
import textwrap
from collections.abc import Callable
from typing import NoReturn


class WrongArgumentsError(Exception):
    """The command was called with words it does not know; the text says which, and what would do."""


class Parser(argparse.ArgumentParser):
    """A parser that shows the example first, never abbreviates, and leaves the telling of a slip to the caller."""

    def __init__(self, *, example: str = "", exits: str = "", **rest: object) -> None:
        super().__init__(allow_abbrev=False, **rest)  # type: ignore[arg-type]
        self.register("type", None, name)
        self.example = example.strip("\n")
        self.exits = exits.strip("\n")

    def format_help(self) -> str:
        """The example, the usual help behind it, and what the exit codes mean at the end."""
        wide = shutil.get_terminal_size().columns - 1
        parts = [examples(self.example, wide), super().format_help().strip("\n")]
        if self.exits:
            lines = (textwrap.wrap(line.strip(), wide - 2, subsequent_indent="   ") for line in self.exits.splitlines())
            parts.append("exit codes:\n" + "\n".join(f"  {line}" for told in lines for line in told))
        return "\n\n".join(part for part in parts if part) + "\n"

    def error(self, message: str) -> NoReturn:
        """Tell of words that do not fit, with the way out. WrongArgumentsError: always."""
        way_out = _nearest_option(self, message) or f"{self.prog} --help says more"
        raise WrongArgumentsError(f"{self.prog}: {_plainly(message)}; {way_out}")


def examples(text: str, wide: int) -> str:
    """Examples for a terminal: where one is too long, its comment stands below it."""
    told: list[str] = []
    for line in text.splitlines():
        call, mark, comment = line.partition(" # ")
        told += [line] if len(line) <= wide or not mark else [call.rstrip(), f"    # {comment}"]
    return "\n".join(told)


def world_options(parser: argparse.ArgumentParser) -> None:
    """On which snapshot, at which moment: what every verb takes that plans."""
    parser.add_argument(
        "--snapshot", metavar="NAME", help="a snapshot by name or path (default: the one in coupler.yaml)"
    )
    parser.add_argument("--now", metavar="MOMENT", help="the clock, like 2026-06-15T08:00:00Z (default: the real one)")
    parser.add_argument(
        "--work-date", metavar="DATE", help="the work date of Business Central (default: the day of the clock)"
    )


def power_options(parser: argparse.ArgumentParser) -> None:
    """How much of the machine the work on the data may use."""
    parser.add_argument("--memory", metavar="SIZE", type=size, help="most memory for the data work, like 4GB")
    parser.add_argument("--threads", metavar="N", type=at_least(1), help="processors to use (default: all)")


def at_least(least: int) -> Callable[[str], int]:
    """A reader of whole numbers that are not below `least`."""

    def number(written: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,9}", written.strip()) or int(written) < least:
            raise argparse.ArgumentTypeError(f"takes a whole number from {least}, not {written}")
        return int(written)

    return number


def name(written: str) -> str:
    """A name of something, as written; a blank one names nothing."""
    if not written.strip():
        raise argparse.ArgumentTypeError("takes a name, not a blank text")
    return written


def size(written: str) -> str:
    """An amount of memory with its unit, like 4GB."""
    if not re.fullmatch(r"\d+(?:\.\d+)?\s*[KMGT]i?B", written.strip(), re.I):
        raise argparse.ArgumentTypeError(f"takes a size like 4GB or 500MB, not {written}")
    return written


def _plainly(message: str) -> str:
    """What argparse says -> the same in words that need no programmer."""
    for pattern, plain in _PLAINLY:
        found = re.fullmatch(pattern, message)
        if found:
            return found.expand(plain).replace("'", "")
    return message


_PLAINLY = (
    (r"argument (\S+): invalid int value: '(.*)'", r"\1 takes a whole number, not \2"),
    (r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)", r"\1 is one of \3, not \2"),
    (r"argument (\S+): (takes .*)", r"\1 \2"),
    (r"argument (\S+): expected (?:one|at least one) argument", r"\1 needs a value behind it"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 and \2 do not go together"),
    (r"the following arguments are required: (.*)", r"\1 is missing"),
    (r"unrecognized arguments: (.*)", r"\1 is not known here"),
)


def _nearest_option(parser: argparse.ArgumentParser, message: str) -> str:
    prefix = "unrecognized arguments: "
    if not message.startswith(prefix):
        return ""
    import difflib

    written = message.removeprefix(prefix).split()[0].split("=")[0]
    known = [option for action in parser._actions for option in action.option_strings]
    near = difflib.get_close_matches(written, known, n=1)
    return f"did you mean {near[0]}?" if near else ""
