"""`make bench`: every figure with its goal, each measurement in a process and on a data folder of its own.

python -m tests.benchmarks [NAME …] [--write FILE]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.data import Absent
from tests.benchmarks.figure import Figure

NAMES = ("first_run", "speed", "throughput", "quality", "northwind", "viewer", "regrant", "layers", "rls")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)}; none means all")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as Markdown too")
    parser.add_argument("--alone", choices=NAMES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        _alone(options.alone)
        return
    figures = [figure for name in options.names or NAMES for figure in _apart(name)]
    _show(figures)
    if options.write:
        options.write.write_text(_markdown(figures))


def _alone(name: str) -> None:
    """Measures here and prints one JSON line a figure."""
    with tempfile.TemporaryDirectory(prefix="redoubt-bench-") as folder:
        try:
            for figure in import_module(f"tests.benchmarks.{name}").measure(Path(folder)):
                print("figure", json.dumps(asdict(figure)), flush=True)
        except Absent as absent:
            print(f"{name}: NOT MEASURED, {absent}", file=sys.stderr)


def _apart(name: str) -> list[Figure]:
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks", "--alone", name], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"{name}: NOT MEASURED, it ended with {done.returncode}", file=sys.stderr)
    lines = [line.removeprefix("figure ") for line in done.stdout.splitlines() if line.startswith("figure ")]
    return [Figure(**json.loads(line)) for line in lines]


def _show(figures: list[Figure]) -> None:
    table = Table("", "figure", "value", "goal", "note", title=_machine())
    for figure in figures:
        table.add_row("met" if figure.met else "missed", figure.name, *_numbers(figure), figure.note)
    Console().print(table)


def _markdown(figures: list[Figure]) -> str:
    rows = [
        f"| {figure.name} | {' | '.join(_numbers(figure))} | {'met' if figure.met else 'missed'} | {figure.note} |" for figure in figures
    ]
    head = f"# Figures\n\n`make bench` on {_machine()}, {datetime.now(UTC):%Y-%m-%d}. Absolute times are this machine's; ratios hold.\n"
    return "\n".join([head, "| figure | value | goal | | |", "|---|---|---|---|---|", *rows, ""])


def _numbers(figure: Figure) -> tuple[str, str]:
    return f"{figure.value:.3g} {figure.unit}".strip(), f"{'≤' if figure.at_most else '≥'} {figure.goal:g} {figure.unit}".strip()


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB"


if __name__ == "__main__":
    main()
