"""The sealer: takes the events committed so far, by number, into batches that hold each other's hash.

An event whose transaction ends late is simply in a later batch: what waits is read from a list that the event's own transaction
fills and the seal's own transaction empties, so that no event stays behind and none is sealed twice, whoever dies when.
"""

from datetime import datetime

from django.db import connection, transaction

from audit import checkpoints
from audit.chain import GENESIS, Leaf, batch_hash, leaf, root
from audit.locks import Lock
from audit.models import AuditBatch, AuditEvent, Unsealed

SIZE = 1_000


def seal() -> list[AuditBatch]:
    """Seals what has been committed, and checkpoints what is due. Two at once wait for each other."""
    made: list[AuditBatch] = []
    after = 0
    while True:
        batch, after = _seal_after(after)
        if batch is not None:
            made.append(batch)
        if not after:
            break
    checkpoint()
    return made


@transaction.atomic
def checkpoint() -> None:
    """Also what a sealer that died between its seal and its checkpoint left without one."""
    _alone()
    checkpoints.write_if_due()


@transaction.atomic
def _seal_after(after: int) -> tuple[AuditBatch | None, int]:
    """One batch of the events above that number, and the number to go on from; 0 when nothing more waits."""
    _alone()
    numbers = list(Unsealed.objects.filter(number__gt=after).order_by("number").values_list("number", flat=True)[:SIZE])
    if not numbers:
        return None, 0
    leaves = [(event.number, leaf(event)) for event in AuditEvent.objects.filter(number__in=numbers).order_by("number")]
    if not leaves:  # somebody removed the events: they stay on the list, for the verifier to name
        return None, numbers[-1]
    batch = _batch(leaves)
    batch.save(force_insert=True)
    Unsealed.objects.filter(number__in=[number for number, _ in leaves]).delete()
    return batch, numbers[-1]


def _batch(leaves: list[Leaf]) -> AuditBatch:
    last = AuditBatch.objects.order_by("-number").values_list("number", "hash").first()
    number, previous = last or (0, GENESIS)
    batch = AuditBatch(
        number=number + 1,
        first=leaves[0][0],
        last=leaves[-1][0],
        count=len(leaves),
        leaves=leaves,
        root=root(leaves),
        previous=previous,
        sealed_at=_now(),
    )
    batch.hash = batch_hash(batch)
    return batch


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [Lock.SEALER])


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
