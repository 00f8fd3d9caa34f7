"""A chat model's server: OpenAI's protocol over real HTTP on loopback, as strict as vLLM about what it is sent."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

MODEL = "tiny-model"
FIELDS = {"model", "messages", "stream", "temperature", "max_tokens", "cache_salt"}


@dataclass(frozen=True)
class Thought:
    text: str
    field: str = "reasoning"


@dataclass(frozen=True)
class Wait:
    """Says nothing until the test sets the event."""

    until: asyncio.Event


@dataclass(frozen=True)
class BreakOff:
    """Closes the connection without the end of the stream."""


@dataclass(frozen=True)
class RunOut:
    """Ends the stream properly, for want of tokens."""


@dataclass(frozen=True)
class Refuse:
    status: int


Step = str | Thought | Wait | BreakOff | RunOut | Refuse


@dataclass
class ChatServer:
    """Says its script to everybody who asks for a stream, and `step` to who asks for one whole answer. `left` is set when a client
    goes before the end."""

    script: Sequence[Step]
    step: Sequence[Step] = (Refuse(503),)
    requests: list[dict[str, Any]] = field(default_factory=list)
    said: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    @property
    def steps(self) -> list[dict[str, Any]]:
        return [request for request in self.requests if not request.get("stream")]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            path, body = await _request(reader)
            if path == "/v1/models":
                await _whole(writer, 200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]})
            elif path == "/v1/chat/completions":
                await self._complete(reader, writer, body)
            else:
                await _whole(writer, 404, {"error": {"message": f"no {path}"}})
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()

    async def _complete(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> None:
        request = json.loads(body)
        if wrong := _wrong(request):
            await _whole(writer, 400, {"error": {"message": wrong}})
            return
        self.requests.append(request)
        self.asked.set()
        streams = bool(request.get("stream"))
        first = (self.script if streams else self.step)[0]
        if isinstance(first, Refuse):
            await _whole(writer, first.status, {"error": {"message": "refused"}})
            return
        speaking = asyncio.create_task(self._speak(writer) if streams else self._say(writer))
        gone = asyncio.create_task(reader.read(1))
        await asyncio.wait({speaking, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not speaking.done():
            self.left.set()
        for task in (speaking, gone):
            task.cancel()
        await asyncio.wait({speaking, gone})

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        """Everything in one response."""
        message = {"role": "assistant", "content": ""}
        for step in self.step:
            match step:
                case Wait(until=until):
                    await until.wait()
                case BreakOff():
                    return
                case Thought(text=text, field=name):
                    message[name] = text
                case str():
                    message["content"] += step
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        await _whole(writer, 200, {"id": "1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]})

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        await _event(writer, _chunk({"role": "assistant", "content": ""}))
        for step in self.script:
            match step:
                case Wait(until=until):
                    await until.wait()
                case BreakOff():
                    return
                case Thought(text=text, field=name):
                    await _event(writer, _chunk({name: text}))
                case str():
                    await _event(writer, _chunk({"content": step}))
                    self.said += 1
        await _event(writer, _chunk({}, finish="length" if isinstance(self.script[-1], RunOut) else "stop"))
        await _event(writer, "[DONE]")
        writer.write(b"0\r\n\r\n")
        await writer.drain()


@asynccontextmanager
async def chat_server(*script: Step, step: Sequence[Step] = (Refuse(503),)) -> AsyncIterator[ChatServer]:
    chat = ChatServer(script, step)
    server = await asyncio.start_server(chat.serve, "127.0.0.1", 0)
    chat.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield chat
    finally:
        server.close()


def _wrong(request: dict[str, Any]) -> str:
    if unknown := request.keys() - FIELDS:
        return f"Unrecognized request arguments: {sorted(unknown)}"
    if request["model"] != MODEL or request["temperature"] != 0 or not request["max_tokens"]:
        return "The model does not exist, or the request has no limit."
    if not request.get("cache_salt") or any(set(said) != {"role", "content"} for said in request["messages"]):
        return "No salt, or a message that is not one."
    roles = [said["role"] for said in request["messages"]]
    if roles[0] != "system" or roles[-1] != "user" or roles[1:] != ["user", "assistant"] * (len(roles) // 2 - 1) + ["user"]:
        return f"Conversation roles must alternate: {roles}"
    return ""


async def _request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next((int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
    return head.split(" ")[1], await reader.readexactly(length)


async def _whole(writer: asyncio.StreamWriter, status: int, content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def _event(writer: asyncio.StreamWriter, data: dict[str, Any] | str) -> None:
    line = f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
    writer.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
    await writer.drain()


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
