from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from config.demo.install import Installed, install


@pytest.fixture(scope="session")
def demo(worker: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Installed]:
    """The demo company, its documents read by the real worker."""
    with django_db_blocker.unblock():
        yield install()
