"""Who leaves a tenant takes no share along: none of them counts again, should the person come back. Denials stay, they let nobody in.

What the person dropped into a source of their own stays the person's."""

from uuid import UUID

from django.db import connection

from access import principals
from audit.actions import record
from documents.models import Document, Grant
from identity.departures import Keeper
from tenants import scope

SHARED = {"effect": Grant.Effect.ALLOW, "origin": Grant.Origin.SHARE}


@scope.of("tenant")
def hold(user: UUID, tenant: UUID) -> None:
    theirs = Grant.objects.filter(**SHARED, principal=principals.user(user)).values("document")
    len(Document.objects.select_for_update().filter(id__in=theirs).order_by("id").values_list("id"))


@scope.of("tenant")
def end(user: UUID, tenant: UUID) -> int:
    """Returns how many documents had been shared with the person."""
    named = {"principal": principals.user(user)}
    with connection.cursor() as cursor:
        cursor.execute(_END, named)
        count = int(cursor.fetchone()[0])
        cursor.execute(_END_KEPT, named)
    if count:
        record(action="documents.unshared", tenant=tenant, object=f"user:{user}", detail={"reason": "left", "count": count})
    return count


KEEPER = Keeper(hold, end)
_END = """
    WITH gone AS (
        DELETE FROM documents_grant
        WHERE principal = %(principal)s AND effect = 'allow' AND origin = 'share' RETURNING document_id
    ), marked AS (
        UPDATE documents_document SET unpublished = unpublished OR generation > 0, grants_version = grants_version + 1
        WHERE id IN (SELECT document_id FROM gone)
    )
    SELECT count(*) FROM gone
"""
_END_KEPT = """
    UPDATE documents_restriction SET grants = (
        SELECT coalesce(jsonb_agg(kept), '[]') FROM jsonb_array_elements(grants) AS kept
        WHERE NOT (kept ->> 0 = %(principal)s AND kept ->> 1 = 'allow' AND kept ->> 2 = 'share')
    )
    WHERE grants @> jsonb_build_array(jsonb_build_array(%(principal)s::text))
"""
"""Of documents that were narrowed and then left, too: documents.restrictions."""
