"""The one resolver: a person, however signed in, becomes a Viewer here or nowhere."""

from collections.abc import Sequence
from uuid import UUID

from access import principals
from access.roles import granted
from access.viewer import _SEAL, Viewer
from identity import queries as identity
from identity.models import User
from identity.queries import Belonging
from tenants import queries as tenants
from tenants.models import Tenant


class NoAccess(Exception):
    """The person is no active member of the tenant."""


def viewer_for(*, user: User, tenant: Tenant) -> Viewer:
    """What this person may read in this tenant, as of now. Suspended, expired, removed or inactive raises NoAccess."""
    viewer = _resolved(user.id, tenant.id)
    if viewer is None:
        raise NoAccess(f"{user.email} is not an active member of {tenant.slug}.")
    return viewer


def renewed(viewer: Viewer) -> Viewer:
    """The same people in the same tenant, as of now. Raises NoAccess where one of them has none any more."""
    people = viewer.audience or ((viewer.user_id,) if viewer.user_id else ())
    now = [_resolved(user_id, viewer.tenant_id) for user_id in people]
    if not now or None in now:
        raise NoAccess("Somebody of the audience is no active member any more." if viewer.audience else "The person or the tenant is gone.")
    return audience([one for one in now if one is not None])


def audience(viewers: Sequence[Viewer]) -> Viewer:
    """All of them together: what each of them may read. Raises NoAccess where there is nobody, or not all are of one tenant."""
    if len({viewer.tenant_id for viewer in viewers}) != 1:
        raise NoAccess("An audience is of one tenant, and of somebody.")
    if len(viewers) == 1:
        return viewers[0]
    first, ends = viewers[0], [viewer.until for viewer in viewers if viewer.until]
    return Viewer(
        tenant_id=first.tenant_id,
        readers=tuple(reader for viewer in viewers for reader in viewer.readers),
        epoch=min(viewer.epoch for viewer in viewers),
        language=first.language,
        user_id=None,
        permissions=frozenset.intersection(*(viewer.permissions for viewer in viewers)),
        until=min(ends) if ends else None,
        audience=tuple(person for viewer in viewers for person in viewer.audience or (viewer.user_id,) if person),
        seal=_SEAL,
    )


def viewer_by_email(email: str, slug: str | None = None) -> Viewer:
    """For commands: the person by e-mail address; without a slug, the person's only tenant."""
    user = identity.by_email(email)
    if slug:
        return viewer_for(user=user, tenant=tenants.by_slug(slug))
    memberships = identity.active_memberships(user)
    if not memberships:
        raise NoAccess(f"{email} is not an active member of any tenant.")
    if len(memberships) > 1:
        slugs = ", ".join(membership.tenant.slug for membership in memberships)
        raise NoAccess(f"{email} belongs to several tenants ({slugs}). Name one with --tenant.")
    return viewer_for(user=user, tenant=memberships[0].tenant)


def _resolved(user_id: UUID, tenant_id: UUID) -> Viewer | None:
    standing = identity.standing(user_id, tenant_id)
    if standing is None:
        return None
    return Viewer(
        tenant_id=tenant_id,
        readers=(frozenset({principals.user(user_id), principals.everyone(tenant_id), *_through(standing.belonging)}),),
        epoch=standing.epoch,
        language=standing.language,
        user_id=user_id,
        permissions=granted(standing.role),
        until=standing.expires_at,
        seal=_SEAL,
    )


def _through(belonging: Belonging) -> set[str]:
    return {
        *(principals.group(group) for group in belonging.groups),
        *(principals.external_user(source, id) for source, id in belonging.external_users),
        *(principals.external_group(source, id) for source, id in belonging.external_groups),
    }
