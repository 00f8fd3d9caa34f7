from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit.chain import GENESIS, seal
from audit.models import AuditEvent

CHAIN_LOCK = 7_265_646


@transaction.atomic
def record(
    *,
    action: str,
    tenant: UUID | None = None,
    actor: str = "system",
    face: str = "command",
    object: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Appends one event to the chain. Writers wait for each other until their transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    last = AuditEvent.objects.order_by("-number").values_list("hash", flat=True).first()
    event = AuditEvent(
        at=timezone.now(),
        tenant=tenant,
        actor=actor,
        face=face,
        action=action,
        object=object,
        detail=dict(detail or {}),
        previous=last or GENESIS,
    )
    event.hash = seal(event)
    event.save(force_insert=True)
    return event
