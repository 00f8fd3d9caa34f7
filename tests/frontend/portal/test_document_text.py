import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.portal.document_text import Block, blocks_of, to_html
from tests.frontend.payloads import PAYLOADS

TEXT = "Rules\n\nLamps are lit at nine. Boats wait.\n\nBoat | Lamps\nGull | 2\nTern | 4"


def _shown(mark: tuple[int, int] | None) -> str:
    stored = [["heading", 0, 5, 1, None], ["paragraph", 7, 42, 0, None], ["table", 43, len(TEXT), 0, 56]]
    return to_html(TEXT, blocks_of(stored, TEXT), mark)


def test_the_cited_sentence_is_marked_and_nothing_else() -> None:
    start = TEXT.index("Lamps are")
    assert "<p><mark data-mark>Lamps are lit at nine.</mark> Boats wait.</p>" in _shown((start, start + 22))


def test_a_cited_row_is_marked_below_its_header() -> None:
    start = TEXT.index("Gull")
    shown = _shown((start, start + 8))
    assert "<thead><tr><th>Boat</th><th>Lamps</th></tr></thead>" in shown
    assert "<tr class=marked data-mark><td>Gull</td><td>2</td></tr><tr><td>Tern</td>" in shown


def test_text_between_blocks_is_shown_too() -> None:
    assert "<p>kept</p>" in to_html("A\n\nkept", blocks_of([["heading", 0, 1, 1, None]], "A\n\nkept"), None)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("kind", ["heading", "paragraph", "list", "table", "code"])
def test_every_word_is_escaped(kind: str, payload: str) -> None:
    shown = to_html(payload, [Block(kind, 0, len(payload), 1)], (0, len(payload)))
    assert not re.search(r"<(?!/?(h3|p|ul|li|div|table|thead|tbody|tr|td|pre|mark)\b)", shown)


@given(st.text(alphabet="ab<&\"' |\n", max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_wherever_the_mark_lies_the_words_stay_the_same(text: str, one: int, other: int) -> None:
    mark = (min(one, other), max(one, other))
    shown = to_html(text, blocks_of([], text), mark)
    assert html.unescape(re.sub(r"<[^>]*>", "", shown)).split() == text.split()
