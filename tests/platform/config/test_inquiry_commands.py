"""`why`, `whatif`, `viewas`: an administrator asks about his own tenant, changes nothing by it, and leaves an audit row."""

from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import call_command

from access.roles import Role
from audit.models import AuditEvent
from documents.models import Document
from identity.actions import ensure_person
from identity.models import User
from sources.models import Source
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
def boss(cast: Cast) -> User:
    return ensure_person(email=f"boss@{cast.tenant.slug}.example", tenant=cast.tenant, role=Role.ADMINISTRATOR)[0]


def said(asker: User, *words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--as", asker.email, "--json", stdout=out)
    answer: dict[str, Any] = orjson.loads(out.getvalue())
    return answer


def refused(asker: User, *words: str) -> str:
    with pytest.raises(AskedWrongly, match=r"\.$") as error:
        said(asker, *words)
    return str(error.value)


def people(differences: list[dict[str, Any]]) -> dict[str, int]:
    return {one["person"]: one["count"] for one in differences}


def test_why_answers_without_a_title_that_the_asker_may_not_read(cast: Cast, boss: User) -> None:
    leave = look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, uri="leave.md"))
    answer = said(boss, "why", cast.owner.email, str(leave.id))
    assert (answer["readable"], answer["title"]) == (True, None)
    assert answer["words"].startswith("reads it: member of Staff")
    assert len(answer["path"]) == 2
    assert AuditEvent.objects.filter(action="access.explained", object=f"document:{leave.id}").count() == 1


def test_why_knows_nothing_of_another_tenant(cast: Cast, boss: User) -> None:
    leave = look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, uri="leave.md"))
    missing = refused(cast.outsider, "why", cast.outsider.email, "00000000-0000-0000-0000-000000000000")
    found = refused(cast.outsider, "why", cast.outsider.email, str(leave.id))
    assert found.replace(str(leave.id), "") == missing.replace("00000000-0000-0000-0000-000000000000", "")
    assert "There is no" in refused(cast.outsider, "why", cast.owner.email, str(leave.id))
    assert "administrator" in refused(cast.teammate, "why", cast.owner.email, str(leave.id))


def test_what_if_somebody_came_into_a_group_or_left_it(cast: Cast, boss: User) -> None:
    coming = said(boss, "whatif", "--group", "staff", "--add", cast.teammate.email)
    assert people(coming["gains"]) == {cast.teammate.email: len(HANDBOOK)}
    assert coming["losses"] == []
    going = said(boss, "whatif", "--group", "staff", "--remove", cast.owner.email)
    assert people(going["losses"]) == {cast.owner.email: len(HANDBOOK)}
    assert all(document["title"] is None for document in going["losses"][0]["documents"])


def test_what_if_a_source_were_for_everyone_or_nobody(cast: Cast, boss: User) -> None:
    wider = said(boss, "whatif", "--source", "Handbook", "--access", "everyone")
    assert people(wider["gains"]) == dict.fromkeys((cast.teammate.email, boss.email), len(HANDBOOK))
    closed = said(boss, "whatif", "--source", "Handbook", "--access", "nobody")
    assert people(closed["losses"]) == {cast.owner.email: len(HANDBOOK)}


def test_what_if_somebody_were_suspended_or_had_another_role(cast: Cast, boss: User) -> None:
    assert people(said(boss, "whatif", "--suspend", cast.owner.email)["losses"]) == {cast.owner.email: len(HANDBOOK)}
    raised = said(boss, "whatif", "--person", cast.teammate.email, "--role", "curator")
    assert (raised["gains"], "manage_sources" in raised["permissions_gained"]) == ([], True)


def test_a_question_changes_nothing_but_is_audited(cast: Cast, boss: User) -> None:
    before = list(look(cast.tenant, lambda: Source.objects.filter(tenant=cast.tenant).values())), AuditEvent.objects.count()
    said(boss, "whatif", "--source", "Handbook", "--access", "everyone")
    cast.tenant.refresh_from_db()
    assert list(look(cast.tenant, lambda: Source.objects.filter(tenant=cast.tenant).values())) == before[0]
    assert AuditEvent.objects.count() == before[1] + 1
    assert AuditEvent.objects.order_by("-number")[0].action == "access.what_if"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--group", "staff"),
        ("--group", "never", "--add", "EMAIL"),
        ("--group", "staff", "--add", "nobody@nowhere.example"),
        ("--source", "Never", "--access", "everyone"),
        ("--source", "Handbook", "--access", "king"),
        ("--suspend", "EMAIL", "--source", "Handbook"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(cast: Cast, boss: User, words: tuple[str, ...]) -> None:
    refused(boss, "whatif", *(cast.owner.email if word == "EMAIL" else word for word in words))


def test_view_as_shows_titles_only_and_says_who_looked(cast: Cast, boss: User) -> None:
    seen = said(boss, "viewas", cast.owner.email, "When does the harbour gate open?")
    assert {one["title"] for one in seen["titles"]} >= {"Annual leave"}
    assert "seven in the morning" not in str(seen)
    assert said(boss, "viewas", cast.teammate.email, "harbour gate")["titles"] == []
    event = AuditEvent.objects.filter(action="access.viewed_as", object=f"user:{cast.owner.id}").get()
    assert event.actor == f"user:{boss.id}"
    assert "gate" not in str(event.detail)


def test_view_as_is_for_administrators_of_the_persons_tenant(cast: Cast) -> None:
    assert "There is no" in refused(cast.outsider, "viewas", cast.owner.email, "gate")
    assert "administrator" in refused(cast.teammate, "viewas", cast.owner.email, "gate")
