"""Who may make what: a Viewer is made by its resolver alone, a Passage by its queries, and the index is spoken to from its own room.

Read from the syntax tree, so that another name, an alias or a copy does not slip through.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("platform", "ingestion", "retrieval", "frontend")
MAKERS = {
    ("access.viewer", "Viewer"): "platform/access/resolve.py",
    ("documents.queries", "Passage"): "platform/documents/queries.py",
}
SEAL = ("access.viewer", "_SEAL")
INDEX_CLIENTS = ("qdrant_client", "qdrant_edge")
BEHIND = {"__new__", "__setattr__", "construct", "model_construct", "_replace", "replace", "copy", "deepcopy"}
"""Ways around a constructor."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def called(tree: ast.Module, module: str, name: str) -> list[int]:
    """The lines that call the class: imported under any name, through its module, or bound to another name first."""
    package, short = module.rsplit(".", 1)
    names, modules = {name} if _defines(tree, name) else set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names if node.module == module and alias.name == name}
            modules |= {alias.asname or alias.name for alias in node.names if node.module == package and alias.name == short}
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name for alias in node.names if alias.name == module}

    def means_it(node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr == name and ast.unparse(node.value) in modules
        return isinstance(node, ast.Name) and node.id in names

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and means_it(node.value):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _makes(node, means_it)]


def _makes(call: ast.Call, means_it: Callable[[ast.expr], bool]) -> bool:
    if means_it(call.func):
        return True
    around = isinstance(call.func, ast.Attribute) and call.func.attr in BEHIND
    return around and any(means_it(argument) for argument in (*call.args, getattr(call.func, "value", call.func)))


def _defines(tree: ast.Module, name: str) -> bool:
    return any(isinstance(node, ast.ClassDef) and node.name == name for node in tree.body)


def imported(tree: ast.Module) -> set[str]:
    """The modules that are imported anywhere in the file, also inside functions and by import_module."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            found |= {argument.value for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)}
    return found


@pytest.mark.parametrize("made", MAKERS, ids=lambda made: str(made[1]))
def test_it_is_made_in_one_file_only(made: tuple[str, str]) -> None:
    where = {path: lines for path, tree in sources() if (lines := called(tree, *made))}
    assert set(where) == {MAKERS[made]}, where


def test_the_seal_is_known_to_the_resolver_only() -> None:
    module, name = SEAL
    holders = set()
    for path, tree in sources():
        from_import = any(
            isinstance(node, ast.ImportFrom) and node.module == module and any(alias.name in (name, "*") for alias in node.names)
            for node in ast.walk(tree)
        )
        attribute = any(isinstance(node, ast.Attribute) and node.attr == name for node in ast.walk(tree))
        if from_import or attribute:
            holders.add(path)
    assert holders == {"platform/access/resolve.py"}


def test_only_the_index_speaks_to_the_index() -> None:
    def speaks(tree: ast.Module) -> bool:
        return any(name.split(".")[0] in INDEX_CLIENTS for name in imported(tree))

    allowed = ("platform/index/", "platform/inference/sparse.py")  # BM25's vectors are made by Qdrant's engine, without an index
    assert [path for path, tree in sources() if speaks(tree) and not path.startswith(allowed)] == []


@pytest.mark.parametrize(
    "code",
    [
        "from access.viewer import Viewer\nViewer(tenant_id=1)",
        "from access.viewer import Viewer as V\nV()",
        "from access import viewer\nviewer.Viewer()",
        "import access.viewer as w\nw.Viewer()",
        "import access.viewer\naccess.viewer.Viewer()",
        "from access.viewer import Viewer\nmake = Viewer\nmake()",
        "from access.viewer import Viewer\nobject.__new__(Viewer)",
        "from access.viewer import Viewer\nViewer.__new__(Viewer)",
        "def late():\n    from access.viewer import Viewer\n    return Viewer()",
    ],
)
def test_a_maker_under_another_name_is_seen(code: str) -> None:
    assert called(ast.parse(code), "access.viewer", "Viewer")


def test_who_only_names_the_type_makes_nothing() -> None:
    code = "from access.viewer import Viewer\ndef seen(by: Viewer) -> list[Viewer]:\n    return [by]\nisinstance(1, Viewer)"
    assert called(ast.parse(code), "access.viewer", "Viewer") == []
