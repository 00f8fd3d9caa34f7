"""The data folder of one installation: its secrets, its version, its private socket folder, and the addresses that follow."""

import base64
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from config.embedded import locks
from config.embedded.errors import DataFolderUnusable

VERSION = "1"
REPOSITORY = Path(__file__).resolve().parents[3]
SECRETS = ("secret_key", "owner_password", "app_password")
AUDIT_KEY = "audit.seed"
OURS = ("blobs", "staticfiles")
"""What may be there before this folder is asked for anything."""
LONGEST_SOCKET_FOLDER = 80
"""A Unix socket's path holds 107 bytes; the longest name inside the folder takes 20."""


class Home:
    """Making one touches nothing; the first question makes the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Home":
        return cls(Path(environment.get("REDOUBT_DATA") or REPOSITORY / "var").resolve())

    @property
    def database_url(self) -> str:
        return self._postgres("redoubt_app", self.app_password)

    @property
    def database_owner_url(self) -> str:
        return self._postgres("redoubt_owner", self.owner_password)

    @property
    def redis_url(self) -> str:
        return f"unix://{self.socket('redis')}"

    @property
    def qdrant_url(self) -> str:
        return f"unix://{self.socket('index')}"

    @property
    def secret_key(self) -> str:
        return self._secrets["secret_key"]

    @property
    def owner_password(self) -> str:
        return self._secrets["owner_password"]

    @property
    def app_password(self) -> str:
        return self._secrets["app_password"]

    @cached_property
    def audit_key(self) -> str:
        """An Ed25519 key's 32 bytes in base64, in a file of its own, so that it can be kept elsewhere than the rest; made the first
        time it is asked for."""
        self._open()
        if not (self.path / AUDIT_KEY).exists():
            with locks.held(self.path / ".lock"):
                if not (self.path / AUDIT_KEY).exists():
                    self._write(AUDIT_KEY, base64.b64encode(secrets.token_bytes(32)).decode())
        return (self.path / AUDIT_KEY).read_text()

    @cached_property
    def sockets(self) -> Path:
        """The folder that holds the sockets while services run: short, ours alone, named once for the life of the data folder."""
        self._open()
        return Path((self.path / "sockets").read_text().strip())

    def socket(self, name: str) -> Path:
        return self.sockets / f"{name}.sock"

    def log(self, name: str) -> Path:
        return self.folder("log") / f"{name}.log"

    def folder(self, name: str) -> Path:
        self._open()
        folder = self.path / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def lock(self, name: str) -> Path:
        return self.folder("locks") / name

    def make_sockets(self) -> None:
        """Makes the socket folder anew after a restart of the machine, and trusts one that is there only when it is ours alone."""
        try:
            self.sockets.mkdir(mode=0o700)
        except FileExistsError:
            found = self.sockets.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) != 0o700:
                (self.path / "sockets").unlink()
                raise DataFolderUnusable(
                    f"{self.sockets} is not a private folder of this user. Start again: another one will be chosen."
                ) from None

    @cached_property
    def _secrets(self) -> dict[str, str]:
        self._open()
        found: dict[str, str] = json.loads((self.path / "secrets.json").read_text())
        return found

    def _postgres(self, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@/redoubt?host={quote(str(self.sockets), safe='')}"

    def _open(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (self.path / "sockets").exists() or not (self.path / "version").exists():
                self._found()
            version = (self.path / "version").read_text().strip()
        except OSError as error:
            raise DataFolderUnusable(f"The data folder {self.path} cannot be used: {error.strerror}. REDOUBT_DATA moves it.") from error
        if version != VERSION:
            raise DataFolderUnusable(
                f"The data folder {self.path} has version {version[:20]!r}; this Redoubt reads {VERSION}. REDOUBT_DATA chooses another."
            )

    def _found(self) -> None:
        """Writes what is missing. `version` comes first: a folder with contents and no version is not ours to fill."""
        with locks.held(self.path / ".lock"):
            strangers = [entry for entry in self.path.iterdir() if entry.name not in OURS and not entry.name.startswith(".")]
            if not (self.path / "version").exists():
                if strangers:
                    raise DataFolderUnusable(f"{self.path} holds files but no Redoubt data. Give REDOUBT_DATA an empty or a new folder.")
                self.path.chmod(0o700)
                self._write("version", VERSION)
            if not (self.path / "secrets.json").exists():
                self._write("secrets.json", json.dumps({name: secrets.token_urlsafe(48) for name in SECRETS}))
            if not (self.path / "sockets").exists():
                self._write("sockets", str(_short_folder() / f"redoubt-{secrets.token_hex(4)}"))

    def _write(self, name: str, text: str) -> None:
        """All or nothing, readable by the owner alone."""
        aside = self.path / f".{name}"
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.path / name)


def _short_folder() -> Path:
    chosen = Path(tempfile.gettempdir())
    return chosen if len(os.fsencode(chosen)) + 20 <= LONGEST_SOCKET_FOLDER else Path("/tmp")  # noqa: S108 (the folder inside is private)
