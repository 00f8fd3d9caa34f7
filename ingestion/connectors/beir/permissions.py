"""Who may read a judged corpus: it knows no readers, so what the source says holds for each of its documents."""

from sources.models import Source


def principals(source: Source) -> tuple[str, ...]:
    """None named means nobody."""
    return tuple(sorted(set(source.access)))
