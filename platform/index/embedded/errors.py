"""What the service answers when it does not do a thing. Each carries the HTTP status that Qdrant itself would use.

Refusal
├── Unknown        a request, parameter or condition that is not served here: named, never ignored
├── Malformed      the body is not what the route takes
├── NotFound       no such collection
└── Conflict       the collection is there already
"""


class Refusal(Exception):
    status = 400


class Unknown(Refusal):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not known to the embedded index.")


class Malformed(Refusal):
    pass


class NotFound(Refusal):
    status = 404


class Conflict(Refusal):
    status = 409


class StoreInUse(Exception):
    """Another process has this folder open."""
