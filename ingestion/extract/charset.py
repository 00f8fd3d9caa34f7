"""Bytes to text, whatever character set they are in."""

import codecs
import re

from charset_normalizer import from_bytes

from ingestion.extract.errors import BadEncoding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 32_768
# A letter of Western Europe's single-byte sets next to ASCII letters: what "können" looks like.
_WESTERN = re.compile(rb"[A-Za-z][\xc0-\xd6\xd8-\xf6\xf8-\xff]{1,2}[a-z]|[\xc0-\xd6\xd8-\xde][a-z]{2}|[a-z]{2}[\xdf-\xf6\xf8-\xff]\b")
_HIGH = re.compile(rb"[\x80-\xff]")
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_BROKEN_SHARE = 0.002


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Byte order mark, UTF-8, UTF-16 without a mark, what the document declares, then detection. Raises BadEncoding."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strictly(data, name) or _mended(data, name)
    wide = _wide(data)
    if wide:
        return _mended(data, wide)
    text = _strictly(data, "utf-8")
    if text is not None:
        return text
    return _declared(data, declared) or _nearly_utf8(data) or _detected(data)


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError):
        return None


def _mended(data: bytes, name: str) -> str:
    text = data.decode(name, errors="replace")
    if text.count("\ufffd") > len(text) * 0.05:
        raise BadEncoding
    return text


def _wide(data: bytes) -> str | None:
    head = data[:4096]
    if head.count(0) < len(head) * 0.25:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _declared(data: bytes, declared: str | None) -> str | None:
    """A declaration is believed only where it decodes and agrees with what is plainly seen."""
    if not declared or declared.lower().replace("_", "-") in ("utf-8", "utf8", "us-ascii", "ascii"):
        return None
    return _strictly(data, declared)


def _nearly_utf8(data: bytes) -> str | None:
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    valid = sum(1 for c in text if c > "\x7f" and c != "\ufffd")
    return text if broken <= len(text) * _BROKEN_SHARE and valid > broken * 10 else None


def _detected(data: bytes) -> str:
    first = _HIGH.search(data)
    start = max(0, (first.start() if first else 0) - _SAMPLE // 4)
    sample = data[start : start + _SAMPLE]
    if _looks_western(sample):
        return data.decode("cp1252", errors="replace")
    best = from_bytes(sample).best()
    if best is None:
        raise BadEncoding
    return _mended(data, best.encoding)


def _looks_western(sample: bytes) -> bool:
    high = len(_HIGH.findall(sample))
    if _UNDEFINED_IN_1252.search(sample) or high > len(sample) * 0.15:
        return False
    return len(_WESTERN.findall(sample)) >= high * 0.5
