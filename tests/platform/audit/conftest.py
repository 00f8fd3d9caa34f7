"""The owner of the tables as an attacker, whose work is undone after the test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction

from audit import sealing
from audit.actions import record
from audit.models import AuditBatch, AuditEvent


class Attacker:
    """SQL as the tables' owner, with the triggers off."""

    def __init__(self) -> None:
        for table in ("audit_auditevent", "audit_auditbatch"):
            self(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    def __call__(self, sql: str, *values: Any) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(sql, values)


@pytest.fixture
def checkpoints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file of this test's own, which begins with the first batch."""
    monkeypatch.setattr(settings, "AUDIT_CHECKPOINTS", tmp_path)
    return tmp_path / "checkpoints.jsonl"


@pytest.fixture
def history(committed: None, checkpoints: Path) -> list[AuditEvent]:
    """Three sealed batches of three events, all checkpointed."""
    sealing.seal()
    made = []
    for _ in range(3):
        made += [record(action="test.happened", detail={"number": number}) for number in range(3)]
        sealing.seal()
    checkpoints.unlink()
    sealing.checkpoint()
    return made


@pytest.fixture
def attacker(history: list[AuditEvent]) -> Iterator[Attacker]:
    with transaction.atomic(using="owner"):
        yield Attacker()
        transaction.set_rollback(True, using="owner")


def holding(event: AuditEvent) -> AuditBatch:
    return AuditBatch.objects.get(first__lte=event.number, last__gte=event.number)
