from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

from asgiref.sync import async_to_sync
from rich.text import Text

from access.resolve import NoAccess, viewer_by_email
from access.viewer import Viewer
from identity.queries import UnknownPerson
from retrieval import events
from retrieval.ask import ask
from retrieval.citations import Citation
from retrieval.warm import warm
from tenants.queries import UnknownTenant
from terminal import command
from terminal.command import AskedWrongly, Failed

ASKED_WRONGLY = {"empty_question", "not_allowed", "question_too_long"}


class Command(command.Command):
    help = "Ask a question as a person and get the answer from the documents that this person may read."
    wrong = (NoAccess, UnknownPerson, UnknownTenant)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="the person who asks")
        parser.add_argument("--tenant", metavar="SLUG", help="needed where the person belongs to several")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        viewer = viewer_by_email(options["email"], options["tenant"])
        warm()  # here, so that the milliseconds are those of a running service
        heard: list[events.Event] = async_to_sync(self._listen)(viewer, options["question"])
        match heard[-1]:
            case events.Failed(code=code, message=message) if code in ASKED_WRONGLY:
                raise AskedWrongly(message, code=code)
            case events.Failed(code=code, message=message):
                raise Failed(message, code=code)
        return _result(options["question"], heard)

    def show(self, result: Mapping[str, Any]) -> None:
        """The answer itself was printed as it came."""
        self.console.print("\n")
        for citation in result["citations"]:
            self._print_citation(f"[{citation['marker']}]", citation)
        if result["closest"]:
            self.console.print("Closest passages, which do not answer it:", style="dim")
            for citation in result["closest"]:
                self._print_citation(" · ", citation)
        if result["note"]:
            self.console.print(result["note"], style="yellow")
        self.console.print(f"{result['milliseconds']['total']:.0f} ms, {result['mode']}", style="dim")

    async def _listen(self, viewer: Viewer, question: str) -> list[events.Event]:
        heard: list[events.Event] = []
        async with aclosing(ask(viewer, question, face="command")) as stream:
            async for event in stream:
                heard.append(event)
                if isinstance(event, events.Token) and not self.as_json:
                    self.console.print(Text(event.text), end="")
        return heard

    def _print_citation(self, label: str, citation: Mapping[str, Any]) -> None:
        page = f", page {citation['page']}" if citation["page"] else ""
        self.console.print(Text.assemble((label, "bold"), f" {citation['title']}{page}", (f"  {citation['heading']}", "dim")))
        for line in (*citation["table_header"].splitlines(), *_shortened(citation["quote"]).splitlines()):
            self.console.print(Text(f"    {line}"))


def _result(question: str, heard: Sequence[events.Event]) -> dict[str, Any]:
    cited = next(event for event in heard if isinstance(event, events.Citations))
    done = heard[-1]
    assert isinstance(done, events.Done)
    return {
        "question": question,
        "answer": _answer(heard, done),
        "mode": done.mode,
        "citations": [_citation(citation) for citation in cited.citations],
        "closest": [_citation(citation) for citation in cited.closest],
        "interrupted": done.interrupted,
        "note": done.note,
        "milliseconds": done.milliseconds,
    }


def _answer(heard: Sequence[events.Event], done: events.Done) -> str:
    if done.mode == events.ABSTAINED:
        return events.ABSTENTION
    return "".join(event.text for event in heard if isinstance(event, events.Token))


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "marker": citation.marker,
        "document": str(citation.document),
        "title": citation.title,
        "uri": citation.uri,
        "page": citation.page,
        "heading": citation.heading,
        "quote": citation.quote,
        "table_header": citation.table_header,
        "start": citation.start,
        "end": citation.end,
    }


def _shortened(text: str, longest: int = 300) -> str:
    return text if len(text) <= longest else text[:longest].rstrip() + " …"
