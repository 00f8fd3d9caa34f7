"""The titles that another person finds."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from access.resolve import NoAccess
from access.roles import Permission
from frontend.console import forms, page
from frontend.console.entrance import for_holders
from frontend.ui.viewer import Reader
from identity.queries import UnknownPerson
from index.errors import IndexFailure
from retrieval.viewing_as import view_as as viewed_as

PASSAGES = 30
"""What the titles are taken from."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_holders(Permission.VIEW_AS)
def view_as(request: HttpRequest, reader: Reader) -> HttpResponse:
    if request.method != "POST":
        return page.shown(request, reader, "view-as", {})
    form = forms.ViewAs(request.POST)
    asked = {"person": request.POST.get("person", ""), "query": request.POST.get("query", "")}
    if not form.is_valid():
        return _refused(request, reader, {**asked, "problem": forms.problem(form)}, 400)
    given = form.cleaned_data
    try:
        found = viewed_as(reader.viewer, email=given["person"], query=given["query"], limit=PASSAGES, face="console")
    except UnknownPerson as error:
        return _refused(request, reader, {**asked, "problem": str(error)}, 404)
    except NoAccess:
        words = f"{given['person']} is suspended or has no active place here, and finds nothing at all."
        return _refused(request, reader, {**asked, "problem": words}, 409)
    except IndexFailure as error:
        return _refused(request, reader, {**asked, "problem": str(error)}, 503)
    return page.shown(request, reader, "view-as", {**asked, "found": found}, part="view_as_answer")


def _refused(request: HttpRequest, reader: Reader, context: dict[str, str], status: int) -> HttpResponse:
    return page.shown(request, reader, "view-as", context, part="view_as_answer", status=status)
