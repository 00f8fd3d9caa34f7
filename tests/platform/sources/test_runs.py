"""One lease for each source: however often a run is asked for."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from sources import actions
from sources.models import Source, SyncRun
from tests.factories.cast import make_cast
from tests.factories.folders import folder_source
from tests.factories.looking import look

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return folder_source(make_cast().tenant, tmp_path)


def test_asking_twenty_times_makes_one_run_and_at_most_one_more(source: Source) -> None:
    first = {actions.request_run(source=source).id for _ in range(10)}
    running = actions.start_run(first.pop())
    assert running
    second = {actions.request_run(source=source).id for _ in range(10)}
    assert not first
    assert len(second) == 1
    assert actions.start_run(second.copy().pop()) is None, "the first is still under way"
    actions.end_run(running)
    assert actions.start_run(second.pop())


def test_a_run_that_was_done_is_not_done_again(source: Source) -> None:
    run = actions.start_run(actions.request_run(source=source).id)
    assert run
    actions.end_run(run)
    assert actions.start_run(run.id) is None


def test_a_run_whose_worker_died_is_closed_and_another_follows(source: Source) -> None:
    run = actions.start_run(actions.request_run(source=source, allow_removals=True).id)
    assert run
    look(source, lambda: SyncRun.objects.filter(id=run.id).update(lease_until=Now() - timedelta(seconds=1)))
    assert not actions.renew_run(run), "its lease is lost"
    [again] = [one for one in actions.restart_expired_runs() if one.source == source]
    look(run, run.refresh_from_db)
    assert (run.state, run.code) == ("failed", "interrupted")
    assert again.allow_removals, "what the person said still holds"


def test_a_name_taken_by_another_kind_of_source_is_refused(source: Source) -> None:
    with pytest.raises(actions.OtherKind, match="Choose another name"):
        actions.ensure(tenant=source.tenant, name=source.name, kind="upload", config={}, access=[])


def test_words_that_name_nobody_are_refused(source: Source) -> None:
    with pytest.raises(actions.NotUnderstood, match="group:NAME"):
        actions.readers(source.tenant, ["all"])
