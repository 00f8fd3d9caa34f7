"""Characters that nobody can see, or that a database cannot store, leave the text."""

import re

# Control characters but tab and newline; lone surrogates; zero-width and bidirectional marks; soft hyphens; tag characters;
# noncharacters (PDFium writes U+FFFE for a hyphen at a line's end, which its own module handles before).
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
# Persian, Indic scripts and emoji need these two between letters; Latin text never does.
_JOINERS_IN_LATIN = re.compile("(?<=[\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\u024f])")
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_SPACES = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_SPACES_AND_BREAKS = re.compile(r"\s+")
# What somebody puts into a document for machines only, not what an editor leaves behind.
_SMUGGLED = re.compile("[\u200b\u2060-\u2064\U000e0020-\U000e007f]{8,}|[\U000e0020-\U000e007f]")


def clean(text: str) -> str:
    """Lines kept; unseen characters gone, kinds of line breaks and of spaces made one."""
    if text.isascii() and text.isprintable():
        return text
    text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    return _JOINERS_IN_LATIN.sub("", text) if "\u200c" in text or "\u200d" in text else text


def one_line(text: str) -> str:
    return _SPACES_AND_BREAKS.sub(" ", clean(text)).strip()


def hides_text(text: str) -> bool:
    """True if invisible characters in it are many enough to carry words."""
    return not text.isascii() and _SMUGGLED.search(text) is not None
