"""The hashes: of one event over all its fields, of a batch over its events' hashes and the batch before it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from audit.models import AuditBatch, AuditEvent

GENESIS = "0" * 64
FIELDS = ("number", "at", "tenant", "actor", "on_behalf", "face", "action", "object", "detail")
Leaf = tuple[int, str]
"""An event's number and its hash."""


def leaf(event: AuditEvent) -> str:
    return digest("event", {field: getattr(event, field) for field in FIELDS})


def root(leaves: Iterable[Leaf]) -> str:
    return digest("root", [list(entry) for entry in leaves])


def batch_hash(batch: AuditBatch) -> str:
    fields = ("number", "first", "last", "count", "root", "previous", "sealed_at")
    return digest("batch", {field: getattr(batch, field) for field in fields})


def digest(kind: str, body: Any) -> str:
    """SHA-256, hexadecimal, over a canonical JSON form. `kind` keeps a hash of one thing from standing for another."""
    return hashlib.sha256(canonical({"redoubt-audit": kind, "body": body})).hexdigest()


def canonical(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, default=_text, separators=(",", ":")).encode()


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
