"""The lock files: each resolves for both versions of Python, with hashes; and what is installed fits together."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = [("cpu", "3.11"), ("cpu", "3.12"), ("cuda", "3.11"), ("cuda", "3.12"), ("dev", "3.11"), ("dev", "3.12"), ("vllm", "3.12")]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "python"), LOCKS)
def test_lock_resolves_in_a_dry_run(name: str, python: str, tmp_path: Path) -> None:
    """`cpu` and `dev` leave CUDA's packages out on purpose, so they are taken as they are; the others must be complete in themselves."""
    complete = [] if name in ("cuda", "vllm") else ["--no-deps"]
    target = ["--target", str(tmp_path), "--python-version", python, "--python-platform", "x86_64-manylinux_2_28"]
    lock = str(ROOT / "requirements" / f"{name}.txt")
    command = [sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--require-hashes", *complete, *target, "-r", lock]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Would install" in done.stderr


@pytest.mark.parametrize("name", ["cpu", "cuda", "dev"])
def test_lock_pins_the_one_version_of_torch(name: str) -> None:
    assert re.search(r"^torch==2\.13\.0 \\$", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)


def test_locks_for_the_cpu_bring_no_cuda() -> None:
    for name in ("cpu", "dev"):
        assert not re.search(r"^(nvidia-|cuda-|triton)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)


def test_what_is_installed_fits_together() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_dependency_says_why_it_is_there() -> None:
    lists = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL)
    assert len(lists) == 2
    assert [line for lines in lists for line in lines.splitlines() if "# " not in line] == []
