"""The demo company as values: `load()` reads company.toml and golden.jsonl. Knows nothing of Django."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class PersonSpec:
    """`title` is how the person is introduced: "Contractor"."""

    email: str
    name: str
    title: str
    department: str
    groups: tuple[str, ...]
    role: str
    tenant: str


@dataclass(frozen=True)
class GroupSpec:
    slug: str
    name: str


@dataclass(frozen=True)
class SourceSpec:
    """`access` holds "everyone" or "group:<slug>"."""

    name: str
    folder: Path
    access: tuple[str, ...]

    def open_to(self, person: PersonSpec) -> bool:
        """Of people of the same tenant."""
        return not {"everyone", *(f"group:{group}" for group in person.groups)}.isdisjoint(self.access)


@dataclass(frozen=True)
class TenantSpec:
    slug: str
    name: str
    language: str
    about: str
    groups: tuple[GroupSpec, ...]
    sources: tuple[SourceSpec, ...]
    people: tuple[PersonSpec, ...]

    def source(self, name: str) -> SourceSpec:
        return next(source for source in self.sources if source.name == name)


@dataclass(frozen=True)
class StarterQuestion:
    """One question of the empty page. `after` is the question that has to be asked before it, or ""."""

    kind: str
    label: str
    question: str
    person: str
    after: str


@dataclass(frozen=True)
class Showcase:
    """The question that a first run asks as several people (their e-mail addresses)."""

    question: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class GoldenQuestion:
    """`documents` ("source/uri") answer it for `person`; none means that nothing this person may read does. Each of
    `contains` stands in what is quoted. `after` is the id of the question that it follows, or ""."""

    id: str
    tenant: str
    person: str
    question: str
    documents: tuple[str, ...]
    contains: tuple[str, ...]
    kind: str
    after: str


@dataclass(frozen=True)
class CanaryFact:
    """A text that stands in these documents ("tenant/source/uri") and in no other."""

    text: str
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Company:
    tenants: tuple[TenantSpec, ...]
    showcase: Showcase
    starters: tuple[StarterQuestion, ...]
    golden: tuple[GoldenQuestion, ...]
    canaries: tuple[CanaryFact, ...]

    @property
    def people(self) -> tuple[PersonSpec, ...]:
        return tuple(person for tenant in self.tenants for person in tenant.people)

    def tenant(self, slug: str) -> TenantSpec:
        return next(tenant for tenant in self.tenants if tenant.slug == slug)

    def person(self, email: str) -> PersonSpec:
        return next(person for person in self.people if person.email == email)


@cache
def load() -> Company:
    told = tomllib.loads((HERE / "company.toml").read_text(encoding="utf-8"))
    golden = (HERE / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    return Company(
        tenants=tuple(_tenant(tenant) for tenant in told["tenants"]),
        showcase=Showcase(told["showcase"]["question"], tuple(told["showcase"]["people"])),
        starters=tuple(_starter(starter) for starter in told["starters"]),
        golden=tuple(_golden(json.loads(line)) for line in golden),
        canaries=tuple(CanaryFact(canary["text"], tuple(canary["documents"])) for canary in told["canaries"]),
    )


def _tenant(told: dict[str, Any]) -> TenantSpec:
    slug = told["slug"]
    return TenantSpec(
        slug=slug, name=told["name"], language=told["language"], about=told["about"],
        groups=tuple(GroupSpec(**group) for group in told["groups"]),
        sources=tuple(SourceSpec(source["name"], HERE / slug / source["name"], tuple(source["access"])) for source in told["sources"]),
        people=tuple(PersonSpec(**{**person, "groups": tuple(person["groups"])}, tenant=slug) for person in told["people"]),
    )  # fmt: skip


def _starter(told: dict[str, str]) -> StarterQuestion:
    return StarterQuestion(told["kind"], told["label"], told["question"], told["as"], told.get("after", ""))


def _golden(told: dict[str, Any]) -> GoldenQuestion:
    return GoldenQuestion(
        id=told["id"], tenant=told["tenant"], person=told["as"], question=told["question"], documents=tuple(told["documents"]),
        contains=tuple(told["contains"]), kind=told["kind"], after=told.get("after", ""),
    )  # fmt: skip
