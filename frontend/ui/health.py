"""What the supervisor asks: does the process live, and can it answer a question."""

import threading

from asgiref.sync import sync_to_async
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

warmed = threading.Event()
"""Set once the encoder is loaded, by whoever loads it."""


async def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"live": True})


async def ready(request: HttpRequest) -> HttpResponse:
    state = {"encoder": warmed.is_set(), "database": await sync_to_async(_database_answers)()}
    return JsonResponse({"ready": all(state.values()), **state}, status=200 if all(state.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


urlpatterns = [path("live", live, name="live"), path("ready", ready, name="ready")]
