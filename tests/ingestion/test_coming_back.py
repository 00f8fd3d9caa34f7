"""A document leaves its source and comes back, or moves: what was denied or narrowed of it stays so."""

from pathlib import Path

import pytest

from access import principals
from documents import grants, queries
from documents.models import Document, Restriction
from ingestion import prune, sync
from ingestion.grants import apply
from sources.models import Source
from tenants.scope import within
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write
from tests.factories.looking import look

URI = "site/opening.txt"
pytestmark = pytest.mark.django_db
HERE, THERE = Path("site/opening.txt"), Path("site/moved.txt")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def source(cast: Cast, tmp_path: Path) -> Source:
    source = folder_source(cast.tenant, write(tmp_path, HANDBOOK))
    ingested(source)
    return source


def document(cast: Cast) -> Document:
    return look(cast.tenant, lambda: Document.objects.get(uri=URI, removed_at=None))


def read_by(cast: Cast, who: str) -> set[str]:
    viewer = cast.viewer(getattr(cast, who))
    return {
        uri for uri in look(cast.tenant, lambda: list(queries.visible_to(viewer).values_list("uri", flat=True))) if uri.startswith("site/")
    }


def deny(cast: Cast) -> None:
    apply(grants.deny, document=document(cast), principals=[principals.user(cast.teammate.id)], by="user:x")


def narrow(cast: Cast) -> None:
    apply(grants.narrow, document=document(cast), principals=[principals.user(cast.owner.id)], by="user:x")


@pytest.mark.parametrize("restrict", [deny, narrow])
@pytest.mark.parametrize("emptied", [True, False])
def test_absent_for_one_sync(cast: Cast, source: Source, tmp_path: Path, restrict: object, emptied: bool) -> None:
    restrict(cast)  # type: ignore[operator]
    text = (tmp_path / HERE).read_bytes()
    (tmp_path / HERE).unlink()
    ingested(source)
    assert read_by(cast, "owner") == set()
    if emptied:
        prune.purge_removed()
    (tmp_path / HERE).write_bytes(text + b" And it is new.")
    ingested(source)
    assert read_by(cast, "owner") == {URI}
    assert read_by(cast, "teammate") == set()


@pytest.mark.parametrize("restrict", [deny, narrow])
def test_renamed(cast: Cast, source: Source, tmp_path: Path, restrict: object) -> None:
    restrict(cast)  # type: ignore[operator]
    (tmp_path / HERE).rename(tmp_path / THERE)
    ingested(source)
    assert read_by(cast, "owner") == {str(THERE)}
    assert read_by(cast, "teammate") == set()


def test_a_copy_of_a_denied_text_is_denied(cast: Cast, source: Source, tmp_path: Path) -> None:
    deny(cast)
    (tmp_path / THERE).write_bytes((tmp_path / HERE).read_bytes())
    ingested(source)
    assert read_by(cast, "owner") == {URI, str(THERE)}
    assert read_by(cast, "teammate") == set()


def test_removed_by_a_person_and_brought_back_by_the_next_sync(cast: Cast, source: Source) -> None:
    narrow(cast)
    prune.remove(document=document(cast))
    ingested(source)
    assert read_by(cast, "owner") == {URI}
    assert read_by(cast, "teammate") == set()


def test_what_was_taken_back_before_it_left_is_not_brought_along(cast: Cast, source: Source) -> None:
    deny(cast)
    prune.remove(document=document(cast))
    ingested(source)
    assert read_by(cast, "teammate") == set()
    apply(grants.undeny, document=document(cast), principals=[principals.user(cast.teammate.id)], by="user:x")
    prune.remove(document=document(cast))
    ingested(source)
    assert read_by(cast, "teammate") == {URI}


def test_of_another_company_nothing_is_brought_along(cast: Cast, source: Source, tmp_path: Path) -> None:
    deny(cast)
    theirs = folder_source(cast.elsewhere, tmp_path)
    ingested(theirs)
    with within(cast.elsewhere.id):
        assert not Document.objects.filter(source=theirs, grants__isnull=False).exists()
        assert not Restriction.objects.exists()


def test_no_word_and_no_address_is_kept(cast: Cast, source: Source, tmp_path: Path) -> None:
    deny(cast)
    (tmp_path / HERE).unlink()
    sync.run(str(sync.request(source=source).id))
    kept = look(cast.tenant, lambda: list(Restriction.objects.values()))
    assert len(kept) == 1
    assert "opening" not in repr(kept)
