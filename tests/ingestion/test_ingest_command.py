"""`manage.py ingest`, asked wrongly. What it does when asked well is a journey: it needs the worker."""

from io import StringIO
from pathlib import Path

import orjson
import pytest
from django.core.management import call_command

from ingestion.management.commands import ingest
from sources import actions as sources
from terminal.command import AskedWrongly
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, write
from tests.factories.looking import everywhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def refusal(*words: str) -> str:
    """The sentence; nothing is stored."""
    before = everywhere("sources_source")
    with pytest.raises(AskedWrongly) as error:
        call_command("ingest", *words)
    assert error.value.returncode == 2
    assert everywhere("sources_source") == before
    return str(error.value)


def test_a_path_that_is_not_there(cast: Cast) -> None:
    assert refusal("/nowhere/at/all", "--tenant", cast.tenant.slug, "--source", "X") == "There is no folder /nowhere/at/all."


def test_an_empty_folder(cast: Cast, tmp_path: Path) -> None:
    assert "is empty" in refusal(str(tmp_path), "--tenant", cast.tenant.slug, "--source", "X")


def test_a_file_instead_of_a_folder(cast: Cast, tmp_path: Path) -> None:
    write(tmp_path, HANDBOOK)
    assert "is a file" in refusal(str(tmp_path / "leave.md"), "--tenant", cast.tenant.slug, "--source", "X")


def test_an_unknown_tenant_names_the_remedy(tmp_path: Path) -> None:
    assert "manage.py tenant nobody" in refusal(str(write(tmp_path, HANDBOOK)), "--tenant", "nobody", "--source", "X")


def test_an_unknown_group_names_those_there_are(cast: Cast, tmp_path: Path) -> None:
    words = (str(write(tmp_path, HANDBOOK)), "--tenant", cast.tenant.slug, "--source", "X", "--access", "group:nobody")
    assert "It has: staff" in refusal(*words)


def test_who_may_read_the_documents_is_said_in_one_line(cast: Cast, tmp_path: Path) -> None:
    everyone = folder_source(cast.tenant, tmp_path, name="Handbook")
    staff = folder_source(cast.tenant, tmp_path, "group:staff", name="Plans")
    nobody, _ = sources.ensure(tenant=cast.tenant, name="Drafts", kind="folder", config={"path": str(tmp_path)}, access=[])

    assert [ingest.who_reads(source) for source in (everyone, staff, nobody)] == ["everyone of Harbour", "the group Staff", "nobody"]


def test_a_program_is_told_in_json(cast: Cast) -> None:
    told = StringIO()
    with pytest.raises(AskedWrongly):
        call_command("ingest", "/nowhere", "--tenant", cast.tenant.slug, "--source", "X", "--json", stdout=told)
    assert orjson.loads(told.getvalue())["error"] == {"code": "not_found", "message": "There is no folder /nowhere."}
