import contextlib
import secrets
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import transaction

from access.roles import Role
from identity import actions
from identity.models import Group, Membership, User
from identity.queries import UnknownPerson, by_email
from tenants import queries as tenants
from tenants.models import Tenant
from terminal.command import AskedWrongly
from terminal.command import Command as Base


class Command(Base):
    help = "Adds a person to a tenant, or changes the person's groups and role there. Running it again changes nothing."
    wrong = (tenants.UnknownTenant, UnknownPerson, actions.PersonRefused)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--tenant", metavar="SLUG", required=True)
        parser.add_argument(
            "--group", metavar="NAME", action="append", help="a group of the tenant, made where there is none; may be repeated"
        )
        parser.add_argument("--role", choices=[role.value for role in Role], default="", help="reader, where nothing else was said")
        parser.add_argument("--name", default="", help="the person's name")
        parser.add_argument("--new-email", metavar="EMAIL", default="", help="another address for the same person")
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--suspend", dest="state", action="store_const", const="suspend", help="close every door of the tenant")
        state.add_argument("--restore", dest="state", action="store_const", const="restore", help="take a suspension back")
        state.add_argument("--remove", dest="state", action="store_const", const="remove", help="out of the tenant and its groups")
        parser.add_argument("--new-password", action="store_true", help="make a random password for the page and print it, this once")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        _check(options["email"], options["group"] or [])
        tenant = tenants.by_slug(options["tenant"])
        if options["state"] == "remove":
            return _removed(options["email"], tenant)
        new = _new_groups(tenant, options["group"] or [])
        with transaction.atomic():
            user, created = actions.ensure_person(
                email=options["email"], tenant=tenant, name=options["name"], role=options["role"], groups=options["group"], by="command"
            )
            _change(user, tenant, options)
        password = {"password": _new_password(user)} if options["new_password"] else {}
        return {**_described(user, tenant, created), "new_groups": new, **password}

    def show(self, result: Mapping[str, Any]) -> None:
        if result["removed"]:
            self.console.print(f"{result['person']} does not belong to {result['tenant']} any more.", markup=False)
            return
        done = "Added" if result["created"] else "There is"
        groups = f", in {', '.join(result['groups'])}" if result["groups"] else ""
        suspended = ", suspended" if result["suspended"] else ""
        self.console.print(f"{done} {result['person']}, {result['role']} of {result['tenant']}{groups}{suspended}.", markup=False)
        for group in result["new_groups"]:
            self.console.print(f"The group {group} is new.", markup=False)
        if "password" in result:
            self.console.print(f"Password for the page: {result['password']}", markup=False)


def _new_groups(tenant: Tenant, slugs: list[str]) -> list[str]:
    there = Group.objects.filter(tenant=tenant, slug__in=slugs).values_list("slug", flat=True)
    return sorted(set(slugs) - set(there))


def _change(user: User, tenant: Tenant, options: dict[str, Any]) -> None:
    if options["new_email"]:
        _check(options["new_email"], [])
        actions.change_email(user=user, email=options["new_email"], by="command")
    if options["state"]:
        change = actions.suspend if options["state"] == "suspend" else actions.restore
        change(user=user, tenant=tenant, by="command")


def _removed(email: str, tenant: Tenant) -> Mapping[str, Any]:
    """Also where the person was not there, or is nobody's any more: running it again changes nothing."""
    with contextlib.suppress(UnknownPerson):
        actions.remove(user=by_email(email), tenant=tenant, by="command")
    return {"person": email, "tenant": tenant.slug, "removed": True}


def _new_password(user: User) -> str:
    password = secrets.token_urlsafe(12)
    actions.set_password(user=user, password=password, by="command")
    return password


def _check(email: str, groups: list[str]) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise AskedWrongly(f"{email!r} is no e-mail address.") from None
    for group in groups:
        try:
            validate_slug(group)
        except ValidationError:
            raise AskedWrongly(f"{group!r} is no group's name: use letters, digits, hyphens and underscores.") from None


def _described(user: User, tenant: Tenant, created: bool) -> Mapping[str, Any]:
    membership = Membership.objects.get(user=user, tenant=tenant)
    groups = Group.objects.filter(tenant=tenant, members=user).order_by("slug").values_list("slug", flat=True)
    return {
        "person": user.email,
        "id": user.id,
        "tenant": tenant.slug,
        "role": membership.role,
        "groups": list(groups),
        "suspended": membership.suspended_at is not None,
        "created": created,
        "removed": False,
    }
