"""The leak test's last result as the page draws it, from what the command wrote into the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit import queries as audit

ACTION = "leaktest.ran"


@dataclass(frozen=True, slots=True)
class Row:
    door: str
    verdict: str
    shows: bool
    """A door that shows no document has nothing to find."""
    cells: tuple[Mapping[str, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    at: datetime
    actor: str
    face: str
    holds: bool
    leaks: int
    knocks: int
    kinds: tuple[str, ...]
    rows: tuple[Row, ...]
    """What failed first."""
    uncovered: tuple[str, ...]

    @property
    def counted(self) -> str:
        return f"{self.knocks:,}"

    @property
    def failed(self) -> int:
        return sum(row.verdict != "holds" for row in self.rows)


def last(tenant: UUID) -> Ran | None:
    """Of the whole installation, or of this tenant. None where it has never run, or ran before the doors were written down."""
    event = audit.last(ACTION, tenant)
    return _ran(event) if event and "doors" in event["detail"] else None


def _ran(event: Mapping[str, Any]) -> Ran:
    told = event["detail"]
    kinds = tuple(dict.fromkeys(kind for door in told["doors"] for kind in door["personas"]))
    rows = [*(_row(door, kinds) for door in told["doors"]), *(_trace(trace, kinds) for trace in told["traces"])]
    return Ran(
        at=event["at"],
        actor=event["actor"],
        face=event["face"],
        holds=told["holds"],
        leaks=told["leaks"],
        knocks=told["knocks"],
        kinds=kinds,
        rows=tuple(sorted(rows, key=lambda row: row.verdict == "holds")),
        uncovered=tuple(told["uncovered"]),
    )


def _row(door: Mapping[str, Any], kinds: Sequence[str]) -> Row:
    return Row(door["door"], door["verdict"].lower(), door.get("shows", True), tuple(door["personas"].get(kind) for kind in kinds))


def _trace(trace: Mapping[str, Any], kinds: Sequence[str]) -> Row:
    return Row(trace["place"], trace["verdict"].lower(), False, (None,) * len(kinds))
