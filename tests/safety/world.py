"""The real thing: two tenants in PostgreSQL and in the index, changed by the product's own actions and read through its own doors."""

import itertools
import secrets
from collections.abc import Collection, Iterable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from access import principals
from access.resolve import NoAccess, viewer_for
from access.viewer import Viewer
from documents import grants
from documents.mirroring import Permissions
from documents.models import Document
from identity import actions as people
from identity import groups
from identity.models import Group, Membership, User
from index import points
from ingestion import grants as granting
from ingestion import process, prune, publish, sync
from sources import actions as sources
from sources.models import Source, SyncRun
from tenants.actions import ensure as ensure_tenant
from tenants.models import Tenant
from tenants.scope import within
from tests.safety.allowed import EVERYONE, Place
from tests.safety.shelf import Listing

HOME, ABROAD = "home", "abroad"
PLACES: tuple[Place, ...] = (("ann", HOME), ("bob", HOME), ("cyd", HOME), ("cyd", ABROAD), ("eve", ABROAD))
GROUPS = {"red": HOME, "green": HOME, "blue": HOME, "crimson": ABROAD}
NAMES = {HOME: ("ann", "bob", "cyd", "red", "green", "blue", EVERYONE), ABROAD: ("eve", "cyd", "crimson", EVERYONE)}
SOURCES = {"open": HOME, "team": HOME, "mirror": HOME, "far": ABROAD}


class Died(BaseException):
    """The process ends here: nothing that catches errors catches it."""


class World:
    def __init__(self) -> None:
        word = secrets.token_hex(4)
        self.tenants: dict[str, Tenant] = {name: ensure_tenant(slug=f"{name}-{word}")[0] for name in (HOME, ABROAD)}
        self.people: dict[str, User] = {}
        for person, tenant in PLACES:
            self.people[person], _ = people.ensure_person(email=f"{person}@{word}.example", tenant=self.tenants[tenant])
        self.groups: dict[str, Group] = {
            name: groups.ensure_group(tenant=self.tenants[tenant], slug=name) for name, tenant in GROUPS.items()
        }
        self.sources: dict[str, Source] = {}
        self._canaries = (f"{word}{number:05d}" for number in itertools.count())

    def add_source(self, name: str, access: Collection[str] | None) -> None:
        tenant = SOURCES[name]
        wanted = None if access is None else self.principals(tenant, access)
        self.sources[name], _ = sources.ensure(tenant=self.tenants[tenant], name=name, kind="folder", config={}, access=wanted)

    def canary(self) -> str:
        return f"zq{next(self._canaries)}"

    def viewer(self, place: Place) -> Viewer | None:
        person, tenant = place
        try:
            return viewer_for(user=self.people[person], tenant=self.tenants[tenant])
        except NoAccess:
            return None

    def principals(self, tenant: str, names: Iterable[str]) -> list[str]:
        return [self._principal(tenant, name) for name in sorted(names)]

    def _principal(self, tenant: str, name: str) -> str:
        if name == EVERYONE:
            return principals.everyone(self.tenants[tenant].id)
        return principals.group(self.groups[name].id) if name in self.groups else principals.user(self.people[name].id)

    # Who is who

    def suspend(self, place: Place) -> None:
        people.suspend(user=self.people[place[0]], tenant=self.tenants[place[1]])

    def restore(self, place: Place) -> None:
        people.restore(user=self.people[place[0]], tenant=self.tenants[place[1]])

    def expire(self, place: Place) -> None:
        """As if the time had passed: nothing is told of it, and no epoch moves."""
        membership = Membership.objects.filter(user=self.people[place[0]], tenant=self.tenants[place[1]])
        membership.update(expires_at="2020-01-01T00:00:00Z")

    # What they may read

    def grant(self, change: granting.Change, tenant: str, document: UUID, names: Collection[str]) -> int:
        subject = Document(id=document, tenant_id=self.tenants[tenant].id)
        return granting.apply(change, document=subject, principals=self.principals(tenant, names), by="user:boss")

    def policy(self, source: str, access: Collection[str] | None) -> None:
        wanted = None if access is None else self.principals(SOURCES[source], access)
        granting.change(source=self.sources[source], access=wanted)

    def mirror(self, source: str, document: UUID, allow: Collection[str], deny: Collection[str]) -> int:
        named = (frozenset(self.principals(SOURCES[source], names)) for names in (allow, deny))
        return granting.mirror(source=self.sources[source], permissions={document: Permissions(*named)})

    # What there is to read

    def begin_sync(self, source: str, listing: Listing) -> "sync._Sync":
        """What is known is read now, and the listing is as of now, whenever the run goes on."""
        started = sources.start_run(sources.request_run(source=self.sources[source], allow_removals=True).id)
        assert started is not None
        with patch.object(sync, "connector_for", return_value=listing):
            return _Waiting(started, listing)

    def documents(self, source: str) -> dict[str, UUID]:
        with within(self.tenants[SOURCES[source]].id):
            return dict(Document.objects.filter(source=self.sources[source], removed_at=None).values_list("uri", "id"))

    def remove(self, tenant: str, document: UUID) -> None:
        prune.remove(document=Document(id=document, tenant_id=self.tenants[tenant].id))

    def process(self) -> None:
        process.drain()

    def die(self, where: str, *, of: object) -> None:
        """Processing, until it comes to this function; the lease that it leaves behind has run out."""
        with patch.object(of, where, side_effect=Died), suppress(Died):
            process.drain()
        for tenant in self.tenants.values():
            with within(tenant.id):
                left = Document.objects.filter(tenant=tenant, state=Document.State.PROCESSING)
                left.update(lease_until="2020-01-01T00:00:00Z", attempt=0)

    def publish(self) -> None:
        publish.publish_waiting()

    def publish_and_die(self) -> None:
        """The index was told; the commit that says so was not made."""

        def told(**notice: Any) -> None:
            points.publish(**notice)
            raise Died

        with patch.object(publish, "points", SimpleNamespace(publish=told)), suppress(Died):
            publish.publish_waiting()

    def prune(self) -> None:
        prune.purge_removed()


class _Waiting(sync._Sync):
    def __init__(self, run: SyncRun, listing: Listing) -> None:
        super().__init__(run)
        self.listing = listing

    def run(self) -> None:
        with patch.object(sync, "connector_for", return_value=self.listing):
            super().run()


ACTIONS: dict[str, granting.Change] = {name: getattr(grants, name) for name in ("share", "unshare", "deny", "undeny", "narrow")}


def named(tenant: str, picks: Iterable[int]) -> set[str]:
    return {NAMES[tenant][pick % len(NAMES[tenant])] for pick in picks}
