"""The sign-ins of the demo's people: passwords made at random for this installation, kept in its data folder for the owner alone.

Knows nothing of Django, so that `make run` can print them without it.
"""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "demo-sign-ins.json"
RANDOM_BYTES = 12


@dataclass(frozen=True)
class SignIn:
    """`tenant` is the company's name."""

    email: str
    password: str
    name: str
    title: str
    tenant: str


def random_password() -> str:
    return secrets.token_urlsafe(RANDOM_BYTES)


def read(data: Path) -> Mapping[str, SignIn]:
    """By e-mail address; empty where there is no demo, or a file of another shape."""
    try:
        kept = json.loads((data / NAME).read_text(encoding="utf-8"))
        return {entry["email"]: SignIn(**entry) for entry in kept}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write(data: Path, sign_ins: Sequence[SignIn]) -> None:
    """All or nothing, readable by the owner alone."""
    aside = data / f".{NAME}"
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump([asdict(sign_in) for sign_in in sign_ins], file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(data / NAME)


def listed(sign_ins: Sequence[SignIn]) -> list[str]:
    """One line for each person, under the name of the company; the columns stand below one another."""
    who = [f"{sign_in.name}, {sign_in.title}" for sign_in in sign_ins]
    widths = max(map(len, who), default=0), max((len(sign_in.email) for sign_in in sign_ins), default=0)
    lines, company = [], ""
    for person, sign_in in zip(who, sign_ins, strict=True):
        if sign_in.tenant != company:
            company = sign_in.tenant
            lines.append(company)
        lines.append(f"  {person:<{widths[0]}}  {sign_in.email:<{widths[1]}}  {sign_in.password}")
    return lines
