"""A page as a picture, with boxes exactly on the words."""

import pytest

from ingestion.extract.errors import ExtractionError
from ingestion.extract.pool import Extractor
from tests.ingestion.extract.documents import pdf
from tests.ingestion.extract.test_pdf import aligned, columns, running

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89


def test_a_boxes_place_is_where_the_word_was_drawn(extractor: Extractor) -> None:
    data = pdf(aligned)
    text = extractor.extract(data, name="x.pdf").pages[0].text
    start = text.index("55.00")
    found = extractor.render(data, page=1, spans=[(start, start + 5)])
    (box,) = found.boxes
    assert found.png.startswith(b"\x89PNG")
    assert (found.width, found.height) == (1401, 1981)
    assert box.left * PAGE_WIDTH == pytest.approx(220, abs=1)
    assert box.top * PAGE_HEIGHT < PAGE_HEIGHT - 660 < box.bottom * PAGE_HEIGHT + 1


def test_a_sentence_over_two_lines_has_two_boxes(extractor: Extractor) -> None:
    data = pdf(running, running, running)
    text = extractor.extract(data, name="x.pdf").pages[1].text
    start = text.index("The cover ends")
    boxes = extractor.render(data, page=2, spans=[(0, 7), (start, len(text))]).boxes
    assert [box.span for box in boxes] == [0, 1, 1]
    assert boxes[1].bottom <= boxes[2].bottom
    assert boxes[2].left < boxes[1].left


def test_every_word_of_a_page_has_its_box(extractor: Extractor) -> None:
    data = pdf(columns)
    text = extractor.extract(data, name="x.pdf").pages[0].text
    boxes = extractor.render(data, page=1, spans=[(0, len(text))]).boxes
    assert len(boxes) == 16


@pytest.mark.parametrize(("data", "page"), [(pdf(aligned), 2), (pdf(aligned), 0), (b"plain words", 1)])
def test_a_page_that_is_not_there_is_an_error_with_a_sentence(extractor: Extractor, data: bytes, page: int) -> None:
    with pytest.raises(ExtractionError, match=r"\.$"):
        extractor.render(data, page=page)
