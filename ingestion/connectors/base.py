"""What every connector is: it lists what a source holds and hands over bytes. It stores nothing and decides nothing.

ConnectorError
├── Unreachable          unreachable       worth another attempt later; nothing is removed
├── BadListing           bad_listing       the listing cannot be believed; nothing is removed
├── NotConfigured        not_configured    (permanent) a person must change the source
└── ItemError            what is wrong with one document only
    ├── Unreadable       unreadable        worth another attempt
    ├── TooLarge         too_large         (permanent)
    ├── Unsupported      unsupported       (permanent)
    └── OutsideSource    outside_source    (permanent) a link that leads out of the source
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol


class ConnectorError(Exception):
    """`code` is stable, `message` one sentence for a person, `permanent` says that another attempt is useless."""

    code: ClassVar[str] = "connector"
    permanent: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unreachable(ConnectorError):
    code = "unreachable"


class BadListing(ConnectorError):
    code = "bad_listing"


class NotConfigured(ConnectorError):
    code = "not_configured"
    permanent = True


class ItemError(ConnectorError):
    code = "item"


class Unreadable(ItemError):
    code = "unreadable"


class TooLarge(ItemError):
    code = "too_large"
    permanent = True


class Unsupported(ItemError):
    code = "unsupported"
    permanent = True


class OutsideSource(ItemError):
    code = "outside_source"
    permanent = True


@dataclass(frozen=True, slots=True)
class Change:
    """One document as the source has it now. `read` fetches its bytes and raises an ItemError.

    `modified` and `size` together tell an unchanged document without reading it; `modified` None means always read.
    """

    uri: str
    media_type: str
    modified: datetime | None
    size: int
    read: Callable[[], bytes]
    title: str = ""
    """What the source calls it; empty leaves that to the document's own text, then to the file's name."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Something that is there and cannot become a document. What was ingested of it before stays."""

    uri: str
    error: ItemError
    below: bool = False
    """It is a folder: what was ingested from below it stays, too."""


class Connector(Protocol):
    def changes(self, cursor: str | None) -> Iterator[Change | Missed]:
        """Everything the source holds now: what is missing from a listing that ended well was removed there.

        `cursor` is where the last run ended, None for a full listing. Raises a ConnectorError; then nothing is removed.
        """
        ...
