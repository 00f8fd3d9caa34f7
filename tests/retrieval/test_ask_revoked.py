"""Whoever loses access while the model speaks, by whichever change, is told no more within five seconds, and the answer is not kept."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from access import principals
from conversations import queries as conversations
from documents import grants
from documents.models import Document
from identity import actions as people
from identity import groups
from identity.models import Membership
from ingestion.grants import apply
from retrieval.ask import ask
from retrieval.events import Event, Failed, Token
from tenants.scope import within
from tests.factories.looking import look
from tests.fakes.chat_server import Wait, chat_server
from tests.retrieval.conftest import Harbour

SALARY = "What is the salary of a crane driver?"
WITHIN = 5.0
Change = Callable[[], None]
Way = Callable[[Harbour], AbstractContextManager[Change]]


@contextmanager
def by_denial(harbour: Harbour) -> Iterator[Change]:
    with within(harbour.cast.tenant.id):
        [document] = Document.objects.filter(source=harbour.salaries)
    owner = [principals.user(harbour.cast.owner.id)]
    yield lambda: _ignored(apply(grants.deny, document=document, principals=owner, by="user:boss"))
    apply(grants.undeny, document=document, principals=owner, by="user:boss")


@contextmanager
def by_suspension(harbour: Harbour) -> Iterator[Change]:
    owner, tenant = harbour.cast.owner, harbour.cast.tenant
    yield lambda: people.suspend(user=owner, tenant=tenant)
    people.restore(user=owner, tenant=tenant)


@contextmanager
def by_leaving_the_group(harbour: Harbour) -> Iterator[Change]:
    staff = groups.ensure_group(tenant=harbour.cast.tenant, slug="staff")
    yield lambda: groups.take_out(group=staff, users=[harbour.cast.owner])
    groups.add(group=staff, users=[harbour.cast.owner])


@contextmanager
def by_taking_out_the_group_between(harbour: Harbour) -> Iterator[Change]:
    """The owner is one of the staff only as one of the crew."""
    staff, crew = (groups.ensure_group(tenant=harbour.cast.tenant, slug=slug) for slug in ("staff", "crew"))
    groups.add(group=crew, users=[harbour.cast.owner])
    groups.nest(child=crew, parent=staff)
    groups.take_out(group=staff, users=[harbour.cast.owner])
    yield lambda: groups.take_from(child=crew, parent=staff)
    groups.add(group=staff, users=[harbour.cast.owner])


@contextmanager
def by_time(harbour: Harbour) -> Iterator[Change]:
    """Nothing happens and no epoch moves: the membership ends by itself."""
    mine = Membership.objects.filter(user=harbour.cast.owner, tenant=harbour.cast.tenant)
    mine.update(expires_at=Now() + timedelta(seconds=3))
    yield lambda: None
    mine.update(expires_at=None)


def _ignored(_: object) -> None:
    """The change is what counts."""


@pytest.mark.parametrize("way", [by_denial, by_suspension, by_leaving_the_group, by_taking_out_the_group_between, by_time])
async def test_a_running_answer_stops(settings: Settings, harbour: Harbour, way: Way) -> None:
    settings.CHAT_MODEL = ""
    story = way(harbour)
    change = await sync_to_async(story.__enter__)()
    try:
        owner = await sync_to_async(lambda: harbour.owner)()
        heard: list[Event] = []
        async with chat_server("A driver earns", Wait(asyncio.Event()), " 3,900") as server:
            settings.CHAT_BASE_URL = server.url
            async with asyncio.timeout(None) as limit:
                async for event in ask(owner, SALARY):
                    heard.append(event)
                    if isinstance(event, Token):
                        await sync_to_async(change)()
                        limit.reschedule(asyncio.get_running_loop().time() + WITHIN)
            await server.left.wait()
    finally:
        await sync_to_async(story.__exit__)(None, None, None)
    assert isinstance(heard[-1], Failed)
    assert heard[-1].code == "access_changed"
    assert "3,900" not in "".join(event.text for event in heard if isinstance(event, Token))
    latest = await sync_to_async(lambda: look(owner, lambda: conversations.own(owner)[0].id))()
    [turn] = await sync_to_async(conversations.turns)(owner, latest)
    assert (turn.answer, turn.state) == ("", "failed")
