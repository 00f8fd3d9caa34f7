"""A file dropped on the page."""

from pathlib import Path

import pytest
from pytest_django import Settings

from access import principals
from documents import actions as documents
from documents import grants, queries, work
from documents.models import Document
from identity.actions import ensure_person
from identity.models import User
from ingestion import process, upload
from ingestion.grants import apply
from sources.actions import ensure
from sources.models import Source
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, synced, write
from tests.factories.looking import look, seen_by

pytestmark = pytest.mark.django_db
NOTE = b"The new crane lifts 60 tonnes."


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def readers(cast: Cast) -> set[str]:
    people = {"owner": cast.owner, "teammate": cast.teammate, "outsider": cast.outsider}
    return {name for name, person in people.items() if seen_by(cast.viewer(person))}


def test_an_upload_is_its_owners_until_it_is_shared(cast: Cast) -> None:
    upload.receive(viewer=cast.viewer(cast.owner), name="crane.txt", data=NOTE)
    process.drain()
    assert readers(cast) == {"owner"}
    upload.receive(viewer=cast.viewer(cast.owner), name="crane.txt", data=NOTE, shared=True)
    process.drain()
    assert readers(cast) == {"owner", "teammate"}


def test_a_folder_called_uploads_is_in_nobodys_way(cast: Cast, tmp_path: Path) -> None:
    folder, _ = ensure(tenant=cast.tenant, name=upload.SHARED_NAME, kind="folder", config={"path": str(tmp_path)}, access=[])
    received = upload.receive(viewer=cast.viewer(cast.owner), name="crane.txt", data=NOTE, shared=True)
    source = look(cast.tenant, lambda: Document.objects.get(id=received.document).source)
    assert (source.kind, source.name) == (upload.KIND, "Uploads (2)")
    look(folder, folder.refresh_from_db)
    assert (folder.kind, folder.access, folder.config) == ("folder", [], {"path": str(tmp_path)})


def test_who_comes_to_an_address_that_was_anothers_gets_nothing_of_theirs(cast: Cast) -> None:
    old = cast.teammate
    upload.receive(viewer=cast.viewer(old), name="diary.txt", data=b"What the one before wrote.")
    address, name = old.email, old.name
    old.email, old.name = f"gone-{address}", "Gone"
    old.save()
    cast.owner.email, cast.owner.name = address, name
    cast.owner.save()
    upload.receive(viewer=cast.viewer(cast.owner), name="crane.txt", data=NOTE)
    process.drain()
    first, second = look(cast.tenant, lambda: Source.objects.filter(tenant=cast.tenant, kind=upload.KIND).order_by("created"))
    assert (first.access, second.access) == ([principals.user(old.id)], [principals.user(cast.owner.id)])
    assert (first.config, second.config) == ({"owner": str(old.id)}, {"owner": str(cast.owner.id)})
    assert [document.uri for document in seen_by(cast.viewer(cast.owner))] == ["crane.txt"]


def test_two_people_of_one_name_have_a_source_each(cast: Cast) -> None:
    User.objects.filter(id__in=[cast.owner.id, cast.teammate.id]).update(name="Kim Lee")
    for person in (cast.owner, cast.teammate, cast.owner):
        upload.receive(viewer=cast.viewer(person), name="crane.txt", data=NOTE)
    sources = Source.objects.filter(tenant=cast.tenant, kind=upload.KIND).order_by("created")
    names = look(cast.tenant, sources.values_list("name", flat=True).all)
    assert list(names) == ["Uploads of Kim Lee", "Uploads of Kim Lee (2)"]


def test_a_small_upload_waits_neither_for_a_sync_nor_for_a_large_upload(cast: Cast, tmp_path: Path) -> None:
    synced(folder_source(cast.tenant, write(tmp_path, HANDBOOK)))
    viewer = cast.viewer(cast.owner)
    upload.receive(viewer=viewer, name="large.txt", data=NOTE * (work.SMALL // len(NOTE) + 1))
    upload.receive(viewer=viewer, name="small.txt", data=NOTE)
    claimed = [claim.uri for _ in range(2) for claim in work.claim(documents=1)]
    assert claimed == ["small.txt", "large.txt"]


def test_who_may_not_share_is_told(cast: Cast) -> None:
    with pytest.raises(upload.NotAllowed):
        upload.receive(viewer=cast.viewer(cast.teammate), name="crane.txt", data=NOTE, shared=True)
    assert not look(cast.tenant, lambda: Document.objects.filter(tenant=cast.tenant).exists())


def test_the_same_bytes_twice_are_already_present(cast: Cast) -> None:
    viewer = cast.viewer(cast.owner)
    first = upload.receive(viewer=viewer, name="crane.txt", data=NOTE)
    second = upload.receive(viewer=viewer, name="another name.txt", data=NOTE)
    assert (first.already_present, second.already_present) == (False, True)
    assert first.document == second.document


def test_the_same_name_with_other_bytes_is_a_new_version(cast: Cast) -> None:
    viewer = cast.viewer(cast.owner)
    first = upload.receive(viewer=viewer, name="crane.txt", data=NOTE)
    second = upload.receive(viewer=viewer, name="crane.txt", data=NOTE + b" Since May.")
    assert first.document == second.document
    assert not second.already_present


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [("a.txt", b"", upload.EmptyFile), ("a.txt", b"x" * 1001, upload.TooLarge), ("a.exe", b"MZ", upload.Unsupported)],
)
def test_what_is_refused_stores_nothing(
    cast: Cast, settings: Settings, name: str, data: bytes, refusal: type[upload.UploadRefused]
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    with pytest.raises(refusal):
        upload.receive(viewer=cast.viewer(cast.owner), name=name, data=data)
    assert not look(cast.tenant, lambda: Document.objects.filter(tenant=cast.tenant).exists())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\plan.md", "plan.md"),
        ("a\0b\nc.txt", "abc.txt"),
        ("\u202etxt.exe.txt", "txt.exe.txt"),
        ("<b>plan</b>.txt", "b>.txt"),
        ("..", "Untitled"),
        ("", "Untitled"),
    ],
)
def test_a_name_is_only_a_name(name: str, shown: str) -> None:
    assert upload.cleaned(name) == shown


def test_a_long_name_keeps_its_extension() -> None:
    shown = upload.cleaned("x" * 4_000 + ".md")
    assert len(shown) == upload.LONGEST_NAME
    assert Path(shown).suffix == ".md"


def test_a_shared_upload_neither_replaces_nor_betrays_what_its_uploader_may_not_read(cast: Cast) -> None:
    newcomer, _ = ensure_person(email=f"new@{cast.tenant.slug}.example", tenant=cast.tenant, role="curator")
    hidden = upload.receive(viewer=cast.viewer(cast.owner), name="plan.txt", data=NOTE, shared=True).document
    process.drain()
    document = look(cast.tenant, lambda: Document.objects.get(id=hidden))
    apply(grants.narrow, document=document, principals=[principals.user(cast.owner.id)], by="system")
    viewer = cast.viewer(newcomer)
    same_bytes = upload.receive(viewer=viewer, name="other.txt", data=NOTE, shared=True)
    same_name = upload.receive(viewer=viewer, name="plan.txt", data=b"The crane is sold.", shared=True)
    fresh = upload.receive(viewer=viewer, name="fresh.txt", data=b"Nobody has said this.", shared=True)
    process.drain()
    received = [same_bytes, same_name, fresh]
    assert not any(one.already_present for one in received)
    assert hidden not in {one.document for one in received}
    assert [page.text for page in queries.pages(cast.viewer(cast.owner), hidden)] == [NOTE.decode()]
    seen = {upload.shown_name(document.uri): document for document in seen_by(viewer)}
    assert set(seen) == {"other.txt", "plan.txt", "fresh.txt"}
    assert seen["plan.txt"].title == "Plan"
    assert len({document.uri.count("/") for document in seen.values()}) == 1
    assert len({len(document.uri) - len(name) for name, document in seen.items()}) == 1
    again = upload.receive(viewer=viewer, name="plan.txt", data=b"The crane is let.", shared=True)
    assert again.document == same_name.document


def test_a_file_that_its_owner_may_not_read_any_more_is_not_replaced(cast: Cast) -> None:
    viewer = cast.viewer(cast.owner)
    first = upload.receive(viewer=viewer, name="plan.txt", data=NOTE)
    document = look(cast.tenant, lambda: Document.objects.get(id=first.document))
    apply(grants.deny, document=document, principals=[principals.user(cast.owner.id)], by="system")
    second = upload.receive(viewer=viewer, name="plan.txt", data=b"The crane is sold.")
    third = upload.receive(viewer=viewer, name="plan.txt", data=b"The crane is let.")
    assert first.document != second.document == third.document


def test_what_a_person_drops_anew_does_not_tell_what_was_narrowed_of_the_same_bytes(cast: Cast) -> None:
    newcomer, _ = ensure_person(email=f"new@{cast.tenant.slug}.example", tenant=cast.tenant, role="curator")
    hidden = upload.receive(viewer=cast.viewer(cast.owner), name="plan.txt", data=NOTE, shared=True).document
    document = look(cast.tenant, lambda: Document.objects.get(id=hidden))
    apply(grants.narrow, document=document, principals=[principals.user(cast.owner.id)], by="system")
    documents.remove(documents=[hidden], tenant=cast.tenant.id, reason="test")
    dropped = upload.receive(viewer=cast.viewer(newcomer), name="other.txt", data=NOTE, shared=True).document
    process.drain()
    assert queries.document(cast.viewer(newcomer), dropped) is not None
