"""The demo company becomes real: two tenants with groups and people, and their folders synced through the worker."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from rich.console import Console

from config.demo import sign_ins
from config.demo.company import Company, PersonSpec, TenantSpec, load
from config.demo.sign_ins import SignIn
from frontend.portal import demo as portal
from identity import actions as identity
from ingestion import grants, sync
from ingestion.progress import Outcome, Watch
from sources import actions as sources
from sources.models import Source, SyncRun
from tenants import actions as tenants
from tenants.models import Tenant

BY = "demo"


class RefusedInProduction(Exception):
    """The demo's people change places without a password, and theirs lie in a file."""


@dataclass(frozen=True)
class Installed:
    company: Company
    outcome: Outcome
    interrupted: tuple[SyncRun, ...]
    """Runs that broke off, or that wait for a person."""
    sign_ins: tuple[SignIn, ...]


def install(*, console: Console | None = None) -> Installed:
    """Idempotent: what is there stays, and nothing that is unchanged is read again. Draws progress where there is a console."""
    refuse_in_production()
    company = load()
    made = [(spec, _tenant(spec)) for spec in company.tenants]
    folders = [source for spec, tenant in made for source in _sources(spec, tenant)]
    watch = Watch(*folders)
    runs = [sync.request(source=source) for source in folders]
    people = _people(made)  # while the worker reads
    portal.install(_on_the_page(company))
    watch.follow(*runs, console=console)
    return Installed(company, watch.outcome(*runs), tuple(run for run in runs if run.code), people)


def refuse_in_production() -> None:
    if settings.PRODUCTION:
        raise RefusedInProduction("The demo company is not for production: its people change places without a password.")


def _tenant(spec: TenantSpec) -> Tenant:
    tenant, _ = tenants.ensure(slug=spec.slug, name=spec.name, language=spec.language, by=BY)
    for group in spec.groups:
        identity.ensure_group(tenant=tenant, slug=group.slug, name=group.name)
    return tenant


def _sources(spec: TenantSpec, tenant: Tenant) -> list[Source]:
    return [_source(tenant, name=folder.name, path=str(folder.folder), access=folder.access) for folder in spec.sources]


def _source(tenant: Tenant, *, name: str, path: str, access: Sequence[str]) -> Source:
    readers = sources.readers(tenant, access)
    source, _ = sources.ensure(tenant=tenant, name=name, kind="folder", config={"path": path}, access=readers, by=BY)
    grants.change(source=source, access=readers, by=BY)
    return source


def _people(made: Sequence[tuple[TenantSpec, Tenant]]) -> tuple[SignIn, ...]:
    """Passwords that are kept stay valid; who has none yet gets one."""
    kept = sign_ins.read(settings.DATA)
    people = tuple(_person(person, spec, tenant, kept.get(person.email)) for spec, tenant in made for person in spec.people)
    sign_ins.write(settings.DATA, people)
    return people


def _person(person: PersonSpec, spec: TenantSpec, tenant: Tenant, kept: SignIn | None) -> SignIn:
    user, created = identity.ensure_person(
        email=person.email, tenant=tenant, name=person.name, role=person.role, groups=person.groups, by=BY
    )
    password = kept.password if kept else sign_ins.random_password()
    if created or not kept:
        identity.set_password(user=user, password=password, by=BY)
    return SignIn(email=person.email, password=password, name=person.name, title=person.title, tenant=spec.name)


def _on_the_page(company: Company) -> portal.Demo:
    starters = tuple(portal.Starter(shows=one.label, question=one.question, after=one.after) for one in company.starters)
    persons = tuple(
        portal.Person(email=person.email, name=person.name, role=person.title, company=tenant.name)
        for tenant in company.tenants
        for person in tenant.people
    )
    return portal.Demo(starters=starters, persons=persons)
