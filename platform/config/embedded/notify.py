"""systemd's readiness protocol, both sides: a program says READY=1 to the socket that NOTIFY_SOCKET names."""

import os
import socket
from contextlib import suppress
from pathlib import Path


def ready() -> None:
    """Called by a program when it is warm. Without a NOTIFY_SOCKET nobody asked."""
    if path := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, suppress(OSError):
            sender.sendto(b"READY=1", path.replace("@", "\0", 1) if path.startswith("@") else path)


class Listener:
    """The supervisor's side: one socket for one program."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket: socket.socket | None = None
        self.told = False

    async def listen(self, lock: int) -> None:
        self.close()
        self.told = False
        self.path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(self.path))
        self.path.chmod(0o600)

    async def heard(self) -> bool:
        try:
            self.told = self.told or (self._socket is not None and b"READY=1" in self._socket.recv(4096))
        except BlockingIOError:
            return False
        return self.told

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
