from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from frontend.console import page
from frontend.console.entrance import for_holders
from frontend.ui.viewer import Reader


@require_safe
@for_holders()
def home(request: HttpRequest, reader: Reader) -> HttpResponse:
    return page.shown(request, reader, "home", {})
