from concurrent.futures import ThreadPoolExecutor

import pytest

from index import client, schema
from index.errors import IndexRefused


def test_every_field_that_filters_use_is_indexed(embedded: object) -> None:
    indexed = client.get_client().get_collection(client.collection()).payload_schema
    assert indexed.keys() == schema.PAYLOAD.keys()


def test_several_processes_may_create_it_at_once(embedded: object) -> None:
    schema.drop()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: schema.ensure(), range(8)))
    assert client.get_client().collection_exists(client.collection())


def test_vectors_of_another_model_are_refused(embedded: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "fingerprint", lambda: "another-model@1")
    with pytest.raises(IndexRefused, match="another-model@1; reindex first"):
        schema.ensure()
