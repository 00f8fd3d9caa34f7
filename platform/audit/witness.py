"""Holds the batches of the database against the checkpoints outside it."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.chain import GENESIS
from audit.checkpoints import Checkpoint
from audit.findings import Findings
from audit.models import AuditBatch


class Witness:
    """Shown the batches in order, it reads as many checkpoints as it needs."""

    def __init__(self, checkpoints: Iterator[Checkpoint], key: Ed25519PublicKey, findings: Findings) -> None:
        self._checkpoints, self._key, self._findings = checkpoints, key, findings
        self._current: Checkpoint | None = None
        self._serial, self._signature, self._covered = 0, GENESIS, 0
        self.count = self.last = 0

    def look(self, batch: AuditBatch) -> None:
        checkpoint = self._about(batch.number)
        if checkpoint is None or not checkpoint.first_batch <= batch.number <= checkpoint.last_batch:
            return
        if checkpoint.batches[batch.number - checkpoint.first_batch] != batch.hash:
            name = f"Batch {batch.number} (events {batch.first} to {batch.last})"
            self._findings.add(batch.first, "rewritten", f"{name} is not the one that was checkpointed at {checkpoint.at}.")

    def end(self, last_batch: int, last_event: int) -> None:
        """Checkpoints of batches that the database does not hold."""
        gone = self._current or self._read()
        while gone is not None and gone.last_batch <= last_batch:
            gone = self._read()
        if gone is not None:
            vouched = f"Checkpoint {gone.serial} vouches for batch {gone.last_batch} and events up to {gone.last}"
            self._findings.add(last_event + 1, "cut", f"{vouched}; the database ends at batch {last_batch}: its end was cut off.")
        while self._read() is not None:
            pass

    def _about(self, number: int) -> Checkpoint | None:
        if self._serial == 0 and self._current is None:
            self._read()
        while self._current is not None and self._current.last_batch < number:
            self._read()
        return self._current

    def _read(self) -> Checkpoint | None:
        self._current = found = self._genuine()
        if found is None:
            return None
        if (found.serial, found.previous, found.first_batch) != (self._serial + 1, self._signature, self._covered + 1):
            sentence = f"Checkpoint {found.serial} does not follow checkpoint {self._serial}: lines are missing, repeated or out of order."
            self._findings.add(self.last + 1, "checkpoint", sentence)
        self._serial, self._signature, self._covered = found.serial, found.signature, found.last_batch
        self.count, self.last = self.count + 1, found.last
        return found

    def _genuine(self) -> Checkpoint | None:
        for found in self._checkpoints:
            if found.signed_with(self._key):
                return found
            self._findings.add(self.last + 1, "checkpoint", f"A line after checkpoint {self._serial} is not signed with this key.")
        return None
