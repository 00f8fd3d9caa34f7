from pathlib import Path

import pytest

from retrieval.evaluation.judged import BrokenSet, Judged, read

DOCUMENTS = {"d1", "d2", "d3"}
QUERIES = '{"_id": "a", "text": "Who?"}\n\n{"_id": "b", "text": "What?"}\n{"_id": "c", "text": "Unjudged?"}\n'


def judged_set(folder: Path, qrels: str, queries: str = QUERIES) -> Path:
    (folder / "queries.jsonl").write_text(queries)
    (folder / "qrels.tsv").write_text(qrels)
    return folder


def judged(folder: Path, limit: int | None = None) -> tuple[Judged, ...]:
    return read(folder, documents=DOCUMENTS, limit=limit)


@pytest.mark.parametrize("header", ["", "query-id\tcorpus-id\tscore\n", "query-id\tcorpus-id\tscore\r\n"])
def test_judgements_with_a_header_row_or_none(tmp_path: Path, header: str) -> None:
    found = judged(judged_set(tmp_path, f"{header}a\td1\t1\na\td2\t2\nb\td1\t1\nb\td3\t0\n"))

    assert found == (Judged("a", "Who?", {"d1": 1, "d2": 2}), Judged("b", "What?", {"d1": 1, "d3": 0}))


def test_a_limit_takes_the_first_judged_questions(tmp_path: Path) -> None:
    folder = judged_set(tmp_path, "b\td1\t1\na\td1\t1\n")

    assert [question.id for question in judged(folder, limit=1)] == ["a"]


@pytest.mark.parametrize(
    ("qrels", "queries", "place"),
    [
        ("a\td1\t1\na d1 1\n", QUERIES, "qrels.tsv, line 2"),
        ("query-id\tcorpus-id\tscore\na\td1\tmany\n", QUERIES, "qrels.tsv, line 2"),
        ("a\td1\t0.5\n", QUERIES, "qrels.tsv, line 1"),
        ("a\td1\t1\n", '{"_id": "a", "text": "Who?"}\n{"_id": "b"\n', "queries.jsonl, line 2"),
        ("a\td1\t1\n", '{"_id": "a"}\n', "queries.jsonl, line 1"),
        ("a\td1\t1\n", "[]\n", "queries.jsonl, line 1"),
        ("a\td1\tnan\n", QUERIES, "qrels.tsv, line 1"),
        ("a\td1\t1\na\td1\tinf\n", QUERIES, "qrels.tsv, line 2"),
        ("a\td1\t1\nx\td1\t1\n", QUERIES, "qrels.tsv, line 2: queries.jsonl has no query 'x'"),
        ("a\td1\t1\n\na\td9\t1\n", QUERIES, "qrels.tsv, line 3: the corpus has no document 'd9'"),
        ("a\td1\t1\n", QUERIES + '{"_id": "b", "text": "Again?"}\n', "queries.jsonl, line 5: the \"_id\" 'b' is there twice"),
        ("", QUERIES, "judges no question"),
        ("a\td1\t0\n", QUERIES, "judges no question"),
    ],
)
def test_a_broken_line_is_named_with_its_file_and_number(tmp_path: Path, qrels: str, queries: str, place: str) -> None:
    with pytest.raises(BrokenSet, match=place):
        judged(judged_set(tmp_path, qrels, queries))


def test_a_whole_score_may_be_written_with_a_point(tmp_path: Path) -> None:
    assert judged(judged_set(tmp_path, "a\td1\t1.0\na\td2\t2.00\n")) == (Judged("a", "Who?", {"d1": 1, "d2": 2}),)


@pytest.mark.parametrize("missing", ["queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    (judged_set(tmp_path, "a\td1\t1\n") / missing).unlink()

    with pytest.raises(BrokenSet, match=f"{missing} is not there"):
        judged(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (judged_set(tmp_path, "") / "qrels.tsv").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(BrokenSet, match=r"qrels\.tsv, line 1: this is not UTF-8"):
        judged(tmp_path)
