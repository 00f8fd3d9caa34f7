"""What the portal shows of a document is in the audit first."""

from collections.abc import Callable

import httpx
import pytest
from asgiref.sync import sync_to_async

from audit.models import AuditEvent
from config import settings
from config.celery import app
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


def test_every_ring_of_the_scheduler_has_a_door() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
