from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from access import principals
from config.throwaway import SomethingLeft, Throwaway, throwaway_tenant
from documents.models import Document
from index.errors import IndexFailure
from inference.embedder import get_embedder
from ingestion import sync
from ingestion.connectors.base import ConnectorError
from ingestion.connectors.beir.connector import CORPUS, BeirConnector
from ingestion.progress import Outcome, Watch
from ingestion.prune import NotGone
from retrieval.evaluation import judged
from retrieval.evaluation.judged import BrokenSet, Judged
from retrieval.evaluation.measure import Scores, measure
from sources import actions as sources
from tenants.scope import within
from terminal import command
from terminal.command import AskedWrongly, Failed


class Command(command.Command):
    help = "How well search finds the documents that answer the judged questions of a set in the BEIR layout."
    wrong = (BrokenSet,)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", help=f"holds {CORPUS}, {judged.QUERIES} and {judged.JUDGEMENTS}")
        parser.add_argument("--limit", type=int, metavar="N", help="the first N judged questions only")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        folder = _folder(options["folder"], options["limit"])
        questions = judged.read(folder, documents=_corpus(folder), limit=options["limit"])
        try:
            with throwaway_tenant() as throwaway:
                ingested = self._ingest(throwaway, folder)
                scores = _measured(throwaway, questions)
        except (IndexFailure, SomethingLeft, NotGone) as error:
            raise Failed(str(error)) from error
        return _report(scores, ingested, len(questions))

    def show(self, result: Mapping[str, Any]) -> None:
        for name, value in result.items():
            self.console.print(f"{name:>18}  {value:,}")

    def _ingest(self, throwaway: Throwaway, folder: Path) -> Outcome:
        """By the same path as everything else: a source, a run, the worker."""
        everyone = [principals.everyone(throwaway.tenant.id)]
        source, _ = sources.ensure(
            tenant=throwaway.tenant, name="corpus", kind="beir", config={"path": str(folder)}, access=everyone, by="evaluate"
        )
        quiet = self.as_json or not self.console.is_terminal
        watch = Watch(source)
        run = sync.request(source=source)
        watch.follow(run, console=None if quiet else self.console)
        ingested = watch.outcome(run)
        if run.code or not ingested.ready:
            raise Failed(run.message or "None of the documents could be read.", code=run.code or "nothing_ready")
        for failure in ingested.failed:
            self.stderr.write(f"Left out: {failure.uri}: {failure.message}")
        return ingested


def _folder(path: str, limit: int | None) -> Path:
    folder = Path(path).expanduser().resolve()
    if limit is not None and limit < 1:
        raise AskedWrongly("--limit is at least 1.")
    if not folder.is_dir():
        raise AskedWrongly(f"There is no folder {path}.", code="not_found")
    missing = [name for name in (CORPUS, judged.QUERIES, judged.JUDGEMENTS) if not (folder / name).exists()]
    if missing:
        raise AskedWrongly(f"{folder} has no {' and no '.join(missing)}. The BEIR layout has all three.", code="not_found")
    return folder


def _corpus(folder: Path) -> frozenset[str]:
    """Every line is read once before anything is ingested, so that a broken one costs a second and not an hour."""
    try:
        documents = frozenset(change.uri for change in BeirConnector(folder / CORPUS).changes())
    except ConnectorError as error:
        raise AskedWrongly(error.message, code=error.code) from error
    if not documents:
        raise AskedWrongly(f"{folder / CORPUS} holds no documents.")
    return documents


def _measured(throwaway: Throwaway, questions: Sequence[Judged]) -> Scores:
    get_embedder()
    with within(throwaway.tenant.id):
        names = dict(Document.objects.filter(tenant=throwaway.tenant).values_list("id", "uri"))
    return measure(throwaway.viewer(), questions, names)


def _report(scores: Scores, ingested: Outcome, questions: int) -> Mapping[str, Any]:
    return {
        "ndcg@10": round(scores.ndcg_at_10, 4),
        "recall@100": round(scores.recall_at_100, 4),
        "mrr@10": round(scores.mrr_at_10, 4),
        "queries": questions,
        "documents": ingested.documents,
        "chunks": ingested.chunks,
        "chunks_per_second": ingested.chunks_per_second,
        "p50_ms": round(scores.p50_ms, 2),
        "p95_ms": round(scores.p95_ms, 2),
    }
