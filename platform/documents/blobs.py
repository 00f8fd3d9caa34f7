"""The original bytes, below the data folder, by keys of our own: a document's name never becomes a path."""

import contextlib
import os
import uuid
from pathlib import Path

from django.conf import settings


def write(data: bytes) -> str:
    """Stores the bytes and returns their key. A crash half-way leaves no file under the key."""
    key = uuid.uuid4().hex
    path = _path(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return key


def read(key: str) -> bytes:
    return _path(key).read_bytes()


def remove(key: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        _path(key).unlink()


def exists(key: str) -> bool:
    return _path(key).exists()


def _path(key: str) -> Path:
    if not (len(key) == 32 and key.isalnum()):
        raise ValueError("Not a blob's key.")
    return Path(settings.BLOB_ROOT) / key[:2] / key
