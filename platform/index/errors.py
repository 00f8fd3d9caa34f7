"""What can go wrong with the index.

IndexFailure
├── IndexUnavailable   nobody answers, or too late: retry later; a search says "unavailable", never "no results"
└── IndexRefused       it answers that this request is wrong: retrying the same request is no use
"""


class IndexFailure(Exception):
    """The message is one plain sentence."""


class IndexUnavailable(IndexFailure):
    pass


class IndexRefused(IndexFailure):
    pass
