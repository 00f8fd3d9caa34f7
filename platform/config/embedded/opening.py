"""What `make run` does between readiness and its address: the demo company on the first run, and a person's own folder on every one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from config.demo import sign_ins
from config.embedded.catalogue import python_environment
from config.embedded.errors import NoSuchFolder
from config.embedded.home import REPOSITORY, Home

ENDS_WITHIN = 10.0
OWN_TENANT, OWN_SOURCE = "tidewick", "My documents"
"""Where DOCS goes: beside the demo company's documents, readable by everyone of that company."""


def check(environment: Mapping[str, str]) -> None:
    """Looks at what was asked for before anything starts."""
    folder = _own_folder(environment)
    if folder is None:
        return
    if not folder.is_dir():
        raise NoSuchFolder(f"DOCS={environment['DOCS']} is not a folder.")
    try:
        _is_empty(folder)
    except OSError as error:
        raise NoSuchFolder(f"DOCS={environment['DOCS']} cannot be read: {error.strerror}.") from error


def first_run(home: Home, environment: Mapping[str, str]) -> Iterator[str]:
    """Yields what went wrong, in sentences; none of it keeps the portal from being served."""
    opened = home.path / "opened"
    if not opened.exists():
        if _manage(home, environment, "demo", "--showcase"):
            opened.touch(mode=0o600)
        else:
            yield "The demo company is not complete; the next start tries again."
    if (folder := _own_folder(environment)) is None:
        return
    if _is_empty(folder):
        yield f"DOCS={environment['DOCS']} is empty, so nothing was read from it. Put files into it and start again."
    elif not _manage(home, environment, "ingest", str(folder), "--tenant", OWN_TENANT, "--source", OWN_SOURCE):
        yield f"{folder} was not read as it should be; the lines above say why."


def welcome(home: Home) -> list[str]:
    """Who can sign in, and how."""
    people = list(sign_ins.read(home.path).values())
    return ["Sign in as one of these people of the demo:", *sign_ins.listed(people)] if people else []


def _own_folder(environment: Mapping[str, str]) -> Path | None:
    asked = environment.get("DOCS")
    return Path(asked).expanduser().resolve() if asked else None


def _is_empty(folder: Path) -> bool:
    """Hidden files are not read."""
    return all(entry.name.startswith(".") for entry in folder.iterdir())


def _manage(home: Home, environment: Mapping[str, str], *arguments: str) -> bool:
    """In a process of its own: the one that waits for Ctrl-C stays small. It ends before this returns, also when this is interrupted."""
    command = [sys.executable, str(REPOSITORY / "manage.py"), *arguments]
    process = subprocess.Popen(command, env={**os.environ, **environment, **python_environment(home)})
    try:
        return process.wait() == 0
    except BaseException:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN)
        process.kill()
        process.wait()
        raise
