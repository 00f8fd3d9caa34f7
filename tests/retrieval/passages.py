"""Passages as they would come from a search, without a database."""

import uuid
from datetime import date

from documents.queries import Passage


def passage(
    text: str, *, title: str = "Handbook", start: int = 0, table_header: str = "", heading: str = "", dated: date | None = None
) -> Passage:
    return Passage(
        chunk_id=uuid.uuid4(),
        document_id=uuid.uuid5(uuid.NAMESPACE_URL, title),
        source_id=uuid.UUID(int=1),
        generation=1,
        title=title,
        uri=f"{title}.md",
        page=None,
        heading=heading,
        text=text,
        start=start,
        end=start + len(text),
        table_header=table_header,
        dated=dated,
        modified=None,
    )
