"""Why a person reads a document, or does not."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from access.roles import Permission
from documents.explaining import explain
from documents.inquiry import NoSuchDocument
from frontend.console import forms, page
from frontend.console.entrance import for_holders
from frontend.ui.viewer import Reader
from identity.queries import UnknownPerson


@require_http_methods(["GET", "HEAD", "POST"])
@for_holders(Permission.EXPLAIN_ACCESS)
def why(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Asked by POST, so that no address stands in a log; a link may bring the document."""
    if request.method != "POST":
        return page.shown(request, reader, "why", {"document": request.GET.get("document", "")[: forms.LONGEST_ADDRESS]})
    form = forms.Why(request.POST)
    asked = {"person": request.POST.get("person", ""), "document": request.POST.get("document", "")}
    if not form.is_valid():
        return page.shown(request, reader, "why", {**asked, "problem": forms.problem(form)}, part="why_answer", status=400)
    given = form.cleaned_data
    try:
        told = explain(reader.viewer, email=given["person"], document=given["document"], face="console")
    except (UnknownPerson, NoSuchDocument) as error:
        return page.shown(request, reader, "why", {**asked, "problem": str(error)}, part="why_answer", status=404)
    return page.shown(request, reader, "why", {**asked, "told": told}, part="why_answer")
