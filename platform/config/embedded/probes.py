"""Asks a service in its own protocol whether it answers. False means: not yet."""

import asyncio
import struct
from pathlib import Path

PATIENCE = 2.0


async def postgres(socket: Path) -> bool:
    """A start-up message is answered by a demand for a password, or by an error while the server recovers."""
    body = struct.pack("!I", 196608) + b"user\0redoubt_app\0database\0redoubt\0\0"
    return (await _unix(socket, struct.pack("!I", len(body) + 4) + body)).startswith(b"R")


async def redis(socket: Path) -> bool:
    return (await _unix(socket, b"PING\r\n")).startswith(b"+PONG")


async def http(socket: Path, path: str = "/") -> bool:
    return _good(await _unix(socket, _get(path, "index")))


async def port(number: int, path: str) -> bool:
    return _good(await _ask(asyncio.open_connection("127.0.0.1", number), _get(path, f"127.0.0.1:{number}")))


def _get(path: str, host: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()


def _good(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 2")


async def _unix(socket: Path, request: bytes) -> bytes:
    return await _ask(asyncio.open_unix_connection(str(socket)), request)


async def _ask(connecting, request: bytes) -> bytes:  # type: ignore[no-untyped-def]
    """The first bytes of the answer; none when nobody answers in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await connecting
            try:
                writer.write(request)
                return bytes(await reader.read(64))
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return b""
