"""Static files, below Django: from the apps' folders in development, from STATIC_ROOT in production."""

import os
import re
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

_HASHED = re.compile(r"\.[0-9a-f]{12}\.[a-z0-9]+$")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "public, no-cache"


class Files(StaticFiles):
    """A name with a hash in it is kept for ever; any other is asked for again, and mostly answered with 304."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        if settings.PRODUCTION:
            return super().lookup_path(path)
        try:
            found = finders.find(path)
        except SuspiciousFileOperation:
            return "", None
        return (found, os.stat(found)) if isinstance(found, str) else ("", None)  # noqa: PTH116  (Starlette's own type)

    def file_response(self, full_path: Any, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(full_path, *args, **kwargs)
        response.headers["Cache-Control"] = FOR_EVER if _HASHED.search(str(full_path)) else ASK_EACH_TIME
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def application() -> ASGIApp:
    files = GZipMiddleware(Files(directory=settings.STATIC_ROOT if settings.PRODUCTION else None), minimum_size=1000)
    return Starlette(routes=[Mount("/", app=files)])
