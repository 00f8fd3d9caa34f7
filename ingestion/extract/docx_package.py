"""The zip archive that a Word document is: read part by part with limits, never unpacked, never trusted about its sizes."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from ingestion.extract.errors import Corrupt, PasswordProtected, TooLarge

Element = Any  # lxml's own annotations know elements only by a private name

MOST_ENTRIES = 20_000
LARGEST_PART = 128 * 1024 * 1024
LARGEST_WHOLE = 1024 * 1024 * 1024
_SUSPICIOUS_RATIO = 500
_MAIN_RELATIONSHIP = "/officeDocument"


class Package:
    """Raises Corrupt, PasswordProtected or TooLarge; the message names the entry."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise Corrupt from error
        self._entries = {entry.filename.lstrip("/"): entry for entry in self._zip.infolist()}
        self._refuse_bombs()
        self._main = self._main_name()
        self._folder = self._main.rpartition("/")[0]

    def main(self) -> Element:
        root = self.anywhere(self._main)
        if root is None:
            raise Corrupt("The file is damaged: the part that holds the document's text is missing.")
        return root

    def part(self, name: str) -> Element | None:
        """A part beside the main one, such as `styles.xml`."""
        return self.anywhere(f"{self._folder}/{name}" if self._folder else name)

    def parts(self, kind: str) -> Iterator[Element]:
        pattern = re.compile(rf"^{re.escape(self._folder)}/{kind}\d*\.xml$")
        for name in sorted(self._entries):
            if pattern.match(name) and (root := self.anywhere(name)) is not None:
                yield root

    def notes(self) -> dict[tuple[str, str], Element]:
        """Footnotes and endnotes by kind and id."""
        found: dict[tuple[str, str], Element] = {}
        for kind in ("footnote", "endnote"):
            root = self.part(f"{kind}s.xml")
            for note in root if root is not None else ():
                if local(note) == kind and value(note, "type") is None:
                    found[kind, value(note, "id") or ""] = note
        return found

    def anywhere(self, name: str) -> Element | None:
        entry = self._entries.get(name)
        return None if entry is None else parse(self._read(entry), name)

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(entry) as part:
                data = part.read(LARGEST_PART + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise Corrupt(f"The file is damaged: its part {_shown(entry)} cannot be unpacked.") from error
        except RuntimeError as error:
            raise PasswordProtected from error
        if len(data) > LARGEST_PART:
            raise TooLarge(f"The part {_shown(entry)} unpacks to more than {LARGEST_PART // 1024**2} MB.")
        return data

    def _refuse_bombs(self) -> None:
        if len(self._entries) > MOST_ENTRIES:
            raise TooLarge(f"The file holds more than {MOST_ENTRIES} entries.")
        for entry in self._entries.values():
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise Corrupt(f"The entry {_shown(entry)} is a symbolic link, which no document holds.")
            text = entry.filename.endswith((".xml", ".rels"))
            packed_too_well = entry.file_size > 16 * 1024**2 and entry.file_size > entry.compress_size * _SUSPICIOUS_RATIO
            if text and (entry.file_size > LARGEST_PART or packed_too_well):
                raise TooLarge(f"The entry {_shown(entry)} would unpack to {entry.file_size // 1024**2} MB.")
        if sum(entry.file_size for entry in self._entries.values()) > LARGEST_WHOLE:
            raise TooLarge("The file would unpack to more than 1 GB.")

    def _main_name(self) -> str:
        root = self.anywhere("_rels/.rels")
        for relationship in root if root is not None else ():
            if str(relationship.get("Type", "")).endswith(_MAIN_RELATIONSHIP):
                target = str(relationship.get("Target", "")).lstrip("/")
                if target in self._entries:
                    return target
        return "word/document.xml"


def parse(data: bytes, name: str) -> Element:
    """XML without entities: a document type declaration, which no Word document holds, is refused unread."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, remove_comments=True, remove_pis=True
    )
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
        raise _declares_entities(name)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Corrupt(f"The file is damaged: its part {name[:80]} is not well-formed.") from error
    if root.getroottree().docinfo.doctype:
        raise _declares_entities(name)
    return root


def local(element: Element) -> str:
    """A tag without its namespace: Strict and Transitional documents differ in nothing else that matters here."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Element | None, name: str) -> Element | None:
    for found in element if element is not None else ():
        if local(found) == name:
            return found
    return None


def value(element: Element | None, name: str = "val") -> str | None:
    """An attribute by its name without namespace."""
    if element is None:
        return None
    for key, found in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(found)
    return None


def switched_on(properties: Element | None, name: str) -> bool:
    """A toggle such as bold: present, and not set to false."""
    toggle = child(properties, name)
    return toggle is not None and value(toggle) not in ("0", "false", "off")


def _declares_entities(name: str) -> Corrupt:
    return Corrupt(f"The part {name[:80]} declares a document type or entities, which no Word document holds.")


def _shown(entry: zipfile.ZipInfo) -> str:
    return "“" + "".join(c for c in entry.filename if c.isprintable())[:80] + "”"
