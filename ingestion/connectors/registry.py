"""Which connector serves a source. A kind that is not here has nothing to sync: uploads come by themselves."""

from collections.abc import Callable

from ingestion.connectors.base import Connector, NotConfigured
from ingestion.connectors.beir.connector import BeirConnector
from ingestion.connectors.folder.connector import FolderConnector
from sources.models import Source

_MAKERS: dict[str, Callable[[Source], Connector]] = {"folder": FolderConnector.of, "beir": BeirConnector.of}


def connector_for(source: Source) -> Connector:
    """Raises NotConfigured for a kind without a connector."""
    if source.kind not in _MAKERS:
        raise NotConfigured(f"The source {source.name!r} is of the kind {source.kind!r}, which has nothing to sync.")
    return _MAKERS[source.kind](source)
