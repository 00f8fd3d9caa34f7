"""Real files that break parsers, each with what must come of it. They are no part of the repository."""

import csv
import re
import unicodedata
from pathlib import Path

import pytest

from ingestion.extract.errors import ExtractionError
from ingestion.extract.pool import Extractor

FILES = Path(__file__).resolve().parents[4] / "shared" / "files"
MANIFEST = FILES / "manifest.tsv"
READ = (".pdf", ".docx", ".html", ".md", ".txt", ".csv")
REFUSALS = {
    "ocr": {"needs_ocr", "no_text"},
    "empty": {"no_text", "needs_ocr", "empty_file"},
    "password": {"password_protected"},
    "reject": {"corrupt", "no_text", "needs_ocr", "type_mismatch", "unsupported", "bad_encoding"},
}

pytestmark = pytest.mark.skipif(
    not MANIFEST.is_file(), reason="NOT TESTED: the folder of files that break parsers is not beside the repository"
)


def rows() -> list[dict[str, str]]:
    if not MANIFEST.is_file():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def comparable(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).replace("\u00ad", ""))


def outcome(extractor: Extractor, path: Path) -> tuple[str, str]:
    """`text` and the text, or a refusal's code and its message."""
    try:
        return "text", extractor.extract(path.read_bytes(), name=path.name).text
    except ExtractionError as error:
        return error.code, error.message


@pytest.mark.parametrize("row", [row for row in rows() if row["file"].endswith(READ)], ids=lambda row: row["file"])
def test_a_file_comes_to_what_it_should(extractor: Extractor, row: dict[str, str]) -> None:
    code, text = outcome(extractor, FILES / row["file"])
    expected = row["expected"]
    if expected == "text" and not row["note"].startswith("hard"):
        assert code == "text", text
        missing = [part for part in row["must_contain"].split("|") if part and comparable(part) not in comparable(text)]
        assert missing == []
    elif expected in REFUSALS:
        assert code in REFUSALS[expected]
    assert code != "crashed"


@pytest.mark.parametrize("row", [row for row in rows() if not row["file"].endswith(READ)], ids=lambda row: row["file"])
def test_a_format_that_is_not_read_is_refused_by_name(extractor: Extractor, row: dict[str, str]) -> None:
    code, message = outcome(extractor, FILES / row["file"])
    assert code in ("unsupported", "password_protected", "type_mismatch", "corrupt", "empty_file", "no_text")
    assert message.endswith(".")
