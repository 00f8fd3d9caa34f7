from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from frontend.portal import demo
from frontend.portal.views.ask import ASK_NOW
from frontend.portal.views.session import enter
from frontend.ui.viewer import Reader, for_readers
from identity import queries as identity


@require_POST
@for_readers
def person(request: HttpRequest, reader: Reader) -> HttpResponse:
    """One person of the demo becomes another, with a session of its own, and asks the same. Nobody else can use this door."""
    shown, email = demo.installed(), request.POST.get("email", "")
    if not (shown.has(reader.user.email) and shown.has(email)):
        raise Http404
    enter(request, identity.by_email(email))
    if question := request.POST.get("question", "").strip()[:4000]:
        request.session[ASK_NOW] = question
    return redirect("portal:ask")
