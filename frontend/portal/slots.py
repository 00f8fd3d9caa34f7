"""How many answers run at once for one person, in this process."""

from contextlib import ExitStack
from uuid import UUID

AT_ONCE = 4
_taken: dict[UUID, set[object]] = {}


def take(person: UUID, until: ExitStack) -> bool:
    """Looks and takes in one step, with nothing awaited between; given back when `until` closes."""
    running = _taken.setdefault(person, set())
    if len(running) >= AT_ONCE:
        return False
    mine = object()
    running.add(mine)
    until.callback(running.discard, mine)
    return True
