"""When a question is searched together with the one before."""

import pytest

from retrieval.query import standalone

BEFORE = ["How many days may I work abroad?"]


@pytest.mark.parametrize(
    "question",
    [
        "And who has to approve it?",
        "What about contractors?",
        "Who approves them?",
        "Why?",
        "For contractors?",
        "How much?",
        "Is that paid?",
        "Since when?",
    ],
)
def test_a_question_that_leans_is_searched_with_the_one_before(question: str) -> None:
    assert standalone(question, BEFORE) == f"{BEFORE[0]} {question}"


@pytest.mark.parametrize(
    "question", ["What is the lead time of the seal kit SK-4417?", "How many days of annual leave do I have?", "Hull opening hours?"]
)
def test_a_question_with_its_own_subject_is_searched_alone(question: str) -> None:
    assert standalone(question, BEFORE) == question


def test_a_chain_of_follow_ups_reaches_back_to_its_subject() -> None:
    earlier = ["What is annual leave?", *BEFORE, "And who approves it?"]
    assert standalone("And since when?", earlier) == f"{BEFORE[0]} And who approves it? And since when?"


def test_the_first_question_of_a_conversation_stands_alone() -> None:
    assert standalone("And who approves it?", []) == "And who approves it?"
