import pytest

from terminal.quantity import counted, part, rate


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (0, "chunk", "0 chunks"),
        (1, "chunk", "1 chunk"),
        (12000, "chunk", "12,000 chunks"),
        (1, "person", "1 person"),
        (3, "person", "3 people"),
    ],
)
def test_one_is_singular_and_the_rest_plural(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said


def test_the_noun_follows_the_whole() -> None:
    assert (part(0, 1, "document"), part(1, 12, "document")) == ("0 of 1 document", "1 of 12 documents")


@pytest.mark.parametrize(
    ("each_second", "said"),
    [(0.0, ""), (0.02, "under 0.1 chunks/s"), (0.4, "0.4 chunks/s"), (1.0, "1 chunk/s"), (9.96, "10 chunks/s"), (85.4, "85 chunks/s")],
)
def test_a_rate_has_the_digits_that_mean_something(each_second: float, said: str) -> None:
    assert rate(each_second, "chunk") == said
