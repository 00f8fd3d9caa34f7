"""Runs `manage.py` as a person would: in a process of its own, on a data folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Installation:
    """One data folder. `prefix` is put in front of every command, such as `unshare --net`."""

    data: Path
    prefix: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def manage(self, *words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        return subprocess.run(
            [*self.prefix, sys.executable, str(ROOT / "manage.py"), *words],
            env={**kept, "REDOUBT_DATA": str(self.data), **self.environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def json(self, *words: str, timeout: float = 300) -> dict[str, Any]:
        """What the command prints with --json; a failure raises with what it said."""
        done = self.manage(*words, "--json", timeout=timeout)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        result: dict[str, Any] = json.loads(done.stdout)
        return result
