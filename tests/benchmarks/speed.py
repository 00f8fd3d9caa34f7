"""Latency of search at 20,000 passages with filter and recheck, and of a quoted answer, in one process as the web server has it."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.data import Absent
from tests.benchmarks.figure import Figure
from tests.benchmarks.inside import services
from tests.benchmarks.throughput import bare_parts

WARM_UP, ROUNDS = 20, 10


def measure(folder: Path) -> Iterator[Figure]:
    with services(folder / "data"):
        from config.demo.company import load
        from retrieval.ask import ask
        from retrieval.search import search
        from tests.benchmarks.crowd import CHUNKS, gather

        viewer = gather()
        questions = [golden.question for golden in load().golden]

        def answered(question: str) -> None:
            async def drained() -> None:
                async for _ in ask(viewer, question):
                    pass

            asyncio.run(drained())

        searches = _timed(lambda question: search(viewer, question), questions)
        answers = _timed(answered, questions)
    note = f"{CHUNKS:,} passages, half of them hidden from the asker{_pace()}"
    yield Figure("search p50", statistics.median(searches), 15, "ms", at_most=True, note=note)
    yield Figure("search p95", statistics.quantiles(searches, n=20)[18], 30, "ms", at_most=True, note=note)
    yield Figure("quoted answer p50", statistics.median(answers), 60, "ms", at_most=True, note="question to last event, saved")


def _pace() -> str:
    """What this machine takes at this moment without a filter, a recheck or a second process: milliseconds mean little without it."""
    try:
        bare = bare_parts("--documents", "300")
    except Absent:
        return ""
    return f"; the bare encoder and engine at {bare['chunks']:,} take {bare['query_p50_ms']:.0f} ms in this run"


def _timed(act: object, questions: list[str]) -> list[float]:
    assert callable(act)
    for question in questions[:WARM_UP]:
        act(question)
    laps = []
    for question in questions * ROUNDS:
        began = time.perf_counter()
        act(question)
        laps.append(1000 * (time.perf_counter() - began))
    return laps
