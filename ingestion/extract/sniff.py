"""Which family of formats a file belongs to, by its bytes first and its name second; a name that lies is refused."""

import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Literal

from ingestion.extract.errors import Corrupt, PasswordProtected, TypeMismatch, Unsupported

Family = Literal["pdf", "docx", "html", "markdown", "csv", "text"]

# fmt: off
_BY_EXTENSION: dict[str, Family] = {
    ".pdf": "pdf", ".docx": "docx", ".docm": "docx", ".dotx": "docx", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".csv": "csv", ".tsv": "csv", ".tab": "csv",
    ".txt": "text", ".text": "text", ".log": "text", ".rst": "text", ".asc": "text",
}
EXTENSIONS = frozenset(_BY_EXTENSION)
"""What a name may end in; a connector need not fetch anything else."""
_BY_MEDIA_TYPE: dict[str, Family] = {
    "application/pdf": "pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "text/html": "html", "application/xhtml+xml": "html", "text/markdown": "markdown", "text/x-markdown": "markdown",
    "text/csv": "csv", "text/tab-separated-values": "csv", "text/plain": "text",
}
_WORDS: dict[Family, str] = {
    "pdf": "a PDF", "docx": "a DOCX document", "html": "an HTML page", "markdown": "Markdown", "csv": "a CSV table", "text": "plain text",
}
# First bytes of what is neither text nor a format read here, with the word for it.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "a Windows program"), (b"\x7fELF", "a Linux program"), (b"\xcf\xfa\xed\xfe", "a macOS program"),
    (b"\xca\xfe\xba\xbe", "a program"), (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"), (b"MM\x00*", "a TIFF picture"), (b"\x1f\x8b", "a gzip archive"), (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"), (b"BZh", "a bzip2 archive"), (b"\xfd7zXZ", "an xz archive"), (b"SQLite format 3", "a database"),
    (b"{\\rtf", "an RTF document"), (b"%!PS", "PostScript"), (b"wOF", "a font"), (b"OggS", "a recording"), (b"ID3", "a recording"),
)
# fmt: on
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_TEXTUAL: frozenset[Family] = frozenset(("html", "markdown", "csv", "text"))


def family_of(data: bytes, *, name: str, media_type: str | None) -> Family:
    """Raises TypeMismatch, Unsupported, PasswordProtected or Corrupt."""
    promised = _promised(name, media_type)
    if _is_pdf(data):
        return _kept("pdf", promised, name)
    if data.startswith(_ZIP):
        return _kept(_inside_zip(data, promised), promised, name)
    if data.startswith(_OLE):
        raise _for_ole(data, promised, name)
    for magic, word in _FOREIGN:
        if data.startswith(magic) and not (magic.isalnum() and _reads_as_text(data)):
            raise _foreign(word, promised, name)
    return _textual(data, promised, name)


def _promised(name: str, media_type: str | None) -> Family | None:
    extension = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if extension in _BY_EXTENSION:
        return _BY_EXTENSION[extension]
    return _BY_MEDIA_TYPE.get((media_type or "").partition(";")[0].strip().lower())


def _is_pdf(data: bytes) -> bool:
    """Readers allow rubbish before the header; text that only speaks of PDF has none after it."""
    return data.startswith(b"%PDF-") or (b"%PDF-1." in data[:1024] and b"endobj" in data)


def _kept(found: Family, promised: Family | None, name: str) -> Family:
    if promised not in (found, None):
        raise TypeMismatch(f"The name {_shown(name)} says {_WORDS[promised]}, but the content is {_WORDS[found]}.")
    return found


def _inside_zip(data: bytes, promised: Family | None) -> Family:
    try:
        names = zipfile.ZipFile(BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Corrupt if promised == "docx" else Unsupported from error
    if any(name.lower().startswith("word/") for name in names):
        return "docx"
    if promised:
        raise TypeMismatch(f"The name says {_WORDS[promised]}, but the content is an archive of another kind.")
    raise Unsupported


def _for_ole(data: bytes, promised: Family | None, name: str) -> Exception:
    """Word and its siblings wrap an encrypted document into the container of their old formats."""
    if _ENCRYPTED_STREAM in data:
        return PasswordProtected()
    return _foreign("an old Office document", promised, name)


def _foreign(word: str, promised: Family | None, name: str) -> Exception:
    if promised:
        return TypeMismatch(f"The name {_shown(name)} says {_WORDS[promised]}, but the content is {word}.")
    return Unsupported(f"{word[0].upper()}{word[1:]} is not a format that is read. Text, Markdown, HTML, PDF, DOCX and CSV are.")


def _textual(data: bytes, promised: Family | None, name: str) -> Family:
    if not _reads_as_text(data):
        raise _foreign("no text", promised, name) if promised else Unsupported()
    if promised in _TEXTUAL:
        return promised
    if promised:
        raise TypeMismatch(f"The name {_shown(name)} says {_WORDS[promised]}, but the content is not.")
    if PurePosixPath(name).suffix:
        raise Unsupported
    return "html" if data[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")) else "text"


def _reads_as_text(data: bytes) -> bool:
    """No binary format: hardly a control character, unless every second byte is NUL as in UTF-16."""
    if data.startswith(_WIDE):
        return True
    head = data[:65536]
    nuls = head.count(0)
    if nuls and nuls < len(head) * 0.25:
        return False
    control = sum(head.count(code) for code in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return control <= len(head) * 0.02 and (not nuls or _alternates(head))


def _alternates(head: bytes) -> bool:
    return min(head[::2].count(0), head[1::2].count(0)) <= len(head) * 0.05


def _shown(name: str) -> str:
    """A file's name as it may stand in a message: short and printable."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "“" + "".join(c for c in last if c.isprintable())[:80] + "”"
