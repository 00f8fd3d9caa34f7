"""Whoever owns the tables changes history, in every way there is: the verifier names the row."""

import dataclasses
import json
from pathlib import Path

import pytest
from django.db import ProgrammingError, connections, transaction

from audit import keys, sealing
from audit.actions import record
from audit.chain import batch_hash, leaf, root
from audit.checkpoints import Checkpoint, read
from audit.findings import Verdict
from audit.models import AuditBatch, AuditEvent
from audit.verification import NoCheckpoints, verify
from tests.platform.audit.conftest import Attacker, holding

EDIT = "UPDATE audit_auditevent SET actor = 'user:innocent' WHERE number = %s"
DELETE = "DELETE FROM audit_auditevent WHERE number = %s"


def kinds(verdict: Verdict) -> list[tuple[int, str]]:
    return [(broken.number, broken.kind) for broken in verdict.broken]


def test_what_nobody_touched_is_whole(history: list[AuditEvent]) -> None:
    verdict = verify()
    assert (verdict.whole, verdict.unsealed, verdict.checkpointed) == (True, 0, history[-1].number)


@pytest.mark.parametrize("model", [AuditEvent, AuditBatch])
def test_the_application_can_neither_change_nor_remove(history: list[AuditEvent], model: type[AuditEvent] | type[AuditBatch]) -> None:
    table = model._meta.db_table
    for sql in (f"UPDATE {table} SET number = number", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(ProgrammingError, match="permission denied"), connections["default"].cursor() as cursor:
            cursor.execute(sql)


def test_even_the_owner_is_refused_until_he_takes_the_trigger_away(history: list[AuditEvent]) -> None:
    for sql in ("UPDATE audit_auditevent SET actor = ''", "DELETE FROM audit_auditbatch", "TRUNCATE audit_auditevent"):
        with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            cursor.execute(sql)


def test_an_edited_event_is_named(attacker: Attacker, history: list[AuditEvent]) -> None:
    attacker(EDIT, history[4].number)
    assert kinds(verify(using="owner")) == [(history[4].number, "edited")]


def test_a_deleted_event_is_named(attacker: Attacker, history: list[AuditEvent]) -> None:
    attacker(DELETE, history[2].number)
    assert kinds(verify(using="owner")) == [(history[2].number, "deleted")]


def test_of_two_the_first_is_named_first(attacker: Attacker, history: list[AuditEvent]) -> None:
    attacker(DELETE, history[7].number)
    attacker(EDIT, history[1].number)
    assert kinds(verify(using="owner")) == [(history[1].number, "edited"), (history[7].number, "deleted")]


def test_two_events_that_changed_places_are_named(attacker: Attacker, history: list[AuditEvent]) -> None:
    for old, new in ((history[0].number, -1), (history[1].number, history[0].number), (-1, history[1].number)):
        attacker("UPDATE audit_auditevent SET number = %s WHERE number = %s", new, old)
    assert kinds(verify(using="owner")) == [(history[0].number, "edited"), (history[1].number, "edited")]


@pytest.mark.parametrize("number", [-5, 10**12])
def test_an_event_put_in_past_the_door_is_named(attacker: Attacker, history: list[AuditEvent], number: int) -> None:
    columns = "at, actor, face, action, object, detail"
    copied = f"SELECT %s, {columns} FROM audit_auditevent WHERE number = %s"
    attacker(f"INSERT INTO audit_auditevent (number, {columns}) {copied}", number, history[0].number)
    assert kinds(verify(using="owner")) == [(number, "inserted")]


def test_an_edited_batch_is_named(attacker: Attacker, history: list[AuditEvent]) -> None:
    batch = holding(history[4])
    attacker("UPDATE audit_auditbatch SET sealed_at = sealed_at - interval '1 day' WHERE number = %s", batch.number)
    assert kinds(verify(using="owner")) == [(history[3].number, "batch")]


def test_a_batch_taken_out_with_its_events_is_named(attacker: Attacker, history: list[AuditEvent]) -> None:
    batch = holding(history[4])
    attacker("DELETE FROM audit_auditbatch WHERE number = %s", batch.number)
    attacker("DELETE FROM audit_auditevent WHERE number BETWEEN %s AND %s", batch.first, batch.last)
    assert kinds(verify(using="owner")) == [(history[6].number, "cut")]


def test_history_rewritten_with_every_hash_in_the_database_made_anew_differs_from_the_checkpoint(
    attacker: Attacker, history: list[AuditEvent]
) -> None:
    rewritten = holding(history[4])
    attacker(EDIT, history[4].number)
    _regrow(attacker, rewritten.number)
    verdict = verify(using="owner")
    assert kinds(verdict)[0] == (history[3].number, "rewritten")
    assert f"Batch {rewritten.number} (events {rewritten.first} to {rewritten.last})" in verdict.broken[0].sentence


def test_an_end_that_was_cut_off_is_missed(attacker: Attacker, history: list[AuditEvent]) -> None:
    attacker("DELETE FROM audit_auditbatch WHERE number >= %s", holding(history[8]).number)
    attacker("DELETE FROM audit_auditevent WHERE number >= %s", history[6].number)
    assert kinds(verify(using="owner")) == [(history[5].number + 1, "cut")]


def test_everything_deleted_is_missed(attacker: Attacker, history: list[AuditEvent]) -> None:
    for table in ("audit_auditbatch", "audit_auditevent", "audit_unsealed"):
        attacker(f"DELETE FROM {table}")
    assert kinds(verify(using="owner")) == [(1, "cut")]


def test_an_event_removed_before_its_seal_is_named(history: list[AuditEvent]) -> None:
    waiting = record(action="test.waits")
    with transaction.atomic(using="owner"):
        Attacker()(DELETE, waiting.number)
        assert kinds(verify(using="owner")) == [(waiting.number, "deleted")]
        transaction.set_rollback(True, using="owner")


def test_checkpoints_of_another_key_and_lines_taken_out_are_named(history: list[AuditEvent], checkpoints: Path) -> None:
    record(action="test.happened")
    sealing.seal()
    lines = checkpoints.read_text().splitlines()
    forged = json.loads(lines[0]) | {"last": 7}
    checkpoints.write_text(json.dumps(forged) + "\n")
    assert {broken.kind for broken in verify().broken} == {"checkpoint"}


def test_without_checkpoints_nothing_is_proven(history: list[AuditEvent], checkpoints: Path) -> None:
    checkpoints.unlink()
    with pytest.raises(NoCheckpoints, match="no checkpoints in"):
        verify()


def test_a_checkpoint_line_cut_off_as_it_was_written_does_no_harm(
    history: list[AuditEvent], checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = checkpoints.read_bytes()
    checkpoints.write_bytes(whole + whole[:50])
    monkeypatch.setattr("audit.checkpoints.EVERY_BATCHES", 1)
    record(action="test.happened")
    sealing.seal()
    found = list(read(checkpoints, checkpoints.stat().st_size))
    assert [line.serial for line in found] == [1, 2]
    ours = keys.own().public_key()
    assert all(dataclasses.is_dataclass(line) and isinstance(line, Checkpoint) and line.signed_with(ours) for line in found)
    assert verify().whole


def _regrow(attacker: Attacker, number: int) -> None:
    previous = AuditBatch.objects.using("owner").get(number=number - 1).hash
    for batch in AuditBatch.objects.using("owner").filter(number__gte=number).order_by("number"):
        events = AuditEvent.objects.using("owner").filter(number__in=[entry[0] for entry in batch.leaves]).order_by("number")
        batch.leaves, batch.previous = [[event.number, leaf(event)] for event in events], previous
        batch.root = root([(number, hashed) for number, hashed in batch.leaves])
        batch.hash = previous = batch_hash(batch)
        values = (json.dumps(batch.leaves), batch.root, batch.previous, batch.hash, batch.number)
        attacker("UPDATE audit_auditbatch SET leaves = %s, root = %s, previous = %s, hash = %s WHERE number = %s", *values)
