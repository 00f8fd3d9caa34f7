import pytest

from tests.platform.index.conftest import SERVER


def test_the_suite_ran_against_a_server() -> None:
    """Says loudly when it did not."""
    if not SERVER.startswith("http"):
        pytest.skip("QDRANT_URL names no Qdrant server: the index was tried embedded and in memory only")
