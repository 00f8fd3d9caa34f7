from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from identity import actions
from identity import queries as identity
from terminal.command import AskedWrongly
from terminal.command import Command as Base


class Command(Base):
    help = "Appoints an operator: somebody who runs the installation and reads nothing by it. Running it again changes nothing."
    wrong = (identity.UnknownPerson,)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", default="", help="the person's name, where the person is new")
        parser.add_argument("--remove", action="store_true", help="dismiss the operator")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        if options["remove"]:
            user, created = identity.by_email(options["email"]), False
            actions.dismiss_operator(user=user, by="command")
        else:
            _check(options["email"])
            user, created = actions.ensure_operator(email=options["email"], name=options["name"], by="command")
        return {"person": user.email, "id": user.id, "operator": user.is_operator, "created": created}

    def show(self, result: Mapping[str, Any]) -> None:
        said = "runs this installation, and reads nothing by it" if result["operator"] else "is no operator"
        self.console.print(f"{result['person']} {said}.", markup=False)


def _check(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise AskedWrongly(f"{email!r} is no e-mail address.") from None
