"""`grant`: one document is shared or denied by who may manage sources, and what it says is what then holds."""

from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import call_command

from access.roles import Role
from audit.models import AuditEvent
from documents.models import Document
from documents.queries import document as readable
from identity.actions import ensure_person
from identity.models import User
from terminal.command import AskedWrongly
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write
from tests.factories.looking import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, HANDBOOK), "group:staff"))
    return cast


@pytest.fixture
def leave(cast: Cast) -> Document:
    return look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, uri="leave.md"))


@pytest.fixture
def boss(cast: Cast) -> User:
    return ensure_person(email=f"boss@{cast.tenant.slug}.example", tenant=cast.tenant, role=Role.ADMINISTRATOR)[0]


def said(asker: User, *words: object) -> dict[str, Any]:
    out = StringIO()
    call_command("grant", *map(str, words), "--as", asker.email, "--json", stdout=out)
    answer: dict[str, Any] = orjson.loads(out.getvalue())
    return answer


def reads(cast: Cast, person: User, document: Document) -> bool:
    return readable(cast.viewer(person), document.id) is not None


def test_a_share_opens_and_taking_it_back_closes(cast: Cast, leave: Document) -> None:
    assert said(cast.owner, "leave.md", "--share", cast.teammate.email)["changed"] == 1
    assert reads(cast, cast.teammate, leave)
    assert said(cast.owner, "leave.md", "--share", cast.teammate.email)["changed"] == 0
    taken = said(cast.owner, "leave.md", "--unshare", cast.teammate.email)
    assert (taken["changed"], taken["still"], taken["title"]) == (1, [], "Annual leave")
    assert not reads(cast, cast.teammate, leave)


def test_taking_back_a_share_says_who_reads_it_even_so(cast: Cast, leave: Document) -> None:
    taken = said(cast.owner, "leave.md", "--unshare", cast.owner.email, "group:staff")
    assert (taken["changed"], taken["still"]) == (0, [cast.owner.email, "group:staff"])


def test_a_denial_closes_whatever_else_lets_and_is_audited(cast: Cast, boss: User, leave: Document) -> None:
    denied = said(boss, leave.id, "--deny", cast.owner.email)
    assert (denied["changed"], denied["title"]) == (1, None)
    assert not reads(cast, cast.owner, leave)
    assert AuditEvent.objects.get(action="document.denied", object=f"document:{leave.id}").actor == f"user:{boss.id}"


def test_nobody_opens_what_he_does_not_read_himself(cast: Cast, boss: User, leave: Document) -> None:
    with pytest.raises(AskedWrongly, match="only what you read yourself"):
        said(boss, leave.id, "--share", boss.email)
    said(boss, leave.id, "--deny", cast.owner.email)
    with pytest.raises(AskedWrongly, match="only what you read yourself"):
        said(cast.owner, leave.id, "--undeny", cast.owner.email)
    assert not reads(cast, cast.owner, leave)


def test_another_tenant_and_a_plain_reader_change_nothing(cast: Cast, leave: Document) -> None:
    for asker in (cast.outsider, cast.teammate):
        with pytest.raises(AskedWrongly, match=r"\.$"):
            said(asker, leave.id, "--deny", cast.owner.email)
    with pytest.raises(AskedWrongly, match="There is no"):
        said(cast.owner, "leave.md", "--share", cast.outsider.email)
    assert reads(cast, cast.owner, leave)


@pytest.mark.parametrize("who", ["king", "group:never", "nobody@nowhere.example"])
def test_words_that_mean_nobody_are_refused(cast: Cast, leave: Document, who: str) -> None:
    with pytest.raises(AskedWrongly, match=r"\.$"):
        said(cast.owner, "leave.md", "--share", who)
