"""Who may read a document: its source's policy, its own grants, denials; in PostgreSQL at once, in the index after it."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from access import principals
from access.viewer import Viewer
from audit.models import AuditEvent
from documents import grants, queries
from documents.grants import NotThere, UnknownPrincipal
from documents.mirroring import Permissions
from documents.models import Document, Grant
from documents.queries import Passage
from identity.models import Group
from ingestion import publish
from ingestion.grants import apply, change, mirror
from retrieval.search import search
from tenants.models import Tenant
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write
from tests.factories.looking import look

pytestmark = pytest.mark.django_db
GATE = "When does the harbour gate open?"


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, HANDBOOK), "group:staff"))
    return cast


@pytest.fixture
def gate(cast: Cast) -> Document:
    return look(cast.tenant, lambda: Document.objects.select_related("source").get(uri="site/opening.txt"))


def readers(cast: Cast, document: Document) -> list[str]:
    """Of owner, teammate and outsider, who may read it."""
    people = {"owner": cast.owner, "teammate": cast.teammate, "outsider": cast.outsider}
    return [name for name, person in people.items() if queries.document(cast.viewer(person), document.id)]


def found_by_index_alone(cast: Cast, document: Document, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The same, asked of the index after it was told, with the recheck off."""
    publish.drain()
    seen: list[set[UUID]] = []

    def unchecked(viewer: Viewer, ranked: Sequence[UUID], limit: int) -> list[Passage]:
        seen.append(set(ranked))
        return []

    monkeypatch.setattr("retrieval.search._readable", unchecked)
    chunks = set(look(document, lambda: document.chunks.values_list("id", flat=True)))
    found = []
    for name, person in {"owner": cast.owner, "teammate": cast.teammate, "outsider": cast.outsider}.items():
        search(cast.viewer(person), GATE)
        if chunks & seen[-1]:
            found.append(name)
    return found


def staff(cast: Cast) -> str:
    return principals.group(Group.objects.get(tenant=cast.tenant, slug="staff").id)


def test_what_is_shared_is_read_and_what_is_taken_back_is_not(cast: Cast, gate: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    assert readers(cast, gate) == ["owner"]
    who = [principals.user(cast.teammate.id)]
    assert apply(grants.share, document=gate, principals=who, by="user:boss") == 1
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == ["owner", "teammate"]
    apply(grants.unshare, document=gate, principals=who, by="user:boss")
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == ["owner"]


def test_a_denial_wins_over_policy_and_share(cast: Cast, gate: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(grants.share, document=gate, principals=[principals.user(cast.owner.id)], by="user:boss")
    apply(grants.deny, document=gate, principals=[staff(cast)], by="user:boss")
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == []
    apply(grants.undeny, document=gate, principals=[staff(cast)], by="user:boss")
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == ["owner"]


def test_a_policy_holds_with_its_commit_in_both_layers_and_touches_no_document(
    cast: Cast, gate: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list(look(gate.source, lambda: Document.objects.filter(source=gate.source).order_by("id").values()))
    change(source=gate.source, access=[principals.everyone(cast.tenant.id)])
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == ["owner", "teammate"]
    change(source=gate.source, access=[])
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == []
    assert list(look(gate.source, lambda: Document.objects.filter(source=gate.source).order_by("id").values())) == before


def test_a_narrowed_document_follows_no_policy(cast: Cast, gate: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(grants.share, document=gate, principals=[principals.user(cast.teammate.id)], by="user:boss")
    apply(grants.narrow, document=gate, principals=[principals.user(cast.teammate.id)], by="user:boss")
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == ["teammate"]
    change(source=gate.source, access=[principals.everyone(cast.tenant.id)])
    assert readers(cast, gate) == ["teammate"]


def test_mirrored_permissions_are_the_sources_own_and_none_means_nobody(
    cast: Cast, gate: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(source=gate.source, access=None)
    assert readers(cast, gate) == []
    said = Permissions(allow=frozenset({principals.everyone(cast.tenant.id)}), deny=frozenset({staff(cast)}))
    assert mirror(source=gate.source, permissions={gate.id: said}) == 1
    assert mirror(source=gate.source, permissions={gate.id: said}) == 0
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == ["teammate"]
    mirror(source=gate.source, permissions={gate.id: Permissions()})
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == []


def test_what_was_mirrored_counts_no_more_under_a_policy(cast: Cast, gate: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    change(source=gate.source, access=None)
    everyone = Permissions(allow=frozenset({principals.everyone(cast.tenant.id)}))
    mirror(source=gate.source, permissions={gate.id: everyone})
    change(source=gate.source, access=[staff(cast)])
    assert mirror(source=gate.source, permissions={gate.id: everyone}) == 0
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == ["owner"]


def test_a_narrowed_document_goes_on_taking_its_sources_denials_and_keeps_them(
    cast: Cast, gate: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = principals.user(cast.owner.id)
    apply(grants.narrow, document=gate, principals=[staff(cast)], by="user:boss")
    change(source=gate.source, access=None)
    everyone = frozenset({principals.everyone(cast.tenant.id)})
    assert mirror(source=gate.source, permissions={gate.id: Permissions(allow=everyone)}) == 0
    assert readers(cast, gate) == ["owner"]
    mirror(source=gate.source, permissions={gate.id: Permissions(allow=everyone, deny=frozenset({owner}))})
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == []
    change(source=gate.source, access=[])
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == []


def test_each_change_is_kept_with_its_author_and_moves_version_and_epoch(cast: Cast, gate: Document) -> None:
    epoch = Tenant.objects.get(id=cast.tenant.id).epoch
    apply(grants.share, document=gate, principals=[principals.user(cast.teammate.id)], by="user:boss")
    apply(grants.share, document=gate, principals=[principals.user(cast.teammate.id)], by="user:boss")
    grant = look(gate, lambda: Grant.objects.get(document=gate))
    assert (grant.origin, grant.by, grant.at is not None) == ("share", "user:boss", True)
    assert look(gate, lambda: Document.objects.get(id=gate.id).grants_version) == gate.grants_version + 1
    assert Tenant.objects.get(id=cast.tenant.id).epoch == epoch + 1
    assert AuditEvent.objects.filter(action="document.shared", object=f"document:{gate.id}").count() == 1


def test_who_is_of_another_tenant_cannot_be_granted_anything(cast: Cast, gate: Document) -> None:
    strangers = [principals.user(cast.outsider.id), principals.everyone(cast.elsewhere.id), "group:nonsense", cast.owner.email]
    for stranger in strangers:
        with pytest.raises(UnknownPrincipal):
            apply(grants.share, document=gate, principals=[stranger], by="user:boss")
    assert not look(gate, lambda: Grant.objects.filter(document=gate).exists())


def test_a_removed_document_and_another_tenants_cannot_be_shared(cast: Cast, gate: Document) -> None:
    gate.tenant_id = cast.elsewhere.id
    with pytest.raises(NotThere):
        apply(grants.share, document=gate, principals=[], by="user:boss")


def test_a_document_without_text_waits_for_nothing(cast: Cast, gate: Document) -> None:
    look(gate, lambda: Document.objects.filter(id=gate.id).update(generation=0, state="failed"))
    apply(grants.share, document=gate, principals=[principals.user(cast.teammate.id)], by="user:boss")
    assert not look(gate, lambda: Document.objects.get(id=gate.id).unpublished)


def test_a_reader_that_cannot_be_named_fails_no_other_document(cast: Cast, gate: Document) -> None:
    change(source=gate.source, access=None)
    other = look(cast.tenant, lambda: Document.objects.filter(source=gate.source).exclude(id=gate.id)[0])
    owner = frozenset({principals.user(cast.owner.id)})
    mirror(source=gate.source, permissions={gate.id: Permissions(owner), other.id: Permissions(owner)})
    long = principals.external_user(gate.source_id, "u" * 200)
    endless = principals.external_group(gate.source_id, "g" * 300)
    mirror(source=gate.source, permissions={gate.id: Permissions(), other.id: Permissions(owner | {long, endless, ""})})
    assert (readers(cast, gate), readers(cast, other)) == ([], ["owner"])
    assert look(cast.tenant, lambda: Grant.objects.filter(document=other, principal=long).exists())
    failed = AuditEvent.objects.get(action="documents.mirror_failed", tenant=cast.tenant.id)
    assert failed.detail["documents"] == [str(other.id)]
    assert "left out" in failed.detail["reason"]


def test_where_the_source_denies_who_cannot_be_named_nobody_reads(cast: Cast, gate: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    change(source=gate.source, access=None)
    owner = frozenset({principals.user(cast.owner.id)})
    endless = principals.external_group(gate.source_id, "g" * 300)
    apply(grants.share, document=gate, principals=list(owner), by="user:boss")
    mirror(source=gate.source, permissions={gate.id: Permissions(owner, frozenset({endless}))})
    assert readers(cast, gate) == found_by_index_alone(cast, gate, monkeypatch) == []
    mirror(source=gate.source, permissions={gate.id: Permissions(owner)})
    assert readers(cast, gate) == ["owner"]
