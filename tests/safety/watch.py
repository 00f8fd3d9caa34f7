"""Somebody looks: what came out is held against the model, in both directions."""

from dataclasses import dataclass

from tests.safety import doors
from tests.safety.allowed import Paper, Place
from tests.safety.books import Books


@dataclass(frozen=True)
class Expected:
    """What holds of the layers that are on. `lag`: with the recheck off, the index may show what it has yet to hear is over."""

    lag: bool = False
    direct: bool = True
    """Doors that are opened with an id, and earlier conversations, have the recheck and nothing else."""


class Watch:
    def __init__(self, books: Books, expected: Expected) -> None:
        self.books, self.expected = books, expected

    def looks(self, place: Place, pick: int) -> None:
        viewer = self.books.world.viewer(place)
        assert (viewer is not None) == self.books.allowed.places[place]
        if viewer is None:
            return
        paper = self.books.paper(pick)
        readable = self.books.allowed.readable(place)
        seen = doors.look(viewer, paper.id)
        self.none_of(place, seen.found)
        self.all_of([paper for paper in readable if not paper.lagging], seen.found)
        if self.expected.direct:
            self.none_of(place, seen.listed + seen.opened + doors.history(viewer))
            self.all_of([paper] if paper in readable else [], seen.opened)
            assert all(str(paper.id) in seen.listed for paper in readable)

    def none_of(self, place: Place, out: str) -> None:
        allowed = self.books.allowed
        may = {word for paper in allowed.papers if allowed.is_granted(place, paper) for word in (paper.text, paper.waiting)}
        if self.expected.lag:
            may |= {paper.text for paper in self.books.allowed.papers if paper.lagging and paper.tenant == place[1]}
        leaked = sorted(canary for canary in self.books.ever - may if canary in out)
        assert not leaked, f"{place} was shown {leaked}"

    def all_of(self, papers: list[Paper], out: str) -> None:
        missing = sorted(paper.text for paper in papers if paper.text not in out)
        assert not missing, f"{missing} may be read and was not found"
