from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from conversations import actions as conversations
from frontend.ui.viewer import Reader, for_readers


@require_POST
@for_readers
def feedback(request: HttpRequest, reader: Reader, message_id: UUID) -> HttpResponse:
    if request.POST.get("helpful") not in ("yes", "no"):
        raise Http404
    helpful = request.POST["helpful"] == "yes"
    try:
        conversations.give_feedback(viewer=reader.viewer, message_id=message_id, helpful=helpful)
    except conversations.UnknownMessage:
        raise Http404 from None
    if not request.headers.get("HX-Request"):
        return redirect("portal:ask")
    return render(request, "ui/feedback.html", {"helpful": helpful})
