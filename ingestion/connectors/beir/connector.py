"""A corpus of a judged set, in the BEIR layout: each line of corpus.jsonl is a document. Addresses are its `_id`s."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingestion.connectors.base import BadListing, Change, Missed, NotConfigured, Unreachable
from sources.models import Source

CORPUS = "corpus.jsonl"


@dataclass(frozen=True)
class BeirConnector:
    corpus: Path

    @classmethod
    def of(cls, source: Source) -> "BeirConnector":
        path = source.config.get("path")
        if not path:
            raise NotConfigured(f"The source {source.name!r} names no folder.")
        return cls(Path(path) / CORPUS)

    def changes(self, cursor: str | None = None) -> Iterator[Change | Missed]:
        """A line that cannot be read ends the run: figures over a part of a corpus would mean nothing."""
        seen: set[str] = set()
        try:
            with self.corpus.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield self._change(number, line, seen)
        except FileNotFoundError as error:
            raise Unreachable(f"{self.corpus} is not there. The BEIR layout has {CORPUS}, queries.jsonl and qrels.tsv.") from error
        except OSError as error:
            raise Unreachable(f"{self.corpus} cannot be read: {error.strerror}.") from error

    def _change(self, number: int, line: bytes, seen: set[str]) -> Change:
        try:
            entry = json.loads(line.decode("utf-8-sig"))
            name, title, text = str(entry["_id"]), str(entry.get("title") or ""), str(entry["text"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadListing(f'{self.corpus}, line {number}: expected a JSON object with "_id", "title" and "text".') from error
        if name in seen:
            raise BadListing(f'{self.corpus}, line {number}: the "_id" {name!r} is there twice.')
        seen.add(name)
        data = (text if text.strip() else title).encode("utf-8", "replace")
        return Change(uri=name, media_type="text/plain", modified=None, size=len(data), read=partial(bytes, data), title=title)
