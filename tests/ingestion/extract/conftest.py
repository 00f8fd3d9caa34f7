from collections.abc import Iterator

import pytest

from ingestion.extract.limits import Limits
from ingestion.extract.pool import Extractor


@pytest.fixture(scope="session")
def extractor() -> Iterator[Extractor]:
    with Extractor() as one:
        yield one


@pytest.fixture
def hurried() -> Iterator[Extractor]:
    """Gives up after a second, so that a test of giving up need not wait a minute."""
    with Extractor(limits=Limits(seconds=1)) as one:
        yield one
