"""The leak test: everybody knocks at every door for every canary, and what comes out is held against what ought to."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product

import psycopg
from django.conf import settings
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from access import doors
from access.doors import Canary, Door, Persona
from audit.locks import Lock
from config.leaktest import commands, layers, neighbour, traces
from config.leaktest.plant import Planted, plant, uproot
from config.leaktest.policies import may_read
from config.leaktest.traces import Trace
from tenants.models import Tenant

SILENT_ROUTES = frozenset({"live", "ready", "/static"})
"""They know no documents: whether the process is well, and the files that came with the program."""
OTHER_TENANT = "other tenant"
Tell = Callable[[int, int], None]


class UnderWay(Exception):
    def __init__(self) -> None:
        super().__init__("Another leak test is running on this installation. Wait for its end.")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one kind of persona met at one door: how often it should find something, did, should not, did."""

    allowed: int
    found: int
    denied: int
    leaked: int


@dataclass(slots=True)
class Met:
    """A door with all that happened at it."""

    door: Door
    cells: dict[str, Counter[str]] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    """Who found what, in words without any of its text."""
    broken: list[str] = field(default_factory=list)

    @property
    def blind(self) -> bool:
        """Somebody who may read the canary did not find it, or nobody was there to look."""
        allowed, found = (sum(cell[word] for cell in self.cells.values()) for word in ("allowed", "found"))
        return self.door.shows and (not allowed or found < allowed)

    @property
    def verdict(self) -> str:
        return "LEAKS" if self.leaks else "broken" if self.broken else "BLIND" if self.blind else "holds"

    def cell(self, kind: str) -> Cell:
        counted = self.cells.get(kind, Counter())
        return Cell(counted["allowed"], counted["found"], counted["denied"], counted["leaked"])


@dataclass(frozen=True)
class Matrix:
    planted: Planted
    met: tuple[Met, ...]
    traces: tuple[Trace, ...]
    uncovered: tuple[str, ...]
    """Routes and commands at which nobody knocked."""

    @property
    def leaks(self) -> int:
        return sum(len(met.leaks) for met in self.met) + sum(len(trace.leaks) for trace in self.traces)

    @property
    def holds(self) -> bool:
        blind = any(trace.blind for trace in self.traces) or any(met.verdict != "holds" for met in self.met)
        return not (self.leaks or blind or self.uncovered)


def run(tenants: Sequence[Tenant], *, tell: Tell = lambda done, of: None) -> Matrix:
    """Raises UnderWay, NotPlanted. Removes what it planted, and what a killed one left behind. One tenant gets a neighbour for the time."""
    with _alone(), ExitStack() as stack:
        stack.enter_context(_cleared())
        # Quoted sentences: a model may keep what it read to itself, and nothing would be proven. What it would be sent is a door.
        stack.enter_context(override_settings(CHAT_BASE_URL=""))
        watched = stack.enter_context(traces.watching())
        stack.enter_context(_quiet())
        planted = plant(tenants if len(tenants) > 1 else [*tenants, neighbour.make()])
        opened = [*stack.enter_context(doors.opened()), *stack.enter_context(commands.opening()), *stack.enter_context(layers.opening())]
        met = tuple(_knocked(opened, planted, tell))
        return Matrix(planted, met, tuple(watched.found(planted.canaries)), tuple(_uncovered(opened)))


def _knocked(opened: Sequence[Door], planted: Planted, tell: Tell) -> Iterator[Met]:
    visits = list(product(planted.personas, planted.canaries))
    for number, door in enumerate(opened):
        met = Met(door)
        for done, (persona, canary) in enumerate(visits):
            _knock(met, persona, canary)
            tell(number * len(visits) + done + 1, len(opened) * len(visits))
        yield met


def _knock(met: Met, persona: Persona, canary: Canary) -> None:
    allowed = _ought(met.door, persona, canary)
    try:
        came_out = list(met.door.knock(persona, canary))
    except Exception as error:
        came_out = [repr(error)]
        met.broken.append(f"{persona.kind} of {persona.slug}: {type(error).__name__}")
    found = any(canary.is_in(one) for one in came_out)
    kind = persona.kind if persona.tenant == canary.tenant else OTHER_TENANT
    cell = met.cells.setdefault(kind, Counter())
    cell["allowed" if allowed else "denied"] += 1
    cell["found" if allowed else "leaked"] += found
    if found and not allowed:
        met.leaks.append(f"{persona.kind} of {persona.slug} found what {canary.policy} may read")


def _ought(door: Door, persona: Persona, canary: Canary) -> bool:
    if door.tenants:
        return persona.tenant == canary.tenant
    asked, let_in = not door.private or persona.user in canary.askers, not door.kinds or persona.kind in door.kinds
    return may_read(persona, canary) and asked and let_in


def _uncovered(opened: Sequence[Door]) -> Iterator[str]:
    from config.asgi import MOUNTED

    known = {door.name for door in opened} | SILENT_ROUTES
    yield from (f"route: {name}" for name in sorted({*_routes(get_resolver()), *MOUNTED} - known))
    yield from commands.uncovered()


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry, f"{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name or entry.pattern}"


@contextmanager
def _cleared() -> Iterator[None]:
    _clear()
    try:
        yield
    finally:
        _clear()


def _clear() -> None:
    uproot()
    neighbour.remove()


@contextmanager
def _quiet() -> Iterator[None]:
    """A refusal is what most knocks meet: nothing to fill a terminal with. What listens for leaks hears it all the same."""
    handlers = [(handler, handler.level) for handler in logging.getLogger().handlers if isinstance(handler, logging.StreamHandler)]
    for handler, _ in handlers:
        handler.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for handler, level in handlers:
            handler.setLevel(level)


@contextmanager
def _alone() -> Iterator[None]:
    """Held by a connection of its own, until the process ends: Django's is closed by many a door that is knocked at."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as held:
        taken = held.execute("SELECT pg_try_advisory_lock(%s)", [Lock.LEAK_TEST]).fetchone()
        if taken != (True,):
            raise UnderWay
        try:
            yield
        finally:
            held.execute("SELECT pg_advisory_unlock(%s)", [Lock.LEAK_TEST])
