"""Signed checkpoints outside the database: JSON lines that are only ever appended, each holding the signature of the one before.

Whoever owns the database can compute every hash in it anew, but has not the key, and not the lines that were shipped away.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from audit import keys
from audit.chain import GENESIS, canonical
from audit.models import AuditBatch

NAME = "checkpoints.jsonl"
EVERY = timedelta(minutes=1)
EVERY_BATCHES = 10
LONGEST = 1_000
"""Batches in one line."""
ALGORITHM = "ed25519"
TAIL = 256 * 1024
"""Bytes at the end of the file that hold its last line."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    serial: int
    at: str
    first_batch: int
    batches: tuple[str, ...]
    """The hashes of the batches since the checkpoint before."""
    last: int
    """The last event of the last batch."""
    count: int
    """The events in these batches."""
    previous: str
    """The signature of the checkpoint before."""
    algorithm: str = ALGORITHM
    signature: str = ""

    @property
    def last_batch(self) -> int:
        return self.first_batch + len(self.batches) - 1

    def signed_with(self, key: Ed25519PublicKey) -> bool:
        """By the private half of this key. What the line itself says of its algorithm chooses nothing."""
        try:
            signature = bytes.fromhex(self.signature)
            key.verify(signature, _body(self))
        except (InvalidSignature, TypeError, ValueError):
            return False
        return self.algorithm == ALGORITHM and self.signature == signature.hex()


def standard_file() -> Path:
    return Path(settings.AUDIT_CHECKPOINTS) / NAME


def write_if_due() -> None:
    """To be called by one sealer at a time."""
    path = standard_file()
    while (line := _next(path)) is not None:
        _append(path, line)


def read(path: Path, size: int) -> Iterator[Checkpoint]:
    """Those in the file's first `size` bytes. A line that was cut off as it was written is none: the next one has its serial."""
    with path.open("rb") as lines:
        for line in lines:
            size -= len(line)
            if size < 0:
                return
            if found := _parsed(line):
                yield found


def _next(path: Path) -> Checkpoint | None:
    last = _last(path)
    covered = last.last_batch if last else 0
    waiting = list(AuditBatch.objects.filter(number__gt=covered).order_by("number").defer("leaves")[:LONGEST])
    if not waiting or not _due(last, len(waiting)):
        return None
    line = Checkpoint(
        serial=last.serial + 1 if last else 1,
        at=datetime.now(UTC).isoformat(),
        first_batch=waiting[0].number,
        batches=tuple(batch.hash for batch in waiting),
        last=waiting[-1].last,
        count=sum(batch.count for batch in waiting),
        previous=last.signature if last else GENESIS,
    )
    return replace(line, signature=keys.own().sign(_body(line)).hex())


def _due(last: Checkpoint | None, waiting: int) -> bool:
    return last is None or waiting >= EVERY_BATCHES or datetime.now(UTC) - datetime.fromisoformat(last.at) >= EVERY


def _last(path: Path) -> Checkpoint | None:
    """The last that is ours, from the end of a file which may hold years."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    ours = keys.own().public_key()
    return next((found for line in reversed(lines) if (found := _parsed(line)) and found.signed_with(ours)), None)


def _append(path: Path, line: Checkpoint) -> None:
    """On disk before it counts. A line that somebody's death cut off is ended first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys.publish(path.parent)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        torn = bool(end) and os.pread(file.fileno(), 1, end - 1) != b"\n"
        file.write((b"\n" if torn else b"") + json.dumps(asdict(line)).encode() + b"\n")
        os.fsync(file.fileno())


def _parsed(line: bytes) -> Checkpoint | None:
    try:
        fields = json.loads(line)
        return Checkpoint(**{**fields, "batches": tuple(fields["batches"])})
    except (ValueError, TypeError, KeyError):
        return None


def _body(line: Checkpoint) -> bytes:
    return canonical({"redoubt-audit": "checkpoint", "body": asdict(replace(line, signature=""))})
