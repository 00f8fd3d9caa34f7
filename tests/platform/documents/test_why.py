"""Why somebody reads a document: always the decision of visible_to, with the way to it in words that the asker may know."""

from pathlib import Path

import pytest

from access import principals
from access.permissions import NotAllowed
from access.resolve import viewer_for
from access.roles import Role
from documents import grants, inquiry, queries
from documents.inquiry import NoSuchDocument
from documents.mirroring import Permissions, mirror
from documents.models import Document
from documents.readership import readership
from documents.why import Why, why
from identity import groups
from identity.actions import ensure_person, suspend
from identity.models import User
from identity.queries import UnknownPerson
from sources.actions import set_access
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import folder_source
from tests.factories.looking import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def pay(cast: Cast, tmp_path: Path) -> Document:
    source = folder_source(cast.tenant, tmp_path, "group:staff")
    return look(
        source,
        lambda: Document.objects.create(
            tenant=cast.tenant, source=source, uri="pay.md", title="Pay", blob="0" * 32, sha256="", size=1, generation=3
        ),
    )


def told(cast: Cast, user: User, document: Document) -> Why:
    document = look(cast.tenant, lambda: Document.objects.select_related("source").get(id=document.id))
    answer = why(user=user, tenant=cast.tenant, document=document)
    if "suspended" not in answer.words:
        viewer = viewer_for(user=user, tenant=cast.tenant)
        assert answer.readable == look(viewer, queries.visible_to(viewer).filter(id=document.id).exists)
        bits = readership(cast.tenant.id)
        assert answer.readable == (document.id in bits.named(bits.read_by(viewer.readers[0]), 10))
    assert "pay.md" not in answer.words
    assert "Pay" not in answer.words
    return answer


def staff(cast: Cast) -> str:
    return principals.group(groups.ensure_group(tenant=cast.tenant, slug="staff").id)


def test_the_way_to_it_names_group_policy_and_day(cast: Cast, pay: Document) -> None:
    answer = told(cast, cast.owner, pay)
    assert answer.readable
    assert answer.words.startswith("reads it: member of Staff, granted by the policy of its source on ")


def test_groups_inside_groups_are_named_on_the_way(cast: Cast, pay: Document) -> None:
    cleaners = groups.ensure_group(tenant=cast.tenant, slug="cleaners", name="Cleaners")
    groups.nest(child=cleaners, parent=groups.ensure_group(tenant=cast.tenant, slug="staff"))
    groups.add(group=cleaners, users=[cast.teammate])
    assert told(cast, cast.teammate, pay).words.startswith("reads it: member of Cleaners, in Staff, granted by the policy of its source on")


def test_whom_no_grant_names_is_told_so(cast: Cast, pay: Document) -> None:
    assert told(cast, cast.teammate, pay).words == "does not: no grant names this person"


def test_a_share_names_the_person_and_a_denial_wins(cast: Cast, pay: Document) -> None:
    grants.share(document=pay, principals=[principals.user(cast.teammate.id)], by="user:boss")
    assert told(cast, cast.teammate, pay).words.startswith("reads it: named in person, shared on ")
    grants.deny(document=pay, principals=[principals.everyone(cast.tenant.id)], by="user:boss")
    assert told(cast, cast.teammate, pay).words.startswith("does not: denied to everyone in Harbour on ")
    assert not told(cast, cast.owner, pay).readable


def test_a_policy_does_not_count_for_a_narrowed_document(cast: Cast, pay: Document) -> None:
    grants.share(document=pay, principals=[principals.user(cast.teammate.id)], by="user:boss")
    grants.narrow(document=pay, principals=[principals.user(cast.teammate.id)], by="user:boss")
    assert not told(cast, cast.owner, pay).readable
    assert told(cast, cast.teammate, pay).readable


def test_what_the_source_says_is_the_sources(cast: Cast, pay: Document) -> None:
    set_access(source=pay.source, access=None)
    mirror(source=pay.source, permissions={pay.id: Permissions(allow=frozenset({staff(cast)}))})
    assert told(cast, cast.owner, pay).words.startswith("reads it: member of Staff, granted by the source on ")


def test_who_is_suspended_reads_nothing_and_no_text_is_no_reading(cast: Cast, pay: Document) -> None:
    look(cast.tenant, lambda: Document.objects.filter(id=pay.id).update(generation=0))
    assert told(cast, cast.owner, pay).words.startswith("does not: its text is not ready yet, member of Staff")
    suspend(user=cast.owner, tenant=cast.tenant)
    assert told(cast, cast.owner, pay).words == "does not: suspended, or no active member of Harbour"


def test_only_an_administrator_asks_and_only_of_his_own(cast: Cast, pay: Document) -> None:
    boss, _ = ensure_person(email=f"boss@{cast.tenant.slug}.example", tenant=cast.tenant, role=Role.ADMINISTRATOR)
    asker, stranger = (inquiry.asker(user.email, None) for user in (boss, cast.outsider))
    for user in (cast.owner, cast.teammate):
        with pytest.raises(NotAllowed):
            inquiry.asker(user.email, None)
    assert inquiry.person(asker, cast.owner.email) == cast.owner
    assert inquiry.document(asker, str(pay.id)) == pay
    assert inquiry.titles(asker, [pay.id]) == {}
    with pytest.raises(NoSuchDocument):
        inquiry.document(asker, "pay.md")
    with pytest.raises(NoSuchDocument):
        inquiry.document(stranger, str(pay.id))
    with pytest.raises(UnknownPerson):
        inquiry.person(stranger, cast.owner.email)
    assert inquiry.titles(stranger, [pay.id]) == {}
