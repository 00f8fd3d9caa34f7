"""From a session to the person who reads: the one resolver of the faces that have sessions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from access import resolve
from access.viewer import Viewer
from audit.actions import through
from identity import queries as identity
from identity.models import User
from tenants.models import Tenant

TENANT = "tenant"
"""The session's key for the slug of the tenant that it was entered for, or that a person of several has chosen since."""
SIGNED_OUT = "You are signed out. Sign in again to go on; what you typed is kept in this window."

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, "Reader", Parameters], Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """A signed-in person in one tenant, with what that person may read now."""

    user: User
    tenant: Tenant
    viewer: Viewer
    tenants: tuple[Tenant, ...]
    """Every tenant that the person may enter."""


def reader_of(request: HttpRequest) -> Reader | None:
    """Fresh from the database at each request: whoever was suspended a moment ago is nobody now."""
    user = request.user
    if not isinstance(user, User):
        return None
    tenants = tuple(membership.tenant for membership in identity.active_memberships(user))
    if not tenants:
        return None
    tenant = _chosen(request, tenants)
    if tenant is None:
        return None
    try:
        viewer = resolve.viewer_for(user=user, tenant=tenant)
    except resolve.NoAccess:
        return None
    return Reader(user=user, tenant=tenant, viewer=viewer, tenants=tenants)


def _chosen(request: HttpRequest, tenants: tuple[Tenant, ...]) -> Tenant | None:
    """The one that the session was entered for, never another in its place: what is sent from a window of one company stays there."""
    slug = request.session.get(TENANT)
    if slug is None:
        return tenants[0] if len(tenants) == 1 else None
    return next((tenant for tenant in tenants if tenant.slug == slug), None)


def for_readers(view: View[Parameters]) -> Callable[..., Any]:
    """The view gets the Reader as its second argument; without one it is not entered."""
    if iscoroutinefunction(view):

        @wraps(view)
        async def asynchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            reader = await sync_to_async(reader_of)(request)
            if reader is None:
                return to_sign_in(request)
            with through(_face(request)):
                return await cast("Awaitable[HttpResponseBase]", view(request, reader, *args, **kwargs))

        return asynchronous

    @wraps(view)
    def synchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reader = reader_of(request)
        if reader is None:
            return to_sign_in(request)
        with through(_face(request)):
            return cast("HttpResponseBase", view(request, reader, *args, **kwargs))

    return synchronous


def _face(request: HttpRequest) -> str:
    """Each face has its routes under its own name."""
    return request.resolver_match.namespace if request.resolver_match else ""


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """A page leads to the sign-in; a fragment or a stream says so, because a redirect would be followed in silence."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return redirect_to_login(request.get_full_path(), reverse("portal:sign-in"))
    return HttpResponse(
        SIGNED_OUT, status=401, content_type="text/plain; charset=utf-8", headers={"HX-Redirect": reverse("portal:sign-in")}
    )
