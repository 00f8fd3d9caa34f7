"""The judged sets beside the project; what uses one is left out, loudly, where it is absent."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


class Absent(Exception):
    """The data that a figure is measured on is not on this machine."""


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        raise Absent(f"{name} is not beside the project")
    return path
