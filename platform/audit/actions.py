"""Writes events. Nothing here waits for another writer: order and hashes are the seals' business."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit.models import AuditEvent


class Read(StrEnum):
    """What of a document's text left, and how."""

    PASSAGES = "passages.read"
    """Found for a question: shown as sources, or put into a model's prompt."""
    ANSWER = "answer.read"
    HISTORY = "history.read"
    """An earlier answer, shown again."""
    PAGE = "page.read"
    PICTURE = "picture.read"
    ORIGINAL = "original.read"
    TEXT = "text.read"


_face: ContextVar[str] = ContextVar("face", default="command")


@contextmanager
def through(face: str) -> Iterator[None]:
    """What is recorded inside came through this face, unless it says otherwise: an action does not know who calls it."""
    token = _face.set(face)
    try:
        yield
    finally:
        _face.reset(token)


def record(
    *,
    action: str,
    tenant: UUID | None = None,
    actor: str = "system",
    face: str = "",
    object: str = "",
    detail: Mapping[str, Any] | None = None,
    on_behalf: str = "",
) -> AuditEvent:
    """Appends one event in the caller's transaction: what it tells of and the event are kept together, or neither is.

    Without a `face`, it is the one that `through` says, or a command."""
    return AuditEvent.objects.create(
        at=timezone.now(),
        tenant=tenant,
        actor=actor,
        on_behalf=on_behalf,
        face=face or _face.get(),
        action=action,
        object=object,
        detail=dict(detail or {}),
    )


def record_read(
    *,
    tenant: UUID,
    actor: str,
    on_behalf: str,
    face: str,
    what: Read,
    documents: Iterable[tuple[UUID, int]],
    object: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """One event for one reading, by document and generation. Call it before the text leaves: where it raises, nothing is shown."""
    read = [[document, generation] for document, generation in sorted({(str(document), generation) for document, generation in documents})]
    return record(
        action=what,
        tenant=tenant,
        actor=actor,
        on_behalf=on_behalf,
        face=face,
        object=object or (f"document:{read[0][0]}" if len(read) == 1 else ""),
        detail={"documents": read, **(detail or {})},
    )
