"""A new collection is on the disk before it is acknowledged, while the engine's own thread goes on naming the files of its log."""

from pathlib import Path

from index.embedded.store import _to_the_disk


def test_a_file_that_the_engine_renamed_meanwhile_is_no_failure(tmp_path: Path) -> None:
    there = tmp_path / "open-1"
    there.write_bytes(b"log")
    _to_the_disk(tmp_path, tmp_path / "tmp-open-2", there)
    assert there.read_bytes() == b"log"
