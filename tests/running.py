"""`make run` as a person has it: started in a terminal's session of its own, read line by line, stopped by a key or by force."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS")
PATIENCE = 900
"""Seconds after which a run that hangs is ended, so that the test fails and says what was printed."""


class Running:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.lines: list[str] = []

    def until(self, words: str) -> str:
        """The first line that holds the words."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())
            if words in line:
                return line.strip()
        raise AssertionError(f"{words!r} was never printed, but:\n{self.text}")

    def interrupt(self) -> int:
        """Ctrl-C: the whole group hears it. Returns the exit status once it has ended."""
        return self._end(signal.SIGINT)

    def kill(self) -> int:
        return self._end(signal.SIGKILL)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def _end(self, number: signal.Signals) -> int:
        assert self._process.stdout is not None
        os.killpg(self._process.pid, number)
        self.lines += [line.rstrip() for line in self._process.stdout]
        return self._process.wait()


@contextmanager
def running(command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> Iterator[Running]:
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**kept, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_keys,
    )
    guard = threading.Timer(PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
    guard.start()
    try:
        yield Running(process)
    finally:
        guard.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _heed_keys() -> None:
    """A shell that runs the tests in the background has its children ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def left_behind(data: Path, *, patience: float = 60) -> list[str]:
    """The command lines of processes of this data folder that are still there after a patient wait."""
    _, alive = psutil.wait_procs(list(_of(data)), timeout=patience)
    return [" ".join(process.cmdline()) for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def _of(data: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if str(data) in " ".join([*process.cmdline(), *process.environ().values()]):
                yield process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
