"""The chat model: any server that speaks OpenAI's protocol, as vLLM does. A bare relay of its stream, with deadlines."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from inference import server
from inference.errors import ModelUnavailable

LONGEST_ANSWER = 4_096
"""Tokens, with the reasoning before it."""


@dataclass(frozen=True, slots=True)
class Said:
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The next words of the answer, or of the reasoning before it."""

    text: str
    is_reasoning: bool = False


async def stream(conversation: Sequence[Said], *, tenant: UUID) -> AsyncGenerator[Piece, None]:
    """The model's answer, piece by piece. Closing the iterator closes the connection, which stops the model.

    Raises ModelUnavailable where it does not answer in time or breaks off, ModelRefused where it will not answer at all.
    """
    patience = _Patience(server.deadlines())
    async with server.translated(), server.connection() as client:
        async with patience.limit():
            body = _body(await server.model_name(client), conversation, tenant)
            response = await client.send(client.build_request("POST", "chat/completions", json=body), stream=True)
        try:
            server.accept(response)
            async for piece in _pieces(response, patience):
                yield piece
        finally:
            await response.aclose()


def _body(model: str, conversation: Sequence[Said], tenant: UUID) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [{"role": said.role, "content": said.text} for said in conversation],
        "stream": True,
        "temperature": 0,
        "max_tokens": LONGEST_ANSWER,
        "cache_salt": server.cache_salt(tenant),
    }


class _Patience:
    """Until when the next piece must be there. Lines without words, such as a proxy's sign of life, extend nothing."""

    def __init__(self, deadlines: server.Deadlines) -> None:
        self._gap = deadlines.gap
        self._until = asyncio.get_running_loop().time() + deadlines.first

    def limit(self) -> asyncio.Timeout:
        return asyncio.timeout_at(self._until)

    def renew(self) -> None:
        self._until = asyncio.get_running_loop().time() + self._gap


async def _pieces(response: httpx.Response, patience: _Patience) -> AsyncIterator[Piece]:
    """Ends at the server's [DONE]; a stream that ends without it broke off, and so did one that ran out of tokens or said nothing."""
    lines = response.aiter_lines()
    spoke = False
    while True:
        async with patience.limit():
            line = await anext(lines, None)
        if line is None:
            raise ModelUnavailable("The model broke off in the middle of its answer.")
        if line.strip() == "data: [DONE]":
            break
        choice = _choice(line)
        for piece in _said(choice):
            spoke = spoke or not piece.is_reasoning
            yield piece
            patience.renew()
        if choice.get("finish_reason") == "length":
            raise ModelUnavailable("The model ran out of tokens before the end of its answer.")
    if not spoke:
        raise ModelUnavailable("The model ended without an answer.")


def _choice(line: str) -> Mapping[str, Any]:
    """What a line of the event stream brings; nothing where it is none."""
    if not line.startswith("data:"):
        return {}
    event: Mapping[str, Any] = json.loads(line.removeprefix("data:"))
    if "error" in event:
        raise ModelUnavailable("The model server reported an error in the middle of its answer.")
    choices: list[Mapping[str, Any]] = event.get("choices") or [{}]
    return choices[0]


def _said(choice: Mapping[str, Any]) -> list[Piece]:
    """The reasoning is in `reasoning`, on older servers in `reasoning_content`."""
    delta = choice.get("delta") or {}
    reasoning = delta.get("reasoning") or delta.get("reasoning_content") or ""
    said = [Piece(reasoning, is_reasoning=True), Piece(delta.get("content") or "")]
    return [piece for piece in said if piece.text]
