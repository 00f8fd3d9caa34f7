from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from access.permissions import NotAllowed
from access.resolve import NoAccess
from access.roles import GRANTED, Role
from access.viewer import Viewer
from audit.actions import record
from documents import inquiry, what_if
from documents.what_if import Difference, WhatIf
from identity.actions import PersonRefused, ensure_person
from identity.groups import GroupRefused
from identity.models import Membership, User
from identity.queries import UnknownGroup, UnknownPerson
from ingestion import choices
from sources import actions as sources
from sources.models import Source
from tenants.models import Tenant
from tenants.queries import UnknownTenant
from tenants.scope import within
from terminal.command import AskedWrongly
from terminal.command import Command as Base
from terminal.quantity import counted

SHOWN = 20


class Command(Base):
    help = "Who would gain and lose which documents by a change of a group, a person or a source's readers, without making it."
    wrong = (
        UnknownTenant,
        UnknownPerson,
        UnknownGroup,
        NoAccess,
        NotAllowed,
        choices.Refused,
        GroupRefused,
        PersonRefused,
        sources.NotUnderstood,
    )

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as", dest="asker", metavar="ADMIN_EMAIL", required=True, help="the administrator who asks")
        parser.add_argument("--tenant", metavar="SLUG")
        parser.add_argument("--group", metavar="SLUG", help="with --add or --remove")
        parser.add_argument("--add", metavar="EMAIL", help="as if this person came into the group")
        parser.add_argument("--remove", metavar="EMAIL", help="as if this person left the group")
        parser.add_argument("--suspend", metavar="EMAIL", help="as if this person were suspended")
        parser.add_argument("--person", metavar="EMAIL", help="with --role")
        parser.add_argument("--role", choices=[role.value for role in Role], help="as if the person had this role")
        parser.add_argument("--source", metavar="NAME", help="with --access")
        parser.add_argument("--access", metavar="WHO", action="append", help="`everyone`, `group:NAME` or `nobody`, may be repeated")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        self.asker = inquiry.asker(options["asker"], options["tenant"])
        self.tenant = Tenant.objects.get(id=self.asker.tenant_id)
        told, permissions = self._told(options), {}
        if options["role"]:
            permissions = _permissions(self.tenant, inquiry.person(self.asker, options["person"]), Role(options["role"]))
        counts = {"gains": len(told.gains), "losses": len(told.losses)}
        record(action="access.what_if", tenant=self.tenant.id, actor=f"user:{self.asker.user_id}", detail=counts)
        looked_at = {"people": told.people, "documents": told.documents}
        return {"gains": _listed(self.asker, told.gains), "losses": _listed(self.asker, told.losses), "looked_at": looked_at, **permissions}

    def show(self, result: Mapping[str, Any]) -> None:
        looked_at = result["looked_at"]
        people, documents = counted(looked_at["people"], "person"), counted(looked_at["documents"], "document")
        self.console.print(f"Looked at {people} and {documents}. Nothing was changed.")
        for words, side in (("would gain", "gains"), ("would lose", "losses")):
            for one in result[side][:SHOWN]:
                self.console.print(f"{one['person']} {words} {one['count']:,}:", style="bold", markup=False)
                for document in one["documents"][:SHOWN]:
                    self.console.print(f"  {document['title'] or document['id']}", markup=False)
        if not result["gains"] and not result["losses"]:
            self.console.print("Nobody would gain or lose a document.")
        for words in ("permissions_gained", "permissions_lost"):
            if result.get(words):
                self.console.print(f"{words.replace('_', ' ')}: {', '.join(result[words])}")

    def _told(self, options: dict[str, Any]) -> WhatIf:
        asked = {name for name in ("group", "add", "remove", "suspend", "person", "role", "source", "access") if options[name]}
        if asked == {"group", "add"}:
            return choices.joining(self.asker, email=options["add"], group=options["group"]).told
        if asked == {"group", "remove"}:
            return choices.leaving(self.asker, email=options["remove"], group=options["group"]).told
        if asked == {"suspend"}:
            return choices.suspending(self.asker, email=options["suspend"]).told
        if asked == {"person", "role"}:
            return self._of_role(options["person"], options["role"])
        if asked == {"source", "access"}:
            return self._of_source(options["source"], options["access"])
        raise AskedWrongly("Ask one thing: --group with --add or --remove, --suspend, --person with --role, or --source with --access.")

    def _of_role(self, email: str, role: str) -> WhatIf:
        user = inquiry.person(self.asker, email)
        return what_if.of_person(
            person=user, tenant=self.tenant, change=lambda: ensure_person(email=user.email, tenant=self.tenant, role=role)
        )

    def _of_source(self, name: str, words: Sequence[str]) -> WhatIf:
        with within(self.tenant.id):
            source = Source.objects.filter(tenant=self.tenant, name=name).first()
        if source is None:
            raise AskedWrongly(f"There is no source {name!r} in this tenant.", code="not_found")
        return choices.opening(self.asker, source=source.id, to=[] if list(words) == ["nobody"] else words).told


def _listed(asker: Viewer, differences: Sequence[Difference]) -> list[dict[str, Any]]:
    titles = inquiry.titles(asker, {document for one in differences for document in one.documents})
    return [
        {
            "person": one.person.email,
            "count": one.count,
            "documents": [{"id": document, "title": titles.get(document)} for document in one.documents],
        }
        for one in differences
    ]


def _permissions(tenant: Tenant, user: User, role: Role) -> dict[str, list[str]]:
    now = Membership.objects.get(tenant=tenant, user=user).role
    had, would = GRANTED[Role(now)] if now in set(Role) else frozenset(), GRANTED[role]
    return {"permissions_gained": sorted(would - had), "permissions_lost": sorted(had - would)}
