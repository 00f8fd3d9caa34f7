"""One supervised program: started, watched, started again, stopped."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic

from config.embedded import locks, logs
from config.embedded.errors import EmbeddedError, ServiceFailed
from config.embedded.home import Home
from config.embedded.programs import Program
from config.embedded.spawn import spawn

POLL = 0.05
ATTEMPTS = 3
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""A program that ran this long starts again at once; one that dies young waits twice as long each time."""
ENDING = 20.0

Tell = Callable[[str, str], None]


class Child:
    """`settled` is done at the first readiness, or holds the error of a program that never got there."""

    def __init__(self, program: Program, home: Home, *, after: Sequence["Child"], tell: Tell) -> None:
        self.program, self.home, self.after, self.tell = program, home, after, tell
        self.ready = asyncio.Event()
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._task = asyncio.create_task(self._live())

    @property
    def failed(self) -> bool:
        return self.settled.done() and not self.settled.cancelled() and self.settled.exception() is not None

    async def stop(self) -> None:
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            await self._end(self._process)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.settled.cancel()

    async def _live(self) -> None:
        try:
            logs.rotate(self.home.log(self.program.name))
            for other in self.after:
                await other.ready.wait()
            await self._lives()
        except EmbeddedError as error:
            self._fail(error)
        except subprocess.SubprocessError:
            self._fail(ServiceFailed("PostgreSQL refuses to run as root, and this kernel allows no user namespace: run as another user."))
        except OSError as error:
            self._fail(ServiceFailed(f"{self.program.name} failed to start: {error.strerror} ({self.home.path})."))

    async def _lives(self) -> None:
        pause, deaths = 0.25, 0
        while not self._stopping:
            born = monotonic()
            status = await self._life()
            if self._stopping or (self.program.once and status == 0):
                return
            deaths += 1
            self._report(status, deaths)
            pause = 0.25 if monotonic() - born > STEADY else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    def _report(self, status: int, deaths: int) -> None:
        """Raises when a program that has never been ready is not worth another attempt."""
        log = self.home.log(self.program.name)
        if not self.settled.done() and (self.program.once or deaths >= ATTEMPTS):
            raise ServiceFailed(f"{self.program.name} failed to start: {logs.last_line(log) or f'status {status}'} (see {log})")
        self.tell(self.program.name, f"ended with status {status} and is started again")

    async def _life(self) -> int:
        process = self._process = await self._start()
        ended = asyncio.create_task(process.wait())
        while not ended.done() and not (not self.program.once and await self.program.ready()):
            await asyncio.wait({ended}, timeout=POLL)
        if not ended.done() or (self.program.once and process.returncode == 0):
            self._announce()
        status = await ended
        if not self.program.once:
            self.ready.clear()
        self._sweep(process)
        return status

    async def _start(self) -> asyncio.subprocess.Process:
        """Under a lock that the process inherits: whatever is left of an earlier one holds it still, and is waited for."""
        name = self.program.name
        lock = await locks.take_within(self.home.lock(name), seconds=ENDING)
        if lock is None:
            raise ServiceFailed(f"An earlier {name} on {self.home.path} has not ended.")
        try:
            await self.program.prepare(lock)
            with logs.opened(self.home.log(name)) as log:
                return await spawn(self.program.start, log=log, keeps=lock)
        finally:
            os.close(lock)

    def _announce(self) -> None:
        self.ready.set()
        self.tell(self.program.name, "ready")
        if not self.settled.done():
            self.settled.set_result(None)

    def _fail(self, error: EmbeddedError) -> None:
        print(f"{self.program.name}: {error}", file=sys.stderr, flush=True)  # noqa: T201 (the supervisor's log)
        if not self.settled.done():
            self.settled.set_exception(error)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError):
            process.send_signal(self.program.stop)
        try:
            async with asyncio.timeout(self.program.grace):
                await process.wait()
        except TimeoutError:
            self._sweep(process)
            await process.wait()

    def _sweep(self, process: asyncio.subprocess.Process) -> None:
        """Ends what is left of the process's own group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
