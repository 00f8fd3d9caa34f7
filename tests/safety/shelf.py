"""A source that is a dictionary: what a connector would list of it, at once or as it was a while ago."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingestion.connectors.base import Change, Missed

WORDS = "The gate of the harbour opens at seven for"


def text_of(canary: str) -> bytes:
    return f"{WORDS} {canary}.\n".encode()


@dataclass(frozen=True)
class Listing:
    """Addresses and canaries, as a connector saw them. Nothing tells an unchanged one but its bytes."""

    files: Mapping[str, str]

    def changes(self, cursor: str | None) -> Iterator[Change | Missed]:
        for uri, canary in self.files.items():
            yield _change(uri, canary)


def _change(uri: str, canary: str) -> Change:
    data = text_of(canary)
    return Change(uri=uri, media_type="text/plain", modified=None, size=len(data), read=lambda: data, title=f"For {canary}")
