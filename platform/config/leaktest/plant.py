"""Canaries and personas for every tenant and group: made by the paths that everything takes, and removed with receipts."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from access import principals
from access.doors import Canary, Persona
from access.resolve import viewer_by_email
from config.leaktest.paper import pdf
from conversations.models import Conversation
from documents import actions as documents
from documents import blobs
from documents import grants as own_grants
from documents.actions import Incoming
from documents.models import Chunk, Document
from identity import actions as identity
from identity import groups as group_actions
from identity.models import Group, GroupInGroup, Membership, User
from ingestion import grants
from ingestion.doorbell import ring_processing
from ingestion.grants import Change
from ingestion.progress import Watch
from ingestion.prune import remove_source
from retrieval import events
from retrieval.ask import ask
from sources import actions as sources
from sources.models import Source
from tenants import scope
from tenants.models import Tenant
from tenants.scope import within

BY = "leaktest"
KIND = "upload"
NAME = "Leak test "
MAIL = "@leaktest.invalid"
MARK = "leaktest"
"""A source's own, by its configuration: one that named nobody as its owner would be where people's shared files go."""
LASTS = timedelta(hours=6)
"""Whatever happens to the test, none of its people has a place for longer."""
INNER = "leaktest-"
EVERYONE, NOBODY = "everyone", "nobody"
DENIED, SHARED = "everyone but group:", "shared with group:"


class NotPlanted(Exception):
    """The canaries are not there, so that nothing could be proven."""


@dataclass(frozen=True)
class Planted:
    canaries: tuple[Canary, ...]
    personas: tuple[Persona, ...]


@dataclass(frozen=True, slots=True)
class _Seed:
    """A canary and its source, before the worker has read it."""

    canary: Canary
    source: Source


def plant(tenants: Sequence[Tenant]) -> Planted:
    """Raises NotPlanted. What was planted before it stays for `uproot`."""
    personas = [persona for tenant in tenants for persona in _personas(tenant)]
    seeds = [_seed(tenant, policy) for tenant in tenants for policy in _policies(tenant)]
    _wait(seeds)
    canaries = [_remembered(_grown(seed.canary), personas) for seed in seeds]
    _revoke(seeds, personas)
    return Planted(tuple(canaries), tuple(personas))


def uproot() -> None:
    """Everything of this leak test, and of one that was killed. People first: whatever else fails, none of them stays."""
    people = list(User.objects.filter(email__endswith=MAIL))
    ids = {str(person.id) for person in people}
    for session in Session.objects.all().iterator():
        if session.get_decoded().get("_auth_user_id") in ids:
            session.delete()
    for membership in Membership.objects.filter(user__in=people).select_related("user", "tenant"):
        identity.remove(user=membership.user, tenant=membership.tenant, by=BY)
    for group in Group.objects.filter(slug__startswith=INNER):
        group_actions.remove(group=group, by=BY)
    for tenant in Tenant.objects.all():
        with within(tenant.id):
            Conversation.objects.filter(user_id__in=ids).delete()
        for source in _planted(tenant):
            remove_source(source=source, by=BY)
    User.objects.filter(id__in=ids).delete()


@scope.of("tenant")
def _planted(tenant: Tenant) -> list[Source]:
    return list(Source.objects.filter(tenant=tenant, config__has_key=MARK))


def may_read(persona: Persona, canary: Canary) -> bool:
    """What ought to be: the plain model that the doors are held against."""
    if persona.tenant != canary.tenant or persona.kind == "suspended":
        return False
    if canary.policy.startswith(DENIED):
        return canary.policy.removeprefix(DENIED) not in persona.groups
    return canary.policy == EVERYONE or canary.policy.rpartition(":")[2] in persona.groups


def _policies(tenant: Tenant) -> list[str]:
    """What a source says for each group, and what a document of its own says: shared with one group, denied to another."""
    groups = _groups(tenant)
    alone = [f"{DENIED}{groups[0]}", f"{SHARED}{groups[-1]}"] if groups else []
    return [EVERYONE, NOBODY, *alone, *(f"group:{slug}" for slug in groups)]


def _groups(tenant: Tenant) -> list[str]:
    """The tenant's own."""
    return list(Group.objects.filter(tenant=tenant).exclude(slug__startswith=INNER).order_by("slug").values_list("slug", flat=True))


def _closed(tenant: Tenant, slugs: Iterable[str]) -> frozenset[str]:
    """These groups and all that they stand inside of, found without the product's own way of finding them."""
    found, reached = set(slugs), 0
    while reached < len(found):
        reached = len(found)
        above = GroupInGroup.objects.filter(tenant=tenant, child__slug__in=found)
        found |= set(above.values_list("parent__slug", flat=True))
    return frozenset(found)


def _personas(tenant: Tenant) -> Iterator[Persona]:
    """One in each group, one in a group inside another, one in none, one who administers, one who is suspended, and one from whom all
    will be taken."""
    groups = _groups(tenant)
    if groups:
        inner = group_actions.ensure_group(tenant=tenant, slug=f"{INNER}{secrets.token_hex(6)}", by=BY)
        group_actions.nest(child=inner, parent=Group.objects.get(tenant=tenant, slug=groups[0]), by=BY)
        yield _person(tenant, "nested", [inner.slug])
    for slug in groups:
        yield _person(tenant, "member", [slug])
    yield _person(tenant, "colleague", [])
    yield _person(tenant, "administrator", [], role="administrator")
    suspended = _person(tenant, "suspended", groups)
    identity.suspend(user=User.objects.get(id=suspended.user), tenant=tenant, by=BY)
    yield suspended
    yield _person(tenant, "revoked", groups)


def _person(tenant: Tenant, kind: str, groups: Sequence[str], role: str = "reader") -> Persona:
    """Without a password: nobody can sign in as one of them."""
    email = f"{kind}-{secrets.token_hex(6)}{MAIL}"
    user, _ = identity.ensure_person(email=email, tenant=tenant, name="Leak test", role=role, groups=groups, by=BY)
    Membership.objects.filter(user=user, tenant=tenant).update(expires_at=Now() + LASTS)
    return Persona(kind, tenant.id, tenant.slug, user.id, email, _closed(tenant, groups))


def _seed(tenant: Tenant, policy: str) -> _Seed:
    key, secret, title = (f"{letter}{secrets.token_hex(5)}" for letter in "qxz")
    # What nobody may read was readable once, so that there is a memory of it; and so was what is denied.
    readers = sources.readers(tenant, [policy] if policy.startswith("group:") else [] if policy.startswith(SHARED) else [EVERYONE])
    source, _ = sources.ensure(tenant=tenant, name=f"{NAME}{key}", kind=KIND, config={MARK: key}, access=readers, by=BY)
    data = pdf([f"Project {key}", f"The access phrase of project {key} is {secret}."])
    uri = f"{key}.pdf"
    item = Incoming(uri, title, "application/pdf", blobs.write(data), hashlib.sha256(data).hexdigest(), len(data), None)
    with within(tenant.id):
        [document] = documents.save(source=source, incoming=[item])
        ring_processing()
    if policy.startswith(SHARED):
        _let(own_grants.share, tenant, policy, document)
    question = f"What is the access phrase of project {key}?"
    return _Seed(Canary(tenant.id, policy, document, (), uri, title, secret, question), source)


def _wait(seeds: Iterable[_Seed]) -> None:
    watch = Watch(*(seed.source for seed in seeds))
    watch.follow()
    if failed := watch.outcome().failed:
        raise NotPlanted(f"A planted document could not be read: {failed[0].message}")


def _grown(canary: Canary) -> Canary:
    with within(canary.tenant):
        chunks = tuple(Chunk.objects.filter(document_id=canary.document).values_list("id", flat=True))
    return replace(canary, chunks=chunks)


def _remembered(canary: Canary, personas: Sequence[Persona]) -> Canary:
    """Asked for by somebody who may read it for good, and by the one who will not."""
    able = [persona for persona in personas if may_read(persona, canary) and persona.kind != "revoked"]
    revoked = [persona for persona in personas if persona.kind == "revoked" and persona.tenant == canary.tenant]
    askers = [*able[:1], *revoked]
    asked = [async_to_sync(_asked)(persona, canary) for persona in askers]
    return replace(
        canary,
        conversations=tuple(conversation for conversation, _ in asked),
        messages=tuple(message for _, message in asked),
        askers=frozenset(persona.user for persona in askers),
    )


async def _asked(persona: Persona, canary: Canary) -> tuple[UUID, UUID]:
    viewer = await sync_to_async(viewer_by_email)(persona.email, persona.slug)
    said = [event async for event in ask(viewer, canary.question, face=BY)]
    if not isinstance(said[-1], events.Done) or not canary.is_in("".join(map(repr, said))):
        raise NotPlanted(f"The answer to a planted question does not hold what was planted ({canary.policy}).")
    return said[-1].conversation_id, said[-1].message_id


def _revoke(seeds: Sequence[_Seed], personas: list[Persona]) -> None:
    for number, persona in enumerate(personas):
        if persona.kind == "revoked":
            tenant = Tenant.objects.get(id=persona.tenant)
            identity.ensure_person(email=persona.email, tenant=tenant, groups=[], by=BY)
            personas[number] = replace(persona, groups=frozenset())
    for seed in seeds:
        if seed.canary.policy == NOBODY:
            grants.change(source=seed.source, access=[], by=BY)
        if seed.canary.policy.startswith(DENIED):
            _let(own_grants.deny, seed.source.tenant, seed.canary.policy, seed.canary.document)
    _wait(seeds)


@scope.of("tenant")
def _let(change: Change, tenant: Tenant, policy: str, document: UUID) -> None:
    group = principals.group(Group.objects.get(tenant=tenant, slug=policy.rpartition(":")[2]).id)
    with within(tenant.id):
        grants.apply(change, document=Document.objects.get(id=document), principals=[group], by=BY)
