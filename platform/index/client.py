"""The one qdrant-client of this process, over a Unix socket (embedded) or http(s) (a server), with deadlines."""

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from index.errors import IndexRefused, IndexUnavailable

CONNECT = 2.0
SEARCH = 10.0
WRITE = 60.0
SEARCHES = ("/query", "/query/batch", "/count")

_clients: list[QdrantClient] = []
_making = threading.Lock()


def get_client() -> QdrantClient:
    with _making:
        if not _clients:
            _clients.append(connect(settings.QDRANT_URL, api_key=settings.QDRANT_API_KEY))
        return _clients[0]


def collection() -> str:
    name: str = settings.QDRANT_COLLECTION
    return name


def is_embedded() -> bool:
    return urlsplit(settings.QDRANT_URL).scheme == "unix"


def connect(url: str, *, api_key: str | None = None) -> QdrantClient:
    """`url` is unix:///path.sock or http(s)://host:port. Nothing is sent yet."""
    parts = urlsplit(url)
    socket = parts.path if parts.scheme == "unix" else None
    address = "http://index" if socket else url
    with warnings.catch_warnings():
        # The operator chose http for his own network; production settings ask for https.
        warnings.filterwarnings("ignore", message="Api key is used with an insecure connection")
        return QdrantClient(
            url=address,
            port=80 if socket else 6333,
            api_key=api_key or None,
            check_compatibility=False,  # it asks in a thread, past the socket
            trust_env=False,  # a proxy variable would be honoured even on loopback
            transport=Deadlines(uds=socket, trust_env=False, limits=httpx.Limits(max_connections=64, max_keepalive_connections=16)),
        )


class Deadlines(httpx.HTTPTransport):
    """A search that takes long has failed; a write may wait for the disk."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        read = SEARCH if request.url.path.endswith(SEARCHES) else WRITE
        request.extensions["timeout"] = httpx.Timeout(read, connect=CONNECT).as_dict()
        return super().handle_request(request)


@contextmanager
def translated() -> Iterator[None]:
    """The driver's errors as ours."""
    try:
        yield
    except ResourceExhaustedResponse as error:
        raise IndexUnavailable("The index is busy; try again in a moment.") from error
    except ResponseHandlingException as error:
        raise IndexUnavailable(f"The index does not answer: {error.source}.") from error
    except UnexpectedResponse as error:
        if error.status_code is not None and error.status_code < 500:
            raise IndexRefused(f"The index refused a request: {_reason(error)}") from error
        raise IndexUnavailable(f"The index failed: {_reason(error)}") from error


def _reason(error: UnexpectedResponse) -> str:
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return f"status {error.status_code}"


def forget() -> None:
    """The next call connects anew. A forked child must: it shares no connection with its parent."""
    _clients.clear()


os.register_at_fork(after_in_child=forget)
