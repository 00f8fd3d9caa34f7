"""Canaries and personas for every tenant and group: made by the paths that everything takes, and removed with receipts."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.sessions.models import Session

from access import principals
from access.doors import REMOVED, REPLACED, Canary, Persona
from access.resolve import viewer_by_email
from config.leaktest.paper import pdf
from config.leaktest.personas import BY, MAIL, personas
from config.leaktest.policies import (
    DENIED,
    EVERYONE,
    GROUP,
    MADE,
    MIRRORED,
    NARROWED,
    NOBODY,
    OPEN_AT_FIRST,
    SHARED,
    may_read,
    of,
)
from conversations.models import Conversation
from documents import actions as documents
from documents import blobs
from documents import grants as own_grants
from documents.actions import Incoming
from documents.mirroring import Permissions
from documents.models import Chunk, Document
from identity import actions as identity
from identity import groups as group_actions
from identity.models import Group, Membership, User
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

KIND = "upload"
NAME = "Leak test "
MARK = "leaktest"
"""A source's own, by its configuration: one that named nobody as its owner would be where people's shared files go."""


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
    people = [persona for tenant in tenants for persona in personas(tenant)]
    seeds = [_seed(tenant, policy) for tenant in tenants for policy in of(tenant)]
    _wait(seeds)
    canaries = [_remembered(_grown(seed.canary), people) for seed in seeds]
    _revoke(seeds, people)
    return Planted(tuple(canaries), tuple(people))


def uproot() -> None:
    """Everything of this leak test, and of one that was killed. People first: whatever else fails, none of them stays."""
    people = list(User.objects.filter(email__endswith=MAIL))
    ids = {str(person.id) for person in people}
    for session in Session.objects.all().iterator():
        if session.get_decoded().get("_auth_user_id") in ids:
            session.delete()
    for membership in Membership.objects.filter(user__in=people).select_related("user", "tenant"):
        identity.remove(user=membership.user, tenant=membership.tenant, by=BY)
    for group in Group.objects.filter(slug__regex=MADE):
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


def _seed(tenant: Tenant, policy: str) -> _Seed:
    key, secret, title = (f"{letter}{secrets.token_hex(5)}" for letter in "qxz")
    words = [policy] if policy.startswith(GROUP) else [EVERYONE] if policy.startswith(OPEN_AT_FIRST) else []
    source, _ = sources.ensure(
        tenant=tenant, name=f"{NAME}{key}", kind=KIND, config={MARK: key}, access=sources.readers(tenant, words), by=BY
    )
    uri = f"{key}.pdf"
    document = _saved(source, uri, title, [f"Project {key}", f"The access phrase of project {key} is {secret}."])
    if policy.startswith(SHARED):
        _let(own_grants.share, tenant, policy, document)
    if policy.startswith(MIRRORED):
        grants.change(source=source, access=None, by=BY)
        grants.mirror(source=source, permissions={document: Permissions(allow=frozenset({_group(tenant, policy)}))})
    question = f"What is the access phrase of project {key}?"
    return _Seed(Canary(tenant.id, policy, document, (), uri, title, secret, question), source)


def _saved(source: Source, uri: str, title: str, lines: Sequence[str]) -> UUID:
    data = pdf(lines)
    item = Incoming(uri, title, "application/pdf", blobs.write(data), hashlib.sha256(data).hexdigest(), len(data), None)
    with within(source.tenant_id):
        [document] = documents.save(source=source, incoming=[item])
        ring_processing()
    return document


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
        _take_away(seed.canary, seed.source)
    _wait(seeds)


def _take_away(canary: Canary, source: Source) -> None:
    """What was readable until it was asked for."""
    tenant, policy = source.tenant, canary.policy
    if policy == NOBODY:
        grants.change(source=source, access=[], by=BY)
    elif policy == REMOVED:
        documents.remove(documents=[canary.document], tenant=tenant.id, by=BY, reason="leak test")
    elif policy == REPLACED:
        _saved(source, canary.uri, "Replaced", ["This page has taken the place of another."])
    elif policy.startswith((DENIED, NARROWED)):
        _let(own_grants.deny if policy.startswith(DENIED) else own_grants.narrow, tenant, policy, canary.document)


@scope.of("tenant")
def _let(change: Change, tenant: Tenant, policy: str, document: UUID) -> None:
    grants.apply(change, document=Document.objects.get(id=document), principals=[_group(tenant, policy)], by=BY)


def _group(tenant: Tenant, policy: str) -> str:
    return principals.group(Group.objects.get(tenant=tenant, slug=policy.rpartition(":")[2]).id)
