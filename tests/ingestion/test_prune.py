"""What is removed leaves every store, and a receipt says so."""

from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from audit.models import AuditEvent
from documents import blobs
from documents.models import Chunk, DeletionReceipt, Document, Grant, Page
from index import points
from ingestion import prune
from sources.models import Source
from tenants.models import Tenant
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write
from tests.factories.looking import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def source(cast: Cast, tmp_path: Path) -> Source:
    source = folder_source(cast.tenant, write(tmp_path, HANDBOOK))
    ingested(source)
    return source


def test_a_removed_document_leaves_every_store_with_a_receipt(
    source: Source, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    leave = look(source, lambda: Document.objects.get(source=source, uri="leave.md"))
    with django_capture_on_commit_callbacks(execute=True):
        prune.remove(document=leave)
        prune.purge_removed()
    assert points.count(document=leave.id) == 0
    assert [list(look(source, model.objects.filter(document_id=leave.id).all)) for model in (Chunk, Page, Grant)] == [[], [], []]
    assert not blobs.exists(leave.blob)
    receipt = look(source, lambda: DeletionReceipt.objects.get(subject=f"document:{leave.id}"))
    assert receipt.counts == {"points": 1, "chunks": 1, "pages": 1, "blobs": 1, "left": 0}
    assert AuditEvent.objects.filter(action="documents.removed", tenant=source.tenant_id).exists()


def test_a_removed_source_takes_its_documents_and_no_others_with_it(cast: Cast, source: Source, tmp_path: Path) -> None:
    other = folder_source(cast.tenant, write(tmp_path / "other", {"kept.md": "We keep this."}), name="Other")
    ingested(other)
    prune.remove_source(source=source)
    assert not look(source, lambda: Source.objects.filter(id=source.id).exists())
    assert points.count(tenant=cast.tenant.id) == 1
    assert look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant).uri) == "kept.md"


def test_an_erased_tenant_leaves_nothing_but_receipt_and_audit(cast: Cast, source: Source) -> None:
    tenant = cast.tenant.id
    receipt = prune.erase_tenant(tenant=cast.tenant)
    assert points.count(tenant=tenant) == 0
    assert not Tenant.objects.filter(id=tenant).exists()
    assert not look(source, lambda: Document.objects.filter(tenant_id=tenant).exists())
    assert receipt.counts["documents"] == len(HANDBOOK)
    assert AuditEvent.objects.filter(action="tenant.removed", tenant=tenant).exists()
