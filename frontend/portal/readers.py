"""Who can see a document, in words that the viewer may know: names of the viewer's own groups, and never of others."""

from access import principals
from access.viewer import Viewer
from documents.models import Document
from documents.queries import allowed_to
from identity.models import Group
from tenants import scope
from tenants.models import Tenant


@scope.of("viewer")
def words(viewer: Viewer, tenant: Tenant, document: Document) -> str:
    allowed = allowed_to(document)
    if principals.everyone(tenant.id) in allowed:
        return f"Everyone in {tenant.name}"
    myself = {principals.user(viewer.user_id)} if viewer.user_id else set()
    if allowed <= myself:
        return "Only you"
    names = _own_groups(viewer, tenant, allowed)
    others = len(allowed - myself) > len(names)
    listed = [*names, *(["others"] if others else [])]
    return " and ".join(filter(None, [", ".join(listed[:-1]), listed[-1]])) if listed else "You and others"


def _own_groups(viewer: Viewer, tenant: Tenant, allowed: set[str]) -> list[str]:
    shared = frozenset.intersection(*viewer.readers) & allowed
    groups = Group.objects.filter(tenant=tenant).order_by("name") if shared else []
    return [group.name for group in groups if principals.group(group.id) in shared]
