"""`manage.py text`: the text as it was extracted, for those who may read it."""

from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import call_command

from identity.models import User
from terminal.command import AskedWrongly
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, {**HANDBOOK, "empty.txt": ""}), "group:staff"))
    return cast


def text(uri: str, person: User, *words: str) -> dict[str, Any]:
    told = StringIO()
    call_command("text", uri, "--as", person.email, "--json", *words, stdout=told)
    answer: dict[str, Any] = orjson.loads(told.getvalue())
    return answer


def refusal(uri: str, person: User, *words: str) -> str:
    with pytest.raises(AskedWrongly) as error:
        call_command("text", uri, "--as", person.email, *words)
    return str(error.value).replace(uri, "URI")


def test_the_owner_reads_the_text_page_by_page(cast: Cast) -> None:
    answer = text("leave.md", cast.owner)
    assert (answer["uri"], answer["state"], answer["code"]) == ("leave.md", "ready", None)
    assert "25 days" in answer["pages"][0]["text"]


def test_a_failed_document_says_why_to_those_who_might_read_it(cast: Cast) -> None:
    answer = text("empty.txt", cast.owner)
    assert (answer["state"], answer["code"], answer["pages"]) == ("failed", "empty_file", [])


def test_what_one_may_not_read_and_what_is_not_there_answer_the_same(cast: Cast) -> None:
    missing = refusal("nothing.md", cast.teammate)
    assert refusal("leave.md", cast.teammate) == refusal("empty.txt", cast.teammate) == missing
    assert refusal("leave.md", cast.outsider) == missing


def test_of_two_documents_with_one_address_the_source_says_which(cast: Cast, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    ingested(
        folder_source(cast.tenant, write(second, {"leave.md": "# Leave\n\nAt the branch it is 30 days."}), "group:staff", name="Branch")
    )
    assert "say which with --source, of Branch and" in refusal("leave.md", cast.owner)
    assert "30 days" in text("leave.md", cast.owner, "--source", "Branch")["pages"][0]["text"]
    missing = refusal("nothing.md", cast.teammate)
    assert refusal("leave.md", cast.teammate, "--source", "Branch") == refusal("leave.md", cast.owner, "--source", "Nowhere") == missing


def test_a_page_that_is_not_there_is_asked_wrongly(cast: Cast) -> None:
    assert "no page 7" in refusal("leave.md", cast.owner, "--page", "7")
