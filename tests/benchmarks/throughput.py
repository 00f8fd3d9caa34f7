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
    judged = _first(shared("data/scifact/corpus.jsonl"), folder / "set")
    installation = Installation(folder / "data")
    turns = [(_product(installation, judged), bare_parts("--documents", str(DOCUMENTS))["documents_per_second"]) for _ in range(ROUNDS)]
    product, bare = (sum(rates) / ROUNDS for rates in zip(*turns, strict=True))
    plain = bare_parts("--documents", str(DOCUMENTS), "--plain")["documents_per_second"]
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


def bare_parts(*options: str) -> dict[str, float]:
    """What the encoder and the index do on this machine with nothing around them: documents/s, and a question's milliseconds."""
    command = [sys.executable, str(shared("measure/floor.py"))]
    command += [str(shared("data/scifact/corpus.jsonl")), str(shared("data/scifact/queries.jsonl")), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=1800)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
