"""Days of a company's life in any order, done to the product and to the model; after each step somebody looks, and what came out is
held against the model in both directions."""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from documents.grants import NotThere, Widens
from identity import groups
from identity.groups import Circle
from ingestion import process
from retrieval.events import Done, Sources
from tests.safety import doors
from tests.safety.allowed import Place
from tests.safety.books import Books
from tests.safety.watch import Expected, Watch
from tests.safety.world import ACTIONS, GROUPS, PLACES, SOURCES, named

URIS = ("one", "two", "three")
PICK = st.integers(min_value=0, max_value=59)
places = st.sampled_from(PLACES)
home_groups = st.sampled_from(["red", "green", "blue"])
sources = st.sampled_from(list(SOURCES))


class Life(RuleBasedStateMachine):
    expected = Expected()
    steps = 0
    """Of all runs together."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.world, self.allowed = self.books.world, self.books.allowed
        self.watch = Watch(self.books, self.expected)
        self.turn = 0
        self.conversations: dict[Place, UUID] = {}

    @initialize()
    def begins(self) -> None:
        self.books.open()
        self.processes()

    # Who is who

    @rule(place=places, group=st.sampled_from(list(GROUPS)))
    def joins_or_leaves(self, place: Place, group: str) -> None:
        if place[1] != GROUPS[group]:
            return
        pair, users = (place[0], group), [self.world.people[place[0]]]
        (groups.take_out if pair in self.allowed.members else groups.add)(group=self.world.groups[group], users=users)
        self.allowed.members ^= {pair}

    @rule(child=home_groups, parent=home_groups)
    def nests_or_takes_out(self, child: str, parent: str) -> None:
        lower, upper = self.world.groups[child], self.world.groups[parent]
        if (child, parent) in self.allowed.inside:
            groups.take_from(child=lower, parent=upper)
            self.allowed.inside.remove((child, parent))
            return
        try:
            groups.nest(child=lower, parent=upper)
        except Circle:
            assert self.allowed.circle(child, parent)
            return
        assert not self.allowed.circle(child, parent)
        self.allowed.inside.add((child, parent))

    @rule(place=places, by_time=st.booleans())
    def loses_the_place_or_has_it_back(self, place: Place, by_time: bool) -> None:
        if not self.allowed.places[place]:
            self.world.restore(place)
        elif by_time:
            self.world.expire(place)
        else:
            self.world.suspend(place)
        self.allowed.places[place] = not self.allowed.places[place]

    # What they may read

    @rule(action=st.sampled_from(list(ACTIONS)), pick=PICK, picks=st.lists(PICK, min_size=1, max_size=2))
    def grants(self, action: str, pick: int, picks: list[int]) -> None:
        paper = self.books.paper(pick)
        names = named(paper.tenant, picks)
        try:
            changed = self.world.grant(ACTIONS[action], paper.tenant, paper.id, names)
        except NotThere:
            assert not paper.live
            return
        except Widens:
            assert self.allowed.widens(paper, names)
            return
        assert paper.live
        assert action != "narrow" or not self.allowed.widens(paper, names)
        self.books.granted(paper, action, names)
        paper.lagging |= bool(changed and paper.text)

    @rule(source=sources, picks=st.none() | st.lists(PICK, max_size=2))
    def policy_changes(self, source: str, picks: list[int] | None) -> None:
        access = None if picks is None else named(SOURCES[source], picks)
        before = self.allowed.policies[source]
        self.world.policy(source, access)
        self.allowed.policies[source] = access
        if access is not None and access != before:
            self.books.forgotten(source)

    @rule(pick=PICK, allow=st.lists(PICK, max_size=2), deny=st.lists(PICK, max_size=1))
    def source_reports_permissions(self, pick: int, allow: list[int], deny: list[int]) -> None:
        paper = self.books.paper(pick)
        said = named(paper.tenant, allow), named(paper.tenant, deny)
        changed = self.world.mirror(paper.source, paper.id, *said)
        if paper.live and self.allowed.policies[paper.source] is None:
            paper.mirrored, paper.mirrored_denials = set() if paper.narrowed else said[0], said[1]
        paper.lagging |= bool(changed and paper.text)

    # What there is to read

    @rule(source=sources, uri=st.sampled_from(URIS))
    def somebody_writes(self, source: str, uri: str) -> None:
        self.books.write(source, uri)

    @rule(source=sources, uri=st.sampled_from(URIS))
    def somebody_throws_away(self, source: str, uri: str) -> None:
        self.books.shelves[source].pop(uri, None)

    @rule(source=sources, to=sources, uri=st.sampled_from(URIS))
    def somebody_moves(self, source: str, to: str, uri: str) -> None:
        """Two sources' business: each hears of it with its own next sync. Its new place gives it a new canary."""
        if self.books.shelves[source].pop(uri, ""):
            self.books.write(to, uri)

    @rule(source=sources, at_once=st.booleans())
    def syncs(self, source: str, at_once: bool) -> None:
        """One that has begun is saved as what it saw then, whatever has happened since."""
        if source not in self.books.held:
            self.books.begin(source)
        if at_once:
            self.books.finish(source)

    @rule(pick=PICK)
    def is_removed(self, pick: int) -> None:
        paper = self.books.paper(pick)
        self.world.remove(paper.tenant, paper.id)
        if paper.live:
            self.books.removed(paper)

    # What the workers do, or die doing

    @rule()
    def processes(self) -> None:
        self.world.process()
        self.books.told()
        self.books.processed()

    @rule(where=st.sampled_from(["publish_waiting", "_store", "publish_some"]))
    def processing_dies(self, where: str) -> None:
        """After the database and before the index; before either; at once."""
        self.world.die(where, of=process)
        if where != "publish_some":
            self.books.told()
        if where == "publish_waiting":
            self.books.processed(told=False)

    @rule()
    def index_is_told(self) -> None:
        self.world.publish()
        self.books.told()

    @rule()
    def index_is_told_and_nobody_knows(self) -> None:
        """Dies between the index's answer and the commit."""
        self.world.publish_and_die()

    @rule()
    def stores_are_emptied(self) -> None:
        self.world.prune()
        self.books.pruned()

    # Who looks

    @invariant()
    def one_after_the_other_looks(self) -> None:
        Life.steps += 1
        self.turn += 1
        self.watch.looks(PLACES[self.turn % len(PLACES)], self.turn)

    @rule(place=places)
    def asks(self, place: Place) -> None:
        viewer = self.world.viewer(place)
        assert (viewer is not None) == self.allowed.places[place]
        if viewer is None:
            return
        events = doors.asked(viewer, self.conversations.get(place))
        done = events[-1]
        assert isinstance(done, Done), done
        self.conversations[place] = done.conversation_id
        self.watch.none_of(place, repr(events))
        [found] = [event for event in events if isinstance(event, Sources)]
        self.watch.all_of([paper for paper in self.allowed.readable(place) if not paper.lagging], repr(found))

    def teardown(self) -> None:
        for source in list(self.books.held):
            self.books.finish(source)
        self.processes()
        for place in PLACES:
            self.watch.looks(place, self.turn)
