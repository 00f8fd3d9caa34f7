"""Reads the environment for settings.py: one place that knows `NAME_FILE`, required names and their remedies."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

READ: set[str] = set()
"""Every variable that was asked for: a test compares this with what compose.yaml sets."""


def text(name: str, default: str = "") -> str:
    """The variable's value; `NAME_FILE` names a file that holds it, the way secrets are mounted."""
    READ.add(name)
    if path := os.environ.get(f"{name}_FILE"):
        return _from_file(name, Path(path))
    return os.environ.get(name, default)


def required(name: str, remedy: str) -> str:
    if value := text(name):
        return value
    raise ImproperlyConfigured(f"{name} is not set. {remedy}")


def words(name: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def number(name: str, default: int) -> int:
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def _from_file(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE points to {path}, which cannot be read: {error.strerror}.") from error
