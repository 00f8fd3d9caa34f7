"""A source's own permissions as grants of its documents, where its policy is to mirror them. What is not said lets nobody read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from access import principals as named
from audit.actions import record
from documents.models import Grant
from sources.models import Source
from tenants import scope
from tenants.actions import move_epoch

LONGEST = 300
"""In characters; Grant.principal holds no more."""
UNUSABLE = f"The source names a reader by no text or by more than {LONGEST} characters. It was left out; where it is denied, nobody reads."


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a source says of one document's readers, as principals."""

    allow: frozenset[str] = field(default_factory=frozenset)
    deny: frozenset[str] = field(default_factory=frozenset)


@scope.of("source")
@transaction.atomic
def mirror(*, source: Source, permissions: Mapping[UUID, Permissions], by: str = "system") -> int:
    """What the source says now, for these of its documents. Of a restricted one only its denials count: they let nobody in beside
    whom a person named. Returns how many differ.

    A name that cannot be kept fails nobody else's document: as a reader it is left out, and where it is denied nobody reads."""
    if Source.objects.select_for_update(no_key=True).values_list("policy", flat=True).get(id=source.id) != Source.Policy.MIRROR:
        return 0
    differ = _counted(_MIRROR, source, documents=list(permissions), by=by, **_columns(_usable(source, permissions)))
    if closed := [document for document, said in permissions.items() if _unusable(said.allow | said.deny)]:
        detail = {"reason": UNUSABLE, "count": len(closed), "documents": [str(id) for id in closed[:100]]}
        record(action="documents.mirror_failed", tenant=source.tenant_id, actor=by, object=f"source:{source.id}", detail=detail)
    if differ:
        move_epoch(source.tenant_id)
        record(action="documents.mirrored", tenant=source.tenant_id, actor=by, object=f"source:{source.id}", detail={"differ": differ})
    return differ


@scope.of("source")
@transaction.atomic
def forget(*, source: Source) -> int:
    """Where a policy has taken the place of the source's own permissions. A restricted document keeps the source's denials: a policy
    says nothing of it, and without them somebody could read it anew. Returns how many documents had some."""
    return _counted(_FORGET, source)


_FORGET = """
    WITH gone AS (
        DELETE FROM documents_grant AS had USING documents_document AS document
        WHERE document.id = had.document_id AND document.source_id = %(source)s AND had.origin = 'source'
            AND NOT (document.restricted AND had.effect = 'deny') RETURNING had.document_id
    ), marked AS (
        UPDATE documents_document SET unpublished = unpublished OR generation > 0, grants_version = grants_version + 1
        WHERE id IN (SELECT document_id FROM gone) RETURNING 1
    )
    SELECT count(*) FROM marked
"""
_MIRROR = """
    WITH document AS MATERIALIZED (
        SELECT id, restricted FROM documents_document
        WHERE source_id = %(source)s AND removed_at IS NULL AND id = ANY(%(documents)s) ORDER BY id FOR UPDATE
    ), said AS MATERIALIZED (
        SELECT said.document_id, said.principal, said.effect
        FROM unnest(%(ids)s::uuid[], %(principals)s::text[], %(effects)s::text[]) AS said (document_id, principal, effect)
        JOIN document ON document.id = said.document_id AND NOT (document.restricted AND said.effect = 'allow')
    ), gone AS (
        DELETE FROM documents_grant AS had USING document
        WHERE had.document_id = document.id AND had.origin = 'source' AND NOT EXISTS (
            SELECT 1 FROM said
            WHERE said.document_id = had.document_id AND said.principal = had.principal AND said.effect = had.effect
        ) RETURNING had.document_id
    ), new AS (
        INSERT INTO documents_grant (document_id, principal, effect, origin, "by")
        SELECT document_id, principal, effect, 'source', %(by)s FROM said ON CONFLICT DO NOTHING RETURNING document_id
    ), marked AS (
        UPDATE documents_document SET unpublished = unpublished OR generation > 0, grants_version = grants_version + 1
        WHERE id IN (SELECT document_id FROM gone UNION SELECT document_id FROM new) RETURNING 1
    )
    SELECT count(*) FROM marked
"""
"""One statement for all, which touches only the rows that differ. The order is fixed, so that two of them never wait for each other."""


def _usable(source: Source, permissions: Mapping[UUID, Permissions]) -> dict[UUID, Permissions]:
    return {document: _kept(source, said) for document, said in permissions.items()}


def _kept(source: Source, said: Permissions) -> Permissions:
    """Everyone is denied in place of somebody who cannot be named: a share or a narrowing must not let that person in either."""
    bad = _unusable(said.deny)
    closed = {named.everyone(source.tenant_id)} if bad else set()
    return Permissions(said.allow - _unusable(said.allow), said.deny - bad | closed)


def _unusable(principals: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in principals if not name or len(name) > LONGEST or "\0" in name)


def _columns(permissions: Mapping[UUID, Permissions]) -> dict[str, list[Any]]:
    sides = ((Grant.Effect.ALLOW.value, "allow"), (Grant.Effect.DENY.value, "deny"))
    rows = [
        (document, principal, effect)
        for document, said in permissions.items()
        for effect, side in sides
        for principal in sorted(getattr(said, side))
    ]
    return {name: [row[at] for row in rows] for at, name in enumerate(("ids", "principals", "effects"))}


def _counted(statement: str, source: Source, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"source": source.id, **values})
        return int(cursor.fetchone()[0])
