from collections.abc import Iterator

import pytest

from ingestion.prepare import extractor


@pytest.fixture(scope="session", autouse=True)
def the_extraction_child_ends_with_the_session() -> Iterator[None]:
    yield
    extractor().close()
