"""A note's raised figures, which stand close to the word before them: the small 2 of TW-750² is no part of the model's name."""

import re
from collections.abc import Callable
from typing import NamedTuple

_FIGURES = re.compile(r"[\d,]*\d$")
_MEASURED = re.compile(r"[-+(]?(?:10|[\d.,]*(?:[kcdmµμ]?m|ft|in|yd|s|min|h|[kKMG]?[xyzrRn]))|.*/(?:[kcdmµμ]?m|s|h|ft|in)")
"""What a raised figure belongs to as an exponent: ten, a unit of length or time, a letter of a formula."""
_SMALL, _RAISED = 0.85, 0.15  # of the size of the letter before
_AS_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Letter(NamedTuple):
    """`baseline`: points from the page's top."""

    size: float
    baseline: float


def raised_from(token: str, letter: Callable[[int], Letter]) -> int:
    """Where the raised figures begin in the token; 0 where there are none, or where they are an exponent."""
    figures = _FIGURES.search(token)
    if figures is None:
        return 0
    last, at = letter(len(token) - 1), len(token) - 1
    while at > figures.start() and letter(at - 1).size == last.size:
        at -= 1
    if not at or _MEASURED.fullmatch(token[:at]):
        return 0
    before = letter(at - 1)
    return at if last.size < _SMALL * before.size and before.baseline - last.baseline > _RAISED * before.size else 0


def as_raised(figures: str) -> str:
    return figures.translate(_AS_RAISED)
