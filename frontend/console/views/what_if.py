"""A change before it is made: the list first, then the button."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from access.permissions import allows
from access.roles import Permission
from access.viewer import Viewer
from audit.actions import record
from documents import inquiry
from documents.what_if import Difference
from frontend.console import forms, page
from frontend.console.entrance import for_holders
from frontend.ui.viewer import Reader
from identity.groups import GroupRefused
from identity.queries import UnknownGroup, UnknownPerson
from ingestion import choices
from ingestion.choices import Choice

PEOPLE, TITLES = 50, 10
NOT_THERE = (UnknownPerson, UnknownGroup)
REFUSED = (choices.Refused, GroupRefused)


@dataclass(frozen=True, slots=True)
class Side:
    """What one person would gain or lose: the first titles that the asker may read himself, and how many more there are."""

    person: str
    count: int
    titles: tuple[tuple[UUID, str], ...]

    @property
    def others(self) -> int:
        return self.count - len(self.titles)


@require_http_methods(["GET", "HEAD", "POST"])
@for_holders(Permission.EXPLAIN_ACCESS)
def what_if(request: HttpRequest, reader: Reader) -> HttpResponse:
    form = forms.WhatIf(request.POST or None, groups=page.groups(reader))
    if request.method != "POST":
        return _page(request, reader, form, {})
    if not form.is_valid():
        return _page(request, reader, form, {"problem": forms.problem(form)}, 400)
    try:
        choice = _chosen(reader.viewer, form)
    except NOT_THERE as error:
        return _page(request, reader, form, {"problem": str(error)}, 404)
    except REFUSED as error:
        return _page(request, reader, form, {"problem": str(error)}, 409)
    return _made(request, reader, form, choice) if "make" in request.POST else _looked(request, reader, form, choice)


def _looked(request: HttpRequest, reader: Reader, form: forms.WhatIf, choice: Choice, *, moved: bool = False) -> HttpResponse:
    told = choice.told
    counts = {"gains": len(told.gains), "losses": len(told.losses)}
    record(action="access.what_if", tenant=reader.tenant.id, actor=f"user:{reader.user.id}", face="console", detail=counts)
    may_make = allows(reader.viewer, choice.permission)
    return _page(request, reader, form, {"choice": choice, "may_make": may_make, "moved": moved, **_sides(reader.viewer, choice)})


def _made(request: HttpRequest, reader: Reader, form: forms.WhatIf, choice: Choice) -> HttpResponse:
    """Only what was looked at: where the list would be another by now, it is shown again."""
    if request.POST.get("seal") != choice.seal:
        return _looked(request, reader, form, choice, moved=True)
    if not allows(reader.viewer, choice.permission):
        return _page(request, reader, form, {"problem": "You may look at this change, but not make it."}, 404)
    choices.make(choice, asker=reader.viewer)
    return _page(request, reader, form, {"choice": choice, "made": True, **_sides(reader.viewer, choice)})


def _chosen(viewer: Viewer, form: forms.WhatIf) -> Choice:
    given = form.cleaned_data
    match given["change"]:
        case forms.WhatIf.JOIN:
            return choices.joining(viewer, email=given["person"], group=given["group"])
        case forms.WhatIf.LEAVE:
            return choices.leaving(viewer, email=given["person"], group=given["group"])
        case forms.WhatIf.SUSPEND:
            return choices.suspending(viewer, email=given["person"])
        case forms.WhatIf.RESTORE:
            return choices.restoring(viewer, email=given["person"])
        case _:
            return choices.opening(viewer, source=given["source"], to=form.readers)


def _page(request: HttpRequest, reader: Reader, form: forms.WhatIf, context: dict[str, Any], status: int = 200) -> HttpResponse:
    around = {"form": form, "groups": page.groups(reader), "sources": forms.sources_of(reader.tenant)}
    return page.shown(request, reader, "what-if", {**around, **context}, part="what_if_answer", status=status)


def _sides(viewer: Viewer, choice: Choice) -> dict[str, Any]:
    told = choice.told
    listed = {document for one in (*told.gains[:PEOPLE], *told.losses[:PEOPLE]) for document in one.documents}
    titles = inquiry.titles(viewer, listed)
    sides = (("would gain", "gained", told.gains), ("would lose", "lost", told.losses))
    return {
        "told": told,
        "sides": [
            {"would": would, "did": did, "count": len(some), "rows": [_side(one, titles) for one in some[:PEOPLE]]}
            for would, did, some in sides
            if some
        ],
    }


def _side(one: Difference, titles: dict[UUID, str]) -> Side:
    named = [(document, titles[document]) for document in one.documents if document in titles]
    return Side(str(one.person), one.count, tuple(named[:TITLES]))
