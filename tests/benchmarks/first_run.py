"""From a fresh clone to the first cited answer, the second start, and what the idle whole weighs."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.data import ROOT
from tests.benchmarks.figure import Figure

CITED = re.compile(r"\[1\]")
SERVING = re.compile(r"http://127\.0\.0\.1:\d+")
OF_THIS_RUN = ("REDOUBT_DATA", "PYTHONPATH", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
IDLE_SECONDS = 20
"""Memory is read when nothing has been asked for so long."""


@dataclass
class Start:
    """A running `make run`, and when its lines came."""

    process: subprocess.Popen[str]
    began: float

    def seconds_until(self, wanted: re.Pattern[str]) -> float:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if wanted.search(line):
                return time.perf_counter() - self.began
        raise AssertionError(f"`make run` ended before {wanted.pattern!r} came")


def measure(folder: Path) -> Iterator[Figure]:
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    with _started(clone) as first:
        yield Figure(
            "fresh clone to first cited answer", first.seconds_until(CITED), 180, "s", at_most=True, note="packages in the client's cache"
        )
        first.seconds_until(SERVING)
        time.sleep(IDLE_SECONDS)
        yield Figure(
            "memory of the embedded form, idle", _weight(clone / "var") / 2**30, 1.5, "GB", at_most=True, note="proportional set size"
        )
    with _started(clone) as second:
        yield Figure("second start to ready", second.seconds_until(SERVING), 10, "s", at_most=True)


@contextmanager
def _started(clone: Path) -> Iterator[Start]:
    command = ["make", "run", f"PORT={_free_port()}"]
    environment = {
        name: value for name, value in os.environ.items() if name not in ("REDOUBT_DATA", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL")
    }
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=clone, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield Start(process, began)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def _weight(data: Path) -> float:
    """Bytes, of every process that works on this data folder."""
    return float(sum(process.memory_full_info().pss for process in psutil.process_iter() if _works_on(process, str(data))))


def _works_on(process: psutil.Process, data: str) -> bool:
    try:
        return data in " ".join(process.cmdline()) or process.environ().get("REDOUBT_DATA") == data
    except psutil.Error:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
