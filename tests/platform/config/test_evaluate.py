"""`manage.py evaluate`: a judged set through the real worker and the same search, and nothing of it left afterwards."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tenants.models import Tenant
from tests.factories.looking import everywhere

CORPUS = [
    {"_id": "crane", "title": "Cranes", "text": "The south crane carries forty tonnes and works at night."},
    {"_id": "leave", "title": "Leave", "text": "Everyone has 25 days a year to rest."},
    {"_id": "gate", "title": "", "text": "The harbour gate opens at seven in the morning."},
]
QUERIES = [{"_id": "1", "text": "How much does the crane carry?"}, {"_id": "2", "text": "When does the gate open?"}]
QRELS = "query-id\tcorpus-id\tscore\n1\tcrane\t1\n2\tgate\t1\n"


def judged_set(folder: Path) -> Path:
    (folder / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in CORPUS))
    (folder / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in QUERIES))
    (folder / "qrels.tsv").write_text(QRELS)
    return folder


@pytest.mark.usefixtures("committed", "worker")
def test_a_small_set_is_measured_and_leaves_nothing(tmp_path: Path) -> None:
    out = StringIO()

    call_command("evaluate", str(judged_set(tmp_path)), "--json", stdout=out)

    result = json.loads(out.getvalue())
    assert (result["ndcg@10"], result["recall@100"], result["mrr@10"]) == (1, 1, 1)
    assert (result["queries"], result["documents"], result["chunks"]) == (2, 3, 3)
    assert result["chunks_per_second"] > 0
    assert result["p95_ms"] >= result["p50_ms"] > 0
    assert not Tenant.objects.filter(throwaway=True).exists()
    assert everywhere("documents_document", "uri = %s", "crane") == 0
    assert everywhere("documents_chunk", "text LIKE %s", "%The south crane carries forty tonnes and works%") == 0


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("corpus.jsonl", None, "has no corpus.jsonl. The BEIR layout"),
        ("queries.jsonl", None, "has no queries.jsonl. The BEIR layout"),
        ("qrels.tsv", None, "has no qrels.tsv. The BEIR layout"),
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\n{"_id": "a", "text": "y"}\n', "corpus.jsonl, line 2: the \"_id\" 'a' is there twice"),
        ("queries.jsonl", '{"_id": "1", "text": "x"}\n{"_id": "1", "text": "y"}\n', "queries.jsonl, line 2"),
        ("qrels.tsv", "1\tcrane\t1\n9\tcrane\t1\n", "qrels.tsv, line 2: queries.jsonl has no query '9'"),
        ("qrels.tsv", "1\tcrane\t1\n2\tbarge\t1\n", "qrels.tsv, line 2: the corpus has no document 'barge'"),
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\n{"_id"\n', "corpus.jsonl, line 2"),
        ("corpus.jsonl", "", "holds no documents"),
        ("queries.jsonl", "nothing\n", "queries.jsonl, line 1"),
        ("qrels.tsv", "1\tcrane\t1\n1 leave\n", "qrels.tsv, line 2"),
    ],
)
def test_a_set_that_cannot_be_read_is_refused_before_anything_is_ingested(
    tmp_path: Path, file: str, content: str | None, said: str
) -> None:
    (judged_set(tmp_path) / file).unlink() if content is None else (judged_set(tmp_path) / file).write_text(content)

    with pytest.raises(CommandError, match=said) as raised:
        call_command("evaluate", str(tmp_path))

    assert raised.value.returncode == 2


def test_a_folder_that_is_not_there_is_asked_wrongly(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder") as raised:
        call_command("evaluate", str(tmp_path / "absent"))

    assert raised.value.returncode == 2
