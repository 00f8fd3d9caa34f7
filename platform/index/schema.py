"""The collection: what a point carries and how it is indexed.

Every field that a search filters by has an index: without, the engine reads each candidate's payload from the disk, and a
search at 20,000 points takes ten times as long.
"""

from qdrant_client import QdrantClient, models

from index.client import collection, get_client, is_embedded, translated
from index.errors import IndexRefused
from inference.embedder import DIMENSIONS, fingerprint

DENSE, SPARSE = "dense", "sparse"
PAYLOAD: dict[str, models.PayloadSchemaParams] = {
    "tenant": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True),
    "acl": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD),
    "deny": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD),
    "document": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD),
    "source": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD),
    "modified": models.DatetimeIndexParams(type=models.DatetimeIndexType.DATETIME),
}
# One graph for each tenant, none over all: no query crosses tenants. The embedded index builds none: it would block its queries.
GRAPH_OF_TENANT = models.HnswConfigDiff(m=0, payload_m=16)
NO_GRAPH = models.HnswConfigDiff(m=0, payload_m=0)


def ensure() -> None:
    """Creates what is missing; any number of processes may call it at once. Raises IndexRefused when the vectors in there were
    made by another model."""
    client, name = get_client(), collection()
    with translated():
        if not client.collection_exists(name):
            _create(client, name)
        _refuse_other_model(client, name)
        for field, schema in PAYLOAD.items():
            client.create_payload_index(name, field, field_schema=schema, wait=True)


def drop() -> None:
    """Everything in the index. PostgreSQL can fill it again."""
    with translated():
        get_client().delete_collection(collection())


def _create(client: QdrantClient, name: str) -> None:
    try:
        with translated():
            client.create_collection(
                name,
                vectors_config={
                    DENSE: models.VectorParams(
                        size=DIMENSIONS, distance=models.Distance.COSINE, datatype=models.Datatype.FLOAT16, memory=models.Memory.COLD
                    )
                },
                sparse_vectors_config={SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
                hnsw_config=NO_GRAPH if is_embedded() else GRAPH_OF_TENANT,
                metadata={"model": fingerprint()},
            )
    except IndexRefused:
        if not client.collection_exists(name):  # otherwise another process was quicker
            raise


def _refuse_other_model(client: QdrantClient, name: str) -> None:
    made_by = (client.get_collection(name).config.metadata or {}).get("model")
    if made_by != fingerprint():
        raise IndexRefused(f"The index holds vectors of the model {made_by}, this program makes those of {fingerprint()}; reindex first.")
