"""What the portal shows of a document is in the audit first."""

from collections.abc import Callable
from uuid import UUID

import httpx
import pytest
from asgiref.sync import sync_to_async

from audit.models import AuditEvent
from config import settings
from config.celery import app
from conversations import actions
from conversations.models import Citation
from identity.models import User
from tests.frontend.conftest import Scene
from tests.retrieval.test_audited import no_audit

WAYS = {"": "page.read", "/original": "original.read", "/pages/1.png": "picture.read"}


@pytest.mark.parametrize("way", WAYS)
async def test_page_picture_and_download_leave_a_row_or_show_nothing(
    scene: Scene, visit: Callable[[User | None], httpx.AsyncClient], way: str
) -> None:
    owner = await sync_to_async(visit)(scene.cast.owner)
    address = f"/documents/{scene.document.id}{way}"
    assert (await owner.get(address)).status_code == 200
    row = await sync_to_async(AuditEvent.objects.get)(object=f"document:{scene.document.id}", action=WAYS[way])
    assert (row.actor, row.on_behalf, row.face) == (f"user:{scene.cast.owner.id}", f"user:{scene.cast.owner.id}", "portal")
    assert row.detail == {"documents": [[str(scene.document.id), 1]]}
    revoked = no_audit()
    await sync_to_async(revoked.__enter__)()
    try:
        refused = await owner.get(address)
    finally:
        await sync_to_async(revoked.__exit__)(None, None, None)
    assert (refused.status_code, "nine" in refused.text) == (500, False)


async def test_an_earlier_conversation_leaves_a_row_of_what_it_shows_or_shows_nothing(
    scene: Scene, visit: Callable[[User | None], httpx.AsyncClient]
) -> None:
    owner = await sync_to_async(visit)(scene.cast.owner)
    conversation = await sync_to_async(_answered_twice)(scene)
    address = f"/conversations/{conversation}"
    shown = (await owner.get(address)).text
    assert ("At nine sharp." in shown, "At noon." in shown) == (True, False)
    row = await sync_to_async(AuditEvent.objects.get)(object=f"conversation:{conversation}", action="history.read")
    assert (row.actor, row.on_behalf, row.face) == (f"user:{scene.cast.owner.id}", f"user:{scene.cast.owner.id}", "portal")
    assert row.detail == {"documents": [[str(scene.document.id), 1]]}, "the masked answer's document was not read"
    revoked = no_audit()
    await sync_to_async(revoked.__enter__)()
    try:
        refused = await owner.get(address)
    finally:
        await sync_to_async(revoked.__exit__)(None, None, None)
    assert (refused.status_code, "At nine sharp." in refused.text) == (500, False)


async def test_somebody_elses_conversation_is_not_there_and_leaves_no_row(
    scene: Scene, visit: Callable[[User | None], httpx.AsyncClient]
) -> None:
    conversation = await sync_to_async(_answered_twice)(scene)
    for stranger in (scene.cast.teammate, scene.cast.outsider):
        assert (await (await sync_to_async(visit)(stranger)).get(f"/conversations/{conversation}")).status_code == 404
    assert not await AuditEvent.objects.filter(object=f"conversation:{conversation}").aexists()


def _answered_twice(scene: Scene) -> UUID:
    """The second answer drew on a generation that is gone: it is masked."""
    viewer, conversation = scene.cast.viewer(scene.cast.owner), None
    for text, generation in (("At nine sharp.", 1), ("At noon.", 7)):
        message = actions.start(viewer=viewer, question="When are lamps lit?", conversation_id=conversation)
        source = Citation(
            marker=1, document=scene.document.id, generation=generation, title="Rules", uri="rules.pdf", quote="", start=0, end=9
        )
        actions.finish(viewer=viewer, message=message, answered=actions.Answered(text, "extractive", [source]), face="portal")
        conversation = message.conversation_id
    return message.conversation_id


def test_every_ring_of_the_scheduler_has_a_door() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
