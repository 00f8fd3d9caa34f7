"""Who leaves a tenant and comes back: what was shared with that person alone is gone, what was denied stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now

from access import actions as access
from access import principals
from audit.models import AuditEvent
from documents import actions as documents
from documents import grants, queries
from documents.grants import UnknownPrincipal
from documents.models import Document, Grant
from identity import actions as identity
from identity import changes
from identity.models import Membership, User
from ingestion.grants import apply
from sources.models import Source
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write
from tests.factories.looking import look

GATE = "site/opening.txt"


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    return handbook(make_cast(), tmp_path)


def handbook(cast: Cast, folder: Path) -> Cast:
    ingested(folder_source(cast.tenant, write(folder, HANDBOOK), "group:staff"))
    identity.ensure_person(email=cast.teammate.email, tenant=cast.elsewhere)
    return cast


def gate(cast: Cast) -> Document:
    return look(cast.tenant, lambda: Document.objects.select_related("source").get(uri=GATE, removed_at=None))


def reads(cast: Cast, person: User) -> bool:
    return queries.document(cast.viewer(person), gate(cast).id) is not None


def alone(person: User) -> list[str]:
    return [principals.user(person.id)]


def leaves_and_returns(cast: Cast) -> None:
    identity.remove(user=cast.teammate, tenant=cast.tenant)
    identity.ensure_person(email=cast.teammate.email, tenant=cast.tenant)


def test_what_was_shared_with_the_person_alone_is_not_read_after_a_return(cast: Cast) -> None:
    apply(grants.share, document=gate(cast), principals=[*alone(cast.teammate), *alone(cast.owner)], by="user:boss")
    assert reads(cast, cast.teammate)
    version = gate(cast).grants_version
    leaves_and_returns(cast)
    assert not reads(cast, cast.teammate)
    assert reads(cast, cast.owner), "what the others were given stays theirs"
    assert gate(cast).unpublished, "and the index hears of it"
    assert gate(cast).grants_version > version
    event = AuditEvent.objects.filter(tenant=cast.tenant.id, action="documents.unshared").get()
    assert (event.object, event.detail["count"]) == (f"user:{cast.teammate.id}", 1)


def test_a_denial_waits_for_the_person(cast: Cast) -> None:
    apply(grants.deny, document=gate(cast), principals=alone(cast.teammate), by="user:boss")
    leaves_and_returns(cast)
    identity.ensure_person(email=cast.teammate.email, tenant=cast.tenant, groups=["staff"])
    assert not reads(cast, cast.teammate)


def test_a_document_that_was_narrowed_to_the_person_and_comes_back_later_is_nobodys(cast: Cast) -> None:
    apply(grants.share, document=gate(cast), principals=alone(cast.teammate), by="user:boss")
    apply(grants.narrow, document=gate(cast), principals=alone(cast.teammate), by="user:boss")
    source = look(cast.tenant, lambda: Source.objects.get(documents=gate(cast)))
    documents.remove(documents=[gate(cast).id], tenant=cast.tenant.id, reason="a test")
    leaves_and_returns(cast)
    ingested(source)
    assert gate(cast).restricted
    assert not reads(cast, cast.teammate)
    assert not reads(cast, cast.owner)


def test_the_person_keeps_what_another_tenant_shared(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    ingested(folder_source(cast.elsewhere, write(tmp_path / "other", HANDBOOK), "everyone"))
    theirs = look(cast.elsewhere, lambda: Document.objects.get(uri=GATE))
    apply(grants.share, document=theirs, principals=alone(cast.teammate), by="user:boss")
    leaves_and_returns(cast)
    assert look(cast.elsewhere, lambda: Grant.objects.filter(document=theirs).count()) == 1


@pytest.mark.parametrize("how", ["ended", "expired", "dismissed"])
def test_what_was_shared_during_break_glass_ends_with_it(cast: Cast, how: str) -> None:
    operator, _ = identity.ensure_operator(email=f"operator@{cast.tenant.slug}.example")
    lend(operator, cast)
    apply(grants.share, document=gate(cast), principals=alone(operator), by="user:boss")
    assert reads(cast, operator)
    if how == "ended":
        access.end_break_glass(operator=operator, tenant=cast.tenant, by="test")
    elif how == "expired":
        Membership.objects.filter(user=operator).update(expires_at=Now() - timedelta(seconds=1))
        access.end_expired()
    else:
        identity.dismiss_operator(user=operator)
        identity.ensure_operator(email=operator.email)
        operator.refresh_from_db()
    lend(operator, cast)
    assert not reads(cast, operator)


def lend(operator: User, cast: Cast) -> None:
    access.break_glass(operator=operator, tenant=cast.tenant, reason="the owner is locked out", hours=1, by="test")


def test_sharing_with_somebody_who_is_just_leaving_is_refused(committed: None, tmp_path: Path) -> None:
    """The share began while the person belonged to the tenant, and waits for the departure to end."""
    cast = handbook(make_cast(), tmp_path)
    document = gate(cast)

    def share() -> str:
        try:
            grants.share(document=document, principals=alone(cast.teammate), by="user:boss")
        except UnknownPrincipal:
            return "refused"
        finally:
            connection.close()
        return "shared"

    with ThreadPoolExecutor(1) as pool:
        with changes.of_departure("person.removed", user=cast.teammate, tenant=cast.tenant, by="test"):
            late = pool.submit(share)
            while not (late.done() or blocked()):
                pass
            assert not late.done(), "it waits for the tenant"
            identity.leave(cast.teammate, cast.tenant)
        assert late.result(30) == "refused"
    identity.ensure_person(email=cast.teammate.email, tenant=cast.tenant)
    assert not reads(cast, cast.teammate)


def blocked() -> bool:
    """Whether somebody waits for what this connection holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))")
        return bool(cursor.fetchone()[0])
