"""Who may enter which page. A page that is not yours and one that never was answer the same."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.vary import vary_on_headers

from access.permissions import NotAllowed, require
from access.roles import Permission
from frontend.ui.console import may_enter
from frontend.ui.viewer import Reader, View, for_readers
from tenants.scope import within


def for_holders(*permissions: Permission) -> Callable[[View[...]], Callable[..., Any]]:
    """The view is entered by who holds all of them; without any, by whoever may enter the console at all."""

    def decorate(view: View[...]) -> Callable[..., Any]:
        @vary_on_headers("HX-Request")
        @for_readers
        @wraps(view)
        def entered(request: HttpRequest, reader: Reader, *args: Any, **kwargs: Any) -> HttpResponse:
            _check(reader, permissions)
            with within(reader.tenant.id):  # the page is rendered in it, too
                answer: HttpResponse = view(request, reader, *args, **kwargs)
            return answer

        return entered

    return decorate


def _check(reader: Reader, permissions: tuple[Permission, ...]) -> None:
    try:
        for permission in permissions:
            require(reader.viewer, permission)
    except NotAllowed as error:
        raise Http404 from error
    if not may_enter(reader.viewer):
        raise Http404
