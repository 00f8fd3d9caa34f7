"""A file dropped on the page."""

from pathlib import Path

import pytest
from pytest_django import Settings

from documents import queries
from documents.models import Document
from ingestion import process, upload
from tests.factories.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
NOTE = b"The new crane lifts 60 tonnes."


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def readers(cast: Cast) -> set[str]:
    people = {"owner": cast.owner, "teammate": cast.teammate, "outsider": cast.outsider}
    return {name for name, person in people.items() if queries.visible_to(cast.viewer(person)).exists()}


def test_an_upload_is_its_owners_until_it_is_shared(cast: Cast) -> None:
    upload.receive(viewer=cast.viewer(cast.owner), name="crane.txt", data=NOTE)
    process.drain()
    assert readers(cast) == {"owner"}
    upload.receive(viewer=cast.viewer(cast.owner), name="crane.txt", data=NOTE, shared=True)
    process.drain()
    assert readers(cast) == {"owner", "teammate"}


def test_who_may_not_share_is_told(cast: Cast) -> None:
    with pytest.raises(upload.NotAllowed):
        upload.receive(viewer=cast.viewer(cast.teammate), name="crane.txt", data=NOTE, shared=True)
    assert not Document.objects.filter(tenant=cast.tenant).exists()


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
    assert not Document.objects.filter(tenant=cast.tenant).exists()


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
