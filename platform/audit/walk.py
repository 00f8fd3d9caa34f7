"""Walks batches and events side by side, by number, and keeps in memory one batch and the few events that were sealed late."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from audit.chain import GENESIS, Leaf, batch_hash, leaf, root
from audit.findings import Findings
from audit.models import AuditBatch, AuditEvent

LATE = timedelta(hours=1)
"""Longer than any transaction that writes an event. An event that claims to be this much older than its place was put in afterwards."""
MANY = 100_000
"""Events out of place that are remembered; each one more is named at once."""


@dataclass(slots=True)
class Walk:
    using: str
    findings: Findings
    high: int = -(2**63)
    """The highest sealed number so far."""
    strays: set[int] = field(default_factory=set)
    """Events below `high` that no batch has named yet."""
    sealed: int = 0
    batch: int = 0
    _previous: str = GENESIS
    _sealed_at: datetime | None = None
    _newest: datetime | None = None

    def take(self, batch: AuditBatch) -> None:
        leaves = self._leaves(batch)
        self._late([entry for entry in leaves if entry[0] <= self.high])
        self._new([entry for entry in leaves if entry[0] > self.high])
        self.sealed += len(leaves)
        self.batch, self._previous, self._sealed_at = batch.number, batch.hash, batch.sealed_at

    def _leaves(self, batch: AuditBatch) -> list[Leaf]:
        try:
            leaves = [(int(number), str(hashed)) for number, hashed in batch.leaves]
        except (TypeError, ValueError):
            leaves = []
        self._check(batch, leaves)
        return leaves

    def _check(self, batch: AuditBatch, leaves: list[Leaf]) -> None:
        name = f"Batch {batch.number} (events {batch.first} to {batch.last})"
        numbers = [number for number, _ in leaves]
        if batch.number != self.batch + 1:
            self.findings.add(
                batch.first, "cut", f"Batches {self.batch + 1} to {batch.number - 1} are missing before {name[0].lower()}{name[1:]}."
            )
        elif batch.previous != self._previous:
            self.findings.add(batch.first, "batch", f"{name} does not follow the batch before it.")
        counted = (numbers[0], numbers[-1], len(numbers)) if numbers else None
        if counted != (batch.first, batch.last, batch.count) or numbers != sorted(set(numbers)) or root(leaves) != batch.root:
            self.findings.add(batch.first, "batch", f"{name} does not agree with its own list of events.")
        elif batch.hash != batch_hash(batch):
            self.findings.add(batch.first, "batch", f"{name} was edited.")

    def _late(self, leaves: list[Leaf]) -> None:
        """Events whose transaction ended after later ones were sealed."""
        found = AuditEvent.objects.using(self.using).in_bulk([number for number, _ in leaves])
        for number, hashed in leaves:
            if number not in self.strays and number in found:
                self.findings.add(number, "sealed_twice", f"Event {number} was sealed before.")
            self.strays.discard(number)
            self._compare(number, hashed, found.get(number), self._sealed_at)

    def _new(self, leaves: list[Leaf]) -> None:
        if not leaves:
            return
        events = self._events(above=self.high, up_to=leaves[-1][0])
        event = next(events, None)
        for number, hashed in leaves:
            while event is not None and event.number < number:
                self._stray(event.number)
                event = next(events, None)
            if event is None or event.number != number:
                self._compare(number, hashed, None, None)
                continue
            self._compare(number, hashed, event, self._newest)
            self._newest = max(event.at, self._newest or event.at)
            event = next(events, None)
        self.high = leaves[-1][0]

    def _compare(self, number: int, hashed: str, event: AuditEvent | None, floor: datetime | None) -> None:
        if event is None:
            self.findings.add(number, "deleted", f"Event {number} was sealed and is gone.")
        elif leaf(event) != hashed:
            self.findings.add(number, "edited", f"Event {number} is not what was sealed.")
        elif floor is not None and event.at + LATE < floor:
            self.findings.add(number, "inserted", f"Event {number} claims a time long before its place: it was put in afterwards.")

    def _stray(self, number: int) -> None:
        if len(self.strays) < MANY:
            self.strays.add(number)
        else:
            self.findings.add(number, "inserted", f"Event {number} stands in no batch among sealed ones.")

    def _events(self, *, above: int, up_to: int) -> Iterator[AuditEvent]:
        return AuditEvent.objects.using(self.using).filter(number__gt=above, number__lte=up_to).order_by("number").iterator(chunk_size=500)
