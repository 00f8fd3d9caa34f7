"""What row-level security costs a search: the same questions with it and without it, in turns, in one run.

Without: the policies disabled by the tables' owner, and no scope, so no transaction around the recheck either.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from tests.benchmarks.figure import Figure
from tests.benchmarks.inside import services

ROUNDS, WARM_UP = 40, 10
TABLES = ("documents_chunk", "documents_document", "documents_grant", "documents_page", "sources_source")


def measure(folder: Path) -> Iterator[Figure]:
    with services(folder / "data"):
        from config.demo.company import load
        from retrieval.search import search
        from tests.benchmarks.crowd import CHUNKS, gather

        viewer = gather()
        questions = [golden.question for golden in load().golden]
        for question in questions[:WARM_UP]:
            search(viewer, question)
        laps: dict[bool, list[dict[str, float]]] = {True: [], False: []}
        for turn in range(ROUNDS):
            guarded = turn % 2 == 0
            with nullcontext() if guarded else _without():
                laps[guarded] += [_lap(search, viewer, question) for question in questions]
    for step, goal in (("total", 1.1), ("recheck", 2.0)):
        on, off = (statistics.median(lap[step] for lap in laps[guarded]) for guarded in (True, False))
        note = f"{on:.2f} ms with, {off:.2f} ms without, {CHUNKS:,} passages, {len(laps[True])} searches each"
        yield Figure(f"row-level security, {step} p50 with / without", on / off, goal, at_most=True, note=note)


def _lap(search: Any, viewer: Any, question: str) -> dict[str, float]:
    began = time.perf_counter()
    steps: dict[str, float] = search(viewer, question).milliseconds
    return {**steps, "total": 1000 * (time.perf_counter() - began)}


@contextmanager
def _without() -> Iterator[None]:
    _security("DISABLE")
    try:
        with mock.patch("tenants.scope._entered", return_value=nullcontext()):
            yield
    finally:
        _security("ENABLE")


def _security(word: str) -> None:
    from django.conf import settings

    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} {word} ROW LEVEL SECURITY")
