"""Six HR and benefits PDFs: is the passage that answers among the first five, and is what cannot be answered refused?"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.data import shared
from tests.benchmarks.figure import Figure
from tests.benchmarks.inside import services
from tests.manage import Installation

PERSON = "owner@northwind.example"
Question = dict[str, Any]


def measure(folder: Path) -> Iterator[Figure]:
    source = shared("data/northwind")
    questions = [json.loads(line) for line in (source / "questions.jsonl").open()]
    answerable = [question for question in questions if question["answerable"]]
    hopeless = [question for question in questions if not question["answerable"]]
    _ingest(Installation(folder / "data"), source)
    with services(folder / "data"):
        from access.resolve import viewer_by_email

        viewer = viewer_by_email(PERSON)
        hits = sum(_found(viewer, question) for question in answerable)
        answered = sum(_mode(viewer, question) != "abstained" for question in answerable)
        refused = sum(_mode(viewer, question) == "abstained" for question in hopeless)
    yield Figure(
        "northwind, answer in the first five", hits / len(answerable), 0.95, note=f"{hits} of {len(answerable)}; the cited page or the next"
    )
    yield Figure("northwind, refused", refused / len(hopeless), 0.85, note=f"{refused} of {len(hopeless)}")
    yield Figure("northwind, answered", answered / len(answerable), 0.78, note=f"{answered} of {len(answerable)}")


def _ingest(installation: Installation, source: Path) -> None:
    installation.json("tenant", "northwind")
    installation.json("person", PERSON, "--tenant", "northwind")
    installation.manage("ingest", str(source), "--tenant", "northwind", "--source", "benefits", "--access", "everyone", "--json")


def _found(viewer: Any, question: Question) -> bool:
    from retrieval.search import search

    places = {(evidence["doc"], evidence["page"] + more) for evidence in question["evidence"] for more in (0, 1)}
    return any((passage.uri, passage.page) in places for passage in search(viewer, question["text"], limit=5).passages)


def _mode(viewer: Any, question: Question) -> str:
    from retrieval.ask import ask
    from retrieval.events import Done

    async def mode() -> str:
        return next(event.mode for event in [event async for event in ask(viewer, question["text"])] if isinstance(event, Done))

    return asyncio.run(mode())
