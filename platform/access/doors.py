"""Doors: the ways by which a document's text can leave. Each face registers its own; the leak test knocks at every one as everybody."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from django.db import connection

from audit.locks import Lock

REMOVED, REPLACED = "removed", "replaced"


@dataclass(frozen=True, slots=True)
class Canary:
    """A planted document. `secret` stands in its text and `title` is its title; neither stands anywhere else. `question` finds it
    and holds neither."""

    tenant: UUID
    policy: str
    """Who may read it, in words: "everyone", "group:finance", "nobody"."""
    document: UUID
    chunks: tuple[UUID, ...]
    uri: str
    title: str
    secret: str
    question: str
    conversations: tuple[UUID, ...] = ()
    """Those in which somebody who could read it asked for it."""
    messages: tuple[UUID, ...] = ()
    askers: frozenset[UUID] = frozenset()

    @property
    def removed(self) -> bool:
        return self.policy == REMOVED

    @property
    def replaced(self) -> bool:
        """The document has other text now, which everyone may read."""
        return self.policy == REPLACED

    def is_in(self, left: str | bytes) -> bool:
        data = left if isinstance(left, bytes) else left.encode(errors="replace")
        return self.secret.encode() in data or self.title.encode() in data

    def takes_turns(self, persona: "Persona") -> bool:
        """True for half of all visits: where a door has two forms and an answer takes its time, each visit tries one."""
        return bool((self.document.int ^ persona.user.int) & 1)


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who knocks. `kind` says what is special about him: "member", "suspended", "revoked" …"""

    kind: str
    tenant: UUID
    slug: str
    user: UUID
    email: str
    groups: frozenset[str] = frozenset()
    """Slugs of the groups that he is in, and of those that these stand inside of."""


def is_knocked() -> bool:
    """Whether a leak test runs on this installation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [Lock.LEAK_TEST],
        )
        return bool(cursor.fetchone()[0])


Knock = Callable[[Persona, Canary], Iterable[str | bytes]]


@dataclass(frozen=True, slots=True)
class Door:
    """`knock` does everything that the persona could do here to get at the canary, and returns all that came out. What is refused
    comes out as the refusal."""

    name: str
    knock: Knock
    shows: bool = True
    """Whether somebody who may read the document finds it here. A door that should show it and does not is blind, and proves nothing."""
    private: bool = False
    """Whether only who asked for it finds it here: a question is its asker's."""
    tenants: bool = False
    """Whether it keeps only tenants apart, and everybody of the canary's own finds it."""
    kinds: frozenset[str] = frozenset()
    """Where only some kinds of people are let in at all, these; the others must find nothing. Empty means everybody."""


_faces: dict[str, str] = {}


def register(face: str, module: str) -> None:
    """`module` has an `opening()`: a context manager over the face's doors, entered once a leak test. Sessions that it made end there."""
    _faces[face] = module


@contextmanager
def opened() -> Iterator[list[Door]]:
    """All doors of all faces."""
    with ExitStack() as stack:
        yield [door for module in _faces.values() for door in stack.enter_context(import_module(module).opening())]
