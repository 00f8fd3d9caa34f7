"""The model files on this disk are the ones that models.lock names, byte for byte."""

import hashlib
import importlib.util
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inference.errors import WeightsRefused

LOCK = Path(__file__).parent / "models.lock"
PICKLED = {".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth"}


@dataclass(frozen=True)
class LockedModel:
    name: str
    licence: str
    package: str
    folder: str
    files: dict[str, str]
    unread: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """Changes when a vector of this model could: what was indexed under another fingerprint must not be searched."""
        text = "\n".join(f"{name} {digest}" for name, digest in sorted(self.files.items()))
        return f"{self.name}@{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@cache
def locked(name: str) -> LockedModel:
    entry = tomllib.loads(LOCK.read_text(encoding="utf-8"))["models"][name]
    return LockedModel(name, entry["licence"], entry["package"], entry["folder"], entry["files"], frozenset(entry["unread"]))


def verified_folder(name: str) -> Path:
    """The folder of the model's files, after every one of them was read and compared with the lock."""
    model = locked(name)
    folder = _installed_at(model)
    check(model, folder)
    return folder


def verified_file(name: str, file: str) -> Path:
    """One of the model's files, checked alone: a tokenizer is not worth reading 90 MB of weights."""
    model = locked(name)
    path = _installed_at(model) / file
    _check_file(model, path, model.files[file])
    return path


def check(model: LockedModel, folder: Path) -> None:
    """Raises WeightsRefused for a missing, changed, additional or pickled file."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if pickled := sorted(name for name in found if Path(name).suffix in PICKLED):
        raise WeightsRefused(f"{model.name}: {pickled[0]} is a pickled file; weights are loaded from safetensors only.")
    if extra := sorted(found - model.files.keys() - model.unread):
        raise WeightsRefused(f"{model.name}: {extra[0]} is not in models.lock; reinstall the package {model.package}.")
    for name, digest in model.files.items():
        _check_file(model, folder / name, digest)


def _check_file(model: LockedModel, path: Path, digest: str) -> None:
    if not path.is_file():
        raise WeightsRefused(f"{model.name}: {path.name} is missing; reinstall the package {model.package}.")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise WeightsRefused(f"{model.name}: {path.name} differs from models.lock; reinstall the package {model.package}.")


def _installed_at(model: LockedModel) -> Path:
    spec = importlib.util.find_spec(model.package)
    if spec is None or spec.origin is None:
        raise WeightsRefused(f"{model.name}: the package {model.package} is not installed; `make run` installs it.")
    return Path(spec.origin).parent / model.folder
