"""The demo company on the page: its starter questions and its persons. Production never has them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Starter:
    shows: str
    """What the question is an example of."""
    question: str
    after: str = ""
    """The question that has to be asked before it."""


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    role: str
    company: str = ""

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Demo:
    starters: tuple[Starter, ...] = ()
    persons: tuple[Person, ...] = ()

    def has(self, email: str) -> bool:
        return any(person.email == email for person in self.persons)


def install(demo: Demo) -> None:
    """Called by whoever creates the demo company. Persons may then change places with one click: never in production."""
    if settings.PRODUCTION:
        raise RuntimeError("The demo is not for production: its persons change places without a password.")
    path = Path(settings.DEMO_FILE)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)  # it says who may become whom
    part.write_text(json.dumps(asdict(demo), indent=1), encoding="utf-8")
    part.replace(path)


def installed() -> Demo:
    """Empty in production, and where the file is missing or of another shape."""
    if settings.PRODUCTION:
        return Demo()
    try:
        content = json.loads(Path(settings.DEMO_FILE).read_text(encoding="utf-8"))
        return Demo(tuple(Starter(**starter) for starter in content["starters"]), tuple(Person(**person) for person in content["persons"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Demo()
