"""Writers do not wait for each other, and every event is sealed once, whoever commits late or dies."""

import os
import signal
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from audit import sealing
from audit.actions import Read, record, record_read
from audit.models import AuditBatch, AuditEvent, Unsealed
from audit.verification import verify

ROOT = Path(__file__).resolve().parents[3]
DIES = """
import os, signal, django
django.setup()
from django.db import transaction
from audit import sealing
from audit.actions import record
{moment}
"""
BEFORE_COMMIT = """
with transaction.atomic():
    record(action="test.died")
    os.kill(os.getpid(), signal.SIGKILL)
"""
HALF_SEALED = """
from audit.models import Unsealed
real = sealing._batch
def dies(leaves):
    os.kill(os.getpid(), signal.SIGKILL)
sealing._batch = dies
sealing.seal()
"""
BEFORE_CHECKPOINT = """
sealing.checkpoint = lambda: os.kill(os.getpid(), signal.SIGKILL)
sealing.seal()
"""


def in_batches(number: int) -> int:
    return sum([number, leaf] in batch.leaves for batch in AuditBatch.objects.all() for leaf in [dict(batch.leaves).get(number)])


def another_connection(action: str) -> None:
    """An event of a transaction of its own, which refuses to wait for anybody."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1ms'")
            record(action=action)
    finally:
        connections.close_all()


def die(moment: str) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "REDOUBT_AUDIT_CHECKPOINTS": str(settings.AUDIT_CHECKPOINTS),
    }
    done = subprocess.run([sys.executable, "-c", DIES.format(moment=moment)], env=environment, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_reader_does_not_wait_for_another_whose_transaction_is_open(committed: None) -> None:
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        record(action="test.open")
        pool.submit(another_connection, "test.beside").result()
        assert AuditEvent.objects.filter(action="test.beside").exists()


def test_an_event_that_commits_late_is_sealed_later_and_once(committed: None, checkpoints: Path) -> None:
    name = f"test.early.{uuid4()}"
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        late = record(action="test.late")
        pool.submit(another_connection, name).result()
        early = AuditEvent.objects.get(action=name)
        pool.submit(_sealed_elsewhere).result()
        assert late.number < early.number
        assert (in_batches(early.number), in_batches(late.number)) == (1, 0)
    sealing.seal()
    sealing.seal()
    assert (in_batches(early.number), in_batches(late.number)) == (1, 1)
    assert verify().whole


def test_ten_writers_and_two_sealers_at_once(committed: None, checkpoints: Path) -> None:
    name = f"test.{uuid4()}"
    with ThreadPoolExecutor(12) as pool:
        writers = [pool.submit(_write_twenty, name) for _ in range(10)]
        sealers = [pool.submit(_sealed_elsewhere) for _ in range(6)]
        for done in (*writers, *sealers):
            done.result()
    sealing.seal()
    numbers = set(AuditEvent.objects.filter(action=name).values_list("number", flat=True))
    sealed = [number for batch in AuditBatch.objects.all() for number, _ in batch.leaves]
    assert len(numbers) == 200
    assert numbers <= set(sealed)
    assert len(sealed) == len(set(sealed))
    assert verify().whole


@pytest.mark.parametrize("moment", [BEFORE_COMMIT, HALF_SEALED, BEFORE_CHECKPOINT])
def test_whoever_is_killed_half_way_leaves_nothing_half_done(committed: None, checkpoints: Path, moment: str) -> None:
    event = record(action="test.before")
    die(moment)
    sealing.seal()
    assert in_batches(event.number) == 1
    assert not AuditEvent.objects.filter(action="test.died").exists()
    verdict = verify()
    assert (verdict.whole, verdict.unsealed, verdict.checkpointed) == (True, 0, verdict.checkpointed)
    assert verdict.checkpointed >= event.number


def test_fifty_thousand_events_are_verified_in_little_memory(db: None, checkpoints: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (at, actor, face, action, object, detail)"
            " SELECT now(), 'user:x', 'portal', 'test.many', 'document:' || n, '{}' FROM generate_series(1, 50000) n"
        )
    sealing.seal()
    tracemalloc.start()
    verdict = verify()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert verdict.whole
    assert verdict.sealed >= 50_000
    assert peak < 12_000_000, "a batch at a time"


def test_the_application_puts_nothing_on_the_list_and_the_clock_is_the_databases(db: None) -> None:
    event = record_read(
        tenant=uuid4(), actor="user:a", on_behalf="user:b", face="portal", what=Read.PAGE, documents=[(uuid4(), 2)], object=""
    )
    assert Unsealed.objects.filter(number=event.number).exists()
    assert event.object.startswith("document:")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('audit_unsealed', 'INSERT'), has_table_privilege('audit_unsealed', 'DELETE')")
        assert cursor.fetchone() == (False, True)


def _write_twenty(name: str) -> None:
    for _ in range(20):
        another_connection(name)


def _sealed_elsewhere() -> None:
    try:
        sealing.seal()
    finally:
        connections.close_all()
