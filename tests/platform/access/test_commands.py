"""`manage.py tenant` and `manage.py person`: create or change, and change nothing the second time."""

import secrets
from io import StringIO
from typing import Any

import orjson
import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from terminal.command import AskedWrongly

pytestmark = pytest.mark.django_db


def said(*words: str) -> dict[str, Any]:
    told = StringIO()
    call_command(*words, "--json", stdout=told)
    answer: dict[str, Any] = orjson.loads(told.getvalue())
    return answer


@pytest.fixture
def slug() -> str:
    return f"harbour-{secrets.token_hex(4)}"


def test_a_tenant_with_its_administrator(slug: str) -> None:
    words = ("tenant", slug, "--name", "Harbour", "--admin", f"boss@{slug}.example")
    first, second = said(*words), said(*words)
    assert (first["created"], second["created"]) == (True, False)
    assert {**first, "created": False} == second
    assert said("person", f"boss@{slug}.example", "--tenant", slug)["role"] == "administrator"


def test_a_person_asked_for_twice_changes_once(slug: str) -> None:
    said("tenant", slug)
    words = ("person", f"owner@{slug}.example", "--tenant", slug, "--group", "staff", "--role", "curator")
    said(*words)
    events = AuditEvent.objects.count()
    assert said(*words) == {**said(*words), "groups": ["staff"], "role": "curator", "created": False}
    assert AuditEvent.objects.count() == events


def test_a_password_is_made_only_when_asked_for_and_opens_the_page(slug: str) -> None:
    said("tenant", slug)
    words = ("person", f"owner@{slug}.example", "--tenant", slug)
    assert "password" not in said(*words)
    password = said(*words, "--new-password")["password"]
    assert authenticate(username=f"owner@{slug}.example", password=password) is not None
    assert password not in str(list(AuditEvent.objects.values()))


def test_groups_that_are_not_named_stay(slug: str) -> None:
    said("tenant", slug)
    said("person", f"owner@{slug}.example", "--tenant", slug, "--group", "staff")
    assert said("person", f"owner@{slug}.example", "--tenant", slug, "--name", "Olive")["groups"] == ["staff"]


@pytest.mark.parametrize(
    "words",
    [
        ("tenant", "no slug"),
        ("tenant", "x" * 51),
        ("tenant", "fine", "--admin", "nobody"),
        ("person", "nobody", "--tenant", "t"),
        ("person", "a@b.example", "--tenant", "never-made"),
        ("person", "a@b.example", "--tenant", "t", "--group", "two words"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(words: tuple[str, ...]) -> None:
    with pytest.raises(AskedWrongly, match=r"\.$"):
        call_command(*words)


def test_a_role_that_is_none_is_refused(slug: str) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("person", f"a@{slug}.example", "--tenant", slug, "--role", "king")
