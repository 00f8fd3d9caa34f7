"""A day's work leaves rows of who read which document, and nothing of what was asked; what cannot be audited is not read."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connections
from django.utils import timezone

from access import principals
from audit.models import AuditBatch, AuditEvent
from audit.queries import counts
from audit.sealing import seal
from identity.actions import ensure_person
from identity.models import Membership
from retrieval.ask import ask
from retrieval.events import Done, Failed, Sources, Token
from terminal.command import AskedWrongly
from tests.retrieval.conftest import Harbour


@contextmanager
def no_audit() -> Iterator[None]:
    """The application may add no row: whatever is read then leaves no trace, so nothing may be."""
    try:
        _owner("REVOKE INSERT ON audit_auditevent FROM redoubt_app")
        yield
    finally:
        _owner("GRANT INSERT ON audit_auditevent TO redoubt_app")


def listed(harbour: Harbour, email: str) -> list[dict[str, str]]:
    told = StringIO()
    call_command("audit", "list", "--as", email, "--json", "--limit", "500", stdout=told)
    events: list[dict[str, str]] = json.loads(told.getvalue())["events"]
    return events


async def test_a_question_stands_in_no_row_no_batch_and_no_log(harbour: Harbour) -> None:
    canary = f"xylograph{uuid4().hex}"
    question = f"How many days of annual leave has {canary}?"
    asker = await sync_to_async(lambda: harbour.teammate)()
    began = timezone.now()
    events = [event async for event in ask(asker, question)]
    assert isinstance(events[-1], Done)
    await sync_to_async(call_command)("search", canary, "--as", harbour.cast.teammate.email, "--json", stdout=StringIO())
    await sync_to_async(seal)()
    kept = await sync_to_async(lambda: repr([*AuditEvent.objects.values(), *AuditBatch.objects.values()]))()
    logs = "".join(path.read_text(errors="replace") for path in (settings.DATA / "log").glob("*"))
    for trace in (canary, hashlib.sha256(question.encode()).hexdigest(), "annual leave"):
        assert trace not in kept
        assert trace not in logs
    found = await sync_to_async(counts)(asker.tenant_id, began - timedelta(minutes=1))
    assert {"passages.read", "answer.read"} <= {counted.action for counted in found}


async def test_the_row_says_who_for_whom_through_which_face_and_which_generation(harbour: Harbour) -> None:
    asker = await sync_to_async(lambda: harbour.teammate)()
    events = [event async for event in ask(asker, "How many days of annual leave do I have?", face="command")]
    [shown] = [event for event in events if isinstance(event, Sources)]
    done = events[-1]
    assert isinstance(done, Done)
    rows = await sync_to_async(lambda: list(AuditEvent.objects.filter(object=f"message:{done.message_id}").order_by("number")))()
    assert [row.action for row in rows] == ["passages.read", "answer.read"]
    assert {(row.actor, row.on_behalf, row.face) for row in rows} == {("command", principals.user(harbour.cast.teammate.id), "command")}
    read = {(str(passage.document_id), passage.generation) for passage in shown.passages}
    assert {tuple(entry) for entry in rows[0].detail["documents"]} == read


async def test_an_answer_that_cannot_be_audited_is_not_shown(harbour: Harbour) -> None:
    asker = await sync_to_async(lambda: harbour.teammate)()
    revoked = no_audit()
    await sync_to_async(revoked.__enter__)()
    try:
        events = [event async for event in ask(asker, "How many days of annual leave do I have?")]
    finally:
        await sync_to_async(revoked.__exit__)(None, None, None)
    assert isinstance(events[-1], Failed)
    assert not [event for event in events if isinstance(event, Sources | Token)]


def test_text_at_the_terminal_that_cannot_be_audited_is_not_printed(harbour: Harbour) -> None:
    told = StringIO()
    with no_audit(), pytest.raises(ProgrammingError, match="permission denied"):
        call_command("text", "leave.md", "--as", harbour.cast.teammate.email, "--json", stdout=told)
    assert told.getvalue() == ""
    call_command("text", "leave.md", "--as", harbour.cast.teammate.email, "--json", stdout=told)
    assert "25 days" in told.getvalue()


def test_the_audit_is_listed_for_its_tenants_auditor_alone(harbour: Harbour) -> None:
    call_command("text", "leave.md", "--as", harbour.cast.teammate.email, "--json", stdout=StringIO())
    with pytest.raises(AskedWrongly, match="may not read the audit"):
        listed(harbour, harbour.cast.teammate.email)
    assert {event["tenant"] for event in listed(harbour, harbour.cast.outsider.email)} == {str(harbour.cast.elsewhere.id)}
    Membership.objects.filter(user=harbour.cast.owner, tenant=harbour.cast.tenant).update(role="auditor")
    try:
        mine = listed(harbour, harbour.cast.owner.email)
    finally:
        Membership.objects.filter(user=harbour.cast.owner, tenant=harbour.cast.tenant).update(role="curator")
    assert {event["tenant"] for event in mine} == {str(harbour.cast.tenant.id)}
    assert "text.read" in {event["action"] for event in mine}


def test_the_export_is_json_lines_in_order_and_in_time(harbour: Harbour) -> None:
    told = StringIO()
    call_command("audit", "export", "--from", "2020-01-01", "--tenant", harbour.cast.tenant.slug, stdout=told)
    rows = [json.loads(line) for line in told.getvalue().splitlines()]
    assert [row["number"] for row in rows] == sorted(row["number"] for row in rows)
    assert {row["tenant"] for row in rows} == {str(harbour.cast.tenant.id)}
    nothing = StringIO()
    call_command("audit", "export", "--to", "2020-01-01", stdout=nothing)
    assert nothing.getvalue() == ""


def _owner(sql: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)


def test_an_auditor_counts_and_nobody_else(harbour: Harbour) -> None:
    call_command("search", "leave", "--as", harbour.cast.teammate.email, "--json", stdout=StringIO())
    auditor, _ = ensure_person(email=f"counts@{harbour.cast.tenant.slug}.example", tenant=harbour.cast.tenant, role="auditor")
    told = StringIO()
    call_command("audit", "counts", "--as", auditor.email, "--json", stdout=told)
    found = json.loads(told.getvalue())["counts"]
    assert [set(one) for one in found] == [{"day", "action", "count"}] * len(found)
    assert "passages.read" in {one["action"] for one in found}
    assert AuditEvent.objects.filter(tenant=harbour.cast.tenant.id, action="audit.counted").count() == 1
    for stranger in (harbour.cast.teammate, harbour.cast.outsider):
        with pytest.raises(AskedWrongly):
            call_command("audit", "counts", "--as", stranger.email, "--tenant", harbour.cast.tenant.slug, stdout=StringIO())
