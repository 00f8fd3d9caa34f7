"""What can be supervised, in which order, and who needs what."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from config.embedded.errors import RefusedInProduction
from config.embedded.spawn import Start

ORDER = ("postgres", "redis", "index", "migrate", "worker", "scheduler", "web")
"""Starts run in this order as far as one waits for another; stops run backwards."""
ADDRESSES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL", "index": "QDRANT_URL"}
STORES = frozenset(ADDRESSES)
GROUPS = {
    "stores": STORES,
    "base": STORES | {"migrate"},
    "worker": STORES | {"migrate", "worker", "scheduler"},
    "web": STORES | {"migrate", "worker", "scheduler", "web"},
}


async def _nothing(lock: int) -> None:
    pass


async def _at_once() -> bool:
    return True


@dataclass(frozen=True)
class Program:
    """One child. `prepare` runs before each start, with the lock that the process will hold; `ready` asks the running process.

    `once`: it is to end, with status 0.
    """

    name: str
    start: Start
    ready: Callable[[], Awaitable[bool]] = _at_once
    prepare: Callable[[int], Awaitable[None]] = _nothing
    after: frozenset[str] = field(default_factory=frozenset)
    stop: signal.Signals = signal.SIGTERM
    grace: float = 5.0
    once: bool = False


def needed(needs: frozenset[str], environment: Mapping[str, str]) -> frozenset[str]:
    """The programs behind the needs: groups, less the stores that have an address elsewhere. Empty when nothing is embedded."""
    if not needs:
        return frozenset()
    external = {name for name, variable in ADDRESSES.items() if environment.get(variable) or environment.get(f"{variable}_FILE")}
    if environment.get("REDOUBT_ENV") == "production":
        _refuse(STORES - external)
        return frozenset()
    if external == STORES and "web" not in needs:
        return frozenset()
    wanted = frozenset().union(*(GROUPS[need] for need in needs)) - external
    return wanted if "postgres" in wanted or "web" in needs else wanted - {"migrate"}


def _refuse(missing: frozenset[str]) -> None:
    if missing:
        names = ", ".join(ADDRESSES[name] for name in sorted(missing))
        raise RefusedInProduction(f"Production does not use the embedded services: set {names}.")
