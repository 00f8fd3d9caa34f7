"""The one resolver: a person, however signed in, becomes a Viewer here or nowhere."""

from access import principals
from access.roles import GRANTED, Permission, Role
from access.viewer import _SEAL, Viewer
from identity import queries as identity
from identity.models import User
from tenants import queries as tenants
from tenants.models import Tenant


class NoAccess(Exception):
    """The person is no active member of the tenant."""


def viewer_for(*, user: User, tenant: Tenant) -> Viewer:
    """What this person may read in this tenant, as of now. Suspended, removed or inactive raises NoAccess."""
    # Read first, and anew: were the groups older than the epoch, a change between the two would never be noticed. An older epoch
    # costs one check too many.
    epoch = tenants.epoch(tenant.id)
    membership = identity.active_membership(user, tenant)
    if membership is None:
        raise NoAccess(f"{user.email} is not an active member of {tenant.slug}.")
    groups = {principals.group(group) for group in identity.group_ids(user, tenant)}
    reader = frozenset({principals.user(user.id), principals.everyone(tenant.id), *groups})
    return Viewer(
        tenant_id=tenant.id,
        readers=(reader,),
        epoch=epoch or 0,
        language=tenant.language,
        user_id=user.id,
        permissions=_permissions(membership.role),
        seal=_SEAL,
    )


def renewed(viewer: Viewer) -> Viewer:
    """The same person in the same tenant, as of now. Raises NoAccess, also where the viewer is no single person."""
    user = User.objects.filter(id=viewer.user_id).first() if viewer.user_id else None
    tenant = Tenant.objects.filter(id=viewer.tenant_id).first()
    if user is None or tenant is None:
        raise NoAccess("The person or the tenant is gone.")
    return viewer_for(user=user, tenant=tenant)


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


def _permissions(role: str) -> frozenset[Permission]:
    return GRANTED[Role(role)] if role in set(Role) else frozenset()
