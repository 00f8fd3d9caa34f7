from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import transaction

from access.roles import Role
from identity.actions import ensure_person
from tenants import actions
from tenants.models import Tenant
from terminal.command import AskedWrongly
from terminal.command import Command as Base

LONGEST_SLUG = 50


class Command(Base):
    help = "Creates a tenant, or changes the one there is. Running it again changes nothing."

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its short name in commands and addresses: letters, digits, hyphens")
        parser.add_argument("--name", default="", help="its name as people read it")
        parser.add_argument("--admin", metavar="EMAIL", default="", help="a person who administers it, made where there is none")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        slug, admin = options["slug"], options["admin"]
        _check(slug, admin)
        with transaction.atomic():
            tenant, created = actions.ensure(slug=slug, name=options["name"], by="command")
            if admin:
                ensure_person(email=admin, tenant=tenant, role=Role.ADMINISTRATOR, by="command")
        return _described(tenant, created, admin)

    def show(self, result: Mapping[str, Any]) -> None:
        done = "Created" if result["created"] else "There is"
        admin = f", administered by {result['admin']}" if result["admin"] else ""
        self.console.print(f"{done} the tenant {result['tenant']} ({result['name']}){admin}.", markup=False)


def _check(slug: str, admin: str) -> None:
    try:
        validate_slug(slug)
    except ValidationError:
        raise AskedWrongly(f"{slug!r} is no slug: use letters, digits, hyphens and underscores.") from None
    if len(slug) > LONGEST_SLUG:
        raise AskedWrongly(f"A slug has at most {LONGEST_SLUG} characters.")
    try:
        if admin:
            validate_email(admin)
    except ValidationError:
        raise AskedWrongly(f"{admin!r} is no e-mail address.") from None


def _described(tenant: Tenant, created: bool, admin: str) -> Mapping[str, Any]:
    return {
        "tenant": tenant.slug,
        "id": tenant.id,
        "name": tenant.name,
        "language": tenant.language,
        "created": created,
        "admin": admin or None,
    }
