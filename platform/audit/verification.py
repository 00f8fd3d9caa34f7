"""Is history whole? Reads every event once, in constant memory, on one snapshot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connections, transaction
from django.db.models import Exists, OuterRef

from audit import checkpoints, keys
from audit.findings import Findings, Verdict
from audit.models import AuditBatch, AuditEvent, Unsealed
from audit.walk import Walk
from audit.witness import Witness

SHOWN = 100


class NoCheckpoints(Exception):
    def __init__(self, path: Path) -> None:
        super().__init__(f"There are no checkpoints in {path}: nobody can tell whether history was rewritten. --checkpoints names a copy.")


def verify(*, path: Path | None = None, key: Ed25519PublicKey | None = None, using: str = "default") -> Verdict:
    """`path` and `key`: the checkpoints and what proves their signatures; those of the settings where none are named.
    Raises NoCheckpoints where there are batches and no file, and NoKey."""
    path, key = path or checkpoints.standard_file(), key or keys.own().public_key()
    size = path.stat().st_size if path.is_file() else 0  # before the snapshot: a line may be newer than it, never the other way round
    findings = Findings()
    with _snapshot(using):
        if not size and AuditBatch.objects.using(using).exists():
            raise NoCheckpoints(path)
        walk = Walk(using, findings)
        witness = Witness(checkpoints.read(path, size) if size else iter(()), key, findings)
        for batch in AuditBatch.objects.using(using).order_by("number").iterator(chunk_size=4):
            walk.take(batch)
            witness.look(batch)
        witness.end(walk.batch, max(walk.high, 0))
        unsealed = _unsealed(walk, findings)
    return Verdict(
        broken=tuple(sorted(findings.broken)),
        broken_count=findings.count,
        sealed=walk.sealed,
        unsealed=unsealed,
        batches=walk.batch,
        checkpoints=witness.count,
        checkpointed=witness.last,
    )


def _unsealed(walk: Walk, findings: Findings) -> int:
    """What waits for a seal must be there, and what has none must wait for one."""
    waiting = Unsealed.objects.using(walk.using)
    event = AuditEvent.objects.using(walk.using)
    there = Exists(event.filter(number=OuterRef("number")))
    for number in waiting.filter(~there).order_by("number").values_list("number", flat=True)[:SHOWN]:
        findings.add(number, "deleted", f"Event {number} was removed before it was sealed.")
    listed: set[int] = set()
    for number in waiting.filter(there, number__lte=walk.high).values_list("number", flat=True).iterator():
        listed.add(number)
        if number not in walk.strays:
            findings.add(number, "sealed_twice", f"Event {number} is sealed, and waits for a seal again.")
    above = event.filter(~Exists(waiting.filter(number=OuterRef("number"))), number__gt=walk.high)
    forgotten = [*sorted(walk.strays - listed), *above.order_by("number").values_list("number", flat=True)[:SHOWN]]
    for number in forgotten:
        findings.add(number, "inserted", f"Event {number} stands in no batch and waits for none: it did not come in by the door.")
    return waiting.filter(there).count()


@contextmanager
def _snapshot(using: str) -> Iterator[None]:
    outermost = not connections[using].in_atomic_block
    with transaction.atomic(using=using):
        if outermost:
            with connections[using].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
