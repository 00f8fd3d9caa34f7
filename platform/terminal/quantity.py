"""Numbers with their nouns, as a person reads them."""

IRREGULAR = {"person": "people", "batch": "batches"}


def counted(number: int, noun: str) -> str:
    """1 chunk, 2 chunks, 12,000 chunks; 1 person, 2 people."""
    return f"{number:,} {_form(number, noun)}"


def part(some: int, whole: int, noun: str) -> str:
    """1 of 1 document, 3 of 12 documents."""
    return f"{some:,} of {counted(whole, noun)}"


def rate(each_second: float, noun: str) -> str:
    """85 chunks/s; below ten with one decimal, and nothing at all where nothing was made."""
    shown = round(each_second, 1) if each_second < 10 else round(each_second)
    if not each_second:
        return ""
    return f"{shown:,g} {_form(shown, noun)}/s" if shown else f"under 0.1 {noun}s/s"


def _form(number: float, noun: str) -> str:
    return noun if number == 1 else IRREGULAR.get(noun, f"{noun}s")
