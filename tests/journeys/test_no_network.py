"""The main job where there is no network: nothing is fetched at run time, and nothing calls home."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.manage import Installation

LOOPBACK_UP = "import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH14s', b'lo', 0x41, b''))"
INSIDE = f'{sys.executable} -c "{LOOPBACK_UP}" && exec "$@"'
TEMPTATIONS = {
    "LANGSMITH_TRACING": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGSMITH_API_KEY": "canary",
    "HF_HUB_OFFLINE": "0",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}


@pytest.fixture
def cut_off() -> list[str]:
    """A command prefix that leaves loopback only."""
    for unshare in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        prefix = [*unshare, "sh", "-c", INSIDE, "sh"]
        if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0:
            return prefix
    pytest.skip("THIS KERNEL ALLOWS NO NETWORK NAMESPACE: that nothing is fetched at run time was not shown here")


def test_a_namespace_without_network_reaches_nothing(cut_off: list[str]) -> None:
    attempt = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=2)"
    done = subprocess.run([*cut_off, sys.executable, "-c", attempt], check=False, capture_output=True, text=True)
    assert "Network is unreachable" in done.stderr


def test_documents_go_in_and_a_cited_answer_comes_out_without_a_network(cut_off: list[str], tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "travel.md").write_text(
        "# Travel policy\n\nEmployees may work abroad for up to 30 working days in a calendar year.\n"
    )
    installation = Installation(tmp_path / "data", prefix=cut_off, environment=TEMPTATIONS)
    installation.json("tenant", "harbour", "--name", "Harbour")
    installation.json("person", "owner@harbour.example", "--tenant", "harbour")
    ingested = installation.json("ingest", str(tmp_path / "docs"), "--tenant", "harbour", "--source", "handbook", "--access", "everyone")
    answer = installation.json("ask", "How many days may employees work abroad?", "--as", "owner@harbour.example")
    assert (ingested["ready"], ingested["failed"]) == (1, [])
    assert answer["mode"] == "extractive"
    assert "30 working days" in answer["citations"][0]["quote"]
