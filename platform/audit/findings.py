"""What the verifier found: the broken rows by number, and what was looked at."""

from dataclasses import dataclass, field

KEPT = 1_000


@dataclass(frozen=True, slots=True, order=True)
class Broken:
    number: int
    """The event's; of a batch or a checkpoint, its first event's."""
    kind: str
    """edited, deleted, inserted, sealed_twice, batch, rewritten, cut or checkpoint."""
    sentence: str


@dataclass(slots=True)
class Findings:
    """The first thousand are enough to see what happened; the count is of all."""

    broken: list[Broken] = field(default_factory=list)
    count: int = 0

    def add(self, number: int, kind: str, sentence: str) -> None:
        self.count += 1
        if len(self.broken) < KEPT:
            self.broken.append(Broken(number, kind, sentence))


@dataclass(frozen=True, slots=True)
class Verdict:
    broken: tuple[Broken, ...]
    """By number: the first is the first broken row."""
    broken_count: int
    sealed: int
    unsealed: int
    """Events that wait for their seal: what happens to them until then nobody can prove."""
    batches: int
    checkpoints: int
    checkpointed: int
    """The last event that a checkpoint vouches for."""

    @property
    def whole(self) -> bool:
        return not self.broken_count
