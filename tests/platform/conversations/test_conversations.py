"""What is remembered of questions and answers, and for whom."""

import uuid
from pathlib import Path

import pytest

from access.viewer import Viewer
from conversations import actions, queries
from conversations.actions import Answered
from conversations.models import Citation, Feedback
from documents.models import Document
from sources.actions import set_access
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import folder_source
from tests.factories.looking import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def document(cast: Cast, tmp_path: Path) -> Document:
    """Readable for the owner's group only."""
    source = folder_source(cast.tenant, tmp_path, "group:staff")
    return look(
        source,
        lambda: Document.objects.create(
            tenant=cast.tenant, source=source, uri="pay.md", title="Pay", blob="0" * 32, sha256="", size=1, generation=3
        ),
    )


def citation(document: Document, *, kind: str = Citation.Kind.CITED) -> Citation:
    return Citation(
        kind=kind,
        marker=1,
        document=document.id,
        generation=document.generation,
        title="Pay",
        uri="pay.md",
        quote="A secret.",
        start=0,
        end=9,
    )


def answered(viewer: Viewer, *sources: Citation) -> uuid.UUID:
    message = actions.start(viewer=viewer, question="What is the pay?")
    actions.finish(viewer=viewer, message=message, answered=Answered("A secret. [1]", "extractive", sources), face="portal")
    return message.conversation_id


def test_an_answer_is_read_again_with_its_citations(cast: Cast, document: Document) -> None:
    viewer = cast.viewer(cast.owner)
    [turn] = queries.turns(viewer, answered(viewer, citation(document)))
    assert (turn.answer, turn.masked, [one.quote for one in turn.citations]) == ("A secret. [1]", False, ["A secret."])
    assert queries.readable([turn]) == [turn]


@pytest.mark.parametrize("kind", Citation.Kind.values)
def test_an_answer_is_masked_once_one_of_its_sources_may_not_be_read(cast: Cast, document: Document, kind: str) -> None:
    viewer = cast.viewer(cast.owner)
    conversation = answered(viewer, citation(document, kind=kind))
    set_access(source=document.source, access=[])
    [turn] = queries.turns(viewer, conversation)
    assert (turn.question, turn.masked) == ("What is the pay?", True)
    assert "secret" not in repr(turn)
    assert queries.readable([turn]) == []


def test_what_was_only_read_is_no_citation_and_yet_a_source(cast: Cast, document: Document) -> None:
    viewer = cast.viewer(cast.owner)
    [turn] = queries.turns(viewer, answered(viewer, citation(document, kind=Citation.Kind.READ)))
    assert not turn.citations
    assert not turn.closest
    assert turn.documents == {document.id}


@pytest.mark.parametrize("change", [{"generation": 4}, {"removed_at": "2026-01-01T00:00Z"}])
def test_an_answer_is_masked_once_its_source_has_changed_or_is_gone(cast: Cast, document: Document, change: dict[str, object]) -> None:
    viewer = cast.viewer(cast.owner)
    conversation = answered(viewer, citation(document))
    look(document, lambda: Document.objects.filter(id=document.id).update(**change))
    assert [turn.masked for turn in queries.turns(viewer, conversation)] == [True]


@pytest.mark.parametrize("person", ["teammate", "outsider"])
def test_nobody_else_opens_the_conversation(cast: Cast, document: Document, person: str) -> None:
    conversation = answered(cast.viewer(cast.owner), citation(document))
    other = cast.viewer(getattr(cast, person))
    assert not look(other, lambda: queries.own(other))
    with pytest.raises(queries.UnknownConversation):
        queries.turns(other, conversation)
    with pytest.raises(queries.UnknownConversation):
        actions.start(viewer=other, question="And mine?", conversation_id=conversation)


def test_feedback_is_the_askers_and_can_be_taken_back(cast: Cast, document: Document) -> None:
    viewer = cast.viewer(cast.owner)
    [turn] = queries.turns(viewer, answered(viewer, citation(document)))
    actions.give_feedback(viewer=viewer, message_id=turn.id, helpful=False)
    actions.give_feedback(viewer=viewer, message_id=turn.id, helpful=True)
    assert look(document, lambda: Feedback.objects.get(message_id=turn.id).helpful)
    with pytest.raises(actions.UnknownMessage):
        actions.give_feedback(viewer=cast.viewer(cast.teammate), message_id=turn.id, helpful=False)
    actions.give_feedback(viewer=viewer, message_id=turn.id, helpful=None)
    assert not look(document, lambda: Feedback.objects.filter(message_id=turn.id))


def test_a_long_question_makes_a_short_title(cast: Cast) -> None:
    viewer = cast.viewer(cast.owner)
    actions.start(viewer=viewer, question="How many days " * 50)
    assert len(look(cast.tenant, lambda: queries.own(viewer)[0].title)) <= 80
