from pathlib import Path

import pytest

from ingestion.connectors.base import BadListing, Change, Unreachable
from ingestion.connectors.beir.connector import BeirConnector


def listed(path: Path, corpus: str) -> list[Change]:
    (path / "corpus.jsonl").write_text(corpus, encoding="utf-8")
    return [change for change in BeirConnector(path / "corpus.jsonl").changes() if isinstance(change, Change)]


def test_each_line_is_a_document_with_the_title_that_the_corpus_gives(tmp_path: Path) -> None:
    first, second = listed(tmp_path, '{"_id": "1", "title": "Zellen", "text": "Über Zellen."}\n\n{"_id": "https://x/y#z", "text": "B"}\n')

    assert (first.uri, first.title, first.read(), first.media_type) == ("1", "Zellen", "Über Zellen.".encode(), "text/plain")
    assert (second.uri, second.title) == ("https://x/y#z", "")


def test_a_document_with_a_title_only_is_its_title(tmp_path: Path) -> None:
    assert listed(tmp_path, '{"_id": "1", "title": "Alone", "text": " "}')[0].read() == b"Alone"


@pytest.mark.parametrize("line", ["{", "[]", '{"_id": "2"}', '{"title": "", "text": "no id"}', '{"_id": "1", "text": "again"}'])
def test_a_broken_line_ends_the_listing_and_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadListing, match=r"corpus\.jsonl, line 2"):
        listed(tmp_path, f'{{"_id": "1", "text": "Good."}}\n{line}\n')


def test_a_missing_corpus_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"corpus\.jsonl"):
        list(BeirConnector(tmp_path / "corpus.jsonl").changes())
