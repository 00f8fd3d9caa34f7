"""The house itself: names that must not appear, and imports that go down only."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("platform", "ingestion", "retrieval", "frontend")


def test_platform_is_a_source_root_without_an_init() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists(), "the standard library owns the name `platform`"


def test_no_file_is_called_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.stem in vague]
    assert found == []


def test_only_index_touches_the_vector_database() -> None:
    def mentions(path: Path) -> bool:
        return "import qdrant_client" in (text := path.read_text()) or "from qdrant_client" in text

    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if mentions(path) and "index" not in path.parts]
    assert found == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
