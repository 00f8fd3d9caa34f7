"""The log of each child, readable by the owner alone. The one before is kept as `.1`."""

import os
import shutil
from pathlib import Path
from typing import IO

FULL_BYTES = 1 << 20


def rotate(path: Path) -> None:
    if path.exists() and path.stat().st_size:
        path.replace(path.with_suffix(".log.1"))


def opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def last_line(path: Path) -> str:
    """What a failed program said last, for the sentence that reports it. On a full disk it could not even say that."""
    full = f"the disk that holds {path.parents[1]} is full"
    if path.parent.is_dir() and shutil.disk_usage(path.parent).free < FULL_BYTES:
        return full
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-200:]
    except OSError:
        return ""
    if any("No space left on device" in line for line in lines):
        return full
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")
