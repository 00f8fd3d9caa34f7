"""What `make run` does between readiness and its address: the demo company on the first run, and a person's own folder on every one."""

import os
import subprocess
import sys
from collections.abc import Mapping

from config.embedded.catalogue import python_environment
from config.embedded.home import REPOSITORY, Home

COMMANDS = REPOSITORY / "platform/config/management/commands"


def first_run(home: Home, environment: Mapping[str, str]) -> None:
    """In processes of their own: the one that waits for Ctrl-C stays small."""
    done = home.path / "opened"
    if not done.exists() and (COMMANDS / "demo.py").exists():
        _manage(home, environment, "demo")
        done.touch(mode=0o600)


def _manage(home: Home, environment: Mapping[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, str(REPOSITORY / "manage.py"), *arguments],
        env={**os.environ, **environment, **python_environment(home)},
        check=True,
    )
