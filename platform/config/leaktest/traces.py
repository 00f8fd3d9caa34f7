"""Where text must never come to rest: logs, the queue and caches, the audit. Each is shown a control word first, to see that it sees."""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.cache import caches

from access.doors import Canary
from audit.actions import record
from audit.models import AuditEvent

log = logging.getLogger("redoubt.leaktest")
BY = "leaktest"


@dataclass(frozen=True, slots=True)
class Trace:
    name: str
    leaks: tuple[str, ...]
    """The policies of the canaries whose words were found."""
    blind: bool


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    show: Callable[[str], None]
    """Puts a word there."""
    read: Callable[[], Iterable[bytes]]


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[bytes] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = self.format(record)
        self.heard.append(f"{said} {record.args!r}".encode(errors="replace"))


class Traces:
    def __init__(self, places: Iterable[_Place]) -> None:
        self._places, self._control = list(places), secrets.token_hex(12)

    def found(self, canaries: Iterable[Canary]) -> list[Trace]:
        watched = list(canaries)
        return [self._looked_for(place, watched) for place in self._places]

    def _looked_for(self, place: _Place, canaries: list[Canary]) -> Trace:
        place.show(self._control)
        read = list(place.read())
        leaks = tuple(canary.policy for canary in canaries if any(_is_told(canary, one) for one in read))
        return Trace(place.name, leaks, blind=not any(self._control.encode() in one for one in read))


@contextmanager
def watching() -> Iterator[Traces]:
    """From here on; the logs' files are read from where they end now."""
    ear, files = _Ear(), _Files(Path(settings.DATA) / "log")
    store = redis.Redis.from_url(settings.REDIS_URL)
    last = AuditEvent.objects.order_by("-number").values_list("number", flat=True).first() or 0
    logging.getLogger().addHandler(ear)
    try:
        yield Traces(
            [
                _Place("log", lambda word: log.info("Control %s.", word), lambda: ear.heard),
                _Place("log files", files.show, files.read),
                _Place("queue and cache", lambda word: _show(store, word), lambda: [*_stored(store), *_cached()]),
                _Place("audit", lambda word: _told(word), lambda: _recorded(last)),
            ]
        )
    finally:
        logging.getLogger().removeHandler(ear)
        store.delete(_KEY)
        store.close()
        files.close()


_KEY = "redoubt:leaktest:control"


def _is_told(canary: Canary, left: bytes) -> bool:
    """Its words, and those of the question: that is its asker's alone."""
    return canary.is_in(left) or canary.question.encode() in left


class _Files:
    """The embedded services' own logs; elsewhere they go where the operator sends them, and the control is all there is."""

    def __init__(self, folder: Path) -> None:
        self._ends = {path: path.stat().st_size for path in folder.glob("*.log")} if folder.is_dir() else {}
        self._folder = folder
        self._control: Path | None = None

    def show(self, word: str) -> None:
        if self._folder.is_dir():
            self._control = self._folder / "leaktest.log"
            self._control.write_text(word)

    def read(self) -> list[bytes]:
        if not self._folder.is_dir():
            return []
        return [path.read_bytes()[self._ends.get(path, 0) :] for path in sorted(self._folder.glob("*.log"))]

    def close(self) -> None:
        if self._control:
            self._control.unlink(missing_ok=True)


def _show(store: "redis.Redis", word: str) -> None:
    store.set(_KEY, word, ex=60)


def _stored(store: "redis.Redis") -> Iterator[bytes]:
    readers: dict[bytes, Callable[[Any], Any]] = {
        b"string": store.get,
        b"list": lambda key: store.lrange(key, 0, -1),
        b"hash": store.hgetall,
        b"set": store.smembers,
        b"zset": lambda key: store.zrange(key, 0, -1),
        b"stream": store.xrange,
    }
    for key in store.scan_iter(count=500):
        kind: Any = store.type(key)
        yield key + b" " + repr(readers[kind](key)).encode() if kind in readers else key


def _cached() -> Iterator[bytes]:
    for cache in caches.all(initialized_only=True):
        yield repr(getattr(cache, "_cache", "")).encode(errors="replace")


def _told(word: str) -> None:
    record(action="leaktest.control", actor=BY, face=BY, detail={"word": word})


def _recorded(after: int) -> Iterator[bytes]:
    for event in AuditEvent.objects.filter(number__gt=after).iterator():
        yield repr((event.actor, event.action, event.object, event.detail)).encode()
