"""A question's day without a model: who is told what, and what is kept of it."""

import uuid
from contextlib import aclosing
from dataclasses import replace
from types import ModuleType

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from access.viewer import Viewer
from audit.models import AuditEvent
from conversations import queries as conversations
from documents.models import Page
from index.errors import IndexUnavailable
from retrieval import answer as answering
from retrieval import extractive
from retrieval import search as searching
from retrieval.ask import ask
from retrieval.events import ABSTENTION, Citations, Done, Event, Failed, Sources, Token
from tests.factories.looking import look
from tests.retrieval.conftest import Harbour

LEAVE = "How many days of annual leave do I have?"
SALARY = "What is the salary of a crane driver?"
Told = tuple[str, Citations, Done]


async def heard(viewer: Viewer, question: str, conversation: uuid.UUID | None = None) -> list[Event]:
    return [event async for event in ask(viewer, question, conversation_id=conversation)]


async def told(viewer: Viewer, question: str, conversation: uuid.UUID | None = None) -> Told:
    events = await heard(viewer, question, conversation)
    [cited] = [event for event in events if isinstance(event, Citations)]
    done = events[-1]
    assert isinstance(done, Done), done
    return "".join(event.text for event in events if isinstance(event, Token)), cited, done


async def viewer(harbour: Harbour, name: str) -> Viewer:
    found: Viewer = await sync_to_async(lambda: getattr(harbour, name))()
    return found


async def test_the_answer_is_a_quote_that_stands_in_the_document(harbour: Harbour) -> None:
    text, cited, done = await told(await viewer(harbour, "teammate"), LEAVE)
    assert done.mode == "extractive"
    assert text.startswith("Everyone has 25 days of annual leave in a year. [1]")
    page = await sync_to_async(look)(harbour.cast.tenant, lambda: Page.objects.get(document_id=cited.citations[0].document))
    for citation in cited.citations:
        assert page.text[citation.start : citation.end] == citation.quote


async def test_sources_come_before_any_word(harbour: Harbour) -> None:
    events = await heard(await viewer(harbour, "teammate"), LEAVE)
    kinds = [type(event) for event in events]
    assert (kinds[0], kinds[-2:]) == (Sources, [Citations, Done])


async def test_who_is_in_the_group_is_told_the_salary(harbour: Harbour) -> None:
    text, _, _ = await told(await viewer(harbour, "owner"), SALARY)
    assert "3,900 pounds" in text


@pytest.mark.parametrize("person", ["teammate", "outsider"])
async def test_who_may_not_read_it_gets_an_abstention_and_nothing_of_it(harbour: Harbour, person: str) -> None:
    events = await heard(await viewer(harbour, person), SALARY)
    assert "".join(event.text for event in events if isinstance(event, Token)) == ABSTENTION
    assert "3,900" not in repr(events)
    assert "salaries" not in repr(events).lower().replace(SALARY.lower(), "")


async def test_an_abstention_shows_the_closest_passages_apart(harbour: Harbour) -> None:
    text, cited, done = await told(await viewer(harbour, "teammate"), "Who painted the Mona Lisa?")
    assert (text, done.mode, cited.citations) == (ABSTENTION, "abstained", ())
    assert (
        cited.closest[0].quote in "Everyone has 25 days of annual leave in a year. The gate of the harbour opens at seven." or cited.closest
    )


async def test_a_follow_up_is_searched_with_the_question_before(harbour: Harbour) -> None:
    asker = await viewer(harbour, "owner")
    _, _, first = await told(asker, SALARY)
    text, _, done = await told(asker, "And when is it reviewed?", first.conversation_id)
    assert "April" in text
    assert done.conversation_id == first.conversation_id


async def test_a_conversation_is_its_askers_alone(harbour: Harbour) -> None:
    _, _, done = await told(await viewer(harbour, "owner"), LEAVE)
    [failed] = await heard(await viewer(harbour, "teammate"), LEAVE, done.conversation_id)
    [unknown] = await heard(await viewer(harbour, "teammate"), LEAVE, uuid.uuid4())
    assert isinstance(failed, Failed)
    assert isinstance(unknown, Failed)
    assert replace(failed, reference="") == replace(unknown, reference="")


async def test_the_audit_row_names_documents_and_no_text(harbour: Harbour) -> None:
    _, cited, done = await told(await viewer(harbour, "owner"), SALARY)
    row = await sync_to_async(AuditEvent.objects.get)(object=f"message:{done.message_id}", action="answer.read")
    assert {(str(citation.document), citation.generation) for citation in cited.citations} <= {
        tuple(read) for read in row.detail["documents"]
    }
    assert "salary" not in str(row.detail).lower()


async def test_what_was_answered_is_kept_and_can_be_read_again(harbour: Harbour) -> None:
    asker = await viewer(harbour, "owner")
    text, cited, done = await told(asker, LEAVE)
    [turn] = await sync_to_async(conversations.turns)(asker, done.conversation_id)
    assert (turn.answer, turn.masked) == (text, False)
    assert [citation.quote for citation in turn.citations] == [citation.quote for citation in cited.citations]


async def test_an_index_that_is_down_is_not_an_empty_one(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise IndexUnavailable("The index does not answer.")

    monkeypatch.setattr(answering, "search", down)
    [failed] = await heard(await viewer(harbour, "owner"), LEAVE)
    assert isinstance(failed, Failed)
    assert failed.code == "search_unavailable"


async def test_a_full_disk_is_named_where_the_question_cannot_be_kept(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$")

    monkeypatch.setattr(answering, "search", full)
    [failed] = await heard(await viewer(harbour, "owner"), LEAVE)
    assert isinstance(failed, Failed)
    assert (failed.code, "disk is full" in failed.message) == ("disk_full", True)


@pytest.mark.parametrize(("question", "code"), [("  \n", "empty_question"), ("\x00", "empty_question"), ("a" * 5_000, "question_too_long")])
async def test_a_question_that_is_none_is_refused(harbour: Harbour, question: str, code: str) -> None:
    [failed] = await heard(await viewer(harbour, "owner"), question)
    assert isinstance(failed, Failed)
    assert failed.code == code


async def test_who_leaves_finds_the_interrupted_answer_again(harbour: Harbour) -> None:
    asker = await viewer(harbour, "owner")
    async with aclosing(ask(asker, "How many days of annual leave does a crane driver have?")) as events:
        async for event in events:
            if isinstance(event, Token):
                break
    latest = await sync_to_async(look)(asker, lambda: conversations.own(asker)[0].id)
    [turn] = await sync_to_async(conversations.turns)(asker, latest)
    assert (turn.state, bool(turn.answer)) == ("interrupted", True)


@pytest.mark.parametrize(("module", "step"), [(searching, "candidates"), (extractive, "read")])
async def test_what_is_revoked_while_it_is_found_or_quoted_is_not_told(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch, module: ModuleType, step: str
) -> None:
    real = getattr(module, step)

    def revoked_meanwhile(*args: object, **options: object) -> object:
        result = real(*args, **options)
        harbour.revoke()
        return result

    asker = await viewer(harbour, "owner")
    monkeypatch.setattr(module, step, revoked_meanwhile)
    try:
        events = await heard(asker, SALARY)
    finally:
        await sync_to_async(harbour.restore)()
    shown = [event for event in events if module is searching or not isinstance(event, Sources)]
    assert isinstance(events[-1], Done)
    assert "3,900" not in repr(shown)
