"""The house itself: names that must not appear, and imports that go down only."""

import ast
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


def test_only_index_has_the_connection_to_it() -> None:
    """Whoever else had it could ask without a viewer's filter."""
    named = ("index.client", "from index import client", "index.querying", "from index import querying")
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "index" not in path.parts]
    assert [path for path in files if any(name in path.read_text() for name in named)] == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


ACROSS_TENANTS = {
    "platform/tenants/scope.py": "defines it",
    "platform/tenants/row_security.py": "the policies that accept it",
    "platform/documents/models.py": "says so of the view",
    "platform/documents/work.py": "claims, leases and what a sweep finds: the view documents_work",
    "platform/sources/queries.py": "runs that wait or whose worker died",
}
"""Who may read work lists of all tenants, and why."""


def test_only_work_lists_are_read_across_tenants() -> None:
    def reads_across(path: Path) -> bool:
        attributes = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute))
        marked = any(node.attr == "across" and ast.unparse(node.value) == "scope" for node in attributes)
        return marked or "across_tenants" in path.read_text()

    found = {str(path.relative_to(ROOT)) for room in ROOMS for path in (ROOT / room).rglob("*.py") if reads_across(path)}
    assert found == set(ACROSS_TENANTS)
