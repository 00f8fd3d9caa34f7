"""Opening what lies below a folder, one component after the other, so that no link on the way can lead out of it.

The folder itself may be a link: a person chose it. Nothing waits: a pipe without a writer opens at once.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Parts = tuple[str, ...]
"""The names from the root down; none is `..`."""
FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def opened(root: Path, parts: Parts, *, folder: bool = False) -> Iterator[int]:
    """A descriptor, closed at the end of the block. A link on the way is an OSError, ELOOP or ENOTDIR."""
    descriptor = os.open(root, FLAGS | os.O_DIRECTORY)
    try:
        for left, name in zip(range(len(parts) - 1, -1, -1), parts, strict=True):
            expected = os.O_DIRECTORY if folder or left else 0
            below = os.open(name, FLAGS | os.O_NOFOLLOW | expected, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def listed(root: Path, parts: Parts) -> list[tuple[str, bool]]:
    """The names in a folder, in order, and whether each is a folder; a link is none."""
    with opened(root, parts, folder=True) as descriptor, os.scandir(descriptor) as entries:
        return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
