"""The messages between the extractor and its child: a JSON object and a run of bytes, each with its length before it.

JSON and not pickle, because the child may have been taken over by the file that it read."""

import json
import struct
from dataclasses import asdict
from datetime import date
from typing import Any

from ingestion.extract.model import KINDS, Block, Box, Extracted, Page, RenderedPage

HEADER = struct.Struct("!II")


def pack(message: dict[str, Any], data: bytes = b"") -> bytes:
    head = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return b"".join((HEADER.pack(len(head), len(data)), head, data))


def from_extracted(extracted: Extracted) -> dict[str, Any]:
    return {
        "title": extracted.title,
        "dated": extracted.dated and extracted.dated.isoformat(),
        "paged": extracted.paged,
        "pages": [
            [page.number, page.text, [[b.kind, b.start, b.end, b.level, b.header_end] for b in page.blocks]] for page in extracted.pages
        ],
        "notes": extracted.notes,
    }


def to_extracted(message: dict[str, Any]) -> Extracted:
    """Raises ValueError, KeyError or TypeError if a taken-over child sends what no reader would."""
    dated = message["dated"]
    return Extracted(
        title=_text(message["title"]) if message["title"] else None,
        dated=date.fromisoformat(dated) if dated else None,
        paged=bool(message["paged"]),
        pages=tuple(_page(*page) for page in message["pages"]),
        notes=tuple(_text(note) for note in message["notes"]),
    )


def from_rendered(rendered: RenderedPage) -> dict[str, Any]:
    return {"width": rendered.width, "height": rendered.height, "boxes": [list(asdict(box).values()) for box in rendered.boxes]}


def to_rendered(message: dict[str, Any], png: bytes) -> RenderedPage:
    if not png.startswith(b"\x89PNG\r\n"):
        raise ValueError("not a PNG picture")
    boxes = tuple(Box(int(span), *(min(max(float(side), 0.0), 1.0) for side in sides)) for span, *sides in message["boxes"])
    return RenderedPage(png, int(message["width"]), int(message["height"]), boxes)


def _page(number: int, text: str, blocks: list[list[Any]]) -> Page:
    return Page(int(number), _text(text), tuple(_block(len(text), *block) for block in blocks))


def _block(size: int, kind: Any, start: int, end: int, level: int, header_end: int | None) -> Block:
    if kind not in KINDS or not 0 <= start <= (header_end or start) <= end <= size:
        raise ValueError("a block lies outside its page")
    return Block(kind, start, end, level, header_end)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text")
    return value
