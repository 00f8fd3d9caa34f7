"""A folder on this machine. Addresses are paths below it, with forward slashes."""

import mimetypes
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings

from ingestion.connectors.base import Change, Missed, NotConfigured, OutsideSource, TooLarge, Unreachable, Unreadable, Unsupported
from ingestion.extract.sniff import EXTENSIONS
from sources.models import Source


@dataclass(frozen=True)
class FolderConnector:
    root: Path
    limit: int
    """The size in bytes above which a file is not read."""

    @classmethod
    def of(cls, source: Source) -> "FolderConnector":
        path = source.config.get("path")
        if not path:
            raise NotConfigured(f"The source {source.name!r} names no folder.")
        return cls(Path(path), settings.UPLOAD_LIMIT_BYTES)

    def changes(self, cursor: str | None = None) -> Iterator[Change | Missed]:
        """Hidden files and folders are not part of the source. A link is followed to a file inside the folder only."""
        if not self.root.is_dir():
            raise Unreachable(f"The folder {self.root} is not there.")
        yield from self._walk(self.root)

    def _walk(self, folder: Path) -> Iterator[Change | Missed]:
        for entry in self._listed(folder):
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(Path(entry.path))
            else:
                yield from self._file(Path(entry.path))

    def _listed(self, folder: Path) -> list[os.DirEntry[str]]:
        """A folder that cannot be listed would look like one whose files were all removed: so the whole run fails."""
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise Unreachable(f"The folder {folder} cannot be listed: {error.strerror}.") from error

    def _file(self, path: Path) -> Iterator[Change | Missed]:
        uri = path.relative_to(self.root).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")
        try:
            yield self._change(path, uri)
        except (OutsideSource, TooLarge, Unreadable, Unsupported) as error:
            yield Missed(uri, error)

    def _change(self, path: Path, uri: str) -> Change:
        if path.suffix and path.suffix.lower() not in EXTENSIONS:
            raise Unsupported(f"{path.suffix} files are not read. Text, Markdown, HTML, PDF, DOCX and CSV are.")
        status = self._status(path)
        if status.st_size > self.limit:
            raise TooLarge(f"The file has {status.st_size:,} bytes; the limit is {self.limit:,}.")
        return Change(
            uri=uri,
            media_type=mimetypes.guess_type(path.name)[0] or "",
            modified=datetime.fromtimestamp(status.st_mtime_ns // 1000 / 1e6, tz=UTC),
            size=status.st_size,
            read=partial(self._read, path),
        )

    def _status(self, path: Path) -> os.stat_result:
        try:
            if path.is_symlink() and not path.resolve(strict=True).is_relative_to(self.root.resolve()):
                raise OutsideSource("The link leads out of the folder.")
            status = path.stat()
        except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to each other
            raise Unreadable(f"The file cannot be read: {getattr(error, 'strerror', None) or 'its links lead nowhere'}.") from error
        if not stat.S_ISREG(status.st_mode):
            raise Unsupported("This is not a file but a device, a pipe or a socket.")
        if not os.access(path, os.R_OK):
            raise Unreadable("The file cannot be read: Permission denied.")
        return status

    def _read(self, path: Path) -> bytes:
        """The path is checked again: it may have become a link, or grown, since it was listed."""
        self._status(path)
        try:
            with path.open("rb") as file:
                data = file.read(self.limit + 1)
        except OSError as error:
            raise Unreadable(f"The file cannot be read: {error.strerror}.") from error
        if len(data) > self.limit:
            raise TooLarge(f"The file has grown over the limit of {self.limit:,} bytes.")
        return data
