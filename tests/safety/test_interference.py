"""Documents that a viewer cannot see change nothing that he sees: not which passages, not their order, not how many, not a byte of the
prompt. The search is exact, and ties are broken by what is the viewer's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from access import principals
from access.viewer import Viewer
from identity.groups import ensure_group
from index import points
from inference.embedder import get_embedder
from inference.sparse import embed_document
from retrieval.context import packed
from retrieval.prompt import conversation
from retrieval.search import search
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import folder_source, ingested, write

pytestmark = pytest.mark.django_db
SEEN = {
    "north/gate.txt": "The harbour gate opens at seven in the morning.\n",
    "south/gate.txt": "The harbour gate opens at seven in the morning.\n",
    "cranes.txt": "Crane drivers begin at the harbour gate, before the gate opens.\n",
    "leave.txt": "Everyone has 25 days of annual leave in a year.\n",
}
WORDS = ("harbour", "gate", "crane", "drivers", "opens", "seven", "annual", "leave", "days", "morning", "zinc")
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
FEW = settings(
    max_examples=15, deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@dataclass(frozen=True)
class Harbour:
    cast: Cast
    viewer: Viewer

    def seen(self, question: str) -> tuple[object, ...]:
        found = search(self.viewer, question, limit=20)
        return found.passages, found.ranked, conversation(question, packed(found.ranked), ())


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Harbour]:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path / "seen", SEEN)))
    yield Harbour(cast, cast.viewer(cast.teammate))
    for tenant in (cast.tenant, cast.elsewhere):
        points.remove_tenant(tenant.id)


def hide(cast: Cast, *texts: str, vectors: NDArray[np.float32] | None = None) -> None:
    """Each once in another tenant, once in a group that the viewer is not in, once as a generation that is not current."""
    secret = principals.group(ensure_group(tenant=cast.tenant, slug="secret").id)
    vectors = get_embedder().encode(texts) if vectors is None else vectors
    places = [(cast.elsewhere.id, {principals.everyone(cast.elsewhere.id)}), (cast.tenant.id, {secret}), (cast.tenant.id, set())]
    points.upsert(
        points.Point(
            id=uuid4(),
            tenant=tenant,
            document=uuid4(),
            generation=1,
            source=uuid4(),
            language="english",
            modified=None,
            dense=vector.tolist(),
            sparse=embed_document(text, "english"),
            acl=frozenset(acl),
        )
        for text, vector in zip(texts, vectors, strict=True)
        for tenant, acl in places
    )


def test_hidden_documents_of_any_words_change_nothing(harbour: Harbour) -> None:
    @FEW
    @given(st.lists(texts, min_size=1, max_size=8), texts)
    def holds(hidden: list[str], question: str) -> None:
        before = harbour.seen(question)
        hide(harbour.cast, *hidden, question, SEEN["north/gate.txt"])
        assert harbour.seen(question) == before

    holds()


def test_thousands_of_hidden_points_nearer_than_all_that_is_seen_change_nothing(harbour: Harbour) -> None:
    """More than the candidates that a search asks for, by far, each an exact tie with the question."""
    question = "When does the harbour gate open?"
    before = harbour.seen(question)
    near = np.repeat(get_embedder().encode([question]), 1500, axis=0)
    hide(harbour.cast, *[question] * 1500, vectors=near)
    assert harbour.seen(question) == before
    points.remove_tenant(harbour.cast.elsewhere.id)
    assert harbour.seen(question) == before


def test_ties_are_broken_by_what_is_the_viewers_own(harbour: Harbour) -> None:
    """Two documents of the same words: neither the hidden ones nor the order of writing says which comes first."""
    found = search(harbour.viewer, "harbour gate", limit=20).ranked
    twins = [passage.chunk_id for passage in found if passage.uri.endswith("gate.txt")]
    assert len(twins) == 2
    assert twins == sorted(twins)
    hide(harbour.cast, *[SEEN["north/gate.txt"]] * 40)
    assert search(harbour.viewer, "harbour gate", limit=20).ranked == found
