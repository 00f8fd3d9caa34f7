"""Tables of comma-separated values: one table, its first row the header, rows as `cell | cell`."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from io import StringIO

from ingestion.extract import titles
from ingestion.extract.builder import PageBuilder
from ingestion.extract.charset import decode
from ingestion.extract.errors import Corrupt
from ingestion.extract.model import Extracted
from ingestion.extract.text import declared_charset

MOST_COLUMNS = 200
MOST_ROWS = 200_000
MOST_CHARACTERS = 20_000_000
LONGEST_CELL = 32_768
_SAMPLE = 16_384
_DELIMITERS = ",;\t|"


def read(data: bytes, *, name: str, media_type: str | None) -> Extracted:
    text = decode(data, declared=declared_charset(media_type)).replace("\x00", "")
    cut = _Cut()
    rows = list(itertools.chain.from_iterable(_capped(_rows(text, name), cut)))
    page = PageBuilder()
    page.table(rows, header_rows=int(_has_header(rows)))
    notes = ("partial",) if cut.happened else ()
    return Extracted(titles.from_file_name(name), None, False, (page.page(),), notes)


class _Cut:
    happened = False


def _rows(text: str, name: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL * 4)
    text = text.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return csv.reader(StringIO(rest, newline=""), delimiter=first[4])
    return csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text, name), skipinitialspace=True)


def _delimiter(text: str, name: str) -> str:
    """The character that most of the first lines hold equally often."""
    if name.lower().endswith((".tsv", ".tab")):
        return "\t"
    lines = [line for line in text[:_SAMPLE].splitlines()[:50] if line.strip()]
    return max(_DELIMITERS, key=lambda mark: _agreement([_outside_quotes(line).count(mark) for line in lines]))


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _agreement(counts: Sequence[int]) -> tuple[int, int]:
    """How many lines have the commonest count above none, and that count."""
    present = [count for count in counts if count]
    if not present:
        return (0, 0)
    common = max(set(present), key=lambda count: (present.count(count), count))
    return (present.count(common), common)


def _capped(rows: Iterator[list[str]], cut: _Cut) -> Iterator[list[list[str]]]:
    kept = size = 0
    try:
        for row in rows:
            if not any(map(str.strip, row)):
                continue
            if kept >= MOST_ROWS or size > MOST_CHARACTERS:
                cut.happened = True
                return
            cut.happened |= len(row) > MOST_COLUMNS or any(len(cell) > LONGEST_CELL for cell in row)
            row = [cell[:LONGEST_CELL] for cell in row[:MOST_COLUMNS]]
            kept += 1
            size += sum(map(len, row))
            yield [row]
    except csv.Error as error:
        if not kept:
            raise Corrupt("The table cannot be read: a quotation mark is opened and never closed.") from error
        cut.happened = True


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """A first row of labels: something in it, and hardly a number."""
    if len(rows) < 2:
        return False
    cells = [cell.strip() for cell in rows[0] if cell.strip()]
    return bool(cells) and sum(map(_is_number, cells)) <= len(cells) * 0.3


def _is_number(cell: str) -> bool:
    bare = cell.strip("€$£%+-() ").replace(",", "").replace(".", "").replace(" ", "")
    return bare.isdigit()
