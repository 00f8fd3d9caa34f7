"""Slows down whoever guesses passwords: by address and account, and by address alone. Counts failures only."""

import hashlib

from django.core.cache import cache

WINDOW_SECONDS = 300
PER_ACCOUNT = 5
PER_ADDRESS = 30


def exhausted(*, address: str, email: str) -> bool:
    counts: dict[str, int] = cache.get_many([_account(address, email), _address(address)])
    return counts.get(_account(address, email), 0) >= PER_ACCOUNT or counts.get(_address(address), 0) >= PER_ADDRESS


def failed(*, address: str, email: str) -> None:
    for key in (_account(address, email), _address(address)):
        cache.add(key, 0, WINDOW_SECONDS)
        cache.incr(key)


def succeeded(*, address: str, email: str) -> None:
    cache.delete(_account(address, email))


def _account(address: str, email: str) -> str:
    return f"sign-in:{hashlib.sha256(f'{address} {email.lower()}'.encode()).hexdigest()}"


def _address(address: str) -> str:
    return f"sign-in:{hashlib.sha256(address.encode()).hexdigest()}"
