"""Locks on files of the data folder. The kernel frees them with their last holder, however that one ended."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic


def take(path: Path) -> int | None:
    """An open descriptor that holds the lock, or None when another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


async def take_within(path: Path, *, seconds: float) -> int | None:
    until = monotonic() + seconds
    while (descriptor := take(path)) is None and monotonic() < until:  # noqa: ASYNC110 (nobody is told when a lock is let go)
        await asyncio.sleep(0.02)
    return descriptor


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Waits for the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
