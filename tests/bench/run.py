"""The race: `coupler` against hand-written SQL and bare Python, whole processes, one table with the targets beside it.

    python tests/bench/run.py                      # a million items and products; lint and start-up
    python tests/bench/run.py --records 1000000 --records 10000000   # ten million as well, with a memory limit
    python tests/bench/run.py --only lint -n 9
    python tests/bench/run.py --only queue                           # the job queue: events, a simulated month
    python tests/bench/run.py --only orders                          # 100,000 submitted orders become sales orders

Everything is made in a temporary folder and removed. A ratio is taken within one run, the two commands in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import rule_files  # noqa: E402
from measure import Command, Measured, in_turn  # noqa: E402

NOW = "2026-06-15T08:00:00Z"
LARGE = 5_000_000
"""From this many records on the plan gets a memory limit."""
LIMIT = "2GB"
MAPPINGS = (
    "SALESPEOPLE", "CURRENCY", "UNIT OF MEASURE", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT", "CUSTOMER",
    "VENDOR", "CONTACT", "ITEM-PRODUCT", "RESOURCE-PRODUCT", "CUSTPRCGRP-PRICE", "SALESPRC-PRODPRICE", "OPPORTUNITY",
    "POSTEDSALESINV-INV", "POSTEDSALESLINE-INV",
)  # fmt: skip
"""The mappings of the standard integration under the settings of the bench; processes have a race of their own."""
MARKED = ("SALESPEOPLE", "CURRENCY", "UNIT OF MEASURE", "CUSTOMER", "ITEM-PRODUCT", "RESOURCE-PRODUCT")
"""Those that find records in the generated world; only of these the hand-written SQL is in the sum."""

SETTINGS = """\
company: Brackenford Cycles Ltd
rules: [{rules}]
snapshot: bench.duckdb
settings:
  sales_connection_enabled: true
  ownership_model: Person
  own_company: c0300000-0000-4000-8000-000000000001
  default_team: 7ea00000-0000-4000-8000-000000000001
  integration_user: 05e40000-0000-4000-8000-000000000099
  local_currency: GBP
  base_currency: 7c000000-0000-4000-8000-000000000001
  default_price_list: 91000000-0000-4000-8000-000000000001
"""

ORDER_SETTINGS = """\
  enable_cds_connection: true
  sales_order_integration_enabled: true
  write_in_product_type: Item
  write_in_product_no: I900000
  freight_gl_account_no: '8000'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table: what, ours, the mark, and what is wanted of them."""

    what: str
    ours: Measured
    mark: Measured | None
    target: str
    good: bool | None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How to run: times in turn, seconds a command may take, the temporary folder."""

    times: int
    warm_up: int
    limit: float
    temp: Path

    def python(self, *words: str, **more: object) -> Command:
        return Command(words=(sys.executable, *words), folder=self.temp, environment=clean(self.temp), **more)  # type: ignore[arg-type]

    def coupler(self, folder: Path, *words: str, codes: tuple[int, ...] = (0,), **more: object) -> Command:
        return Command(
            words=(*COUPLER, *words),
            folder=folder,
            environment=clean(self.temp),
            codes=codes,
            **more,  # type: ignore[arg-type]
        )

    def race(self, commands: Mapping[str, Command]) -> dict[str, Measured]:
        return in_turn(commands, times=self.times, warm_up=self.warm_up, limit=self.limit)


def command() -> tuple[str, ...]:
    """The installed command beside this Python, else the module: what a user would start."""
    installed = Path(sys.executable).with_name("coupler")
    return (str(installed),) if installed.exists() else (sys.executable, "-m", "engine")


COUPLER = command()


def clean(temp: Path) -> dict[str, str]:
    """An environment whose caches lie in the temporary folder; the engine is the one of this checkout."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV")}
    home = temp / "home"
    home.mkdir(exist_ok=True)
    return kept | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "TMPDIR": str(temp),
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
    }


# --- plans ----------------------------------------------------------------------------------------------------------


def one_mapping(bench: Bench, records: int, say: Callable[[str], None]) -> list[Line]:
    """The dry run of one mapping of 17 fields and 3 look-ups: all records compared, then those after a last run."""
    size = f"{records:,}"
    large = records >= LARGE
    memory = ("--memory", LIMIT) if large else ()
    found = {}
    for kind, more in (("first", ("--first-run",)), ("later", ())):
        folder = workspace(bench, f"{kind} run of {size} items and products", records, say, "--lean", "--spread", *more)
        found[kind] = raced(bench, folder, ("plan", "BENCH", "--now", NOW, *memory), (), memory)
        shutil.rmtree(folder)
    first, later = found["first"], found["later"]
    part = ratio(later["ours"], first["ours"])
    return [
        time_line(f"plan {size}, all compared", first["ours"], first["mark"], 1.5),
        memory_line(f"plan {size}, peak memory", first["ours"], first["mark"], 1.5, 2500 if large else None),
        time_line(f"plan {size}, after a last run", later["ours"], later["mark"], None),
        Line(
            what=f"plan {size}, last run : all",
            ours=later["ours"],
            mark=first["ours"],
            target="<= 0.7 x" if large else "",  # wanted of ten million: in a smaller world starting is most of it
            good=None if part is None or not large else part <= 0.7,
        ),
    ]


def all_mappings(bench: Bench, records: int, say: Callable[[str], None]) -> list[Line]:
    """The mappings of the standard integration on a world of so many records in all.

    The target is twice the sum of their hand-written baselines, each a whole process, as a dry run of one mapping is
    measured. All of them in one process are shown as well: that saves starting the database again and again.
    """
    items = records * 10 // 65  # an item comes with a product, a coupling, a unit, an entry, a price, a tenth customer
    folder = workspace(bench, f"a world of {records:,} records", items, say, "--first-run", rules="standard")
    words = ("plan", *MAPPINGS, "--now", NOW)
    found = raced(bench, folder, words, ("--standard",), ())
    mark = (str(HERE / "baseline.py"), str(folder / "bench.duckdb"), "--temp", str(folder / "spill"))
    single = bench.race({name: bench.python(*mark, "--only", name) for name in MARKED})
    shutil.rmtree(folder)
    return [
        time_line(f"plan all mappings, {records:,} in all", found["ours"], together(single.values()), 2),
        memory_line("plan all mappings, peak memory", found["ours"], found["mark"], None, None),
        time_line("the same : all by hand in one process", found["ours"], found["mark"], None),
    ]


def together(several: Iterable[Measured]) -> Measured:
    """Measured one after the other: the seconds of all, the largest peak; wrong if any is."""
    known = list(several)
    if wrong := next((one.wrong for one in known if one.wrong), ""):
        return Measured(wrong=wrong)
    return Measured(seconds=sum(one.seconds for one in known), megabytes=max(one.megabytes for one in known))


def workspace(
    bench: Bench, what: str, records: int, say: Callable[[str], None], *more: str, rules: str = "bench.rules"
) -> Path:
    """A folder with settings, rules and a generated snapshot."""
    say(f"making and planning {what} ...")
    folder = Path(tempfile.mkdtemp(dir=bench.temp))
    words = ["--records", str(records), "--snapshot", str(folder / "bench.duckdb"), "--quiet", *more]
    subprocess.run(
        [sys.executable, str(ROOT / "samples" / "generate.py"), *words],
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    shutil.copy(HERE / "bench.rules", folder / "bench.rules")
    (folder / "coupler.yaml").write_text(SETTINGS.format(rules=rules), encoding="utf-8")
    return folder


def orders(bench: Bench, count: int, say: Callable[[str], None]) -> list[Line]:
    """The order process on so many submitted orders with five lines each."""
    say(f"making and planning {count:,} submitted orders ...")
    folder = Path(tempfile.mkdtemp(dir=bench.temp))
    subprocess.run(
        [
            sys.executable,
            str(HERE / "order_world.py"),
            "--orders",
            str(count),
            "--snapshot",
            str(folder / "bench.duckdb"),
        ],
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    (folder / "coupler.yaml").write_text(SETTINGS.format(rules="standard") + ORDER_SETTINGS, encoding="utf-8")
    words = ("plan", "create-sales-orders", "--now", NOW)
    small = count <= 1_000  # as JSON the plan of many orders is larger than all else; the tests compare a few
    found = raced(bench, folder, words, (), (), "order_mark.py", compare=small)
    shutil.rmtree(folder)
    return [
        time_line(f"plan {count:,} orders, {count * 5:,} lines", found["ours"], found["mark"], 2),
        memory_line("plan the orders, peak memory", found["ours"], found["mark"], 4, None),
    ]


def raced(
    bench: Bench,
    folder: Path,
    words: tuple[str, ...],
    which: tuple[str, ...],
    memory: tuple[str, ...],
    script: str = "baseline.py",
    *,
    compare: bool = True,
) -> dict[str, Measured]:
    """`coupler` with these words against the hand-written SQL, in turn. compare: hold their counts together."""
    mark = (str(HERE / script), str(folder / "bench.duckdb"), "--temp", str(folder / "spill"), *which, *memory)
    found = bench.race({"ours": bench.coupler(folder, *words, codes=(0, 2)), "mark": bench.python(*mark)})
    if compare:
        found["ours"] = agreeing(bench, folder, found, words)
    return found


def agreeing(bench: Bench, folder: Path, measured: Mapping[str, Measured], words: tuple[str, ...]) -> Measured:
    """Our measurement, made worthless when the plan counts other records than the hand-written SQL: a race in which
    the two do different work says nothing."""
    ours, mark = measured["ours"], measured["mark"]
    if ours.wrong or mark.wrong:
        return ours
    told = bench.coupler(folder, *words, "--json", codes=(0, 2))
    once = in_turn({"json": told}, times=1, warm_up=0, limit=bench.limit)["json"]
    if once.wrong:
        return Measured(wrong=f"its counts cannot be read: {once.wrong}")
    planned = counts(once.output)
    for mapping, wanted in json.loads(mark.output)["counts"].items():
        legs = {leg: told for leg, told in planned.get(mapping, {}).items() if told}
        if legs != {leg: told for leg, told in wanted.items() if told}:
            return Measured(wrong=f"{mapping}: the plan counts {legs}, the hand-written SQL {wanted}")
    return ours


def counts(text: str) -> dict[str, dict[str, dict[str, int]]]:
    """The counters of a plan in JSON by mapping and leg, in the words of the baseline, zeros left out."""
    names = {"created": "create", "changed": "change", "skipped": "skip", "failed": "fail", "conflicts": "conflict"}
    found: dict[str, dict[str, dict[str, int]]] = {}
    for one in json.loads(text)["passes"]:
        legs = found.setdefault(one["mapping"], {"to_sales": {}, "to_bc": {}})
        legs[one["leg"]] = {word: one[name] for name, word in names.items() if one[name]}
    return found


def growth(lines: list[Line], smaller: int, larger: int) -> Line:
    """From a size to ten times as many records: at most twelve times as long."""
    found = {line.what: line.ours for line in lines}
    ours, mark = (found[f"plan {size:,}, all compared"] for size in (larger, smaller))
    most = 1.2 * larger / smaller
    return time_line(f"plan {larger:,} : {smaller:,}", ours, mark, most)


# --- lint and start-up ----------------------------------------------------------------------------------------------


def lints(bench: Bench, say: Callable[[str], None]) -> list[Line]:
    small, big = bench.temp / "small", bench.temp / "big"
    rule_files.write(small, lines=500, files=1)
    rule_files.write(big, lines=50_000, files=500)
    say("starting and linting ...")
    cold = {"before": lambda: forget(bench.temp, small)}
    start = bench.race(
        {
            "version": bench.coupler(bench.temp, "--version"),
            "python": bench.python("-c", "pass"),
            "lint": bench.coupler(small, "lint", **cold),  # type: ignore[arg-type]
            "lark": bench.python("-c", "import lark"),
        }
    )
    say("linting 50,000 lines ...")
    few = Bench(times=min(bench.times, 3), warm_up=0, limit=bench.limit, temp=bench.temp)
    first = few.race({"cold": few.coupler(big, "lint", before=lambda: forget(bench.temp, big))})["cold"]
    again = Bench(times=few.times, warm_up=1, limit=bench.limit, temp=bench.temp)
    warm = again.race({"warm": again.coupler(big, "lint")})["warm"]
    return [
        time_line("coupler --version : bare Python", start["version"], start["python"], 3),
        time_line("lint 500 lines : import lark", start["lint"], start["lark"], 3),
        second_line("lint 50,000 lines, 500 files, first", first, 8),
        second_line("lint 50,000 lines, unchanged", warm, 2),
    ]


def forget(temp: Path, workspace: Path) -> None:
    """Removes whatever the engine may have kept from an earlier run."""
    shutil.rmtree(temp / "home", ignore_errors=True)
    (temp / "home").mkdir()
    for kept in workspace.glob(".coupler*"):
        shutil.rmtree(kept, ignore_errors=True)


# --- the job queue --------------------------------------------------------------------------------------------------


def queues(bench: Bench, say: Callable[[str], None]) -> list[Line]:
    """Scheduling without data, and a month of the standard jobs on the sample."""
    say("a month of jobs ...")
    few = Bench(times=min(bench.times, 3), warm_up=0, limit=bench.limit, temp=bench.temp)
    sample = bench.temp / "sample"
    subprocess.run([*COUPLER, "init", str(sample), "--sample"], check=True, capture_output=True)
    imported = ("snapshot", "import", "june", "--bc", "exports/bc/", "--sales", "exports/sales/")
    subprocess.run([*COUPLER, *imported], check=True, capture_output=True, cwd=sample)
    made = few.race(
        {
            "events": few.python(str(HERE / "queue_events.py")),
            "month": few.coupler(sample, "run", "--from", NOW, "--for", "30d", "--json", codes=(0, 2)),
        }
    )
    return [
        second_line("a million events of the job queue", made["events"], 10),
        second_line("a month of the standard jobs, sample", made["month"], 20),
    ]


# --- the table ------------------------------------------------------------------------------------------------------


def ratio(ours: Measured, mark: Measured) -> float | None:
    return None if ours.wrong or mark.wrong else ours.seconds / mark.seconds


def time_line(what: str, ours: Measured, mark: Measured, most: float | None) -> Line:
    found = ratio(ours, mark)
    return Line(
        what=what,
        ours=ours,
        mark=mark,
        target=f"<= {most:g} x" if most else "",
        good=None if found is None or most is None else found <= most,
    )


def memory_line(what: str, ours: Measured, mark: Measured, most: float | None, limit: float | None) -> Line:
    """Target: at most `most` times the mark's peak or, where there is a limit, under so many megabytes."""
    usable = not (ours.wrong or mark.wrong)
    good: bool | None
    if limit is None and most is None:
        good, target = None, ""
    elif limit is None:
        assert most is not None
        good, target = usable and ours.megabytes <= most * mark.megabytes, f"<= {most:g} x"
    else:
        good, target = usable and ours.megabytes < limit, f"< {limit:,.0f} MB"
    remark = f"{ours.megabytes / mark.megabytes:.2f} x" if usable else ""
    return Line(what=what, ours=ours, mark=mark, target=target, good=good if usable else None, remark=remark)


def second_line(what: str, ours: Measured, most: float) -> Line:
    good = None if ours.wrong else ours.seconds < most
    return Line(what=what, ours=ours, mark=None, target=f"< {most:g} s", good=good)


def table(lines: list[Line]) -> str:
    rows = [("", "coupler", "MB", "mark", "MB", "ratio", "target", "")]
    for line in lines:
        ours, mark = line.ours, line.mark
        found = None if mark is None else ratio(ours, mark)
        rows.append(
            (
                line.what,
                seconds(ours),
                megabytes(ours),
                seconds(mark),
                megabytes(mark),
                line.remark or ("" if found is None else f"{found:.2f} x"),
                line.target,
                {True: "good", False: "MISSED", None: ""}[line.good],
            )
        )
    wide = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    text = "\n".join(aligned(row, wide) for row in rows)
    reasons = dict.fromkeys(
        f"{line.what}: {one.wrong}" for line in lines for one in (line.ours, line.mark) if one is not None and one.wrong
    )
    return text + ("\n\nnot measured:\n" + "\n".join(f"  {reason}" for reason in reasons) if reasons else "")


def aligned(row: tuple[str, ...], wide: list[int]) -> str:
    first, *numbers, last = (
        cell.ljust(width) if at == 0 else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(row, wide, strict=True))
    )
    return "  ".join([first, *numbers, last.strip()]).rstrip()


def seconds(one: Measured | None) -> str:
    return "" if one is None else "-" if one.wrong else f"{one.seconds:.3f} s"


def megabytes(one: Measured | None) -> str:
    return "" if one is None else "-" if one.wrong else f"{one.megabytes:,.0f}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "--records", type=int, action="append", metavar="N", help="items (default 1,000,000); may repeat"
    )
    parser.add_argument("--only", choices=("plan", "lint", "queue", "orders"), help="a part of it")
    parser.add_argument("-n", type=int, default=5, metavar="TIMES", help="runs of each command (default 5)")
    parser.add_argument("--warm-up", type=int, default=1, metavar="TIMES", help="runs that do not count (default 1)")
    parser.add_argument(
        "--limit", type=float, default=600, metavar="SECONDS", help="stop a command after (default 600)"
    )
    parser.add_argument("--temp", type=Path, metavar="DIR", help="where the temporary folder is made")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the temporary folder goes

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    lines: list[Line] = []

    def done(more: list[Line]) -> None:
        lines.extend(more)
        say(table(more) + "\n")

    with tempfile.TemporaryDirectory(prefix="coupler-bench-", dir=given.temp) as temp:
        bench = Bench(times=given.n, warm_up=given.warm_up, limit=given.limit, temp=Path(temp))
        if given.only in (None, "lint"):
            done(lints(bench, say))
        if given.only in (None, "queue"):
            done(queues(bench, say))
        if given.only in (None, "orders"):
            done(orders(bench, 100_000, say))
        if given.only in (None, "plan"):
            sizes = sorted(given.records or [1_000_000])
            for records in sizes:
                done(one_mapping(bench, records, say))
            lines += [growth(lines, smaller, larger) for smaller, larger in pairwise(sizes)]
            done(all_mappings(bench, min(sizes[0], 1_000_000), say))
    print(table(lines))
    return 1 if any(line.good is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
