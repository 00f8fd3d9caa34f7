"""A source's readers change: the source, the grants of its documents and the epoch in one transaction, then the index."""

from collections.abc import Sequence

from django.db import transaction

from documents.actions import regrant
from ingestion.doorbell import ring_processing
from sources.actions import set_access
from sources.models import Source


@transaction.atomic
def change(*, source: Source, access: Sequence[str], by: str = "system") -> int:
    """Returns how many documents changed hands. Nothing is read, split or encoded again."""
    if not set_access(source=source, access=access, by=by):
        return 0
    affected = regrant(source=source)
    ring_processing()
    return affected
