"""Markers in a model's answer: which are let through, and which sentence they belong to."""

from hypothesis import given
from hypothesis import strategies as st

from retrieval.citations import MarkerFilter, cited_sentences
from tests.retrieval.passages import passage

TWO = [passage("One."), passage("Two.")]


def streamed(*pieces: str) -> str:
    markers = MarkerFilter(TWO)
    return "".join(markers.feed(piece) for piece in pieces) + markers.flush()


def test_the_marker_of_a_passage_that_does_not_exist_is_dropped() -> None:
    assert streamed("Leave is 25 days [1][7]. More [3, 2].") == "Leave is 25 days [1]. More [2]."


def test_a_marker_may_arrive_in_pieces() -> None:
    assert streamed("25 days ", "[", "9", "]", " or [", "2", "].") == "25 days or [2]."


def test_brackets_that_are_no_marker_stay() -> None:
    assert streamed("A list [draft] and a[0", "x].") == "A list [draft] and a[0x]."


@given(st.text(alphabet="a[]12 ,.", max_size=40), st.integers(min_value=0, max_value=40))
def test_it_does_not_matter_where_the_stream_is_cut(text: str, cut: int) -> None:
    assert streamed(text[:cut], text[cut:]) == streamed(text)


def test_each_sentence_has_its_own_markers() -> None:
    answer = "Leave is 2.5 days a month. [1] Ask first [2][1].\nNobody knows more."
    assert list(cited_sentences(answer)) == [("Leave is 2.5 days a month.", [1]), ("Ask first.", [2, 1])]
