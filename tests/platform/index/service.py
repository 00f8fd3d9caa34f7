"""The embedded index as a real process on a Unix socket."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

PLATFORM = Path(__file__).parents[3] / "platform"


@dataclass
class Service:
    folder: Path
    process: subprocess.Popen[str]

    @property
    def socket(self) -> Path:
        return self.folder / "s"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def http(self) -> httpx.Client:
        """Past qdrant-client, for requests that it would never send."""
        return httpx.Client(transport=httpx.HTTPTransport(uds=str(self.socket), retries=1), base_url="http://index", timeout=30)

    def kill(self) -> None:
        """As a power cut would: no handler runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate()


def start(folder: Path) -> Service:
    """Returns when it answers."""
    service = Service(folder, launch(folder, folder / "s"))
    while not service.socket.exists():
        if service.process.poll() is not None:
            raise AssertionError(service.process.communicate()[1])
        os.sched_yield()
    with service.http() as http:
        http.get("/readyz").raise_for_status()
    return service


def launch(folder: Path, socket: Path) -> subprocess.Popen[str]:
    socket.unlink(missing_ok=True)
    command = [sys.executable, "-m", "index.embedded", "--socket", str(socket), "--data", str(folder / "data")]
    return subprocess.Popen(command, cwd=PLATFORM, stderr=subprocess.PIPE, text=True)
