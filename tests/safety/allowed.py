"""Who may read what, by plain rules over plain dictionaries: the model that the product is held against. It shares no code with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

EVERYONE = "everyone"
Place = tuple[str, str]
"""A person in a tenant."""


@dataclass
class Paper:
    """A document. Readers are named: a person, a group, or everyone."""

    id: UUID
    tenant: str
    source: str
    uri: str
    text: str = ""
    """The canary that answers may hold now; empty until the first generation is current."""
    waiting: str = ""
    """The canary of new bytes that are not processed yet: in the title already."""
    live: bool = True
    lagging: bool = False
    """The index has yet to hear of a change of this document's own: the documented window of a search without the recheck."""
    narrowed: bool = False
    shared: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    mirrored: set[str] = field(default_factory=set)
    mirrored_denials: set[str] = field(default_factory=set)


class Allowed:
    def __init__(self) -> None:
        self.places: dict[Place, bool] = {}
        """Whether the membership is open."""
        self.groups: dict[str, str] = {}
        """Each group's tenant."""
        self.members: set[tuple[str, str]] = set()
        """Person and group."""
        self.inside: set[tuple[str, str]] = set()
        """Child and parent."""
        self.policies: dict[str, set[str] | None] = {}
        """By source; None mirrors."""
        self.papers: list[Paper] = []

    def may_read(self, place: Place, paper: Paper) -> bool:
        return bool(paper.text) and self.is_granted(place, paper)

    def is_granted(self, place: Place, paper: Paper) -> bool:
        """Its title he may see from the start, while its text is still waiting."""
        names = self.names(place)
        if not self.places[place] or paper.tenant != place[1] or not paper.live:
            return False
        if names & (paper.denied | paper.mirrored_denials):
            return False
        return bool(names & self.opened_to(paper))

    def opened_to(self, paper: Paper) -> set[str]:
        policy = set() if paper.narrowed else self.policies[paper.source] or set()
        return policy | paper.shared | paper.mirrored

    def widens(self, paper: Paper, names: set[str]) -> bool:
        """Whether narrowing to these is refused."""
        opened = self.opened_to(paper)
        return EVERYONE not in opened and not names <= opened

    def names(self, place: Place) -> set[str]:
        person, tenant = place
        mine = {group for member, group in self.members if member == person and self.groups[group] == tenant}
        return {person, EVERYONE} | mine | {above for group in mine for above in self.above(group)}

    def above(self, group: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        for child, parent in self.inside:
            if child == group and parent not in seen:
                yield parent
                yield from self.above(parent, seen | {parent})

    def circle(self, child: str, parent: str) -> bool:
        return child == parent or child in self.above(parent)

    def readable(self, place: Place) -> list[Paper]:
        return [paper for paper in self.papers if self.may_read(place, paper)]

    def live(self, source: str) -> dict[str, Paper]:
        return {paper.uri: paper for paper in self.papers if paper.source == source and paper.live}
