"""The command line of every program that the supervisor can run."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from config.embedded import probes, redis
from config.embedded.home import REPOSITORY, Home
from config.embedded.notify import Listener
from config.embedded.postgres import Postgres
from config.embedded.programs import Program
from config.embedded.spawn import Start

SUPERVISED = "REDOUBT_SUPERVISED"
"""Set for the children: they use the services, they do not attach to them."""
THREADS = "2"
MIGRATED = frozenset({"postgres", "redis", "migrate"})


@dataclass(frozen=True)
class Catalogue:
    home: Home
    environment: Mapping[str, str]
    durable: bool = True

    def program(self, name: str) -> Program:
        made: Program = getattr(self, f"_{name}")()
        return made

    def _postgres(self) -> Program:
        return Postgres(self.home, self.environment, durable=self.durable).program()

    def _redis(self) -> Program:
        return redis.program(self.home, self.environment)

    def _index(self) -> Program:
        socket = self.home.socket("index")
        start = self._python("index.embedded", "--socket", str(socket), "--data", str(self.home.folder("index")))
        return Program(name="index", start=start, ready=lambda: probes.http(socket))

    def _migrate(self) -> Program:
        start = self._python("config.embedded.migration")
        return Program(name="migrate", start=start, after=frozenset({"postgres"}), once=True)

    def _worker(self) -> Program:
        warm = Listener(self.home.socket("worker"))
        start = self._python(
            *("celery", "-A", "config.celery", "worker", "--pool", "threads", "--concurrency", THREADS),
            *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
            NOTIFY_SOCKET=str(warm.path),
            CELERY_SKIP_CHECKS="1",  # they import every page; `make check` runs them
        )
        return Program(name="worker", start=start, prepare=warm.listen, ready=warm.heard, after=MIGRATED)

    def _scheduler(self) -> Program:
        schedule = self.home.folder("scheduler") / "schedule"
        start = self._python(
            "celery", "-A", "config.scheduler", "beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "WARNING"
        )

        async def forget(lock: int) -> None:
            for left in schedule.parent.glob("schedule*"):
                left.unlink()

        return Program(name="scheduler", start=start, prepare=forget, after=MIGRATED)

    def _web(self) -> Program:
        port = int(self.environment["PORT"])
        warm = Listener(self.home.socket("web"))

        async def ready() -> bool:
            """First warm, then asked: asking while it loads would only slow it down."""
            return await warm.heard() and await probes.port(port, "/health/ready")

        start = self._python(
            *("uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"),
            *("--no-access-log", "--no-proxy-headers", "--no-server-header", "--ws", "none", "--timeout-graceful-shutdown", "2"),
            NOTIFY_SOCKET=str(warm.path),
        )
        return Program(name="web", start=start, prepare=warm.listen, ready=ready, after=MIGRATED)

    def _python(self, module: str, *arguments: str, **environment: str) -> Start:
        return Start(
            command=(sys.executable, "-m", module, *arguments),
            environment={**self.environment, **python_environment(self.home), SUPERVISED: "1", **environment},
            folder=REPOSITORY,
        )


def python_environment(home: Home) -> dict[str, str]:
    """What a Python child needs to find the code and the same data folder."""
    return {
        "REDOUBT_DATA": str(home.path),
        "PYTHONPATH": f"{REPOSITORY / 'platform'}:{REPOSITORY}",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def migrations_digest() -> str:
    """Moves whenever a migration of ours is added or edited."""
    digest = sha256()
    for path in sorted(_migrations()):
        digest.update(str(path.relative_to(REPOSITORY)).encode() + path.read_bytes())
    return digest.hexdigest()


def _migrations() -> list[Path]:
    rooms = ("platform", "ingestion", "retrieval", "frontend")
    return [path for room in rooms for path in (REPOSITORY / room).glob("**/migrations/*.py")]
