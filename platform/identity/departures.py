"""What ends with a person's place in a tenant although it is kept above people: what was shared with that person alone."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

Act = Callable[[UUID, UUID], object]
"""Takes the person's id and the tenant's."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """`hold` locks what `end` will take, before the tenant is locked: the order in which everybody else locks them, so that nobody waits
    in a circle. `end` runs with the tenant held, and sees what was shared between the two."""

    hold: Act
    end: Act


_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    if keeper not in _keepers:
        _keepers.append(keeper)


def hold(user: UUID, tenant: UUID) -> None:
    for keeper in _keepers:
        keeper.hold(user, tenant)


def end(user: UUID, tenant: UUID) -> None:
    for keeper in _keepers:
        keeper.end(user, tenant)
