"""PostgreSQL's advisory locks of this product, in one list: two that shared a number would wait for each other."""

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    SEALER = 7_265_647
    """Held by one sealer at a time, until its transaction ends."""
    LEAK_TEST = 7_265_648
    """Held by a connection of its own while a leak test runs."""
