"""Documents that everyone reads and perhaps should not: found by signs whose numbers check out, told without what matched, narrowed."""

from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import call_command

from access import principals
from access.roles import Role
from audit.models import AuditEvent
from documents import grants, queries
from documents.models import Document
from documents.oversharing import WIDER, suspects
from documents.sensitive import Sign, signs
from identity.actions import ensure_person
from identity.models import User
from terminal.command import AskedWrongly
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import folder_source, ingested, write
from tests.factories.looking import look

IBAN = "DE89 3704 0044 0532 0130 00"
FILES = {
    "bank.md": f"# Bank\n\nPay to {IBAN} please.\n",
    "plan.md": "# Plan\n\nStrictly confidential. The salary of each is in the annex.\n",
    "leave.md": "# Leave\n\nEveryone has 25 days of annual leave.\n",
}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        (f"to {IBAN}.", Sign.IBAN),
        ("GB82WEST12345698765432", Sign.IBAN),
        ("card 4111 1111 1111 1111", Sign.CARD),
        ("NI number AB 12 34 56 C", Sign.NATIONAL_ID),
        ("SSN 219-09-9999", Sign.NATIONAL_ID),
        ("Das Gehalt ist neu.", Sign.PAY),
        ("VERTRAULICH", Sign.CONFIDENTIAL),
    ],
)
def test_a_sign_is_seen(text: str, sign: Sign) -> None:
    assert signs(text) == {sign: 1}


@pytest.mark.parametrize("text", ["DE89 3704 0044 0532 0130 01", "4111 1111 1111 1112", "0000 0000 0000 0000", "000-12-3456", "leave"])
def test_numbers_that_do_not_check_out_are_none(text: str) -> None:
    assert not signs(text)


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, FILES)))
    return cast


@pytest.fixture
def boss(cast: Cast) -> User:
    return ensure_person(email=f"boss@{cast.tenant.slug}.example", tenant=cast.tenant, role=Role.ADMINISTRATOR)[0]


def said(asker: User, *words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("oversharing", "--as", asker.email, "--json", *words, stdout=out)
    answer: dict[str, Any] = orjson.loads(out.getvalue())
    return answer


def test_the_report_names_reasons_and_never_what_matched(cast: Cast, boss: User) -> None:
    report = said(boss)
    reasons = {one["title"]: one["reasons"] for one in report["documents"]}
    assert reasons == {"Bank": {"IBAN": 1}, "Plan": {"pay": 1, "marked confidential": 1}}
    assert "3704" not in str(report)
    assert said(cast.outsider) == {"found": 0, "documents": []}
    with pytest.raises(AskedWrongly, match="administrator"):
        said(cast.teammate)


def test_one_command_narrows_and_the_report_is_shorter(cast: Cast, boss: User) -> None:
    bank = look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, uri="bank.md"))
    said(boss, "--narrow", str(bank.id), "--to", "group:staff")
    assert queries.document(cast.viewer(cast.owner), bank.id)
    assert not queries.document(cast.viewer(cast.teammate), bank.id)
    assert said(boss)["found"] == 1
    assert AuditEvent.objects.get(action="document.narrowed", object=f"document:{bank.id}").actor == f"user:{boss.id}"


def test_nobody_narrows_another_tenants_document(cast: Cast) -> None:
    bank = look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, uri="bank.md"))
    with pytest.raises(AskedWrongly, match="There is no document"):
        said(cast.outsider, "--narrow", str(bank.id), "--to", "everyone")
    with pytest.raises(AskedWrongly, match="belong together"):
        said(cast.outsider, "--narrow", str(bank.id))


def test_a_document_wider_than_its_folder_is_named_without_its_title(db: None, tmp_path: Path) -> None:
    cast = make_cast()
    names = [f"note-{number}.md" for number in range(5)]
    ingested(folder_source(cast.tenant, write(tmp_path, {name: f"# Note\n\nThe gate {name} is open.\n" for name in names}), "group:staff"))
    wide = look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, uri=names[0]))
    grants.share(document=wide, principals=[principals.everyone(cast.tenant.id)], by="user:boss")
    assert [(one.document, one.reasons) for one in suspects(cast.tenant.id)] == [(wide.id, {WIDER: 4})]


def test_narrowing_opens_nothing_to_anybody(db: None, tmp_path: Path) -> None:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, FILES), "group:staff"))
    boss, _ = ensure_person(email=f"boss@{cast.tenant.slug}.example", tenant=cast.tenant, role=Role.ADMINISTRATOR, groups=["it"])
    bank = look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, uri="bank.md"))
    with pytest.raises(AskedWrongly, match="`everyone` narrows nothing"):
        said(boss, "--narrow", str(bank.id), "--to", "everyone")
    with pytest.raises(AskedWrongly, match="Not everyone can read"):
        said(boss, "--narrow", str(bank.id), "--to", "group:it")
    with pytest.raises(grants.Widens, match="does not read it today"):
        grants.narrow(document=bank, principals=[principals.user(boss.id)], by="user:boss")
    assert not queries.document(cast.viewer(boss), bank.id)
    assert queries.document(cast.viewer(cast.owner), bank.id)
