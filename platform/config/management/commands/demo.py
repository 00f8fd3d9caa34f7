from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from config.demo import showcase, side_by_side, sign_ins
from config.demo.install import Installed, RefusedInProduction, install, refuse_in_production
from config.demo.showcase import Answer, NoAnswer
from index.errors import IndexFailure
from terminal import command
from terminal.command import Failed
from terminal.quantity import counted, part

CITED = ("marker", "document", "title", "uri", "page", "heading", "quote")


class Command(command.Command):
    help = "The demo company: two tenants, their people and documents. Running it again changes nothing. Not for production."

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--showcase", action="store_true", help="ask one question as three people too, and show their answers instead of the sign-ins"
        )

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        try:
            refuse_in_production()
        except RefusedInProduction as error:
            raise Failed(str(error), code="refused_in_production") from error
        quiet = self.as_json or not self.console.is_terminal
        if not self.as_json:
            self.console.print("Reading the demo company's documents")
        installed = install(console=None if quiet else self.console)
        self.installed, self.answers = installed, list[Answer]()
        result = _described(installed)
        if options["showcase"]:
            self.answers = _answers(installed)
            result["answers"] = [_answered(answer) for answer in self.answers]
        if installed.interrupted or result["failed"]:
            raise Failed(_what_is_missing(installed), code="incomplete", result=result)
        return result

    def show(self, result: Mapping[str, Any]) -> None:
        for one in result["failed"]:
            self.console.print(f"  {one['uri']}: {one['message']} ({one['code']})", markup=False)
        companies = " and ".join(tenant["name"] for tenant in result["tenants"])
        self.console.print(
            f"The demo company is there: {companies}, {part(result['ready'], result['documents'], 'document')} ready, "
            f"{counted(len(result['people']), 'person')}."
        )
        if self.answers:
            side_by_side.show(self.console, self.installed.company.showcase.question, self.answers)
        else:
            self.console.print("\n".join(sign_ins.listed(self.installed.sign_ins)), markup=False)


def _answers(installed: Installed) -> list[Answer]:
    try:
        return showcase.answers(installed.company)
    except (NoAnswer, IndexFailure) as error:
        raise Failed(f"The first question could not be answered: {error}", code="no_answer") from error


def _described(installed: Installed) -> dict[str, Any]:
    outcome = installed.outcome.as_json()
    return {
        "tenants": [{"slug": tenant.slug, "name": tenant.name} for tenant in installed.company.tenants],
        **{name: outcome[name] for name in ("documents", "ready", "failed", "chunks", "seconds")},
        "people": _people(installed),
    }


def _people(installed: Installed) -> Sequence[Mapping[str, Any]]:
    passwords = {sign_in.email: sign_in.password for sign_in in installed.sign_ins}
    return [{**asdict(person), "password": passwords[person.email]} for person in installed.company.people]


def _answered(answer: Answer) -> Mapping[str, Any]:
    citations = [{name: getattr(one, name) for name in CITED} for one in answer.citations]
    return {"email": answer.person.email, "mode": answer.mode, "answer": answer.text, "citations": citations, "why": answer.why}


def _what_is_missing(installed: Installed) -> str:
    if installed.interrupted:
        return f"The demo's documents are not all there: {installed.interrupted[0].message}"
    return "Some of the demo's documents could not be read."
