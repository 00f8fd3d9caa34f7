from audit.chain import GENESIS, seal
from audit.models import AuditEvent


def first_broken() -> AuditEvent | None:
    """The first event whose hash, or whose link to the one before, does not hold; None when the chain is whole."""
    previous = GENESIS
    for event in AuditEvent.objects.order_by("number").iterator():
        if event.previous != previous or event.hash != seal(event):
            return event
        previous = event.hash
    return None
