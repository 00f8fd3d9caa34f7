"""Builds the demo company's PDF and DOCX files from their manuscripts: `PYTHONPATH=platform python -m config.demo.build`.

Needs reportlab, a development dependency. The built files are committed, so that running the demo does not need it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from config.demo.manuscript import parse
from config.demo.pdf import pdf
from config.demo.word import word

HERE = Path(__file__).parent
_WRITERS = {".pdf": pdf, ".docx": word}


def built() -> Iterator[tuple[Path, bytes]]:
    """Each file that is built, and its bytes."""
    manuscripts = HERE / "manuscripts"
    for source in sorted(manuscripts.rglob("*.md")):
        target = HERE / source.relative_to(manuscripts).with_suffix("")
        yield target, _WRITERS[target.suffix](parse(source.read_text(encoding="utf-8")))


def main() -> None:
    for target, data in built():
        target.write_bytes(data)
        sys.stdout.write(f"{target.relative_to(HERE)}  {len(data):,} bytes\n")


if __name__ == "__main__":
    main()
