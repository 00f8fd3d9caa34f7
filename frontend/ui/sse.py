"""Renders the events of an answer to server-sent events: pieces of the page, each with the slot that it belongs into.

`patch` {"slot", "html", "how": "replace" | "append"}; `say` {"words"} for who listens;
`end` {"state", "turn", "conversation", "id", "title"}, with the ids of what is kept.
"""

import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from access.viewer import Viewer
from frontend.ui import citing
from frontend.ui.blocks import Blocks
from frontend.ui.markdown import render
from frontend.ui.turns import Failure, State, Turn
from retrieval import events

logger = logging.getLogger("redoubt.portal")

NOTHING = "Nothing in the documents you can read answers this."
LOST = "Something went wrong while this was answered. Your question is kept; ask again in a moment."


async def told(answer: AsyncIterator[events.Event], *, request: HttpRequest, viewer: Viewer, question: str) -> AsyncGenerator[bytes]:
    """Ends with `end` whatever happens, unless the reader has left."""
    telling = Telling(request=request, viewer=viewer, question=question)
    try:
        async for event in answer:
            for message in await telling.messages(event):
                yield message
    except Exception:
        reference = uuid.uuid4().hex[:8]
        logger.exception("An answer failed; its reader was given the reference %s", reference)
        for message in telling.failed(events.Failed(code="internal", message=LOST, reference=reference)):
            yield message


class Telling:
    """One answer as it is being told."""

    def __init__(self, *, request: HttpRequest, viewer: Viewer, question: str) -> None:
        self.request, self.viewer = request, viewer
        self.turn = Turn(question=question, state="searching")
        self._blocks = Blocks()
        self._cited = events.Citations(())
        self._text, self._tail = "", ""
        self._thought_from: float | None = None

    async def messages(self, event: events.Event) -> list[bytes]:
        match event:
            case events.Sources():
                return list(self._sources(event))
            case events.Thinking():
                return list(self._thinking(event))
            case events.Token():
                return list(self._token(event))
            case events.Citations():
                self._cited = event
                return []
            case events.Done():
                return list(await self._done(event))
            case events.Failed():
                return list(self.failed(event))

    def _sources(self, event: events.Sources) -> Iterator[bytes]:
        self.turn = replace(self.turn, state="reading", passages=len(event.passages), search_ms=event.milliseconds.get("total"))
        yield self._status()
        yield _say(f"Reading {len(event.passages)} passages")

    def _thinking(self, event: events.Thinking) -> Iterator[bytes]:
        if self._thought_from is None:
            self._thought_from = time.monotonic()
            self.turn = replace(self.turn, state="thinking")
            yield self._status()
            yield _patch("thinking", self._html("ui/thinking.html"))
            yield _say("Thinking")
        yield _patch("thought", escape(event.text), how="append")

    def _token(self, event: events.Token) -> Iterator[bytes]:
        if self.turn.state != "writing":
            yield from self._begins_to_write()
        self._text += event.text
        if finished := self._blocks.add(event.text):
            yield _patch("blocks", "".join(self._markdown(block) for block in finished), how="append")
        tail = self._blocks.settled()
        if tail != self._tail or finished:
            self._tail = tail
            yield _patch("tail", self._markdown(tail))

    def _begins_to_write(self) -> Iterator[bytes]:
        thought = None if self._thought_from is None else 1000 * (time.monotonic() - self._thought_from)
        self.turn = replace(self.turn, state="writing", thought_ms=thought)
        yield self._status()
        if thought is not None:
            yield _patch("thought-title", f"Thought for {thought / 1000:.0f} s")
        yield _say("Writing the answer")

    async def _done(self, event: events.Done) -> Iterator[bytes]:
        self.turn = replace(
            self.turn,
            state=state_of(event.mode, interrupted=event.interrupted, note=event.note),
            mode=event.mode,
            note=event.note,
            answer=self._markdown(self._text),
            citations=await sync_to_async(citing.cited)(self.viewer, self._cited.citations),
            closest=await sync_to_async(citing.cited)(self.viewer, self._cited.closest, closest=True),
            message_id=event.message_id,
        )
        return self._ending(event.conversation_id)

    def failed(self, event: events.Failed) -> Iterator[bytes]:
        self.turn = replace(self.turn, state="failed", failure=Failure(event.message, event.reference))
        yield _patch("blocks", "")
        yield _patch("tail", "")
        yield self._status()
        yield _patch("after", self._html("ui/after.html"))
        yield _say(event.message)
        yield _event("end", {"state": "failed"})

    def _ending(self, conversation: uuid.UUID | None) -> Iterator[bytes]:
        if rest := self._blocks.rest():
            yield _patch("blocks", self._markdown(rest), how="append")
        yield _patch("tail", "")
        yield self._status()
        yield _patch("after", self._html("ui/after.html"))
        yield _say("The answer is complete." if self.turn.state != "abstained" else NOTHING)
        where = reverse("portal:conversation", args=[conversation]) if conversation else ""
        kept = {"turn": self.turn.message_id, "conversation": where, "id": str(conversation or "")}
        yield _event("end", {"state": self.turn.state, "title": self.turn.question[:200], **kept})

    def _status(self) -> bytes:
        return _patch("status", self._html("ui/status.html"))

    def _html(self, template: str) -> str:
        return render_to_string(template, {"turn": self.turn}, request=self.request)

    def _markdown(self, text: str) -> SafeString:
        return render(text, sources={citation.marker: citing.address(citation) for citation in self._cited.citations})


def state_of(mode: str, *, interrupted: bool = False, note: str = "") -> State:
    if interrupted:
        return "interrupted"
    if mode == events.ABSTAINED:
        return "abstained"
    return "degraded" if note else "checked"


def _patch(slot: str, html: str, how: str = "replace") -> bytes:
    return _event("patch", {"slot": slot, "html": html, "how": how})


def _say(words: str) -> bytes:
    return _event("say", {"words": words})


def _event(name: str, data: Mapping[str, Any]) -> bytes:
    """JSON has no line breaks, so one data line is always enough."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(dict(data), default=str))
