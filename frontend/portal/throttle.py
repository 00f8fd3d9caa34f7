"""Slows down whoever guesses passwords: by address and account, and by address alone.

An attempt counts before its password is looked at, so that asking in parallel gains nothing; one that succeeds is taken back.
"""

import hashlib
from contextlib import suppress

from django.core.cache import cache

WINDOW_SECONDS = 300
PER_ACCOUNT = 5
PER_ADDRESS = 30


def attempted(*, address: str, email: str) -> bool:
    """Counts the attempt; False where it is one too many."""
    return _counted(_account(address, email)) <= PER_ACCOUNT and _counted(_address(address)) <= PER_ADDRESS


def succeeded(*, address: str, email: str) -> None:
    cache.delete(_account(address, email))
    with suppress(ValueError):  # the window has ended meanwhile
        cache.decr(_address(address))


def _counted(key: str) -> int:
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # the window has ended between the two
        return _counted(key)


def _account(address: str, email: str) -> str:
    return f"sign-in:{hashlib.sha256(f'{address} {email.lower()}'.encode()).hexdigest()}"


def _address(address: str) -> str:
    return f"sign-in:{hashlib.sha256(address.encode()).hexdigest()}"
