"""The demo company made real, once and again."""

import stat
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.test import override_settings

from config.demo import sign_ins
from config.demo.company import load
from config.demo.install import Installed, RefusedInProduction, install
from documents.models import Work
from frontend.portal import demo as portal
from identity.models import User
from tenants import scope
from tests.manage import Installation

COMPANY = load()


@pytest.fixture
def demo(worker: None, committed: None) -> Installed:
    return install()


def test_every_document_of_the_demo_is_ready_and_every_person_can_sign_in(demo: Installed) -> None:
    assert (demo.outcome.ready, demo.outcome.failed, demo.interrupted) == (demo.outcome.documents, (), ())
    assert demo.outcome.documents >= 24
    assert len({entry.password for entry in demo.sign_ins}) == len(COMPANY.people)
    assert all(User.objects.get(email=entry.email).check_password(entry.password) for entry in demo.sign_ins[::5])


@scope.across
def generations() -> dict[UUID, int]:
    return dict(Work.objects.values_list("id", "generation"))


def test_the_second_time_nothing_is_read_again_and_the_passwords_stay(demo: Installed) -> None:
    before = generations()
    again = install()

    assert generations() == before
    assert (again.sign_ins, again.outcome.chunks_per_second) == (demo.sign_ins, 0)


def test_sign_ins_are_the_owners_alone_and_lost_ones_are_made_anew(demo: Installed) -> None:
    kept = settings.DATA / sign_ins.NAME
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600

    kept.unlink()
    anew = install().sign_ins[0]

    assert anew.password != demo.sign_ins[0].password
    assert User.objects.get(email=anew.email).check_password(anew.password)


def test_the_page_offers_the_starters_and_the_persons(demo: Installed) -> None:
    shown = portal.installed()

    assert [starter.question for starter in shown.starters] == [starter.question for starter in COMPANY.starters]
    assert [starter.after for starter in shown.starters if starter.after] == [COMPANY.showcase.question]
    assert all(shown.has(person.email) for person in COMPANY.people)
    assert not any(entry.password in settings.DEMO_FILE.read_text() for entry in demo.sign_ins)


def test_production_refuses_the_demo(tmp_path: Path) -> None:
    with override_settings(PRODUCTION=True), pytest.raises(RefusedInProduction, match="not for production"):
        install()
    refused = Installation(tmp_path / "data", environment={"REDOUBT_ENV": "production"}).manage("demo")

    assert refused.returncode == 1
    assert "roduction" in refused.stderr
    assert "Traceback" not in refused.stderr
