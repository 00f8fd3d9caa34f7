"""What of a passage can be quoted, and that a quote is the document's text to the letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.quotes import quotes
from tests.retrieval.passages import passage


def texts(text: str, heading: str = "") -> list[str]:
    return [quote.text for quote in quotes(passage(text, heading=heading))]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Lindqvist signs for amounts above approx. 500 pounds.",
        "Dates such as 3 Mar. 2026 or No. 5 stay whole.",
        "Refunds (e.g. Travel cards) take 2.5 days.",
        "Ask J. Adeyemi about it!",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(sentence: str) -> None:
    assert texts(f"{sentence} Then go home early today.") == [sentence, "Then go home early today."]


def test_a_line_break_inside_a_sentence_stays_in_it() -> None:
    assert texts("Everyone has\n25 days of leave. Ask your\nmanager first.") == [
        "Everyone has\n25 days of leave.",
        "Ask your\nmanager first.",
    ]


def test_a_row_is_quoted_with_the_header_of_its_table() -> None:
    [north, south] = quotes(passage("Crane | Load\nNorth | 12 t\nSouth | 40 t"))
    assert (north.text, north.table_header) == ("North | 12 t", "Crane | Load")
    assert south.table_header == "Crane | Load"


def test_a_table_that_goes_on_keeps_the_header_of_its_beginning() -> None:
    [row] = quotes(passage("South | 40 t", table_header="Crane | Load"))
    assert (row.text, row.table_header) == ("South | 40 t", "Crane | Load")


def test_a_short_list_stays_with_the_line_that_introduces_it() -> None:
    text = "You need two things:\n- a badge\n- a helmet"
    assert texts(f"{text}\n\nNobody enters without them.") == [text, "Nobody enters without them."]


def test_a_long_list_is_quoted_item_by_item() -> None:
    items = [f"- item number {number} with some more words about what it means in practice for everybody" for number in range(9)]
    assert texts("\n".join(items)) == items


def test_a_heading_is_no_answer() -> None:
    assert texts("## Annual leave\n\nEveryone has 25 days.", heading="Annual leave") == ["Everyone has 25 days."]


words = st.text(alphabet="ab A1.!?|-:\n\t•…“”)[]é。 ", max_size=200)


@given(before=words, text=words, header=st.sampled_from(["", "A | B"]))
def test_every_quote_is_the_documents_text_at_its_offsets(before: str, text: str, header: str) -> None:
    document = before + text
    for quote in quotes(passage(text, start=len(before), table_header=header)):
        assert document[quote.start : quote.end] == quote.text
        assert quote.text.strip() == quote.text != ""
