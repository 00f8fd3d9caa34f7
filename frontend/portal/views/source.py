"""A document as its reader sees it: the panel beside the answer, a page's picture, the original.

Not yours and not there answer the same.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from access import principals
from audit.actions import Read, record_read
from documents import blobs
from documents import queries as documents
from documents.models import Document, Page
from frontend.portal.pictures import Wanted, pictures
from frontend.portal.source import Place, page_at, shown, span_on
from frontend.ui.security import DOWNLOAD_POLICY
from frontend.ui.viewer import Reader, for_readers

LARGEST = 2**31 - 1


@require_safe
@vary_on_headers("HX-Request")
@for_readers
def source(request: HttpRequest, reader: Reader, document_id: UUID) -> HttpResponse:
    document = _document(reader, document_id)
    try:
        context = {"source": shown(reader, document, _place(request.GET))}
    except Page.DoesNotExist:
        raise Http404 from None
    _record(reader, document, Read.PAGE)
    return render(request, "ui/source.html" if request.headers.get("HX-Request") else "portal/source_page.html", context)


@require_safe
@for_readers
def picture(request: HttpRequest, reader: Reader, document_id: UUID, number: int) -> HttpResponse:
    document = _document(reader, document_id)
    place = _place(request.GET)
    try:
        page = page_at(document, Place(place.start, place.end, place.generation, page=number))
    except Page.DoesNotExist:
        raise Http404 from None
    drawn = pictures.picture(Wanted(document, number, span_on(document, page, place)))
    if drawn is None:
        raise Http404
    _record(reader, document, Read.PICTURE)
    return HttpResponse(drawn.png, content_type="image/png")


@require_safe
@for_readers
def original(request: HttpRequest, reader: Reader, document_id: UUID) -> HttpResponse:
    document = _document(reader, document_id)
    try:
        data = blobs.read(document.blob)
    except OSError:
        raise Http404 from None
    _record(reader, document, Read.ORIGINAL)
    name = document.uri.rpartition("/")[2] or document.title
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=_clean(name)) or "attachment"
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


def _document(reader: Reader, document_id: UUID) -> Document:
    document = documents.document(reader.viewer, document_id)
    if document is None:
        raise Http404
    return document


def _record(reader: Reader, document: Document, what: Read) -> None:
    """Before anything is shown: where it cannot be kept, nothing is read."""
    person = principals.user(reader.user.id)
    read = [(document.id, document.generation)]
    record_read(tenant=reader.viewer.tenant_id, actor=person, on_behalf=person, face="portal", what=what, documents=read)


def _place(query: QueryDict) -> Place:
    numbers = {name: _number(query, name) for name in ("start", "end", "generation")}
    return Place(**numbers, page=_number(query, "page") if "page" in query else None)


def _number(query: QueryDict, name: str) -> int:
    value = query.get(name, "0")
    if not (value.isascii() and value.isdigit() and len(value) < 11 and int(value) <= LARGEST):
        raise Http404
    return int(value)


def _clean(name: str) -> str:
    return "".join(character for character in name if character.isprintable() and character not in '\\/:*?"<>|')[-150:] or "document"
