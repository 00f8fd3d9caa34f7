"""What everyone can read and looks as if they should not."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from access import principals
from access.permissions import allows
from access.roles import Permission
from audit.actions import record
from documents import grants, inquiry
from documents.oversharing import suspects
from frontend.console import page
from frontend.console.entrance import for_holders
from frontend.ui.viewer import Reader
from identity.queries import UnknownGroup, groups_named
from ingestion.grants import apply

LISTED = 100
ONLY_ME = "me"
CLOSED = "Not everyone can read this document any more: there is nothing to narrow here."
UNDONE_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    document: UUID
    title: str | None
    """None where the asker may not read it himself."""
    reasons: dict[str, int]


@require_http_methods(["GET", "HEAD", "POST"])
@for_holders(Permission.EXPLAIN_ACCESS)
def oversharing(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Looks when it is asked to: all that everyone can read is read for it."""
    if request.method != "POST":
        return page.shown(request, reader, "oversharing", {})
    found = suspects(reader.tenant.id)
    titles = inquiry.titles(reader.viewer, [one.document for one in found[:LISTED]])
    record(action="access.oversharing", tenant=reader.tenant.id, actor=_actor(reader), face="console", detail={"found": len(found)})
    rows = [Row(one.document, titles.get(one.document), dict(one.reasons)) for one in found[:LISTED]]
    return page.shown(request, reader, "oversharing", {"rows": rows, "found": len(found), **_narrowing(reader)}, part="oversharing_found")


@require_POST
@for_holders(Permission.EXPLAIN_ACCESS, Permission.MANAGE_SOURCES)
def narrow(request: HttpRequest, reader: Reader, document_id: UUID) -> HttpResponse:
    """Only one group, or only who asks, may read it from now on. Undone by `widen`."""
    try:
        principal, name = _only(reader, request.POST.get("to", ""))
        document = inquiry.document(reader.viewer, str(document_id))
        if not grants.is_open(document):
            return _row(request, reader, document_id, {"problem": CLOSED}, 409)
        apply(grants.narrow, document=document, principals=[principal], by=_actor(reader))
    except (inquiry.NoSuchDocument, grants.NotThere):
        raise Http404 from None
    except grants.Widens:
        return _row(request, reader, document_id, {"problem": CLOSED}, 409)
    except UnknownGroup:
        return _row(request, reader, document_id, {"problem": "This group is not there any more. Choose another one."}, 400)
    return _row(request, reader, document_id, {"narrowed_to": name, "undo": _undo(reader).sign(str(document_id))})


@require_POST
@for_holders(Permission.EXPLAIN_ACCESS, Permission.MANAGE_SOURCES)
def widen(request: HttpRequest, reader: Reader, document_id: UUID) -> HttpResponse:
    """Takes back one's own narrowing, for an hour: this page opens nothing that was not open."""
    try:
        if _undo(reader).unsign(request.POST.get("undo", ""), max_age=UNDONE_WITHIN) != str(document_id):
            raise Http404
        document = inquiry.document(reader.viewer, str(document_id))
        apply(grants.share, document=document, principals=[principals.everyone(reader.tenant.id)], by=_actor(reader))
    except (BadSignature, inquiry.NoSuchDocument, grants.NotThere):
        raise Http404 from None
    return _row(request, reader, document_id, {"widened": True})


def _undo(reader: Reader) -> TimestampSigner:
    return TimestampSigner(salt=f"console.widen:{reader.tenant.id}:{reader.user.id}")


def _only(reader: Reader, to: str) -> tuple[str, str]:
    if to == ONLY_ME:
        return principals.user(reader.user.id), "you"
    [group] = groups_named(reader.tenant, [to[:50]])
    return principals.group(group.id), group.name


def _row(request: HttpRequest, reader: Reader, document_id: UUID, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """In place of the row; without scripts, back to the page."""
    if not request.headers.get("HX-Request"):
        return redirect("console:oversharing")
    title = inquiry.titles(reader.viewer, [document_id]).get(document_id)
    row = Row(document_id, title, {})
    return page.shown(request, reader, "oversharing", {"row": row, **_narrowing(reader), **context}, part="oversharing_row", status=status)


def _narrowing(reader: Reader) -> dict[str, Any]:
    return {"groups": page.groups(reader), "may_narrow": allows(reader.viewer, Permission.MANAGE_SOURCES)}


def _actor(reader: Reader) -> str:
    return principals.user(reader.user.id)
