"""A Viewer for a person in 200 groups, most of them through others, beside one bare round trip to the same database."""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.figure import Figure
from tests.benchmarks.inside import services

if TYPE_CHECKING:
    from identity.models import User
    from tenants.models import Tenant

GROUPS, DIRECT, DEEP = 200, 20, 10
"""The person is named in 20 of them; above each stand nine more, one inside the other."""
WARM_UP, ROUNDS = 50, 1_000


def measure(folder: Path) -> Iterator[Figure]:
    with services(folder / "data"):
        from access.resolve import viewer_for

        user, tenant = _gather()
        assert len(viewer_for(user=user, tenant=tenant).readers[0]) == GROUPS + 2
        laps = _laps(lambda: viewer_for(user=user, tenant=tenant), _select_one)
    resolved, bare = ([1000 * lap for lap in kind] for kind in zip(*laps, strict=True))
    note = f"p50 {statistics.median(resolved):.2f} ms; a bare SELECT 1 {statistics.median(bare):.2f} ms"
    yield Figure("Viewer in 200 nested groups, p95", statistics.quantiles(resolved, n=20)[18], 5, "ms", at_most=True, note=note)
    ratio = statistics.median(resolved) / statistics.median(bare)
    yield Figure("Viewer over SELECT 1, p50", ratio, 20, at_most=True, note="one query, turn and turn about with the bare one")


def _gather() -> "tuple[User, Tenant]":
    from identity import groups
    from identity.actions import ensure_person
    from tenants.actions import ensure

    tenant, _ = ensure(slug="nested", throwaway=True)
    user, _ = ensure_person(email="owner@nested.example", tenant=tenant)
    for chain in range(DIRECT):
        made = [groups.ensure_group(tenant=tenant, slug=f"g{chain}-{level}") for level in range(DEEP)]
        groups.add(group=made[0], users=[user])
        for inner, outer in pairwise(made):
            groups.nest(child=inner, parent=outer)
    return user, tenant


def _laps(act: Callable[[], object], bare: Callable[[], object]) -> list[tuple[float, float]]:
    for _ in range(WARM_UP):
        act()
        bare()
    return [(_timed(act), _timed(bare)) for _ in range(ROUNDS)]


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _select_one() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
