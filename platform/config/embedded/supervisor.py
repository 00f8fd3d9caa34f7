"""`python -m config.embedded.supervisor`: runs what its users need, as long as there are users.

A user is an open connection to the control socket. Its first line says what it needs; each line back is an event. When it closes, by a
goodbye or by a kill, what nobody else needs is stopped.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from config.embedded import locks
from config.embedded.catalogue import Catalogue
from config.embedded.child import Child
from config.embedded.errors import AlreadyRunning, DataFolderUnusable, EmbeddedError
from config.embedded.home import Home
from config.embedded.programs import ORDER, STORES

LINE_LIMIT = 4 * 1024 * 1024
FIRST_USER_WITHIN = 15.0
PREDECESSOR_ENDS_WITHIN = 45.0
LEAST_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """What one user needs, and the environment for the programs that are started because of it."""

    programs: frozenset[str]
    environment: Mapping[str, str]
    durable: bool

    @classmethod
    def of(cls, line: bytes) -> "Request":
        said = json.loads(line)
        return cls(frozenset(said["programs"]), said["environment"], said["durable"])


class Supervisor:
    def __init__(self, home: Home) -> None:
        self.home = home
        self.children: dict[str, Child] = {}
        self.users: dict[asyncio.StreamWriter, Request] = {}
        self.finished = asyncio.Event()
        self._turn = asyncio.Lock()
        self._last_out: asyncio.StreamWriter | None = None
        """Kept open to the very end: by its closing the last user learns that all has stopped."""

    async def run(self, listening: int) -> None:
        control = self.home.socket("control")
        control.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, path=str(control), limit=LINE_LIMIT)
        control.chmod(0o600)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(name, self.finished.set)
        _say(listening, {"listening": True})
        expiry = loop.call_later(FIRST_USER_WITHIN, self._finish_if_unused)
        await self.finished.wait()
        expiry.cancel()
        server.close()
        control.unlink(missing_ok=True)
        await self._adjust(frozenset())
        shutil.rmtree(self.home.sockets, ignore_errors=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = self.users[writer] = Request.of(await reader.readline())
        except (ValueError, KeyError, OSError):
            writer.close()
            return
        bringing_up = asyncio.create_task(self._bring_up(request, writer))
        with suppress(OSError):
            await reader.read()
        bringing_up.cancel()
        await asyncio.gather(bringing_up, return_exceptions=True)
        del self.users[writer]
        if self.users:
            await self._adjust(self._wanted())
            writer.close()
        else:
            self._last_out = writer
            self.finished.set()

    async def _bring_up(self, request: Request, writer: asyncio.StreamWriter) -> None:
        try:
            await self._adjust(self._wanted(), request)
            await asyncio.gather(*(asyncio.shield(self.children[name].settled) for name in request.programs))
            await asyncio.gather(*(self.children[name].ready.wait() for name in request.programs))
            _write(writer, {"ready": True})
        except EmbeddedError as error:
            _write(writer, {"error": str(error), "code": error.code})
        except Exception as error:
            traceback.print_exc()
            _write(writer, {"error": f"The supervisor failed: {error!r} (see {self.home.log('supervisor')})", "code": "service_failed"})

    async def _adjust(self, wanted: frozenset[str], request: Request | None = None) -> None:
        async with self._turn:
            superfluous = [name for name, child in self.children.items() if name not in wanted or (request is not None and child.failed)]
            for group in (frozenset(ORDER) - STORES, STORES):
                ending = [self.children.pop(name) for name in superfluous if name in group]
                await asyncio.gather(*(child.stop() for child in ending))
            if request is not None:
                self._start(request)

    def _start(self, request: Request) -> None:
        catalogue = Catalogue(self.home, request.environment, request.durable)
        for name in [name for name in ORDER if name in request.programs and name not in self.children]:
            program = catalogue.program(name)
            after = [self.children[other] for other in ORDER if other in program.after and other in self.children]
            self.children[name] = Child(program, self.home, after=after, tell=self._tell)

    def _wanted(self) -> frozenset[str]:
        return frozenset().union(*(request.programs for request in self.users.values()))

    def _tell(self, program: str, state: str) -> None:
        print(f"{program}: {state}", file=sys.stderr, flush=True)  # noqa: T201 (the supervisor's log)
        for writer in self.users:
            _write(writer, {"program": program, "state": state})

    def _finish_if_unused(self) -> None:
        if not self.users:
            self.finished.set()


def _write(writer: asyncio.StreamWriter, message: Mapping[str, Any]) -> None:
    with suppress(OSError, RuntimeError):
        writer.write(json.dumps(message).encode() + b"\n")


def _say(descriptor: int, message: Mapping[str, Any]) -> None:
    with suppress(OSError):
        os.write(descriptor, json.dumps(message).encode())
    os.close(descriptor)


async def supervise(home: Home, listening: int) -> None:
    try:
        if (free := shutil.disk_usage(home.path).free) < LEAST_FREE_BYTES:
            raise DataFolderUnusable(
                f"The disk that holds {home.path} is full: {free >> 20} of the {LEAST_FREE_BYTES >> 20} MB needed are free."
            )
        lock = await locks.take_within(home.lock("services"), seconds=PREDECESSOR_ENDS_WITHIN)
        if lock is None:
            raise AlreadyRunning(f"The services on {home.path} are held by another process that does not answer.")
        home.make_sockets()
    except EmbeddedError as error:
        _say(listening, {"error": str(error), "code": error.code})
        return
    await Supervisor(home).run(listening)


def main() -> None:
    """Detached for good: whoever started it neither waits for it nor takes it along."""
    if os.fork():
        os._exit(0)
    asyncio.run(supervise(Home.of(os.environ), int(sys.argv[1])))


if __name__ == "__main__":
    main()
