"""One question, asked as several people: what each is told, and where it stands."""

from dataclasses import dataclass

from asgiref.sync import async_to_sync

from access.resolve import viewer_by_email
from access.viewer import Viewer
from config.demo.company import Company, PersonSpec
from retrieval.ask import ask
from retrieval.citations import Citation
from retrieval.events import ABSTAINED, Citations, Done, Failed, Token


class NoAnswer(Exception):
    """A turn failed. The message is a sentence for a person."""


@dataclass(frozen=True)
class Answer:
    person: PersonSpec
    company: str
    text: str
    mode: str
    citations: tuple[Citation, ...]

    @property
    def abstained(self) -> bool:
        return self.mode == ABSTAINED


def answers(company: Company) -> list[Answer]:
    """What the people of the showcase are told. Raises NoAnswer."""
    return [answer(company, company.person(email), company.showcase.question) for email in company.showcase.people]


def answer(company: Company, person: PersonSpec, question: str) -> Answer:
    text, mode, citations = async_to_sync(_told)(viewer_by_email(person.email, person.tenant), question)
    return Answer(person, company.tenant(person.tenant).name, text.strip(), mode, citations)


async def _told(viewer: Viewer, question: str) -> tuple[str, str, tuple[Citation, ...]]:
    text, mode = "", ""
    citations: tuple[Citation, ...] = ()
    async for event in ask(viewer, question, face="terminal"):
        match event:
            case Token():
                text += event.text
            case Citations():
                citations = event.citations
            case Done():
                mode = event.mode
            case Failed():
                raise NoAnswer(f"{event.message} (reference {event.reference})")
    return text, mode, citations
