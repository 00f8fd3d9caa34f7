"""`make run`: everything on this machine, in the foreground, until Ctrl-C. Once on one data folder."""

import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain
from types import FrameType

from config.embedded import addresses, locks, opening
from config.embedded.client import Services, attach
from config.embedded.errors import AlreadyRunning, NoSuchPort, PortInUse, RefusedInProduction, ServiceFailed
from config.embedded.home import Home

DEFAULT_PORT = "8000"
TITLES = {
    "postgres": "PostgreSQL",
    "redis": "Redis",
    "index": "The index",
    "migrate": "The schema",
    "worker": "The worker",
    "scheduler": "The scheduler",
    "web": "The portal",
}


def run(environment: Mapping[str, str]) -> None:
    """Returns when somebody stopped it; raises EmbeddedError when it could not start or lost its services."""
    if environment.get("REDOUBT_ENV") == "production":
        raise RefusedInProduction("`manage.py run` is for one machine without settings; compose.yaml shows the production shape.")
    opening.check(environment)
    addresses.check()
    home = Home.of(environment)
    with _alone(home), suppress(KeyboardInterrupt), _stopped_by_signals():
        port = _free_port(environment.get("PORT") or DEFAULT_PORT)
        _say(f"Starting Redoubt on {home.path}")
        with attach({"web"}, environment={**environment, "PORT": str(port)}, tell=_tell) as services:
            for problem in chain(addresses.remarks(), opening.first_run(home, environment)):
                _say(problem)
            for line in (*opening.welcome(home), f"Redoubt is ready: http://127.0.0.1:{port}/  (Ctrl-C stops it)"):
                _say(line)
            _watch(home, services)
    _say("Redoubt has stopped.")


def _watch(home: Home, services: Services | None) -> None:
    """Until Ctrl-C; what happens to the services meanwhile is told."""
    for program, state in services.events() if services is not None else ():
        _tell(program, state)
    raise ServiceFailed(f"The supervisor of the services has ended; nothing is lost. See {home.log('supervisor')} and start again.")


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    lock = locks.take(home.lock("run"))
    if lock is None:
        raise AlreadyRunning(f"Redoubt already runs on {home.path}. Stop that one, or give this one another folder with REDOUBT_DATA.")
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """A termination or a closed terminal ends it the way Ctrl-C does."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free_port(asked: str) -> int:
    """0 chooses one."""
    if not asked.isascii() or not asked.isdigit() or int(asked) > 65535:
        raise NoSuchPort(f"PORT must be a number up to 65535, not {asked[:20]!r}.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(asked)))
        except OSError as error:
            raise PortInUse(f"Port {asked} cannot be used ({error.strerror}). Choose another: make run PORT=8001") from error
        return int(probe.getsockname()[1])


def _tell(program: str, state: str) -> None:
    title = TITLES.get(program, program)
    _say(
        f"{title} is up to date"
        if program == "migrate" and state == "ready"
        else f"{title} is {state}"
        if state == "ready"
        else f"{title} {state}"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
