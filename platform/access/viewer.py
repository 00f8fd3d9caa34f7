"""A Viewer: for whom something is read. Made only by access.resolve; nothing is searched without one."""

from dataclasses import InitVar, dataclass
from datetime import UTC, datetime
from uuid import UUID

_SEAL = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """`readers`: one set of principals each; a document must pass for every one. A person is an audience of one."""

    tenant_id: UUID
    readers: tuple[frozenset[str], ...]
    epoch: int
    language: str
    user_id: UUID | None
    """None for an audience of several."""
    permissions: frozenset[str]
    until: datetime | None = None
    """When the first membership among the readers ends by itself, which moves no epoch."""
    audience: tuple[UUID, ...] = ()
    """The people of an audience of several, in the order of the readers."""
    seal: InitVar[object]
    """Not kept, so that `dataclasses.replace` cannot pass it on."""

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("Only access.resolve makes a Viewer.")
        if not self.readers or not all(self.readers):
            raise ValueError("A Viewer has at least one reader, and each reader at least one principal.")

    @property
    def over(self) -> bool:
        """Time to resolve anew. By this machine's clock: the resolver asks the database's."""
        return self.until is not None and self.until <= datetime.now(UTC)
