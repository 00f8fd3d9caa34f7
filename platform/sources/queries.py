from access import principals
from access.viewer import Viewer
from sources.models import Source


def policies_of(viewer: Viewer) -> list[frozenset[str]]:
    """For each reader, the sources whose policy lets him read, as principals. One query."""
    anybody = frozenset[str]().union(*viewer.readers)
    rows = Source.objects.filter(tenant_id=viewer.tenant_id, access__has_any_keys=sorted(anybody)).values_list("id", "access")
    named = [(principals.readers_of(source), access) for source, access in rows]
    return [frozenset(source for source, access in named if not reader.isdisjoint(access)) for reader in viewer.readers]
