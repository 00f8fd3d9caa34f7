"""One question, asked as several people: what each is told, and where it stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from asgiref.sync import async_to_sync

from access.resolve import viewer_by_email
from access.viewer import Viewer
from config.demo.company import Company, PersonSpec
from documents.models import Document
from documents.why import why
from identity.queries import by_email
from retrieval.ask import ask
from retrieval.citations import Citation
from retrieval.events import ABSTAINED, Citations, Done, Failed, Token
from tenants.queries import by_slug
from tenants.scope import within


class NoAnswer(Exception):
    """A turn failed. The message is a sentence for a person."""


@dataclass(frozen=True)
class Answer:
    person: PersonSpec
    company: str
    text: str
    mode: str
    citations: tuple[Citation, ...]
    why: tuple[str, ...] = ()
    """For each citation, why its person reads the document; without an answer, why not what the others were answered from."""

    @property
    def abstained(self) -> bool:
        return self.mode == ABSTAINED


def answers(company: Company) -> list[Answer]:
    """What the people of the showcase are told. Raises NoAnswer."""
    told = [answer(company, company.person(email), company.showcase.question) for email in company.showcase.people]
    cited = {citation.document for one in told for citation in one.citations}
    return [replace(one, why=_why_not(one.person, cited)) if one.abstained else one for one in told]


def answer(company: Company, person: PersonSpec, question: str) -> Answer:
    text, mode, citations = async_to_sync(_told)(viewer_by_email(person.email, person.tenant), question)
    return Answer(person, company.tenant(person.tenant).name, text.strip(), mode, citations, _why(person, citations))


def _why(person: PersonSpec, citations: Sequence[Citation]) -> tuple[str, ...]:
    user, tenant = by_email(person.email), by_slug(person.tenant)
    with within(tenant.id):
        documents = Document.objects.filter(tenant=tenant).select_related("source").in_bulk([one.document for one in citations])
    return tuple(why(user=user, tenant=tenant, document=documents[one.document]).words for one in citations)


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


def _why_not(person: PersonSpec, cited: Collection[UUID]) -> tuple[str, ...]:
    """Why somebody reads nothing of what the others were answered from."""
    user, tenant = by_email(person.email), by_slug(person.tenant)
    with within(tenant.id):
        own = list(Document.objects.filter(tenant=tenant, id__in=cited).select_related("source"))
    if not own:
        return (f"does not: for members of {tenant.name} the documents behind the other answers do not exist",)
    return tuple(sorted({why(user=user, tenant=tenant, document=document).words for document in own}))
