import os
from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from inference import chat
from tests.retrieval.conftest import harbour
from tests.verification.vllm_server import Vllm, serving

__all__ = ["harbour"]

Carry = Callable[[dict[str, object]], None]


@pytest.fixture(scope="module")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vllm]:
    python = os.environ.get("VLLM_PYTHON")
    if not python:
        pytest.skip("NOT VERIFIED against vLLM: VLLM_PYTHON names no Python that has it.")
    with serving(python, tmp_path_factory.mktemp("vllm")) as server:
        yield server


@pytest.fixture
def connected(vllm: Vllm, settings: Settings) -> Vllm:
    """Redoubt asks this server, and finds out by itself what its model is called."""
    settings.CHAT_BASE_URL = vllm.url
    settings.CHAT_MODEL = settings.CHAT_API_KEY = ""
    return vllm


@pytest.fixture
def carry(monkeypatch: pytest.MonkeyPatch) -> Carry:
    """Puts more into the request than Redoubt does, because a model of random weights has to be told what to say."""
    body = chat._body

    def carried(more: dict[str, object]) -> None:
        monkeypatch.setattr(chat, "_body", lambda *arguments: {**body(*arguments), **more})

    return carried
