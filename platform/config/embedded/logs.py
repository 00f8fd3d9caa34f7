"""The log of each child, readable by the owner alone. The one before is kept as `.1`."""

import os
from pathlib import Path
from typing import IO


def rotate(path: Path) -> None:
    if path.exists() and path.stat().st_size:
        path.replace(path.with_suffix(".log.1"))


def opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def last_line(path: Path) -> str:
    """What a failed program said last, for the sentence that reports it."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-200:]
    except OSError:
        return ""
    if any("No space left on device" in line for line in lines):
        return f"the disk that holds {path.parents[1]} is full"
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")
