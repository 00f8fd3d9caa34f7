from hypothesis import given
from hypothesis import strategies as st

from frontend.ui.blocks import Blocks


def test_a_paragraph_is_finished_by_the_empty_line_after_it() -> None:
    blocks = Blocks()
    assert blocks.add("First. Second") == []
    assert blocks.add(" sentence.\n\nNext") == ["First. Second sentence.\n\n"]
    assert blocks.rest() == "Next"


def test_only_whole_sentences_of_an_open_paragraph_are_shown() -> None:
    blocks = Blocks()
    blocks.add("One is done. [1] Two is n")
    assert blocks.settled() == "One is done. [1]"


def test_nothing_is_shown_that_would_be_taken_back() -> None:
    for text in ("**Bold. And", "| a | b |\n| --", "```\ncode\n"):
        blocks = Blocks()
        blocks.add(text)
        assert blocks.settled() == ""


def test_an_empty_line_inside_code_does_not_cut_it() -> None:
    blocks = Blocks()
    assert blocks.add("```\na\n\nb\n```\n\nafter") == ["```\na\n\nb\n```\n\n"]


@given(st.lists(st.text(alphabet="ab.*`|\n [1]", max_size=12), max_size=12))
def test_no_word_is_lost_or_doubled(pieces: list[str]) -> None:
    blocks = Blocks()
    told = [block for piece in pieces for block in blocks.add(piece)]
    assert "".join("".join([*told, blocks.rest()]).split()) == "".join("".join(pieces).split())
