"""The audit chain: append-only for the application, and a changed row is named."""

import pytest
from django.db import ProgrammingError, connections, transaction

from audit.actions import record
from audit.models import AuditEvent
from audit.queries import first_broken

pytestmark = pytest.mark.django_db


def test_a_whole_chain_verifies() -> None:
    for number in range(3):
        record(action="test.happened", detail={"number": number})
    assert first_broken() is None


def test_the_application_can_neither_change_nor_remove_an_event() -> None:
    event = record(action="test.happened")
    for attempt in (AuditEvent.objects.filter(pk=event.pk).update, AuditEvent.objects.filter(pk=event.pk).delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            attempt(**({"action": "test.never"} if attempt.__name__ == "update" else {}))


def test_an_edited_row_is_named() -> None:
    record(action="test.first")
    genuine = record(action="test.second")
    edited = AuditEvent(**{field.name: getattr(genuine, field.name) for field in AuditEvent._meta.fields})
    edited.number, edited.action = genuine.number + 1, "test.forged"
    edited.save(force_insert=True)
    broken = first_broken()
    assert broken is not None
    assert broken.number == edited.number


def test_the_application_role_is_neither_owner_nor_superuser() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
