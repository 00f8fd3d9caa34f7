"""Loads what parsers would otherwise load at their first need, when no file can be opened any more."""

import encodings
import importlib
import pkgutil
from datetime import date

from ingestion.extract import formats, render, sniff
from ingestion.extract.errors import ExtractionError

_ONLY_ELSEWHERE = ("mbcs", "oem", "cp65001")
_SAMPLES = (
    ("a.txt", "Größe und Maß, déjà vu, œuvre".encode("cp1252")), ("b.txt", "Привет, мир. Как дела сегодня?".encode("cp1251")),
    ("c.md", b"# A\n\n|a|b|\n|-|-|\n|1|2|\n"), ("d.html", b"<html><body><h1>A</h1><p>b"), ("e.csv", b"a,b\n1,2\n"),
)


def everything() -> None:
    _character_sets()
    date.fromisoformat("2026-01-01").strftime("%d")
    for name, data in _SAMPLES:
        sniff.family_of(data, name=name, media_type=None)
        formats.extract(data, name=name)
    for name, data in (("f.pdf", b"%PDF-1.4\n"), ("g.docx", b"PK\x03\x04")):
        try:
            formats.extract(data, name=name)
        except ExtractionError:
            continue
    render.warm()


def _character_sets() -> None:
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _ONLY_ELSEWHERE:
            importlib.import_module(f"encodings.{module.name}")
