"""Documents a second of the whole product, over the bare parts and over a plain LangChain pipeline, on the same documents in one run."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.data import shared
from tests.benchmarks.figure import Figure
from tests.manage import Installation

DOCUMENTS = 1200
ROUNDS = 2
"""Product and floor take turns, and the medians' ratio is quoted: the machine's mood falls on both."""


def measure(folder: Path) -> Iterator[Figure]:
    corpus, queries, floor = shared("data/scifact/corpus.jsonl"), shared("data/scifact/queries.jsonl"), shared("measure/floor.py")
    judged = _first(corpus, folder / "set")
    installation = Installation(folder / "data")
    arguments = [sys.executable, str(floor), str(corpus), str(queries), "--documents", str(DOCUMENTS)]
    turns = [(_product(installation, judged), _floor(arguments)) for _ in range(ROUNDS)]
    product, bare = (sum(rates) / ROUNDS for rates in zip(*turns, strict=True))
    plain = _floor([*arguments, "--plain"])
    note = f"{product:.1f} documents/s"
    yield Figure("documents/s over the bare parts", product / bare, 0.90, note=f"{note} over {bare:.1f}")
    yield Figure("documents/s over plain LangChain", product / plain, 1.2, note=f"{note} over {plain:.1f}")


def _first(corpus: Path, folder: Path) -> Path:
    """A set of the first documents with one question, which `evaluate` needs to have."""
    folder.mkdir()
    with corpus.open() as lines:
        chosen = [line for line, _ in zip(lines, range(DOCUMENTS), strict=False)]
    (folder / "corpus.jsonl").write_text("".join(chosen))
    shutil.copy(corpus.parent / "queries.jsonl", folder)
    question = json.loads((folder / "queries.jsonl").open().readline())["_id"]
    (folder / "qrels.tsv").write_text(f"{question}\t{json.loads(chosen[0])['_id']}\t1\n")
    return folder


def _product(installation: Installation, judged: Path) -> float:
    result = installation.json("evaluate", str(judged), timeout=1800)
    return float(result["documents"]) * float(result["chunks_per_second"]) / float(result["chunks"])


def _floor(command: list[str]) -> float:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=1800)
    return float(json.loads(done.stdout)["documents_per_second"])
