from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from identity import groups
from identity import queries as identity
from identity.models import Group, User
from tenants import queries as tenants
from tenants.models import Tenant
from terminal.command import AskedWrongly
from terminal.command import Command as Base

LONGEST_SLUG = 50
MANY = (
    ("--member", "EMAIL", "people of the tenant who are in it from now on"),
    ("--without", "EMAIL", "people who are not in it any more"),
    ("--inside", "GROUP", "groups that everybody in this one is in, too"),
    ("--not-inside", "GROUP", "groups that it does not stand inside any more"),
)


class Command(Base):
    help = "Creates a group of a tenant, or changes who is in it and inside which groups it stands. Running it again changes nothing."
    wrong = (tenants.UnknownTenant, identity.UnknownPerson, identity.UnknownGroup, groups.GroupRefused)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its short name: letters, digits, hyphens")
        parser.add_argument("--tenant", metavar="SLUG", required=True)
        parser.add_argument("--name", default="", help="its name as people read it")
        for name, metavar, meaning in MANY:
            parser.add_argument(name, metavar=metavar, nargs="+", action="extend", default=[], help=meaning)
        parser.add_argument("--remove", action="store_true", help="remove it; what was granted to it is granted to nobody")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        _check(options["slug"])
        tenant = tenants.by_slug(options["tenant"])
        if options["remove"]:
            return _removed(tenant, options)
        with transaction.atomic():
            created = not Group.objects.filter(tenant=tenant, slug=options["slug"]).exists()
            group = groups.ensure_group(tenant=tenant, slug=options["slug"], name=options["name"], by="command")
            _change(group, options)
        return _described(group, created)

    def show(self, result: Mapping[str, Any]) -> None:
        if result["removed"]:
            self.console.print(f"There is no group {result['group']} in {result['tenant']} any more.", markup=False)
            return
        done = "Created" if result["created"] else "There is"
        self.console.print(f"{done} the group {result['group']} ({result['name']}) of {result['tenant']}.", markup=False)
        for title, names in (("Members", "members"), ("Inside", "inside"), ("Contains", "contains")):
            if result[names]:
                self.console.print(f"{title}: {', '.join(result[names])}", markup=False)


def _change(group: Group, options: dict[str, Any]) -> None:
    if options["name"]:
        groups.rename(group=group, name=options["name"], by="command")
    if options["member"]:
        groups.add(group=group, users=_people(options["member"]), by="command")
    if options["without"]:
        groups.take_out(group=group, users=_people(options["without"]), by="command")
    for parent in identity.groups_named(group.tenant, options["not_inside"]):
        groups.take_from(child=group, parent=parent, by="command")
    for parent in identity.groups_named(group.tenant, options["inside"]):
        groups.nest(child=group, parent=parent, by="command")


def _people(emails: Iterable[str]) -> list[User]:
    return [identity.by_email(email) for email in emails]


def _removed(tenant: Tenant, options: dict[str, Any]) -> Mapping[str, Any]:
    if any(options[name] for name in ("name", "member", "without", "inside", "not_inside")):
        raise AskedWrongly("--remove stands alone: a removed group has no members and no name.")
    for group in Group.objects.filter(tenant=tenant, slug=options["slug"]):
        groups.remove(group=group, by="command")
    return {"group": options["slug"], "tenant": tenant.slug, "removed": True}


def _check(slug: str) -> None:
    try:
        validate_slug(slug)
    except ValidationError:
        raise AskedWrongly(f"{slug!r} is no group's name: use letters, digits, hyphens and underscores.") from None
    if len(slug) > LONGEST_SLUG:
        raise AskedWrongly(f"A group's short name has at most {LONGEST_SLUG} characters.")


def _described(group: Group, created: bool) -> Mapping[str, Any]:
    return {
        "group": group.slug,
        "id": group.id,
        "tenant": group.tenant.slug,
        "name": group.name,
        "members": list(group.members.order_by("email").values_list("email", flat=True)),
        "inside": list(group.places.order_by("parent__slug").values_list("parent__slug", flat=True)),
        "contains": list(group.contents.order_by("child__slug").values_list("child__slug", flat=True)),
        "created": created,
        "removed": False,
    }
