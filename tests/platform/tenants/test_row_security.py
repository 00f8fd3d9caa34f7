"""The third layer: a query that forgets its tenant is shown nothing, whatever else is wrong with it."""

from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.models import Model

from access import principals
from conversations import actions as conversations
from conversations.models import Citation, Conversation, Feedback, Message
from documents.models import Chunk, DeletionReceipt, Document, Grant, Page, Restriction, Work
from sources.actions import miss
from sources.models import Source, SyncFailure, SyncRun
from tenants import checks, scope
from tenants.scope import across_tenants, within
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write
from tests.factories.looking import look

pytestmark = pytest.mark.django_db

GUARDED: tuple[type[Model], ...] = (
    *(Source, SyncRun, SyncFailure),
    *(Document, Grant, Page, Chunk, Restriction, DeletionReceipt),
    *(Conversation, Message, Citation, Feedback),
)
WORK_LISTS = {Source, SyncRun}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def full(cast: Cast, tmp_path: Path) -> Cast:
    """The owner's tenant has a row in each table."""
    run = ingested(folder_source(cast.tenant, write(tmp_path, HANDBOOK)))
    miss(run=run, uri="gone.md", code="unreadable", message="It cannot be read.")
    look(cast, lambda: Grant.objects.create(document=Document.objects.all()[0], principal=principals.user(cast.owner.id)))
    viewer = cast.viewer(cast.owner)
    message = conversations.start(viewer=viewer, question="How many days?")
    document = look(cast, lambda: Document.objects.all()[0])
    source = Citation(document=document.id, generation=1, marker=1, title="", uri="", quote="", start=0, end=1)
    conversations.finish(viewer=viewer, message=message, answered=conversations.Answered("25.", "extractive", [source]), face="portal")
    conversations.give_feedback(viewer=viewer, message_id=message.id, helpful=True)
    look(cast, lambda: DeletionReceipt.objects.create(tenant=cast.tenant.id, subject="", counts={}, hash=""))
    look(cast, lambda: Restriction.objects.create(source_id=document.source_id, address="", sha256="", narrowed=True, grants=[]))
    return cast


def test_a_forgotten_or_a_wrong_tenant_is_shown_nothing(full: Cast) -> None:
    for model in GUARDED:
        assert look(full, model._default_manager.count) > 0, model
        assert not model._default_manager.exists(), model
        assert not look(full.elsewhere, model._default_manager.exists), model


def test_nothing_is_changed_or_removed_without_its_tenant(full: Cast) -> None:
    for table in (model._meta.db_table for model in GUARDED):
        for whose in ("", str(full.elsewhere.id)):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('redoubt.tenant', %s, true)", [whose])
                cursor.execute(f"DELETE FROM {table}")
                assert cursor.rowcount == 0, table


def test_no_row_goes_into_another_tenant(full: Cast) -> None:
    """Copied as it is, with the tenant that it says, while another is set, and while none is."""
    for model in GUARDED:
        row = look(full, model._default_manager.order_by("pk").first)
        assert row
        for whose in (full.elsewhere.id, None):
            with pytest.raises(ProgrammingError, match="row-level security"):
                _insert(row, whose)


def _insert(row: Model, whose: UUID | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('redoubt.tenant', %s, true)", [str(whose or "")])
        row.save(force_insert=True)


def test_across_tenants_there_is_work_and_no_word_of_a_document(full: Cast) -> None:
    with across_tenants():
        assert Work.objects.filter(tenant_id=full.tenant.id).count() == len(HANDBOOK)
        for model in GUARDED:
            assert model._default_manager.exists() == (model in WORK_LISTS), model
    assert not Work.objects.exists()
    shown = {field.column for field in Work._meta.get_fields() if hasattr(field, "column")}
    assert not shown & {"title", "uri", "blob", "message", "sha256", "language"}
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), across_tenants():
        Work.objects.update(tenant_id=full.elsewhere.id)


def test_a_scope_ends_with_its_transaction(full: Cast) -> None:
    with within(full.tenant.id):
        assert Document.objects.exists()
        with within(full.tenant.id):
            assert Document.objects.exists()
        with pytest.raises(scope.ScopeTaken), within(full.elsewhere.id):
            raise AssertionError
        with pytest.raises(scope.ScopeTaken), across_tenants():
            raise AssertionError
        assert Document.objects.exists()
    assert not Document.objects.exists()


@pytest.mark.parametrize("error", [ValueError, DatabaseError])
def test_a_scope_that_breaks_off_is_over(full: Cast, error: type[Exception]) -> None:
    with pytest.raises(error), within(full.tenant.id):
        raise error
    assert not Document.objects.exists()
    assert look(full.elsewhere, Document.objects.count) == 0


def test_a_query_cannot_leave_the_scope_it_was_made_in(full: Cast) -> None:
    @scope.of("tenant")
    def lazy(tenant: UUID) -> object:
        return Document.objects.all()

    async def later(tenant: UUID) -> None: ...

    with pytest.raises(TypeError, match="after its scope has ended"):
        lazy(full.tenant.id)
    with pytest.raises(TypeError, match="goes on after its call"):
        scope.of("tenant")(later)


def test_every_table_with_a_tenant_has_a_forced_policy() -> None:
    """A new model without one fails here: so it is decided, and not forgotten."""
    found = checks.of_tenants(checks.tables())
    assert [table.name for table in found if not table.guarded] == []
    assert {table.name for table in found} == {model._meta.db_table for model in GUARDED}
    named = {model._meta.db_table for model in apps.get_models() if model is not Work}
    assert named >= {table.name for table in found}


def test_the_applications_role_cannot_step_around_the_policies() -> None:
    assert checks.powers() == (False, False)
    assert [table.name for table in checks.tables() if table.owned] == []
    assert checks.row_security() == []
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE documents_chunk DISABLE ROW LEVEL SECURITY")


def test_a_policy_that_is_gone_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = checks.Table("documents_new", guarded=False, owned=True, says_tenant=False, parents=("documents_document",))
    found = [*checks.tables(), bare]
    monkeypatch.setattr(checks, "tables", lambda: found)
    monkeypatch.setattr(checks, "powers", lambda: (True, False))
    assert [message.id for message in checks.row_security()] == ["redoubt.E001", "redoubt.E002", "redoubt.E003"]


def test_the_owner_is_bound_too(full: Cast) -> None:
    with psycopg.connect(settings.DATABASE_OWNER_URL) as owner:
        for model in GUARDED:
            row = owner.execute(f"SELECT count(*) FROM {model._meta.db_table}").fetchone()
            assert row == (0,), model
