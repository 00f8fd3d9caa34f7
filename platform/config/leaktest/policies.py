"""What canaries are planted under, and the plain model of who ought to find each: the doors are held against it."""

from access.doors import REMOVED, REPLACED, Canary, Persona
from identity.models import Group
from tenants.models import Tenant

INNER = "leaktest-"
"""Before the name of a group that the leak test made."""
MADE = rf"^{INNER}[0-9a-f]{{12}}$"
"""Its whole name: a group that somebody has called leaktest-team is not ours to remove."""
EVERYONE, NOBODY = "everyone", "nobody"
GROUP = "group:"
"""What the source says of all its documents."""
DENIED, SHARED, NARROWED, MIRRORED = "everyone but group:", "shared with group:", "narrowed to group:", "mirrored for group:"
"""What a document says of its own readers. Beside these, everyone could read and asked for what was removed, or its text replaced."""
OPEN_AT_FIRST = (EVERYONE, NOBODY, DENIED, NARROWED, REMOVED, REPLACED)
"""Each was readable once, so that there is a memory of it."""


def of(tenant: Tenant) -> list[str]:
    groups = groups_of(tenant)
    own = [f"{DENIED}{groups[0]}", f"{SHARED}{groups[-1]}", f"{NARROWED}{groups[0]}", f"{MIRRORED}{groups[-1]}"] if groups else []
    return [EVERYONE, NOBODY, REMOVED, REPLACED, *own, *(f"{GROUP}{slug}" for slug in groups)]


def may_read(persona: Persona, canary: Canary) -> bool:
    if persona.tenant != canary.tenant or persona.kind == "suspended":
        return False
    if canary.policy.startswith(DENIED):
        return canary.policy.removeprefix(DENIED) not in persona.groups
    return canary.policy == EVERYONE or canary.policy.rpartition(":")[2] in persona.groups


def groups_of(tenant: Tenant) -> list[str]:
    """The tenant's own."""
    return list(Group.objects.filter(tenant=tenant).exclude(slug__regex=MADE).order_by("slug").values_list("slug", flat=True))
