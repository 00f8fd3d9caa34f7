"""`manage.py search --source`: what its asker can read nothing of and what was never there answer the same."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from identity.actions import ensure_person
from identity.models import User
from terminal.command import AskedWrongly
from tests.retrieval.conftest import Harbour

pytestmark = pytest.mark.django_db


def searched(harbour: Harbour, person: User, source: str) -> list[str]:
    out = StringIO()
    tenant = harbour.cast.elsewhere if person == harbour.cast.outsider else harbour.cast.tenant
    call_command("search", "crane salary", "--as", person.email, "--tenant", tenant.slug, "--source", source, "--json", stdout=out)
    return [hit["uri"] for hit in json.loads(out.getvalue())["hits"]]


def refusal(harbour: Harbour, person: User, source: str) -> str:
    with pytest.raises(AskedWrongly) as refused:
        searched(harbour, person, source)
    assert refused.value.returncode == 2
    return str(refused.value).replace(source, "NAME")


def test_a_source_narrows_the_search(harbour: Harbour) -> None:
    assert searched(harbour, harbour.cast.owner, harbour.salaries.name) == ["salaries.md"]


def test_only_sources_with_something_to_read_are_named(harbour: Harbour) -> None:
    teammate, hidden = harbour.cast.teammate, harbour.salaries.name

    assert refusal(harbour, teammate, hidden) == refusal(harbour, teammate, "Nowhere")
    assert harbour.handbook.name in refusal(harbour, teammate, "Nowhere")
    assert hidden not in refusal(harbour, teammate, "Nowhere")
    assert hidden in refusal(harbour, harbour.cast.owner, "Nowhere")


def test_an_outsider_learns_of_no_source(harbour: Harbour) -> None:
    assert refusal(harbour, harbour.cast.outsider, harbour.handbook.name).endswith("Sources with something to read: none.")


@pytest.mark.parametrize("command", ["search", "ask"])
def test_an_auditor_neither_asks_nor_searches(harbour: Harbour, command: str) -> None:
    tenant = harbour.cast.tenant
    auditor, _ = ensure_person(email=f"auditor@{tenant.slug}.example", tenant=tenant, role="auditor")
    with pytest.raises(AskedWrongly, match="role does not allow asking"):
        call_command(command, "crane", "--as", auditor.email, "--tenant", tenant.slug, "--json", stdout=StringIO())
