"""The chat model: any server that speaks OpenAI's protocol, as vLLM does. A bare relay of its stream, with deadlines."""

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from django.conf import settings

from inference.errors import ModelRefused, ModelUnavailable

LONGEST_ANSWER = 4_096
"""Tokens, with the reasoning before it."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds to the connection, to the first piece, and between two pieces."""

    connect: float = 2.0
    first: float = 60.0
    gap: float = 30.0


@dataclass(frozen=True, slots=True)
class Said:
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The next words of the answer, or of the reasoning before it."""

    text: str
    is_reasoning: bool = False


def configured() -> bool:
    return bool(settings.CHAT_BASE_URL)


async def stream(conversation: Sequence[Said], *, tenant: UUID) -> AsyncGenerator[Piece, None]:
    """The model's answer, piece by piece. Closing the iterator closes the connection, which stops the model.

    Raises ModelUnavailable where it does not answer in time or breaks off, ModelRefused where it will not answer at all.
    """
    deadlines = _deadlines()
    patience = _Patience(deadlines)
    async with _translated(), _client(deadlines) as client:
        async with patience.limit():
            body = _body(await _model(client), conversation, tenant)
            response = await client.send(client.build_request("POST", "chat/completions", json=body), stream=True)
        try:
            _accept(response)
            async for piece in _pieces(response, patience):
                yield piece
        finally:
            await response.aclose()


def cache_salt(tenant: UUID) -> str:
    """Separates tenants in the model server's prefix cache: how fast an answer comes tells nobody what others asked."""
    return hmac.new(settings.SECRET_KEY.encode(), b"prefix-cache:" + tenant.bytes, hashlib.sha256).hexdigest()


def _deadlines() -> Deadlines:
    return getattr(settings, "CHAT_DEADLINES", None) or Deadlines()


@asynccontextmanager
async def _client(deadlines: Deadlines) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {settings.CHAT_API_KEY}"} if settings.CHAT_API_KEY else {}
    timeout = httpx.Timeout(None, connect=deadlines.connect)
    async with httpx.AsyncClient(base_url=_address(), headers=headers, timeout=timeout, trust_env=False, verify=_tls()) as client:
        yield client


def _address() -> str:
    """With or without the /v1 that people leave out."""
    url = settings.CHAT_BASE_URL.rstrip("/")
    return url if urlsplit(url).path else f"{url}/v1"


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


async def _model(client: httpx.AsyncClient) -> str:
    """The one that is named in the settings, else the first one that the server offers."""
    if settings.CHAT_MODEL:
        return str(settings.CHAT_MODEL)
    response = await client.send(client.build_request("GET", "models"), stream=True)
    try:
        _accept(response)
        offered = json.loads(await response.aread()).get("data") or []
    finally:
        await response.aclose()
    if not offered:
        raise ModelRefused("The model server offers no model. Set CHAT_MODEL to the one to use.")
    return str(offered[0]["id"])


def _body(model: str, conversation: Sequence[Said], tenant: UUID) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [{"role": said.role, "content": said.text} for said in conversation],
        "stream": True,
        "temperature": 0,
        "max_tokens": LONGEST_ANSWER,
        "cache_salt": cache_salt(tenant),
    }


def _accept(response: httpx.Response) -> None:
    if response.status_code < 400:
        return
    if response.status_code in (408, 409, 425, 429) or response.status_code >= 500:
        raise ModelUnavailable(f"The model server answered {response.status_code}. Try again later.")
    raise ModelRefused(f"The model server refused the request with {response.status_code}. See its log, CHAT_MODEL and CHAT_API_KEY.")


class _Patience:
    """Until when the next piece must be there. Lines without words, such as a proxy's sign of life, extend nothing."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._gap = deadlines.gap
        self._until = asyncio.get_running_loop().time() + deadlines.first

    def limit(self) -> asyncio.Timeout:
        return asyncio.timeout_at(self._until)

    def renew(self) -> None:
        self._until = asyncio.get_running_loop().time() + self._gap


async def _pieces(response: httpx.Response, patience: _Patience) -> AsyncIterator[Piece]:
    """Ends at the server's [DONE]; a stream that ends without it broke off."""
    lines = response.aiter_lines()
    while True:
        async with patience.limit():
            line = await anext(lines, None)
        if line is None:
            raise ModelUnavailable("The model broke off in the middle of its answer.")
        if line.strip() == "data: [DONE]":
            return
        for piece in _read(line):
            yield piece
            patience.renew()


def _read(line: str) -> list[Piece]:
    """A line of the event stream. The reasoning is in `reasoning`, on older servers in `reasoning_content`."""
    if not line.startswith("data:"):
        return []
    event: Mapping[str, Any] = json.loads(line.removeprefix("data:"))
    if "error" in event:
        raise ModelUnavailable("The model server reported an error in the middle of its answer.")
    choices = event.get("choices") or [{}]
    delta = choices[0].get("delta") or {}
    reasoning = delta.get("reasoning") or delta.get("reasoning_content") or ""
    said = [Piece(reasoning, is_reasoning=True), Piece(delta.get("content") or "")]
    return [piece for piece in said if piece.text]


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Whatever the network does becomes one of our errors."""
    try:
        yield
    except TimeoutError as error:
        raise ModelUnavailable("The model did not answer in time.") from error
    except httpx.HTTPError as error:
        raise ModelUnavailable("The model server cannot be reached.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable("The model server's answer cannot be understood.") from error
