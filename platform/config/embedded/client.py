"""How a process comes to use the services: it finds them running, or starts them for as long as somebody uses them."""

import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from config.embedded import errors, locks, logs
from config.embedded.catalogue import SUPERVISED, python_environment
from config.embedded.home import Home
from config.embedded.programs import needed

LEAVE_WITHIN = 30.0
Tell = Callable[[str, str], None]
FAMILY = {kind.code: kind for kind in (errors.DataFolderUnusable, errors.AlreadyRunning, errors.ServiceFailed)}


class Services:
    """An open connection to the supervisor: while it is open, what it asked for runs."""

    def __init__(self, connection: socket.socket, tell: Tell) -> None:
        self._connection, self._tell = connection, tell
        self._lines = connection.makefile("rb")

    def ask(self, programs: frozenset[str], environment: Mapping[str, str], *, durable: bool) -> bool:
        """True once all of them are ready; False when the supervisor was just leaving."""
        request = {"programs": sorted(programs), "environment": dict(environment), "durable": durable}
        try:
            self._connection.sendall(json.dumps(request).encode() + b"\n")
        except OSError:
            return False
        for message in self._messages():
            if "ready" in message:
                return True
            self._tell(message["program"], message["state"])
        return False

    def events(self) -> Iterator[tuple[str, str]]:
        """(program, state) as they happen, until the supervisor ends."""
        for message in self._messages():
            yield message["program"], message["state"]

    @property
    def supervisor(self) -> int:
        """Its process id."""
        size = struct.calcsize("3i")
        return int(struct.unpack("3i", self._connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[0])

    def leave(self) -> None:
        """Says goodbye. The last one out returns when all has stopped."""
        self._connection.settimeout(LEAVE_WITHIN)
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            while self._connection.recv(65536):
                pass
        self._lines.close()
        self._connection.close()

    def _messages(self) -> Iterator[dict[str, Any]]:
        with suppress(ConnectionError):
            for line in self._lines:
                message = json.loads(line)
                if "error" in message:
                    raise FAMILY.get(message["code"], errors.ServiceFailed)(message["error"])
                yield message


def _silent(program: str, state: str) -> None:
    pass


@contextmanager
def attach(
    needs: Iterable[str], *, environment: Mapping[str, str] | None = None, durable: bool = True, tell: Tell = _silent
) -> Iterator[Services | None]:
    """Runs the body with the services behind `needs` ("stores", "base", "worker", "web") ready; None when nothing is embedded.

    "base" is the three stores with the schema up to date; "stores" leaves the schema alone. `durable=False` is for a test session's
    throw-away folder.
    """
    environment = dict(os.environ if environment is None else environment)
    programs = needed(frozenset(needs), environment)
    if not programs or SUPERVISED in environment:
        yield None
        return
    services = _reach(Home.of(environment), programs, environment, durable=durable, tell=tell)
    try:
        yield services
    finally:
        services.leave()


def _reach(home: Home, programs: frozenset[str], environment: Mapping[str, str], *, durable: bool, tell: Tell) -> Services:
    while True:
        services = Services(_connect(home), tell)
        try:
            if services.ask(programs, environment, durable=durable):
                return services
        except BaseException:
            services.leave()
            raise
        services.leave()


def _connect(home: Home) -> socket.socket:
    """One at a time: the second to come finds what the first has started."""
    with locks.held(home.lock("start")):
        if (connection := _connection(home)) is not None:
            return connection
        _start_supervisor(home)
        if (connection := _connection(home)) is None:
            raise errors.ServiceFailed(f"The embedded services ended as soon as they had started: see {home.log('supervisor')}")
        return connection


def _connection(home: Home) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(home.socket("control")))
    except OSError:
        connection.close()
        return None
    return connection


def _start_supervisor(home: Home) -> None:
    """Returns when it listens, or raises what it said."""
    reading, writing = os.pipe()
    logs.rotate(home.log("supervisor"))
    with logs.opened(home.log("supervisor")) as log, os.fdopen(reading, "rb") as answer:
        try:
            subprocess.run(
                [sys.executable, "-m", "config.embedded.supervisor", str(writing)],
                env={"PATH": os.environ.get("PATH", ""), **python_environment(home)},
                cwd=home.path,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(writing,),
                start_new_session=True,
                umask=0o077,
                check=True,
            )
        finally:
            os.close(writing)
        said = json.loads(answer.read() or b"{}")
    if "listening" not in said:
        message = said.get("error") or f"The embedded services did not start: {logs.last_line(home.log('supervisor'))}"
        raise FAMILY.get(said.get("code", ""), errors.ServiceFailed)(message)
