"""How slowly a body may come that holds one of the few places: who sends nothing, or almost nothing, gives it back."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Pace:
    stall: float = 15.0
    """Seconds without a byte; also the start that every body has before its rate counts."""
    rate: int = 16 * 1024
    """Bytes each second, over the whole."""
    clock: Callable[[], float] = monotonic


class Arrival:
    def __init__(self, pace: Pace) -> None:
        self._pace, self._began, self._bytes = pace, pace.clock(), 0

    def came(self, count: int) -> None:
        self._bytes += count

    @property
    def patience(self) -> float:
        """Seconds to wait for the next bytes; 0 and less: it is too slow already."""
        late = self._began + self._pace.stall + self._bytes / self._pace.rate - self._pace.clock()
        return min(self._pace.stall, late)
