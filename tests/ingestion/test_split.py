from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.tokenizer import LONGEST, get_tokenizer
from ingestion.extract.builder import PageBuilder
from ingestion.extract.model import Block, Extracted, Page
from ingestion.split import LONGEST_HEADER, LONGEST_HEADING, Piece, split

SENTENCE = "The pump in hall seven is checked every second Monday by the maintenance crew of the day. "


def document(*pages: PageBuilder) -> Extracted:
    return Extracted("Title", date(2026, 1, 1), len(pages) > 1, tuple(page.page() for page in pages))


def tokens(text: str) -> int:
    return len(get_tokenizer().encode(text).ids)


def covers(pieces: list[Piece], text: str) -> bool:
    """Nothing visible lies before, between or after the pieces."""
    edges = [0, *(edge for piece in pieces for edge in (piece.start, piece.end)), len(text)]
    return not any(text[left:right].strip() for left, right in list(pairwise(edges))[::2])


def test_a_short_document_is_one_piece_that_carries_its_title() -> None:
    page = PageBuilder()
    page.paragraph("Pumps are checked on Mondays.")

    (piece,) = split(document(page), title="Maintenance")

    assert (piece.text, piece.start, piece.page_number) == ("Pumps are checked on Mondays.", 0, 1)
    assert piece.embed_text == "Maintenance\nPumps are checked on Mondays."


def test_a_long_text_becomes_even_pieces_that_end_with_sentences() -> None:
    page = PageBuilder()
    page.paragraph(SENTENCE * 40)

    pieces = split(document(page), title="")

    assert len(pieces) > 4
    assert all(piece.text.endswith(".") and 90 <= tokens(piece.text) <= 162 for piece in pieces)


def test_a_heading_begins_a_piece_and_names_those_below_it() -> None:
    page = PageBuilder()
    page.heading("Travel", 1)
    page.paragraph("Book early.")
    page.heading("Hotels", 2)
    page.paragraph("Up to 140 euros a night.")
    page.heading("Leave", 1)
    page.paragraph("Thirty days.")

    pieces = split(document(page), title="Handbook")

    assert [piece.heading for piece in pieces] == ["Travel", "Travel › Hotels", "Leave"]
    assert [piece.text for piece in pieces] == ["Travel\n\nBook early.", "Hotels\n\nUp to 140 euros a night.", "Leave\n\nThirty days."]
    assert pieces[1].embed_text == "Handbook\nTravel\nHotels\n\nUp to 140 euros a night."


def test_a_heading_without_text_stays_with_the_section_below_it() -> None:
    page = PageBuilder()
    page.heading("Travel", 1)
    page.heading("Hotels", 2)
    page.paragraph("Up to 140 euros a night.")

    assert [piece.heading for piece in split(document(page), title="")] == ["Travel › Hotels"]


def test_a_section_goes_on_over_the_page_but_a_piece_does_not() -> None:
    first, second = PageBuilder(1), PageBuilder(2)
    first.heading("Travel", 1)
    first.paragraph("Book early.")
    second.paragraph("And by rail.")
    extracted = document(first, second)

    pieces = split(extracted, title="")

    assert [(piece.page_number, piece.heading) for piece in pieces] == [(1, "Travel"), (2, "Travel")]
    assert extracted.text[pieces[1].start : pieces[1].end] == "And by rail."


def test_a_piece_from_inside_a_table_repeats_the_header_for_the_encoder_only() -> None:
    page = PageBuilder()
    page.table([["Pump", "Interval"], *([f"P-{number} of the northern hall", f"every {number} weeks"] for number in range(60))], 1)
    extracted = document(page)

    first, *rest = split(extracted, title="")

    assert first.table_header == ""
    assert first.text.startswith("Pump | Interval\nP-0")
    assert rest
    assert all(piece.table_header == "Pump | Interval" for piece in rest)
    assert all(piece.embed_text == f"Pump | Interval\n{piece.text}" and piece.text.startswith("P-") for piece in rest)


def test_a_table_of_very_wide_columns_does_not_repeat_them_whole_in_each_piece() -> None:
    page = PageBuilder()
    wide = [f"column {number} " + "x" * 300 for number in range(200)]
    page.table([wide, *([f"row {row}"] * 200 for row in range(20))], 1)

    pieces = split(document(page), title="")

    headers = {piece.table_header for piece in pieces if piece.text.startswith("row")}
    assert headers == {" | ".join(wide[:3])}
    assert max(len(piece.table_header) for piece in pieces) <= LONGEST_HEADER
    assert max(len(piece.embed_text) - len(piece.text) for piece in pieces) <= LONGEST_HEADER + 1


def test_a_single_endless_cell_and_an_endless_heading_are_cut() -> None:
    page = PageBuilder()
    page.heading("H" * 32_000, 1)
    page.table([["C" * 32_000], *([f"the row of the number {row}"] for row in range(200))], 1)

    *_, last = split(document(page), title="")

    assert (last.heading, last.table_header) == ("H" * LONGEST_HEADING, "C" * LONGEST_HEADER)


def test_a_title_longer_than_the_window_leaves_room_for_the_text() -> None:
    page = PageBuilder()
    page.paragraph(SENTENCE)

    (piece,) = split(document(page), title="minutes of the meeting " * 200)

    assert piece.embed_text.endswith(piece.text)
    assert tokens(piece.embed_text) <= LONGEST


def test_a_page_without_blocks_is_not_lost() -> None:
    page = Page(1, "Loose text.\n\nA table", (Block("paragraph", 13, 20),))

    assert covers(split(Extracted(None, None, False, (page,)), title=""), page.text)


letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
prose = st.lists(st.sampled_from(["word", "Sentence.", "No!", "x" * 300, "日本語", "4,000", "\n", "#", "naïve"]), max_size=500).map(
    " ".join
)
blocks = st.lists(st.tuples(st.sampled_from(["heading", "paragraph", "list", "table", "code"]), letters | prose), max_size=6)


def built(number: int, parts: list[tuple[str, str]]) -> PageBuilder:
    page = PageBuilder(number)
    for kind, text in parts:
        match kind:
            case "heading":
                page.heading(text[:80], 1 + len(text) % 6)
            case "table":
                page.table([line.split() for line in text.split("\n")], header_rows=1)
            case "list":
                page.list(text.split("\n"))
            case "code":
                page.code(text)
            case _:
                page.paragraph(text)
    return page


@settings(max_examples=60, deadline=None)
@given(st.lists(blocks, max_size=3), letters)
def test_pieces_are_verbatim_in_order_complete_and_within_the_window(pages: list[list[tuple[str, str]]], title: str) -> None:
    extracted = document(*(built(number, parts) for number, parts in enumerate(pages, 1)))

    pieces = split(extracted, title=title)

    assert [piece.ordinal for piece in pieces] == list(range(len(pieces)))
    assert all(piece.text == extracted.text[piece.start : piece.end] and piece.text.strip() for piece in pieces)
    assert all(before.end <= after.start for before, after in pairwise(pieces))
    assert covers(pieces, extracted.text)
    assert all(tokens(piece.embed_text) <= LONGEST for piece in pieces)
