"""A folder on this machine. Addresses are paths below it, with forward slashes.

Whoever may write below the folder is not trusted: a name may become a link or a pipe between two looks at it. So every step opens
what `beneath` reaches without a link, and looks at what is open, never again at a path.
"""

import errno
import mimetypes
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings

from ingestion.connectors.base import Change, Missed, NotConfigured, OutsideSource, TooLarge, Unreachable, Unreadable, Unsupported
from ingestion.connectors.folder import beneath
from ingestion.connectors.folder.beneath import Parts
from ingestion.extract.sniff import EXTENSIONS
from sources.models import Source

NOT_A_FILE = "This is not a file but a folder, a device, a pipe or a socket."
MOVED = (errno.ELOOP, errno.ENOTDIR)
"""What opening says when a link, or a file, stands where a folder or a file was expected."""


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
        yield from self._walk(())

    def _walk(self, folder: Parts) -> Iterator[Change | Missed]:
        """A folder below the root that cannot be listed costs no other file, and what was read of it before is not taken for removed."""
        try:
            listed = self._listed(folder)
        except Unreachable as error:
            if not folder:
                raise
            yield Missed(_uri(folder), Unreadable(error.message), below=True)
            return
        for name, is_folder in listed:
            if name.startswith("."):
                continue
            yield from self._walk((*folder, name)) if is_folder else self._file((*folder, name))

    def _listed(self, folder: Parts) -> list[tuple[str, bool]]:
        try:
            return beneath.listed(self.root, folder)
        except OSError as error:
            reason = "it is no longer a folder" if error.errno in MOVED else error.strerror
            raise Unreachable(f"The folder {self.root.joinpath(*folder)} cannot be listed: {reason}.") from error

    def _file(self, file: Parts) -> Iterator[Change | Missed]:
        uri = _uri(file)
        try:
            yield self._change(file, uri)
        except (OutsideSource, TooLarge, Unreadable, Unsupported) as error:
            yield Missed(uri, error)

    def _change(self, file: Parts, uri: str) -> Change:
        suffix = Path(file[-1]).suffix
        if suffix and suffix.lower() not in EXTENSIONS:
            raise Unsupported(f"{suffix} files are not read. Text, Markdown, HTML, PDF, DOCX and CSV are.")
        with self._opened(file) as descriptor:
            status = os.fstat(descriptor)
        if status.st_size > self.limit:
            raise TooLarge(f"The file has {status.st_size:,} bytes; the limit is {self.limit:,}.")
        return Change(
            uri=uri,
            media_type=mimetypes.guess_type(file[-1])[0] or "",
            modified=datetime.fromtimestamp(status.st_mtime_ns // 1000 / 1e6, tz=UTC),
            size=status.st_size,
            read=partial(self._read, file),
        )

    @contextmanager
    def _opened(self, file: Parts) -> Iterator[int]:
        """A descriptor of a regular file below the root. An OSError of the block below is told in the same words."""
        try:
            with beneath.opened(self.root, self._target(file)) as descriptor:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise Unsupported(NOT_A_FILE)
                yield descriptor
        except OSError as error:
            if error.errno == errno.ENXIO:  # a socket cannot even be opened
                raise Unsupported(NOT_A_FILE) from error
            reason = "a link has taken its place" if error.errno in MOVED else error.strerror
            raise Unreadable(f"The file cannot be read: {reason}.") from error

    def _target(self, file: Parts) -> Parts:
        """Where the file is, or for a link where it leads; what is opened is then reached without any link."""
        path = self.root.joinpath(*file)
        if not path.is_symlink():
            return file
        try:
            real, root = path.resolve(strict=True), self.root.resolve()
        except RuntimeError as error:
            raise Unreadable("The file cannot be read: its links lead nowhere.") from error
        if not real.is_relative_to(root):
            raise OutsideSource("The link leads out of the folder.")
        return real.relative_to(root).parts

    def _read(self, file: Parts) -> bytes:
        """The limit counts what is read: the file may have grown since it was listed."""
        with self._opened(file) as descriptor, os.fdopen(descriptor, "rb", closefd=False) as content:
            data = content.read(self.limit + 1)
        if len(data) > self.limit:
            raise TooLarge(f"The file has grown over the limit of {self.limit:,} bytes.")
        return data


def _uri(parts: Parts) -> str:
    return "/".join(parts).encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")
