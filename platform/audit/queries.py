"""Reads of the audit. Nothing here holds a question or a document's text, because no event does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from audit.chain import FIELDS
from audit.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Counted:
    day: date
    action: str
    count: int


def counts(tenant: UUID, since: datetime) -> list[Counted]:
    """How often what happened, by day: what an administrator may know of questions."""
    days = AuditEvent.objects.filter(tenant=tenant, at__gte=since).annotate(day=TruncDate("at"))
    rows = days.order_by("day", "action").values_list("day", "action").annotate(count=Count("number"))
    return [Counted(*row) for row in rows]


def latest(tenant: UUID, limit: int) -> list[dict[str, Any]]:
    """The tenant's events, newest first."""
    return list(AuditEvent.objects.filter(tenant=tenant).order_by("-number").values(*FIELDS)[:limit])


def between(since: datetime | None, until: datetime | None, tenant: UUID | None = None) -> Iterator[dict[str, Any]]:
    """Events in order, streamed; `until` is not included."""
    found = AuditEvent.objects.order_by("number")
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    if tenant:
        found = found.filter(tenant=tenant)
    yield from found.values(*FIELDS).iterator(chunk_size=1_000)


def last(action: str, tenant: UUID | None = None) -> dict[str, Any] | None:
    """The newest event of the installation itself, which belongs to no tenant, or of this tenant."""
    mine = AuditEvent.objects.filter(Q(tenant=None) | Q(tenant=tenant), action=action)
    found: dict[str, Any] | None = mine.order_by("-number").values(*FIELDS).first()
    return found
