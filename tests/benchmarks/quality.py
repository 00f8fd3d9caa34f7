"""nDCG@10 of `evaluate` on judged sets, by the command that anybody runs."""

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.data import shared
from tests.benchmarks.figure import Figure
from tests.manage import Installation

GOALS = {"scifact": 0.74, "productdocs": 0.84}


def measure(folder: Path) -> Iterator[Figure]:
    installation = Installation(folder / "data")
    for name, goal in GOALS.items():
        result = installation.json("evaluate", str(shared(f"data/{name}")), timeout=1800)
        note = f"{result['documents']} documents, {result['queries']} questions, recall@100 {result['recall@100']}"
        yield Figure(f"nDCG@10, {name}", result["ndcg@10"], goal, note=note)
