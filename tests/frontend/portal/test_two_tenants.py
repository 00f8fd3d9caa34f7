"""A person of two companies is in one of them at a time, and is never moved into the other."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from documents.models import Document
from identity import actions as identity
from identity.models import User
from tenants.models import Tenant
from tests.factories.cast import Cast
from tests.factories.looking import look

PASSWORD = "a long word of two companies"


@pytest.fixture
def both(cast: Cast) -> User:
    person = identity.ensure_person(email=f"both@{cast.tenant.slug}.example", tenant=cast.tenant, role="curator")[0]
    identity.ensure_person(email=person.email, tenant=cast.elsewhere, role="curator")
    person.set_password(PASSWORD)
    person.save()
    return person


def signed_in(person: User) -> Client:
    client = Client()
    assert client.post("/sign-in", {"email": person.email, "password": PASSWORD}).status_code == 302
    return client


def send(client: Client) -> int:
    file = SimpleUploadedFile("merger.txt", b"The merger of the second company.")
    return client.post("/uploads", {"file": file, "shared": "yes"}).status_code


def kept(tenant: Tenant) -> bool:
    return look(tenant, lambda: Document.objects.filter(uri="merger.txt").exists())


@pytest.mark.parametrize("chosen", ["tenant", "elsewhere"])
def test_who_is_suspended_where_he_works_sends_nothing_to_his_other_company(cast: Cast, both: User, chosen: str) -> None:
    client, here = signed_in(both), getattr(cast, chosen)
    assert client.post("/tenant", {"tenant": here.slug}).status_code == 302
    identity.suspend(user=both, tenant=here)

    assert send(client) == 401
    assert client.get("/").status_code == 302
    assert not kept(cast.tenant)
    assert not kept(cast.elsewhere)
    assert signed_in(both).get("/").status_code == 200  # in the other, having come in by the door


def test_the_company_of_a_session_is_settled_when_it_begins(cast: Cast, both: User) -> None:
    client = signed_in(both)
    identity.suspend(user=both, tenant=cast.elsewhere)  # the first of the two by name
    assert send(client) == 401
    assert not kept(cast.tenant)


def test_a_session_that_says_no_company_is_nobodys_where_there_are_two(cast: Cast, both: User) -> None:
    client = Client()
    client.force_login(both)
    assert send(client) == 401
    client.force_login(cast.owner)  # of one company only
    assert client.get("/").status_code == 200
