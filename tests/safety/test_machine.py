"""0 leaks and 0 false denials, with all layers and with each of them off."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import retrieval.search as retrieving
from documents import queries
from index import schema
from ingestion import doorbell
from tests.safety.doors import Remembering
from tests.safety.layers import without_row_security, without_the_filter, without_the_recheck
from tests.safety.machine import Life
from tests.safety.watch import Expected
from tests.worker import worker_at_rest

pytestmark = pytest.mark.usefixtures("committed", "unrung")
STEPS_OF_A_LIFE = 50
SHORT = 3
"""Lives, of which the first is always of one step."""
Off = Callable[[], AbstractContextManager[None]]
LAYERS: dict[str, tuple[Off, Expected]] = {
    "all layers": (nullcontext, Expected()),
    "no index filter": (without_the_filter, Expected()),
    "no row-level security": (without_row_security, Expected()),
    "no recheck": (without_the_recheck, Expected(lag=True, direct=False)),
}


@pytest.fixture
def unrung() -> Iterator[None]:
    """Every ring is lost, and a worker that other tests have started rests: what happens, and when, is the story's own."""
    schema.ensure()
    remembering = Remembering()
    with worker_at_rest(), patch.object(doorbell, "_ring"), patch.object(retrieving, "get_embedder", lambda: remembering):
        yield


@pytest.mark.parametrize("layers", LAYERS)
def test_nobody_reads_what_the_model_forbids_and_everybody_finds_what_it_allows(layers: str) -> None:
    assert lived(layers, lives=SHORT) > 50


def test_the_machine_finds_what_leaks_where_no_layer_is_left() -> None:
    with without_the_filter(), without_the_recheck(), pytest.raises(AssertionError, match="was shown"):
        lived("all layers", lives=SHORT)


def test_the_machine_finds_what_is_denied_where_all_may_read() -> None:
    with patch.object(queries, "_readable", lambda viewer, document="": Q(pk__in=[])), pytest.raises(AssertionError, match="was not found"):
        lived("all layers", lives=SHORT)


@pytest.mark.slow
@pytest.mark.parametrize("layers", LAYERS)
def test_ten_thousand_steps(layers: str) -> None:
    wanted = 10_000 if layers == "all layers" else 2_000
    taken = 0
    while taken < wanted:
        taken += lived(layers, lives=(wanted - taken) // STEPS_OF_A_LIFE + SHORT + 1)


def lived(layers: str, *, lives: int) -> int:
    """Steps taken."""
    off, expected = LAYERS[layers]
    with off(), patch.object(Life, "expected", expected), patch.object(Life, "steps", 0):
        run_state_machine_as_test(Life, settings=_settings(lives))
        return Life.steps


def _settings(lives: int) -> settings:
    return settings(
        max_examples=lives,
        stateful_step_count=STEPS_OF_A_LIFE,
        deadline=None,
        database=None,
        derandomize=lives == SHORT,
        phases=[Phase.generate],  # a step costs tens of milliseconds: to shrink a story of them takes longer than to read it
        suppress_health_check=list(HealthCheck),
    )
