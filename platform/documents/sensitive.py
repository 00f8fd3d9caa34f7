"""What a text looks as if it held: personal numbers that check out, talk of pay, words that ask for discretion. Counts only: nothing of
what matched leaves this file."""

import re
from collections import Counter
from collections.abc import Callable
from enum import StrEnum


class Sign(StrEnum):
    IBAN = "IBAN"
    CARD = "card number"
    NATIONAL_ID = "national insurance or social security number"
    PAY = "pay"
    CONFIDENTIAL = "marked confidential"


PATTERNS: dict[Sign, re.Pattern[str]] = {
    Sign.IBAN: re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
    Sign.CARD: re.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?![\d.,]*\d)"),
    Sign.NATIONAL_ID: re.compile(
        r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b|\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b"
    ),
    Sign.PAY: re.compile(r"\b(?:salar(?:y|ies)|payroll|payslips?|gehalt|gehälter|lohnabrechnung(?:en)?|salaires?)\b", re.IGNORECASE),
    Sign.CONFIDENTIAL: re.compile(
        r"\b(?:confidential|strictly private|internal use only|do not (?:share|distribute)|"
        r"vertraulich|streng geheim|nur für den internen gebrauch|confidentiel)\b",
        re.IGNORECASE,
    ),
}


def signs(text: str) -> Counter[Sign]:
    """How often each stands in the text."""
    found: Counter[Sign] = Counter()
    for sign, pattern in PATTERNS.items():
        holds = CHECKED.get(sign)
        found[sign] += sum(1 for match in pattern.finditer(text) if holds is None or holds(match.group()))
    return +found


def _is_iban(text: str) -> bool:
    """ISO 7064, modulo 97."""
    plain = text.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """Luhn's sum, and not one digit over and over."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return digits[0] in (2, 3, 4, 5, 6) and len(set(digits)) > 1 and sum(doubled) % 10 == 0


CHECKED: dict[Sign, Callable[[str], bool]] = {Sign.IBAN: _is_iban, Sign.CARD: _is_card}
