from sources.models import Source


def readers_now(source: Source) -> list[str]:
    """Who may read it at this moment, and until the transaction's end: a change of access and a sync that saves new documents wait for
    each other, so that no document arrives with readers that were taken away meanwhile. Raises Source.DoesNotExist."""
    access: list[str] = Source.objects.select_for_update(no_key=True).values_list("access", flat=True).get(id=source.id)
    return access
