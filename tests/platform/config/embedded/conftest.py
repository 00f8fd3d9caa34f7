import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.config.embedded.installation import Installation


@pytest.fixture(scope="session")
def started_once() -> Iterator[Installation]:
    """Made once: PostgreSQL's first start takes longer than all the rest of a test."""
    folder = Path(tempfile.mkdtemp(prefix="redoubt-test-"))
    made = Installation(folder / "var")
    with made.attached():
        pass
    yield made
    shutil.rmtree(folder)


@pytest.fixture
def installation(started_once: Installation) -> Iterator[Installation]:
    """A data folder of its own; what is left of its processes is ended after the test."""
    folder = Path(tempfile.mkdtemp(prefix="redoubt-test-"))
    made = Installation.copied(started_once, folder / "var")
    yield made
    made.end_leftovers()
    shutil.rmtree(folder)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Installation]:
    """A data folder that nothing has used."""
    made = Installation(tmp_path / "var")
    yield made
    made.end_leftovers()
