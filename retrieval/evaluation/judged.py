"""Questions with the documents that answer them, in the BEIR layout: queries.jsonl, and qrels.tsv with a header row or none."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

QUERIES, JUDGEMENTS = "queries.jsonl", "qrels.tsv"


class BrokenSet(Exception):
    """A file is missing, or a line of it cannot be read: the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and how relevant each judged document is to it."""

    id: str
    text: str
    relevant: dict[str, int]


def read(folder: Path, *, documents: Collection[str], limit: int | None = None) -> tuple[Judged, ...]:
    """The questions that have at least one relevant document, in the file's order; with a limit, the first so many.

    `documents` are the ids of the corpus: a judgement on anything else would only lower the figures.
    """
    queries = _queries(folder / QUERIES)
    relevant = _judgements(folder / JUDGEMENTS, queries, documents)
    found = (Judged(id, text, relevant[id]) for id, text in queries.items() if any(relevant.get(id, {}).values()))
    judged = tuple(islice(found, limit))
    if not judged:
        raise BrokenSet(f"{folder / JUDGEMENTS} judges no question of {QUERIES}.")
    return judged


def _queries(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for where, line in _lines(path):
        try:
            query = json.loads(line)
            id, text = str(query["_id"]), str(query["text"])
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenSet(f'{where}: expected a JSON object with "_id" and "text".') from error
        if id in found:
            raise BrokenSet(f'{where}: the "_id" {id!r} is there twice.')
        found[id] = text
    return found


def _judgements(path: Path, queries: Collection[str], documents: Collection[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for at, (where, line) in enumerate(_lines(path)):
        fields = line.split("\t")
        if at == 0 and len(fields) == 3 and not _is_number(fields[2]):
            continue  # the header row
        query, document, relevance = _judgement(where, fields)
        if query not in queries:
            raise BrokenSet(f"{where}: {QUERIES} has no query {query!r}.")
        if document not in documents:
            raise BrokenSet(f"{where}: the corpus has no document {document!r}.")
        found.setdefault(query, {})[document] = max(relevance, 0)
    return found


def _judgement(where: str, fields: Sequence[str]) -> tuple[str, str, int]:
    """A score such as 1.0 is a whole number too."""
    try:
        query, document, score = fields
        if (relevance := float(score)).is_integer():
            return query, document, int(relevance)
    except ValueError:
        pass
    raise BrokenSet(f"{where}: expected query-id, corpus-id and a whole number, separated by tabs.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, with the words that name its place."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{path}, line {number}", _decoded(line, f"{path}, line {number}")
    except FileNotFoundError as error:
        raise BrokenSet(f"{path} is not there. The BEIR layout has corpus.jsonl, {QUERIES} and {JUDGEMENTS}.") from error
    except OSError as error:
        raise BrokenSet(f"{path} cannot be read: {error.strerror}.") from error


def _decoded(line: bytes, where: str) -> str:
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BrokenSet(f"{where}: this is not UTF-8 text.") from error
