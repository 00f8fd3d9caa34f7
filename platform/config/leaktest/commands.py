"""The commands that act for a person, as doors."""

import io
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache, partial

from django.apps import apps
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError

from access.doors import Canary, Door, Persona

Words = Callable[[Persona, Canary], Sequence[str]]
ASKED: dict[str, Words] = {
    "search": lambda persona, canary: [canary.question],
    "ask": lambda persona, canary: [canary.question],
    "text": lambda persona, canary: [canary.uri],
    "audit": lambda persona, canary: ["list", "--limit", "1000"],
    "why": lambda persona, canary: [persona.email, str(canary.document)],
    "whatif": lambda persona, canary: ["--suspend", persona.email],
    "viewas": lambda persona, canary: [persona.email, canary.question],
    "oversharing": lambda persona, canary: ["--limit", "1000"],
    "grant": lambda persona, canary: [str(canary.document), "--undeny", persona.email],
}
"""What each is asked with, before `--as` and `--tenant`; nothing that is planted changes by it: nobody is denied anything in person."""
SILENT = frozenset({"audit", "why", "whatif", "viewas", "oversharing", "grant"})
"""Those that need a role, or show a title at most: not everybody who may read a document finds it there."""


@contextmanager
def opening() -> Iterator[Sequence[Door]]:
    _said.cache_clear()
    yield [Door(f"command: {name}", partial(_commanded, name), shows=name not in SILENT) for name in ASKED]


def uncovered() -> list[str]:
    """Commands of ours that take `--as`, and that nobody said how to ask."""
    ours = {name: app for name, app in get_commands().items() if not app.startswith("django.")}
    acting = [name for name, app in ours.items() if "--as" in _options(app, name)]
    return sorted(f"command: {name}" for name in acting if name not in ASKED)


def _options(app: str, name: str) -> set[str]:
    if not apps.is_installed(app):
        return set()
    return set(_named(load_command_class(app, name).create_parser("manage.py", name)))


def _named(parser: ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, _SubParsersAction):
            yield from (option for inner in action.choices.values() for option in _named(inner))


def _commanded(name: str, persona: Persona, canary: Canary) -> Iterable[str]:
    words = [*ASKED[name](persona, canary), "--as", persona.email, "--tenant", persona.slug]
    return [_said(name, *words, *(["--json"] if canary.takes_turns(persona) else []))]


@cache
def _said(name: str, *words: str) -> str:
    """Kept, because some are asked the same for every canary, and walk through all documents."""
    out, aside = io.StringIO(), io.StringIO()
    refused = ""
    with redirect_stdout(aside), redirect_stderr(aside):
        try:
            call_command(name, *words, stdout=out, stderr=aside)
        except CommandError as error:
            refused = str(error)
    return out.getvalue() + aside.getvalue() + refused
