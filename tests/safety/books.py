"""The model's side of each step: what a sync, a worker or a grant should come to."""

from dataclasses import dataclass
from uuid import UUID

from identity import groups
from ingestion import sync
from tests.safety.allowed import EVERYONE, Allowed, Paper
from tests.safety.shelf import Listing
from tests.safety.world import GROUPS, PLACES, SOURCES, World

POLICIES: dict[str, set[str] | None] = {"open": {EVERYONE}, "team": {"red"}, "mirror": None, "far": {EVERYONE}}
MEMBERS = {("ann", "red"), ("bob", "green"), ("eve", "crimson")}


@dataclass(frozen=True)
class Held:
    """A sync that has begun: what it listed, and what it knew."""

    run: sync._Sync
    listed: dict[str, str]
    known: dict[str, tuple[UUID, str]]


class Books:
    def __init__(self) -> None:
        self.world, self.allowed = World(), Allowed()
        self.shelves: dict[str, dict[str, str]] = {source: {} for source in SOURCES}
        self.held: dict[str, Held] = {}
        self.ever: set[str] = set()
        self.left: dict[tuple[str, str], Paper] = {}
        """By source and address, what was last removed there: denials and narrowing outlive it."""

    def open(self) -> None:
        self.allowed.places = dict.fromkeys(PLACES, True)
        self.allowed.groups = dict(GROUPS)
        for source, access in POLICIES.items():
            self.world.add_source(source, access)
            self.allowed.policies[source] = access
        for person, group in MEMBERS:
            groups.add(group=self.world.groups[group], users=[self.world.people[person]])
        self.allowed.members = set(MEMBERS)
        for source in SOURCES:
            self.write(source, "one")
            self.begin(source)
            self.finish(source)

    def paper(self, pick: int) -> Paper:
        return self.allowed.papers[pick % len(self.allowed.papers)]

    def write(self, source: str, uri: str) -> None:
        canary = self.world.canary()
        self.ever.add(canary)
        self.shelves[source][uri] = canary

    def begin(self, source: str) -> None:
        listed = dict(self.shelves[source])
        known = {uri: (paper.id, paper.waiting or paper.text) for uri, paper in self.allowed.live(source).items()}
        self.held[source] = Held(self.world.begin_sync(source, Listing(listed)), listed, known)

    def finish(self, source: str) -> None:
        """What differs from what was known then is saved, and what was known and not listed is removed."""
        held = self.held.pop(source)
        held.run.run()
        stored = self.world.documents(source)
        for uri, canary in held.listed.items():
            if uri not in held.known or held.known[uri][1] != canary:
                self._saved(source, uri, canary, stored[uri])
        gone = {document for uri, (document, _) in held.known.items() if uri not in held.listed}
        for paper in self.allowed.papers:
            if paper.id in gone and paper.live:
                self.removed(paper)

    def _saved(self, source: str, uri: str, canary: str, document: UUID) -> None:
        paper = self.allowed.live(source).get(uri)
        if paper is None:
            paper = Paper(document, SOURCES[source], source, uri)
            self._take_over(paper)
            self.allowed.papers.append(paper)
        assert paper.id == document
        paper.waiting = canary

    def _take_over(self, paper: Paper) -> None:
        if before := self.left.get((paper.source, paper.uri)):
            paper.denied = set(before.denied)
            if before.narrowed:
                paper.narrowed, paper.shared, paper.mirrored_denials = True, set(before.shared), set(before.mirrored_denials)

    def removed(self, paper: Paper) -> None:
        """Gone at once; its points wait for the pruning."""
        paper.live, paper.lagging = False, True
        self.left[paper.source, paper.uri] = paper

    def pruned(self) -> None:
        """The last stays in the books, gone as it is: somebody may still know its id."""
        self.allowed.papers = [paper for paper in self.allowed.papers if paper.live] or self.allowed.papers[-1:]

    def told(self) -> None:
        """The index has heard of all that lives."""
        for paper in self.allowed.papers:
            paper.lagging = not paper.live

    def processed(self, *, told: bool = True) -> None:
        for paper in self.allowed.papers:
            if paper.live and paper.waiting:
                paper.text, paper.waiting, paper.lagging = paper.waiting, "", not told

    def granted(self, paper: Paper, action: str, names: set[str]) -> None:
        match action:
            case "share":
                paper.shared |= names
            case "unshare":
                paper.shared -= names
            case "deny":
                paper.denied |= names
            case "undeny":
                paper.denied -= names
            case _:
                paper.narrowed, paper.shared, paper.mirrored = True, set(names), set()

    def forgotten(self, source: str) -> None:
        """A policy has taken the place of the source's own permissions; what was narrowed keeps the denials."""
        for paper in self.allowed.papers:
            if paper.source == source and not paper.narrowed and (paper.mirrored or paper.mirrored_denials):
                paper.lagging |= bool(paper.text)
                paper.mirrored, paper.mirrored_denials = set(), set()
