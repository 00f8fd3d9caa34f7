"""What one document may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` caps both the wall clock and the processor; `memory` is the child's own data, its libraries not counted."""

    seconds: int = 60
    memory: int = 768 * 1024 * 1024
    file_size: int = 200 * 1024 * 1024
    reply_size: int = 256 * 1024 * 1024
    files_per_child: int = 2_000
