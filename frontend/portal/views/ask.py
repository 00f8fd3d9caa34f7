"""The one page: asking, and what was asked before."""

import weakref
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from access.permissions import NotAllowed, require
from access.roles import Permission
from conversations import queries as conversations
from frontend.portal import history, page, slots
from frontend.ui.sse import told
from frontend.ui.viewer import Reader, for_readers
from retrieval import events
from retrieval.ask import ask as answered

ASK_NOW = "ask_now"
"""The session's key for a question that the next page asks by itself."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
async def ask(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    if request.method == "POST":
        return await _answer(request, reader)
    return await sync_to_async(_empty_page)(request, reader)


@require_safe
@for_readers
def conversation(request: HttpRequest, reader: Reader, conversation_id: UUID) -> HttpResponse:
    try:
        found = conversations.one(reader.viewer, conversation_id)
    except conversations.UnknownConversation:
        raise Http404 from None
    turns = history.turns(reader.viewer, conversation_id)
    return render(request, "portal/ask.html", page.context(reader, conversation=found, turns=turns))


@require_safe
@for_readers
def masked(request: HttpRequest, reader: Reader, conversation_id: UUID) -> HttpResponse:
    """For an open page, which asks again and again: the turns that it must not show any more, masked."""
    try:
        turns = history.masked(reader.viewer, conversation_id)
    except conversations.UnknownConversation:
        raise Http404 from None
    return render(request, "portal/masked.html", {"turns": turns})


def _empty_page(request: HttpRequest, reader: Reader) -> HttpResponse:
    question = request.session.pop(ASK_NOW, "")
    return render(request, "portal/ask.html", page.context(reader, ask_now=question))


async def _answer(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    question = request.POST.get("question", "").strip()
    try:
        require(reader.viewer, Permission.ASK)
    except NotAllowed as refused:
        return _refused(str(refused), 403)
    if not question:
        return _refused("Write a question first.", 400)
    if len(question) > settings.QUESTION_LIMIT_CHARACTERS:
        return _refused(f"The question is longer than {settings.QUESTION_LIMIT_CHARACTERS:,} characters. Shorten it.", 413)
    with ExitStack() as slot:
        if not slots.take(reader.user.id, slot):
            return _refused("You have several answers running already. Wait for one to end.", 429)
        return await _running(request, reader, question, slot)


async def _running(request: HttpRequest, reader: Reader, question: str, slot: ExitStack) -> HttpResponseBase:
    """`slot` closes with the answer, or here where none begins."""
    conversation_id = await sync_to_async(_own_conversation)(reader, request.POST.get("conversation", ""))
    if "text/event-stream" not in request.headers.get("Accept", ""):
        return await _whole_answer(reader, question, conversation_id)
    get_token(request)  # the answer's feedback form carries it, and cookies cannot be set once the stream runs
    # In the thread that owns it: a stream may take minutes and must not hold a connection.
    await sync_to_async(lambda: connection.close())()
    kept = slot.pop_all()
    stream = _stream(request, reader, question, conversation_id, kept)
    response = StreamingHttpResponse(stream, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
    weakref.finalize(response, kept.close)  # a stream whose reader leaves before its first word never runs, nor its `finally`
    return response


async def _whole_answer(reader: Reader, question: str, conversation_id: UUID | None) -> HttpResponseBase:
    """For a browser without scripts: the page of the conversation, once the answer is there."""
    async with aclosing(answered(reader.viewer, question, conversation_id=conversation_id, face="portal")) as happened:
        async for event in happened:
            if isinstance(event, events.Done):
                return redirect("portal:conversation", event.conversation_id)
            if isinstance(event, events.Failed):
                return _refused(event.message, 503)
    return _refused("There was no answer. Ask again.", 503)


async def _stream(
    request: HttpRequest, reader: Reader, question: str, conversation_id: UUID | None, slot: ExitStack
) -> AsyncIterator[bytes]:
    answer = answered(reader.viewer, question, conversation_id=conversation_id, face="portal")
    with slot:
        async with aclosing(told(answer, request=request, viewer=reader.viewer, question=question)) as messages:
            async for message in messages:
                yield message


def _own_conversation(reader: Reader, wanted: str) -> UUID | None:
    if not wanted:
        return None
    try:
        return conversations.one(reader.viewer, UUID(wanted)).id
    except (ValueError, conversations.UnknownConversation):
        raise Http404 from None


def _refused(message: str, status: int) -> HttpResponse:
    response = HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    if status == 429:
        response["Retry-After"] = "5"
    return response
