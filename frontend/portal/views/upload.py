"""A file dropped on the page."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from frontend.portal.uploading import upload as state_of
from frontend.ui.viewer import Reader, for_readers
from ingestion.upload import UploadRefused, receive


@require_POST
@for_readers
def uploads(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Answers with the file's line on the page. config.asgi has refused what is over the limit, before its body was read."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return _refused("No file came with this upload. Choose it again.", 400)
    try:
        received = receive(viewer=reader.viewer, name=file.name or "", data=file.read(), shared=request.POST.get("shared") == "yes")
    except UploadRefused as refusal:
        return _refused(refusal.message, refusal.status)
    return _line(request, reader, received.document, already_present=received.already_present)


@require_safe
@for_readers
def upload(request: HttpRequest, reader: Reader, document_id: UUID) -> HttpResponse:
    return _line(request, reader, document_id)


def _line(request: HttpRequest, reader: Reader, document_id: UUID, *, already_present: bool = False) -> HttpResponse:
    found = state_of(reader.viewer, document_id, already_present=already_present)
    if found is None:
        raise Http404
    return render(request, "ui/upload.html", {"upload": found})


def _refused(message: str, status: int) -> HttpResponse:
    return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
