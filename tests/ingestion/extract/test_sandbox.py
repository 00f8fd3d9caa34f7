"""What a file that took over its reader could do: nothing but compute."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.extract import sandbox

ROOT = Path(__file__).resolve().parents[3]
PROBE = """
import ctypes, encodings.idna, json, mmap, os, resource, signal, socket, stringprep, subprocess, sys
from ingestion.extract import sandbox
from ingestion.extract.limits import Limits

parent, folder, port = os.getppid(), sys.argv[2], int(sys.argv[3])
libc = ctypes.CDLL(None, use_errno=True)

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def fork():
    if os.fork() == 0:
        os._exit(0)

ATTEMPTS = {
    "connect": lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close(),
    "unix socket": lambda: socket.socket(socket.AF_UNIX).close(),
    "resolve": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
    "read a file": lambda: open("/etc/hostname").close(),
    "read its own memory map": lambda: open("/proc/self/environ").close(),
    "list a folder": lambda: os.listdir("/"),
    "see that a file exists": lambda: os.stat("/etc/hostname"),
    "write a file": lambda: open(os.path.join(folder, "written"), "w").close(),
    "make a folder": lambda: os.mkdir(os.path.join(folder, "made")),
    "fork": fork,
    "run a program": lambda: subprocess.run(["/bin/true"], check=True),
    "signal another process": lambda: os.kill(parent, 0),
    "executable memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close(),
    "more limits for another": lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE),
    "duplicate a pipe": lambda: os.close(os.dup(0)),
}
if sys.argv[1] == "locked":
    # Where it is allowed it would stop this process at its next signal, and nobody would wake it.
    ATTEMPTS["be traced"] = lambda: call(101, 0, 0, 0, 0)
    sandbox.lock_down(Limits())
outcome = {}
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        outcome[name] = "done"
    except (OSError, subprocess.SubprocessError):
        outcome[name] = "refused"
os.write(1, json.dumps(outcome).encode())
"""


def probe(mode: str, folder: Path, port: int) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, mode, str(folder), str(port)], capture_output=True, check=True, cwd=ROOT, stdin=subprocess.PIPE
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.skipif(not sandbox.status().confined, reason=f"NOT TESTED: {sandbox.status().reason}")
def test_a_locked_down_child_can_do_nothing_but_compute(tmp_path: Path, listening: int) -> None:
    free, locked = probe("free", tmp_path, listening), probe("locked", tmp_path, listening)
    assert [name for name, outcome in locked.items() if outcome == "done"] == []
    assert free["connect"] == free["read a file"] == free["write a file"] == free["fork"] == free["run a program"] == "done"


def test_the_child_knows_none_of_its_parents_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingestion.extract.limits import Limits
    from ingestion.extract.reader import Reader

    monkeypatch.setenv("DATABASE_URL", "postgresql://canary")
    reader = Reader(Limits())
    try:
        environment = Path(f"/proc/{reader.process_id}/environ").read_bytes() if os.geteuid() == 0 else b""
    finally:
        reader.close()
    assert b"canary" not in environment


def test_the_status_says_why_a_machine_cannot_confine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    found = sandbox.status()
    assert not found.confined
    assert "riscv64" in found.reason


def test_the_working_child_is_confined(extractor: object) -> None:
    from ingestion.extract.limits import Limits
    from ingestion.extract.reader import Reader

    reader = Reader(Limits())
    try:
        assert reader.confined == sandbox.status().confined
    finally:
        reader.close()
