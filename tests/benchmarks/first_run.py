"""From a fresh clone to the first cited answer, the second start, and what the idle whole weighs."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.benchmarks.data import ROOT
from tests.benchmarks.figure import Figure
from tests.running import running

CITED, READY = "[1]", "Redoubt is ready: "
MAKE = ("make", "--no-print-directory", "run", "PORT=0")
IDLE_SECONDS = 20
"""Memory is read when nothing has been asked for so long."""


def measure(folder: Path) -> Iterator[Figure]:
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    began = time.perf_counter()
    with running(MAKE, folder=clone, environment=_packages()) as first:
        first.until(CITED)
        note = "packages in the client's cache"
        yield Figure("fresh clone to first cited answer", time.perf_counter() - began, 180, "s", at_most=True, note=note)
        first.until(READY)
        time.sleep(IDLE_SECONDS)
        weight = _weight(clone / "var") / 1e9
        yield Figure("memory of the embedded form, idle", weight, 1.5, "GB", at_most=True, note="proportional set size")
        first.interrupt()
    began = time.perf_counter()
    with running(MAKE, folder=clone, environment=_packages()) as second:
        second.until(READY)
        yield Figure("second start to ready", time.perf_counter() - began, 10, "s", at_most=True)
        second.interrupt()


def _packages() -> dict[str, str]:
    """Where pip finds packages on this machine."""
    return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "REQUESTS_", "SSL_"))}


def _weight(data: Path) -> float:
    """Bytes, of every process that works on this data folder."""
    return float(sum(process.memory_full_info().pss for process in psutil.process_iter() if _works_on(process, str(data))))


def _works_on(process: psutil.Process, data: str) -> bool:
    try:
        return data in " ".join(process.cmdline()) or process.environ().get("REDOUBT_DATA") == data
    except psutil.Error:
        return False
