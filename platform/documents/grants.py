"""Changes of who may read single documents. Each holds from its commit on; the index hears of it after, and until then the recheck
decides. A policy for all documents of a source is sources.actions.set_access, its own permissions are documents.mirroring."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q

from access import principals as named
from audit.actions import record
from documents.models import Document, Grant
from documents.naming import known
from sources.models import Source
from tenants import scope
from tenants.actions import move_epoch

Origin, Effect = Grant.Origin, Grant.Effect
TO_PUBLISH = Q(unpublished=True) | Q(generation__gt=0)
"""Of what has no text yet, there is nothing in the index; it is told with the first generation."""


class NotThere(Exception):
    """The document was removed, or never was."""


class UnknownPrincipal(Exception):
    """A grant would name nobody of the tenant."""


class Widens(Exception):
    """Narrowing would let somebody read who does not read it today."""


@scope.of("document")
def readers(document: Document) -> set[str]:
    """The principals that it is open to, by its own grants and its source's policy; its denials are not taken off."""
    own = set(Grant.objects.filter(document=document, effect=Effect.ALLOW).values_list("principal", flat=True))
    policies = Source.objects.filter(documents__id=document.id, documents__restricted=False).values_list("access", flat=True)
    return own.union(*policies)


def is_open(document: Document) -> bool:
    """To everyone of its tenant."""
    return named.everyone(document.tenant_id) in readers(document)


@scope.of("document")
@transaction.atomic
def share(*, document: Document, principals: Sequence[str], by: str) -> int:
    """These may read it, too. Returns how many could not before."""
    _hold(document)
    count = _changed("document.shared", document, principals, by, _added(document, principals, Effect.ALLOW, by))
    _refuse_unknown(document, set(principals))  # the tenant is held now, and who left it meanwhile stays out
    return count


@scope.of("document")
@transaction.atomic
def unshare(*, document: Document, principals: Sequence[str], by: str) -> int:
    """Takes back what was shared; what its source lets them read they go on reading. Returns how many grants are gone."""
    _hold(document)
    return _changed("document.unshared", document, principals, by, _taken(document, principals, Effect.ALLOW))


@scope.of("document")
@transaction.atomic
def deny(*, document: Document, principals: Sequence[str], by: str) -> int:
    """These may not read it, whatever else lets them."""
    _hold(document)
    return _changed("document.denied", document, principals, by, _added(document, principals, Effect.DENY, by))


@scope.of("document")
@transaction.atomic
def undeny(*, document: Document, principals: Sequence[str], by: str) -> int:
    """Takes back a person's denial, never the source's."""
    _hold(document)
    return _changed("document.undenied", document, principals, by, _taken(document, principals, Effect.DENY))


@scope.of("document")
@transaction.atomic
def narrow(*, document: Document, principals: Sequence[str], by: str) -> int:
    """Only these may read it from now on: neither its source's policy nor what was shared before lets anybody else. Denials stay.

    Raises Widens for principals that it is not open to: what is open to everyone is open to each, otherwise each must be named today."""
    _hold(document)
    _refuse_wider(document, principals)
    Document.objects.filter(id=document.id).update(restricted=True)
    others = Grant.objects.filter(document=document, effect=Effect.ALLOW).exclude(principal__in=principals, origin=Origin.SHARE)
    gone = others.delete()[0]
    count = _changed("document.narrowed", document, principals, by, gone + _added(document, principals, Effect.ALLOW, by) + 1)
    _refuse_unknown(document, set(principals))  # as in `share`
    return count


def _hold(document: Document) -> None:
    """Locked, so that the index hears of one change after the other."""
    live = Document.objects.select_for_update().filter(id=document.id, tenant_id=document.tenant_id, removed_at=None)
    if live.values_list("id", flat=True).first() is None:
        raise NotThere("There is no such document.")


def _refuse_wider(document: Document, principals: Sequence[str]) -> None:
    if not is_open(document) and not set(principals) <= readers(document):
        raise Widens("Narrowing would let somebody read the document who does not read it today. Name only those who do, or share it.")


def _added(document: Document, principals: Sequence[str], effect: Grant.Effect, by: str) -> int:
    wanted = set(principals)
    _refuse_unknown(document, wanted)
    has = Grant.objects.filter(document=document, principal__in=wanted, effect=effect, origin=Origin.SHARE)
    new = wanted - set(has.values_list("principal", flat=True))
    Grant.objects.bulk_create(Grant(document=document, principal=name, effect=effect, by=by) for name in sorted(new))
    return len(new)


def _refuse_unknown(document: Document, wanted: set[str]) -> None:
    if unknown := wanted - known(document.tenant_id, wanted).keys():
        raise UnknownPrincipal(f"Nobody in this tenant is meant by {min(unknown)!r}.")


def _taken(document: Document, principals: Sequence[str], effect: Grant.Effect) -> int:
    return Grant.objects.filter(document=document, principal__in=list(principals), effect=effect, origin=Origin.SHARE).delete()[0]


def _changed(action: str, document: Document, principals: Sequence[str], by: str, count: int) -> int:
    if count:
        Document.objects.filter(id=document.id).update(unpublished=TO_PUBLISH, grants_version=F("grants_version") + 1)
        move_epoch(document.tenant_id)
        detail = {"principals": sorted(set(principals)), "count": count}
        record(action=action, tenant=document.tenant_id, actor=by, object=f"document:{document.id}", detail=detail)
    return count
