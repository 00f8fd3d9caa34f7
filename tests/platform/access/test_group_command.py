"""`manage.py group`: creates or changes a group, and changes nothing the second time."""

import re
from typing import Any

import pytest
from django.core.management import call_command

from audit.models import AuditEvent
from identity.models import Group
from terminal.command import AskedWrongly
from tests.factories.cast import Cast, make_cast
from tests.platform.access.test_break_glass import said


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def told(cast: Cast, *words: str) -> dict[str, Any]:
    return said("group", words[0], "--tenant", cast.tenant.slug, *words[1:])


def test_a_group_with_its_people_inside_another(cast: Cast) -> None:
    told(cast, "finance")
    words = ("controllers", "--name", "Controllers", "--member", cast.owner.email, cast.teammate.email, "--inside", "finance", "staff")
    first = told(cast, *words)
    events = AuditEvent.objects.count()
    assert {**first, "created": False} == told(cast, *words)
    assert AuditEvent.objects.count() == events, "the second time changed nothing"
    assert (first["members"], first["inside"]) == ([cast.owner.email, cast.teammate.email], ["finance", "staff"])
    assert told(cast, "finance")["contains"] == ["controllers"]


def test_people_and_places_are_taken_away_again(cast: Cast) -> None:
    told(cast, "controllers", "--member", cast.teammate.email, "--inside", "staff")
    after = told(cast, "controllers", "--without", cast.teammate.email, "--not-inside", "staff")
    assert (after["members"], after["inside"]) == ([], [])


def test_removed_twice_it_is_gone_once(cast: Cast) -> None:
    for _ in range(2):
        assert told(cast, "staff", "--remove") == {"group": "staff", "tenant": cast.tenant.slug, "removed": True}
    assert not Group.objects.filter(tenant=cast.tenant).exists()


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("two words",), "is no group's name"),
        (("x" * 51,), "at most 50"),
        (("new", "--member", "nobody@nowhere.example"), "Nobody has"),
        (("new", "--member", "OUTSIDER"), "does not belong"),
        (("new", "--inside", "never-made"), "has no group"),
        (("new", "--inside", "new"), "is that group already"),
        (("staff", "--remove", "--name", "Staff"), "stands alone"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_makes_no_group(cast: Cast, words: tuple[str, ...], because: str) -> None:
    given = [cast.outsider.email if word == "OUTSIDER" else word for word in words]
    with pytest.raises(AskedWrongly, match=re.escape(because)):
        told(cast, *given)
    assert list(Group.objects.filter(tenant=cast.tenant).values_list("slug", flat=True)) == ["staff"]


def test_a_person_is_suspended_restored_renamed_and_removed(cast: Cast) -> None:
    words = ("person", cast.teammate.email, "--tenant", cast.tenant.slug)
    assert said(*words, "--suspend")["suspended"]
    assert not said(*words, "--restore")["suspended"]
    renamed = said(*words, "--new-email", f"new-{cast.teammate.email}")
    assert renamed["id"] == str(cast.teammate.id)
    for _ in range(2):
        assert said("person", f"new-{cast.teammate.email}", "--tenant", cast.tenant.slug, "--remove")["removed"]
    with pytest.raises(AskedWrongly, match="Somebody else"):
        call_command("person", cast.owner.email, "--tenant", cast.tenant.slug, "--new-email", said(*words)["person"])
