"""Claimed documents up to the point where the encoder is needed: bytes, text, pieces. Runs beside the encoding of the batch before."""

import functools
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID, uuid5

from documents import blobs
from documents.models import Chunk, Page
from documents.work import Claim, Made
from ingestion.extract.errors import ExtractionError
from ingestion.extract.model import Extracted
from ingestion.extract.pool import Extractor
from ingestion.split import Piece, split

log = logging.getLogger("redoubt.ingestion")
CHUNKS_OF_A_DOCUMENT = 20_000
"""About two million words of text: what is beyond is left out, and the document is marked partial."""
BETWEEN_PAGES = 2
"""Characters between two pages in the document's text."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """`texts` are what the encoder reads, one for each of the chunks that are made."""

    made: Made
    texts: tuple[str, ...]

    @property
    def claim(self) -> Claim:
        return self.made.claim


@dataclass(frozen=True, slots=True)
class Unfit:
    """`permanent` says that another attempt gives the same answer."""

    claim: Claim
    code: str
    message: str
    permanent: bool


@functools.cache
def extractor() -> Extractor:
    """One per process: it keeps its child between batches."""
    return Extractor()


def prepare(claims: Iterable[Claim]) -> list[Prepared | Unfit]:
    return [_one(claim) for claim in claims]


def _one(claim: Claim) -> Prepared | Unfit:
    try:
        data = blobs.read(claim.blob)
        extracted = extractor().extract(data, name=claim.uri.rpartition("/")[2], media_type=claim.media_type or None)
        return _prepared(claim, extracted)
    except ExtractionError as error:
        return Unfit(claim, error.code, error.message, error.permanent)
    except FileNotFoundError:
        message = "The stored copy of this document is missing. Sync its source again, or upload it again."
        return Unfit(claim, "content_missing", message, permanent=True)
    except Exception:
        log.exception("Document %s could not be prepared.", claim.document)
        return Unfit(claim, "internal", "Something unexpected happened on this document; the worker's log says what.", permanent=False)


def _prepared(claim: Claim, extracted: Extracted) -> Prepared | Unfit:
    title = (_given_title(claim) or extracted.title or claim.title).strip()
    found = split(extracted, title=title, most=CHUNKS_OF_A_DOCUMENT + 1)
    pieces = found[:CHUNKS_OF_A_DOCUMENT]
    if not pieces:
        return Unfit(claim, "no_text", "The file holds no text.", permanent=True)
    made = Made(
        claim=claim,
        title=title,
        dated=extracted.dated,
        paged=extracted.paged,
        partial="partial" in extracted.notes or len(found) > len(pieces),
        pages=_pages(claim, extracted, pieces),
        chunks=[_chunk(claim, piece) for piece in pieces],
    )
    return Prepared(made, tuple(piece.embed_text for piece in pieces))


def _given_title(claim: Claim) -> str:
    """What the source calls it. Where it calls it nothing, the title is only the file's name so far."""
    return "" if claim.title == PurePosixPath(claim.uri).stem else claim.title


def _pages(claim: Claim, extracted: Extracted, pieces: list[Piece]) -> list[Page]:
    headings = {piece.page_number: piece.heading for piece in reversed(pieces)}
    pages, start = [], 0
    for page in extracted.pages:
        blocks = [[block.kind, block.start, block.end, block.level, block.header_end] for block in page.blocks]
        pages.append(
            Page(
                tenant_id=claim.tenant,
                document_id=claim.document,
                generation=claim.fence,
                number=page.number,
                heading=headings.get(page.number, ""),
                start=start,
                text=page.text,
                blocks=blocks,
            )
        )
        start += len(page.text) + BETWEEN_PAGES
    return pages


def _chunk(claim: Claim, piece: Piece) -> Chunk:
    return Chunk(
        id=chunk_id(claim.tenant, claim.document, claim.fence, piece.ordinal),
        tenant_id=claim.tenant,
        document_id=claim.document,
        generation=claim.fence,
        ordinal=piece.ordinal,
        page=piece.page_number,
        heading=piece.heading,
        start=piece.start,
        end=piece.end,
        text=piece.text,
        table_header=piece.table_header,
    )


def chunk_id(tenant: UUID, document: UUID, generation: int, ordinal: int) -> UUID:
    """The tenant is the namespace, so that no other tenant's document can come to the same id."""
    return uuid5(tenant, f"{document}/{generation}/{ordinal}")
