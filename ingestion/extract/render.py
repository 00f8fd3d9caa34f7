"""placeholder"""
from collections.abc import Sequence
from ingestion.extract.model import RenderedPage


def render(data: bytes, *, page: int, spans: Sequence[tuple[int, int]]) -> RenderedPage:
    raise NotImplementedError


def warm() -> None:
    pass
