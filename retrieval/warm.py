"""What a process does before its first question: the encoder in memory, the collection there."""

from contextlib import suppress

from index import schema
from index.errors import IndexFailure
from inference.embedder import get_embedder


def warm() -> None:
    """Takes seconds. An installation that never indexed anything then finds nothing, instead of missing its index; an index that does
    not answer says so at the first search."""
    get_embedder()
    with suppress(IndexFailure):
        schema.ensure()
