"""The last leak test: what the command left in the audit. The command itself wires everything, and no page may call it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.roles import Permission
from frontend.console import matrix, page
from frontend.console.entrance import for_holders
from frontend.ui.viewer import Reader


@require_safe
@for_holders(Permission.READ_AUDIT)
def leaktest(request: HttpRequest, reader: Reader) -> HttpResponse:
    return page.shown(request, reader, "leak-test", {"ran": matrix.last()})
