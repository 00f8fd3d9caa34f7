"""What access takes of a search: the recheck, which also fetches the text, and the index's filter beside one that names the tenant alone.

With and without the filter in turns, in one run. Without it the engine goes over all passages instead of half of them, so the filter may
well cost less than nothing: then it counts as nothing.
"""

import statistics
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from tests.benchmarks.figure import Figure
from tests.benchmarks.inside import services

if TYPE_CHECKING:
    from qdrant_client import models

    from access.viewer import Viewer

ROUNDS, WARM_UP = 40, 10
Laps = list[dict[str, float]]


def measure(folder: Path) -> Iterator[Figure]:
    with services(folder / "data"):
        from config.demo.company import load
        from retrieval.search import search
        from tests.benchmarks.crowd import CHUNKS, gather

        viewer = gather()
        questions = [golden.question for golden in load().golden]
        for question in questions[:WARM_UP]:
            search(viewer, question)
        laps: dict[bool, Laps] = {True: [], False: []}
        for turn in range(ROUNDS):
            filtered = turn % 2 == 0
            with nullcontext() if filtered else mock.patch("index.search.readable_by", _tenant_alone):
                laps[filtered] += [search(viewer, question).milliseconds for question in questions]
    total, recheck = _p50(laps[True], "total"), _p50(laps[True], "recheck")
    filtering = _p50(laps[True], "search") - _p50(laps[False], "search")
    note = f"{recheck:.1f} ms and {filtering:.1f} ms of {total:.1f} ms, {CHUNKS:,} passages, {len(laps[True])} searches each"
    share = 100 * (recheck + max(filtering, 0.0)) / total
    yield Figure("recheck and filter, share of search p50", share, 25, "%", at_most=True, note=note)


def _tenant_alone(viewer: "Viewer", narrow: object = None) -> "models.Filter":
    from qdrant_client import models

    return models.Filter(must=[models.FieldCondition(key="tenant", match=models.MatchValue(value=str(viewer.tenant_id)))])


def _p50(laps: Laps, step: str) -> float:
    return statistics.median(lap[step] for lap in laps)
