"""The leak test: what the last one found, and a way to start one. A worker runs it: no face may call what knows all faces."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from access.permissions import allows
from access.roles import Permission
from frontend.console import leak_tests, matrix, page
from frontend.console.entrance import for_holders
from frontend.ui.viewer import Reader


@require_safe
@for_holders(Permission.READ_AUDIT)
def leaktest(request: HttpRequest, reader: Reader) -> HttpResponse:
    asked = leak_tests.last(reader.tenant.id)
    if request.headers.get("HX-Request") and not (asked and asked.under_way):
        return HttpResponse(headers={"HX-Refresh": "true"})  # the page waited for it, and now there is another one to see
    context = {
        "ran": matrix.last(reader.tenant.id),
        "asked": asked,
        "may_start": allows(reader.viewer, Permission.RUN_LEAK_TEST),
    }
    return page.shown(request, reader, "leak-test", context)


@require_POST
@for_holders(Permission.READ_AUDIT, Permission.RUN_LEAK_TEST)
def start(request: HttpRequest, reader: Reader) -> HttpResponse:
    leak_tests.ask_for(reader)
    return redirect("console:leak-test")
