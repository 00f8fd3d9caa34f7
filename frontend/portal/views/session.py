"""Signing in and out, and entering another of one's tenants."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from audit.actions import record
from frontend.portal import throttle
from frontend.ui.viewer import TENANT, Reader, for_readers
from identity import queries as identity
from identity.models import User

MISMATCH = "This e-mail address and password do not fit together."
TOO_OFTEN = "Too many attempts. Wait five minutes, then try again."


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _form(request)
    email, address = request.POST.get("email", "").strip()[:254], request.META.get("REMOTE_ADDR", "")
    if not throttle.attempted(address=address, email=email):
        return _form(request, TOO_OFTEN, status=429)
    user = authenticate(request, username=email, password=request.POST.get("password", "")[:1024])
    if not isinstance(user, User) or not identity.active_memberships(user):
        record(action="session.refused", actor="anonymous", face="portal")
        return _form(request, MISMATCH, status=400)
    throttle.succeeded(address=address, email=email)
    enter(request, user)
    return redirect(_destination(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("portal:sign-in")


@require_POST
@for_readers
def tenant(request: HttpRequest, reader: Reader) -> HttpResponse:
    slug = request.POST.get("tenant", "")
    if slug not in {entered.slug for entered in reader.tenants}:
        raise Http404
    request.session[TENANT] = slug
    return redirect("portal:ask")


def enter(request: HttpRequest, user: User) -> None:
    """A session of its own for this person, whoever was here before, in one tenant: it ends with the membership there."""
    logout(request)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if memberships := identity.active_memberships(user):
        request.session[TENANT] = memberships[0].tenant.slug
    record(action="session.started", actor=f"user:{user.id}", face="portal")


def _destination(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if here else reverse(settings.LOGIN_REDIRECT_URL)


def _form(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    context = {"problem": problem, "email": request.POST.get("email", "")[:254], "next": asked.get("next", "")[:2000]}
    response = render(request, "portal/sign_in.html", context, status=status)
    if status == 429:
        response["Retry-After"] = str(throttle.WINDOW_SECONDS)
    return response
