"""What every page of the console has around its own part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.permissions import allows
from access.roles import Permission
from frontend.ui.viewer import Reader
from identity.models import Group, Membership

PEOPLE_LISTED = 500
"""Suggested while an address is typed; others are found by their whole address."""


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    title: str
    words: str
    permission: Permission

    @property
    def url_name(self) -> str:
        return f"console:{self.name}"


ROOMS = (
    Room("why", "Why?", "Why a person reads a document, or does not.", Permission.EXPLAIN_ACCESS),
    Room("what-if", "What if?", "Who would gain and lose which documents, before you make the change.", Permission.EXPLAIN_ACCESS),
    Room("view-as", "View as", "The titles that another person finds. No text, and it is recorded.", Permission.VIEW_AS),
    Room(
        "oversharing",
        "Oversharing",
        "What everyone can read and perhaps should not, with a way to narrow it.",
        Permission.EXPLAIN_ACCESS,
    ),
    Room("leak-test", "Leak test", "What happened when everybody knocked at every door.", Permission.READ_AUDIT),
)


def shown(
    request: HttpRequest, reader: Reader, name: str, context: Mapping[str, Any], *, part: str = "", status: int = 200
) -> HttpResponse:
    """The page `name`, or where HTMX asks for it the `part` of it alone, whose template is named after it."""
    fragment = part and request.headers.get("HX-Request")
    around = {} if fragment else _around(reader, name)
    template = f"console/{part if fragment else name.replace('-', '_')}.html"
    return render(request, template, {"reader": reader, "tenant": reader.tenant, **around, **context}, status=status)


def people(reader: Reader) -> list[tuple[str, str]]:
    """E-mail address and name."""
    members = Membership.objects.filter(tenant=reader.tenant).order_by("user__email")
    return list(members.values_list("user__email", "user__name")[:PEOPLE_LISTED])


def groups(reader: Reader) -> list[tuple[str, str]]:
    """Slug and name."""
    return list(Group.objects.filter(tenant=reader.tenant).order_by("name").values_list("slug", "name"))


def _around(reader: Reader, name: str) -> dict[str, Any]:
    return {
        "user": reader.user,
        "rooms": [room for room in ROOMS if allows(reader.viewer, room.permission)],
        "room": next((room for room in ROOMS if room.name == name), None),
        "people": people(reader),
    }
