"""The web process: static files and limits in front of Django, and the encoder loaded before it says that it is ready."""

import logging
import os
import threading
from typing import cast

from django.conf import settings
from django.core.asgi import get_asgi_application
from starlette.types import ASGIApp, Receive, Scope, Send

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_asgi_application()

from config import static  # noqa: E402  (needs Django's settings)
from config.body_limit import BodyLimit, Limits  # noqa: E402
from config.embedded import notify  # noqa: E402
from frontend.ui import health  # noqa: E402

logger = logging.getLogger("redoubt.web")

UPLOADS = "/uploads"
AROUND_A_FILE = 64 * 1024
"""What a form's own fields and boundaries may take beside the file."""

MOUNTED: dict[str, ASGIApp] = {settings.STATIC_URL.rstrip("/"): static.application()}
"""What answers below Django's URLs, by prefix; the route matrix reads it."""
_limits = Limits(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.UPLOAD_LIMIT_BYTES + AROUND_A_FILE, UPLOADS)
_guarded = BodyLimit(cast("ASGIApp", django), _limits)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    for prefix, mounted in MOUNTED.items():
        if scope["path"].startswith(f"{prefix}/"):
            await mounted({**scope, "root_path": scope.get("root_path", "") + prefix}, receive, send)
            return
    await _guarded(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    """Loading the encoder takes seconds: it is done beside, so that the process says "alive, not ready" meanwhile."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            threading.Thread(target=_warm, name="warm", daemon=True).start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return


def _warm() -> None:
    from retrieval.warm import warm

    try:
        warm()
    except Exception:
        logger.exception("The encoder could not be loaded; this process will not say that it is ready")
        return
    health.warmed.set()
    notify.ready()
