"""One data folder with real services, and what a test asks about its processes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from config.embedded.client import Services, attach
from config.embedded.home import REPOSITORY, Home

PATIENCE = 60


@dataclass
class Installation:
    data: Path
    seen: list[psutil.Process] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return Home(self.data)

    @property
    def environment(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "LANG")
        return {name: os.environ[name] for name in kept if name in os.environ} | {"REDOUBT_DATA": str(self.data), "OMP_NUM_THREADS": "1"}

    @classmethod
    def copied(cls, other: "Installation", data: Path) -> "Installation":
        """A stopped installation's data, under new sockets."""
        shutil.copytree(other.data, data)
        (data / "sockets").unlink()
        return cls(data)

    @contextmanager
    def attached(self, *needs: str) -> Iterator[Services]:
        with attach(needs or ("stores",), environment=self.environment) as services:
            assert services is not None, "all is embedded here"
            yield services

    def processes(self, services: Services) -> dict[str, psutil.Process]:
        """The supervisor and its children by name, remembered with all that they started."""
        supervisor = psutil.Process(services.supervisor)
        self.seen += [supervisor, *supervisor.children(recursive=True)]
        return {"supervisor": supervisor} | {_name(child): child for child in supervisor.children()}

    def working_on_the_data(self) -> list[psutil.Process]:
        """Whoever names the data folder in its command line."""
        return [process for process in psutil.process_iter(["cmdline"]) if str(self.data) in " ".join(process.info["cmdline"] or ())]

    def still_running(self, processes: Iterable[psutil.Process] = ()) -> list[psutil.Process]:
        """Those that are there after a patient wait."""
        _, alive = psutil.wait_procs(list(processes) or self.seen, timeout=PATIENCE)
        return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]

    def manage(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 3,
        )

    def background(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        """In a session of its own, as a terminal would start it."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY,
            env=self.environment | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def kill(self, *others: psutil.Process) -> None:
        """With SIGKILL, all at once; some die with the one before them."""
        for process in (*others, *self.seen):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def end_leftovers(self) -> None:
        self.kill()
        psutil.wait_procs(self.seen, timeout=PATIENCE)


def _name(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    return next((name for name in ("postgres", "redis", "index", "worker", "beat", "uvicorn") if name in words), words)
