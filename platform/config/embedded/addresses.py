"""The services that somebody gave an address for: whether anything answers there, before anything starts and waits for it."""

import socket
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from config import environment
from config.embedded.errors import NothingThere
from config.embedded.programs import ADDRESSES

WITHIN = 3.0
PORTS = {"postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379, "http": 80, "https": 443}


def check() -> None:
    """Raises NothingThere. What is reached through a Unix socket is left to its client."""
    for name in ADDRESSES.values():
        if silence := _silence(urlsplit(environment.text(name))):
            raise NothingThere(f"Nothing answers at {silence}. Start it, or correct {name}; without {name} the embedded one is used.")


def remarks() -> Iterator[str]:
    """What is missing and keeps nothing from working."""
    if silence := _silence(urlsplit(environment.text("CHAT_BASE_URL"))):
        yield f"No model answers at {silence}, which CHAT_BASE_URL names. Until one does, answers are quoted sentences."


def _silence(address: SplitResult) -> str:
    """Where nothing answers, and why; "" where something does, or no host is named. Never the address itself: it may hold a password."""
    try:
        port = address.port or PORTS.get(address.scheme)
    except ValueError:
        return f"{address.hostname}, whose port is no number up to 65535"
    if not address.hostname or not port:
        return ""
    try:
        socket.create_connection((address.hostname, port), timeout=WITHIN).close()
    except OSError as error:
        return f"{address.hostname}:{port} ({error.strerror or error})"
    return ""
