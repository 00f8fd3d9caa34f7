"""Groups inside groups, without a database: the ways up from the groups that somebody is in."""

from collections.abc import Iterable, Mapping
from uuid import UUID

Path = tuple[UUID, ...]
"""From a group up to one that holds it, through those between."""


def parents(edges: Iterable[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    """From (child, parent) pairs to the parents of each child, in the given order."""
    found: dict[UUID, list[UUID]] = {}
    for child, parent in edges:
        found.setdefault(child, []).append(parent)
    return found


def paths(starts: Iterable[UUID], above: Mapping[UUID, Iterable[UUID]]) -> dict[UUID, Path]:
    """Every group reached, with the shortest way to it from one of the starts. A start's way is itself."""
    found: dict[UUID, Path] = {start: (start,) for start in starts}
    waiting = list(found)
    for group in waiting:
        for parent in above.get(group, ()):
            if parent not in found:
                found[parent] = (*found[group], parent)
                waiting.append(parent)
    return found
