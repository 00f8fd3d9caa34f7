"""The hash of one audit row over its own fields and the row before it."""

import hashlib
import json

from audit.models import AuditEvent

GENESIS = "0" * 64
FIELDS = ("at", "tenant", "actor", "face", "action", "object", "detail", "previous")


def seal(event: AuditEvent) -> str:
    """SHA-256, hexadecimal, over the fields in a canonical JSON form."""
    body = {field: getattr(event, field) for field in FIELDS}
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str, separators=(",", ":")).encode()).hexdigest()
