"""The data folder of a test session, its own and gone with it: never the one that `make run` uses.

Loaded by pytest with `-p tests.services`, because the settings are read before any conftest.
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path

DATA = Path(tempfile.mkdtemp(prefix="redoubt-test-"))
OF_A_REAL_INSTALLATION = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CHAT_BASE_URL", "CHAT_MODEL", "CHAT_API_KEY", "REDOUBT_ENV")

for name in OF_A_REAL_INSTALLATION:
    os.environ.pop(name, None)
os.environ["REDOUBT_DATA"] = str(DATA)
# A shell that runs the tests in the background has them, and all that they start, ignore Ctrl-C; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    shutil.rmtree(DATA, ignore_errors=True)
