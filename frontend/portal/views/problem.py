"""Pages for what went wrong, in place of Django's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

NOT_FOUND = ("Nothing here", "This page does not exist, or it is not yours to see.")
FORBIDDEN = ("That did not work", "This window was open for too long, or cookies are off. Load the page again and repeat what you did.")
BAD = ("That did not work", "The request could not be understood.")
BROKEN = ("Something went wrong", "It is not your fault, and nothing that was stored is lost. Try again in a moment.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, NOT_FOUND, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, FORBIDDEN, 403)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, FORBIDDEN, 403)


def bad(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, BAD, 400)


def broken(request: HttpRequest) -> HttpResponse:
    return _page(request, BROKEN, 500)


def _page(request: HttpRequest, words: tuple[str, str], status: int) -> HttpResponse:
    title, text = words
    return render(request, "portal/problem.html", {"title": title, "words": text}, status=status)
