import pytest

from inference import sparse


def test_a_question_and_a_document_meet_in_the_stem() -> None:
    document = sparse.embed_document("They were running the harbours", "english")
    assert set(sparse.embed_query("run harbour", "english").indices) <= set(document.indices)


def test_stop_words_weigh_nothing() -> None:
    assert sparse.embed_query("what is the", "english") == sparse.SparseVector((), ())


def test_each_language_has_its_own_stems() -> None:
    german = sparse.embed_document("die Reisekosten der Mitarbeiter", "german")
    assert set(sparse.embed_query("Reisekosten Mitarbeiters", "german").indices) <= set(german.indices)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="klingon"):
        sparse.embed_query("a", "klingon")
