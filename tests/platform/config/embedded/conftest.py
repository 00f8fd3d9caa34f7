import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.config.embedded.installation import Installation


@pytest.fixture
def installation() -> Iterator[Installation]:
    """An empty data folder of its own, and what is left of its processes ended after the test."""
    folder = Path(tempfile.mkdtemp(prefix="redoubt-test-"))
    made = Installation(folder / "var")
    yield made
    made.end_leftovers()
    shutil.rmtree(folder)
