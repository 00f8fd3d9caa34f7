"""The demo company's thirty golden questions, each asked by its person: the first evaluation set, and a leak test."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from pytest_django import DjangoDbBlocker

from access.resolve import viewer_by_email
from access.viewer import Viewer
from config.demo.company import CanaryFact, GoldenQuestion, PersonSpec, load
from config.demo.install import Installed
from documents.models import Document, Page
from retrieval.ask import ask
from retrieval.citations import Citation
from retrieval.events import ABSTAINED, Citations, Done, Event, Token
from tenants.models import Tenant
from tests.factories.looking import look

COMPANY = load()
SHOWN = [
    question
    for question in COMPANY.golden
    if question.question in {COMPANY.showcase.question, *(starter.question for starter in COMPANY.starters)}
]
ENOUGH = 27
"""Without a model some answers lie in the words between two sentences; that nothing leaks and nothing is invented is for all thirty."""


@dataclass(frozen=True)
class Told:
    """All that reached a person in one turn."""

    events: tuple[Event, ...]

    @property
    def done(self) -> Done:
        last = self.events[-1]
        assert isinstance(last, Done), last
        return last

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Token))

    @property
    def citations(self) -> list[Citation]:
        return [citation for event in self.events if isinstance(event, Citations) for citation in event.citations]

    @property
    def quoted(self) -> str:
        return "\n".join(f"{citation.table_header}\n{citation.quote}" for citation in self.citations)


@pytest.fixture(scope="module")
def told(demo: Installed, django_db_blocker: DjangoDbBlocker) -> Mapping[str, Told]:
    """What each golden question's person is told, by the question's id. A follow-up goes on in the conversation before it."""
    answers: dict[str, Told] = {}
    with django_db_blocker.unblock():
        for question in COMPANY.golden:
            before = answers[question.after].done.conversation_id if question.after else None
            answers[question.id] = Told(async_to_sync(_turn)(viewer_by_email(question.person, question.tenant), question.question, before))
    return answers


@pytest.fixture(scope="module")
def uris(demo: Installed, django_db_blocker: DjangoDbBlocker) -> Mapping[UUID, str]:
    """Documents as golden.jsonl names them."""
    with django_db_blocker.unblock():
        tenants = Tenant.objects.filter(slug__in=[tenant.slug for tenant in COMPANY.tenants])
        documents = [one for tenant in tenants for one in look(tenant, Document.objects.filter(tenant=tenant).select_related("source").all)]
        return {document.id: f"{document.source.name}/{document.uri}" for document in documents}


async def _turn(viewer: Viewer, question: str, conversation: UUID | None) -> tuple[Event, ...]:
    return tuple([event async for event in ask(viewer, question, conversation_id=conversation)])


@pytest.mark.parametrize("question", SHOWN, ids=lambda question: question.id)
def test_what_a_newcomer_sees_first_is_right(question: GoldenQuestion, told: Mapping[str, Told], uris: Mapping[UUID, str]) -> None:
    """The starters of the empty page, and the question that the first run asks as three people."""
    assert _missing(question, told[question.id], uris) == ""


def test_the_follow_up_of_the_empty_page_opens_with_its_answer(told: Mapping[str, Told]) -> None:
    assert "line manager has to approve" in told["abroad-approval"].citations[0].quote


def test_quoted_sentences_answer_nine_in_ten_of_the_golden_questions(told: Mapping[str, Told], uris: Mapping[UUID, str]) -> None:
    missed = [missing for question in COMPANY.golden if (missing := _missing(question, told[question.id], uris))]

    assert len(missed) <= len(COMPANY.golden) - ENOUGH, "\n".join(missed)


@pytest.mark.parametrize("question", [question for question in COMPANY.golden if not question.documents], ids=lambda question: question.id)
def test_a_golden_question_without_an_answer_is_declined(question: GoldenQuestion, told: Mapping[str, Told]) -> None:
    assert (told[question.id].done.mode, told[question.id].citations) == (ABSTAINED, []), told[question.id].text


@pytest.mark.parametrize("question", COMPANY.golden, ids=lambda question: question.id)
def test_nobody_is_told_a_fact_of_a_document_closed_to_them(question: GoldenQuestion, told: Mapping[str, Told]) -> None:
    """In the passages that were found, the words, the citations and the closest passages alike."""
    person, everything = COMPANY.person(question.person), _plain(_texts(told[question.id].events))
    closed = [canary for canary in COMPANY.canaries if not _may_know(person, canary)]

    assert closed
    assert [canary.text for canary in closed if canary.text in everything] == []


@pytest.mark.parametrize("canary", COMPANY.canaries, ids=lambda canary: canary.text)
def test_a_leaked_canary_would_be_seen(canary: CanaryFact, demo: Installed, committed: None) -> None:
    """In the text as it was read from its document, by the same comparison."""
    tenant, source, uri = canary.documents[0].split("/", 2)
    pages = Page.objects.filter(document__source__name=source, document__uri=uri)
    texts = look(Tenant.objects.get(slug=tenant), pages.values_list("text", flat=True).all)

    assert canary.text in _plain(texts)


def _missing(question: GoldenQuestion, answer: Told, uris: Mapping[UUID, str]) -> str:
    """What is wrong with an answer; "" where it cites a document that answers the question and quotes what it has to hold."""
    cited = {uris[citation.document] for citation in answer.citations}
    if not question.documents:
        return "" if answer.done.mode == ABSTAINED else f"{question.id}: not declined, {answer.text}"
    if answer.done.mode == ABSTAINED:
        return f"{question.id}: declined"
    absent = [text for text in question.contains if text.casefold() not in answer.quoted.casefold()]
    return f"{question.id}: cites {sorted(cited)}, without {absent}" if absent or cited.isdisjoint(question.documents) else ""


def _texts(value: object) -> Iterator[str]:
    """Every text in the events, whatever field holds it."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        yield from _texts([getattr(value, field.name) for field in fields(value)])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _plain(texts: Iterable[str]) -> str:
    """On one line, with a table's cells as a CSV file has them."""
    return " ".join(" ".join(texts).replace(" | ", ",").split())


def _may_know(person: PersonSpec, canary: CanaryFact) -> bool:
    return any(_may_read(person, *document.split("/", 2)) for document in canary.documents)


def _may_read(person: PersonSpec, tenant: str, source: str, uri: str) -> bool:
    return tenant == person.tenant and COMPANY.tenant(tenant).source(source).open_to(person)
