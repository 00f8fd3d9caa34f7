"""What must hold for any text: offsets that lie on their page, in order, and tables whose lines are their rows."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.extract.builder import PageBuilder, table_line
from ingestion.extract.cleaning import clean
from ingestion.extract.errors import ExtractionError, Refused
from ingestion.extract.formats import extract
from ingestion.extract.frames import from_extracted, to_extracted
from ingestion.extract.model import Extracted
from tests.ingestion.extract.documents import docx, lines, paragraph, pdf

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
CELLS = st.lists(st.lists(WORDS, max_size=5), max_size=6)
LATIN = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
MARKS = st.sampled_from(
    ["# ", "- ", "1. ", "\n", "\n\n", "|", "|-|\n", "<p>", "<td>", "<table>", "</ul>", "<li>", "```\n", "> ", "*", "\x00", "\u200b", ","]
)
SOUP = st.lists(st.one_of(MARKS, WORDS), max_size=30).map("".join)


def check(found: Extracted) -> None:
    """Every offset may be relied on by whoever cuts the text."""
    for page in found.pages:
        before = 0
        for block in page.blocks:
            assert before <= block.start < block.end <= len(page.text)
            assert page.text[block.start : block.end].strip()
            assert page.text[before : block.start].strip() == ""
            before = block.end
            if block.header_end is not None:
                assert block.kind == "table"
                assert block.start < block.header_end <= block.end
                assert page.text[block.header_end : block.header_end + 1] in ("\n", "")
        assert page.text[before:].strip() == ""
        assert "\x00" not in page.text
    assert to_extracted(from_extracted(found)) == found


@given(SOUP, st.sampled_from(["a.txt", "a.md", "a.html", "a.csv"]))
@settings(max_examples=300, deadline=None)
def test_blocks_lie_on_their_page_in_order(soup: str, name: str) -> None:
    with suppress(ExtractionError):
        check(extract(soup.encode(), name=name))


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.md", "a.html", "a.csv", "a.pdf", "a.docx", "noname"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_end_in_text_or_in_a_named_refusal(data: bytes, name: str) -> None:
    with suppress(Refused):
        check(extract(data, name=name))


@given(st.lists(st.lists(LATIN, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_a_pdf_keeps_every_word(texts: list[str]) -> None:
    found = extract(pdf(lambda canvas: lines(canvas, *texts, y=740)), name="x.pdf")
    check(found)


@given(st.lists(LATIN.map(lambda word: word.replace("&", "+").replace("<", "(")), min_size=1, max_size=10))
@settings(max_examples=40, deadline=None)
def test_a_word_document_keeps_every_paragraph(texts: list[str]) -> None:
    found = extract(docx("".join(map(paragraph, texts))), name="x.docx")
    check(found)
    assert all(text in found.text for text in texts)


@given(CELLS, st.integers(0, 3))
def test_a_tables_lines_are_its_rows(rows: list[list[str]], header: int) -> None:
    page = PageBuilder()
    page.table(rows, header_rows=header)
    kept = [table_line(row) for row in rows if table_line(row)]
    assert page.page().text == ("\n".join(kept) if any(line.strip() for line in kept) else "")


@given(WORDS)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
