"""What a reader is told of a cited document that has changed since, or that was read only in part."""

from dataclasses import dataclass
from uuid import UUID

from django.test import Client

from frontend.ui.citing import cited
from frontend.ui.passages import preview
from tests.factories.looking import look
from tests.frontend.conftest import Scene

CHANGED = "The document has changed since this was answered"
PARTIAL = "Only the first part of this document was read"


@dataclass(frozen=True)
class Quoted:
    document: UUID
    generation: int
    marker: int = 1
    title: str = "Rules"
    page: int | None = 1
    heading: str = ""
    quote: str = "Lamps are lit at nine."
    start: int = 0
    end: int = 22
    table_header: str = ""


def _panel(scene: Scene, generation: int) -> str:
    client = Client()
    client.force_login(scene.cast.owner)
    answer = client.get(f"/documents/{scene.document.id}?start=0&end=22&generation={generation}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_citation_of_a_document_replaced_while_it_was_answered_says_so(scene: Scene) -> None:
    viewer = scene.cast.viewer(scene.cast.owner)
    look(scene.document, lambda: scene.document.pages.update(generation=2))
    look(scene.document, lambda: type(scene.document).objects.filter(id=scene.document.id).update(generation=2))

    assert [one.changed for one in cited(viewer, [Quoted(scene.document.id, 1), Quoted(scene.document.id, 2)])] == [True, False]
    assert CHANGED in _panel(scene, 1)
    assert "data-mark" not in _panel(scene, 1)
    assert CHANGED not in _panel(scene, 2)


def test_a_document_read_in_part_says_so_and_a_whole_one_does_not(scene: Scene) -> None:
    assert PARTIAL not in _panel(scene, 1)
    look(scene.document, lambda: type(scene.document).objects.filter(id=scene.document.id).update(partial=True))
    assert PARTIAL in _panel(scene, 1)


def test_a_closest_passage_of_rows_is_a_table_and_every_word_of_it_is_escaped() -> None:
    shown = preview("Gull | 12\nTern | <img src=x>", "Boat | Berth")
    assert "<th>Boat</th><th>Berth</th>" in shown
    assert "<td>Gull</td><td>12</td>" in shown
    assert "<img" not in shown
    assert " | " not in shown
