from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from access import actions
from identity import queries as identity
from tenants import queries as tenants
from terminal.command import AskedWrongly
from terminal.command import Command as Base


class Command(Base):
    help = (
        f"Lends an operator the administrator's role in a tenant, for at most {actions.MOST_HOURS} hours. It is audited, with the reason."
    )
    wrong = (tenants.UnknownTenant, identity.UnknownPerson, actions.BreakGlassRefused)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="an operator; see `manage.py operator`")
        parser.add_argument("--tenant", metavar="SLUG", required=True)
        parser.add_argument(
            "--reason", default="", help=f"why, in at least {actions.SHORTEST_REASON} characters; the tenant's audit shows it"
        )
        parser.add_argument("--hours", metavar="N", type=int, help=f"how long, from 1 to {actions.MOST_HOURS}")
        parser.add_argument("--end", action="store_true", help="end it now")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        operator, tenant = identity.by_email(options["email"]), tenants.by_slug(options["tenant"])
        told = {"person": operator.email, "tenant": tenant.slug}
        if options["end"]:
            return {**told, "until": None, "ended": actions.end_break_glass(operator=operator, tenant=tenant, by="command")}
        if options["hours"] is None:
            raise AskedWrongly("Say for how long: --hours N. Or end it: --end.")
        lent = actions.break_glass(operator=operator, tenant=tenant, reason=options["reason"], hours=options["hours"], by="command")
        return {**told, "role": lent.role, "until": lent.expires_at, "ended": False}

    def show(self, result: Mapping[str, Any]) -> None:
        if result["until"]:
            until = f"{result['until']:%d %B %H:%M UTC}"
            said = f"{result['person']} is {result['role']} of {result['tenant']} until {until}. It is in the audit log."
        else:
            said = f"{result['person']} has no break-glass access to {result['tenant']}{' any more' if result['ended'] else ''}."
        self.console.print(said, markup=False)
