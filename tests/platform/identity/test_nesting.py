"""Groups inside groups: membership reaches through, circles are refused, and nothing crosses from one tenant to another."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access import principals
from access.resolve import viewer_for
from audit.models import AuditEvent
from identity import groups, nesting, queries
from identity.actions import ensure_person
from identity.models import Group, GroupInGroup, User
from tenants import queries as tenants
from tenants.actions import ensure as ensure_tenant
from tests.factories.cast import Cast, make_cast

SIZE = 7
Edge = tuple[int, int]
"""The first stands inside the second."""


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def group(cast: Cast, slug: str) -> Group:
    return groups.ensure_group(tenant=cast.tenant, slug=slug)


def read_as(cast: Cast, person: User) -> frozenset[str]:
    return cast.viewer(person).readers[0]


def test_a_member_of_the_inner_group_is_a_member_of_the_outer_one_and_not_the_other_way(cast: Cast) -> None:
    finance, staff = group(cast, "finance"), group(cast, "staff")
    groups.add(group=finance, users=[cast.teammate])
    groups.nest(child=staff, parent=finance)

    assert principals.group(finance.id) in read_as(cast, cast.owner), "the owner is in staff, staff stands inside finance"
    assert principals.group(staff.id) not in read_as(cast, cast.teammate)
    assert principals.group(finance.id) not in read_as(cast, cast.outsider)


def test_the_way_to_a_group_is_told_from_the_one_that_names_the_person(cast: Cast) -> None:
    staff, finance, board = (group(cast, slug) for slug in ("staff", "finance", "board"))
    groups.nest(child=staff, parent=finance)
    groups.nest(child=finance, parent=board)
    ways = queries.group_paths(cast.owner, cast.tenant)
    assert {slug: [step.slug for step in ways[at.id]] for slug, at in (("staff", staff), ("board", board))} == {
        "staff": ["staff"],
        "board": ["staff", "finance", "board"],
    }


def test_a_circle_is_refused_however_long_and_nothing_is_written(cast: Cast) -> None:
    chain = [group(cast, f"level-{number}") for number in range(4)]
    for inner, outer in pairwise(chain):
        groups.nest(child=inner, parent=outer)
    before = tenants.epoch(cast.tenant.id), AuditEvent.objects.count()
    with pytest.raises(groups.Circle, match="stands inside"):
        groups.nest(child=chain[-1], parent=chain[0])
    with pytest.raises(groups.Circle):
        groups.nest(child=chain[0], parent=chain[0])
    assert (tenants.epoch(cast.tenant.id), AuditEvent.objects.count()) == before


def test_two_nestings_at_once_that_make_a_circle_together_do_not_both_succeed(committed: None) -> None:
    cast = make_cast()
    pairs = [(group(cast, f"left-{turn}"), group(cast, f"right-{turn}")) for turn in range(5)]
    for left, right in pairs:
        assert sorted(_at_once([(left, right), (right, left)])) == ["refused", "written"]
    assert GroupInGroup.objects.filter(tenant=cast.tenant).count() == len(pairs)


def _at_once(nestings: list[tuple[Group, Group]]) -> list[str]:
    """Each in a thread, and so with a connection, of its own."""
    start = Barrier(len(nestings))

    def nested(pair: tuple[Group, Group]) -> str:
        try:
            start.wait(30)
            groups.nest(child=pair[0], parent=pair[1])
        except groups.Circle:
            return "refused"
        finally:
            connection.close()
        return "written"

    with ThreadPoolExecutor(len(nestings)) as pool:
        return list(pool.map(nested, nestings))


def test_a_group_of_another_tenant_is_refused_on_every_way_in(cast: Cast) -> None:
    elsewhere = groups.ensure_group(tenant=cast.elsewhere, slug="staff")
    with pytest.raises(groups.OtherTenant):
        groups.nest(child=group(cast, "staff"), parent=elsewhere)
    with pytest.raises(groups.NoMember):
        groups.add(group=elsewhere, users=[cast.owner])


def test_a_row_that_crosses_tenants_all_the_same_grants_nothing(cast: Cast) -> None:
    elsewhere = groups.ensure_group(tenant=cast.elsewhere, slug="staff")
    ensure_person(email=cast.owner.email, tenant=cast.elsewhere)
    for tenant in (cast.tenant, cast.elsewhere):
        GroupInGroup.objects.all().delete()
        GroupInGroup.objects.create(tenant=tenant, child=group(cast, "staff"), parent=elsewhere)
        assert principals.group(elsewhere.id) not in viewer_for(user=cast.owner, tenant=cast.elsewhere).readers[0]


def test_a_person_of_two_tenants_is_in_each_with_that_ones_groups_and_a_change_moves_that_ones_epoch(cast: Cast) -> None:
    ensure_person(email=cast.owner.email, tenant=cast.elsewhere, groups=["staff"])
    here, there = queries.group_ids(cast.owner, cast.tenant), queries.group_ids(cast.owner, cast.elsewhere)
    assert (len(here), len(there), set(here) & set(there)) == (1, 1, set())

    epochs = tenants.epochs([cast.tenant.id, cast.elsewhere.id])
    groups.nest(child=group(cast, "staff"), parent=group(cast, "finance"))
    moved = tenants.epochs(epochs)
    assert {tenant: moved[tenant] - before for tenant, before in epochs.items()} == {cast.tenant.id: 1, cast.elsewhere.id: 0}
    assert viewer_for(user=cast.owner, tenant=cast.elsewhere).epoch == epochs[cast.elsewhere.id]


@pytest.mark.parametrize("change", ["add", "take_out", "nest", "take_from", "remove"])
def test_every_change_of_groups_moves_the_epoch_once_and_is_audited_and_none_twice(cast: Cast, change: str) -> None:
    staff, outer = group(cast, "staff"), group(cast, "outer")
    groups.nest(child=outer, parent=group(cast, "outermost"))
    acts = {
        "add": lambda: groups.add(group=staff, users=[cast.teammate], by="user:x"),
        "take_out": lambda: groups.take_out(group=staff, users=[cast.owner], by="user:x"),
        "nest": lambda: groups.nest(child=staff, parent=outer, by="user:x"),
        "take_from": lambda: groups.take_from(child=outer, parent=group(cast, "outermost"), by="user:x"),
        "remove": lambda: groups.remove(group=Group.objects.get(id=staff.id), by="user:x"),
    }
    before = tenants.epoch(cast.tenant.id)
    acts[change]()
    event = AuditEvent.objects.filter(tenant=cast.tenant.id).latest("number")
    assert (event.actor, tenants.epoch(cast.tenant.id)) == ("user:x", (before or 0) + 1)
    assert event.detail["before"] != event.detail["after"]
    if change != "remove":
        acts[change]()
        assert tenants.epoch(cast.tenant.id) == (before or 0) + 1


def test_a_change_that_fails_halfway_leaves_nothing_behind(cast: Cast) -> None:
    staff = group(cast, "staff")
    before = tenants.epoch(cast.tenant.id), AuditEvent.objects.count()
    with pytest.raises(groups.NoMember, match="does not belong"):
        groups.add(group=staff, users=[cast.teammate, cast.outsider])
    assert (tenants.epoch(cast.tenant.id), AuditEvent.objects.count()) == before
    assert queries.group_ids(cast.teammate, cast.tenant) == []


@st.composite
def acyclic(draw: st.DrawFn) -> list[Edge]:
    """Each group only inside later ones of a random order."""
    order = draw(st.permutations(range(SIZE)))
    ahead = [(order[low], order[high]) for low in range(SIZE) for high in range(low + 1, SIZE)]
    return draw(st.lists(st.sampled_from(ahead), unique=True, max_size=12))


def model(direct: set[int], edges: list[Edge]) -> set[int]:
    reached = set(direct)
    while more := {outer for inner, outer in edges if inner in reached} - reached:
        reached |= more
    return reached


@given(edges=acyclic(), direct=st.sets(st.integers(0, SIZE - 1)), gone=st.integers(0, 11))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.django_db
def test_who_is_in_what_agrees_with_a_plain_model(db: None, edges: list[Edge], direct: set[int], gone: int) -> None:
    tenant, _ = ensure_tenant(slug=f"nest-{secrets.token_hex(6)}")
    person, _ = ensure_person(email=f"a@{tenant.slug}.example", tenant=tenant)
    made = [groups.ensure_group(tenant=tenant, slug=f"g{number}") for number in range(SIZE)]
    for number in direct:
        groups.add(group=made[number], users=[person])
    for inner, outer in edges:
        groups.nest(child=made[inner], parent=made[outer])

    assert _numbers(queries.group_ids(person, tenant), made) == model(direct, edges)
    assert _numbers(queries.group_paths(person, tenant), made) == model(direct, edges)
    if edges:
        inner, outer = edges.pop(gone % len(edges))
        with pytest.raises(groups.Circle):
            groups.nest(child=made[outer], parent=made[inner])
        groups.take_from(child=made[inner], parent=made[outer])
        assert _numbers(queries.group_ids(person, tenant), made) == model(direct, edges)


def _numbers(ids: "list[UUID] | dict[UUID, tuple[Group, ...]]", made: list[Group]) -> set[int]:
    return {number for number, group in enumerate(made) if group.id in set(ids)}


def test_ways_end_where_they_began_even_in_a_circle() -> None:
    a, b = UUID(int=1), UUID(int=2)
    assert nesting.paths([a], {a: [b], b: [a]}) == {a: (a,), b: (a, b)}
