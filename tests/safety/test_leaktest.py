"""The leak test holds for a company, and finds each leak that somebody builds into a copy of the code."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis", "tests", "docs")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Leak:
    """A change of one file, as somebody might make it in good faith."""

    file: str
    old: str
    new: str
    found_at: str
    """The door, layer or trace at which it must be found."""


LEAKS = {
    "a forgotten filter": Leak(
        "platform/index/filters.py",
        '    must += [_any("acl", reader | sources) for reader, sources in zip(viewer.readers, policies_of(viewer), strict=True)]\n',
        "",
        "layer: index filter",
    ),
    "a skipped recheck": Leak(
        "platform/documents/queries.py",
        "    for reader in viewer.readers:\n",
        "    for reader in ():\n",
        "layer: recheck",
    ),
    "a route that fetches by id": Leak(
        "frontend/portal/urls.py",
        "urlpatterns = [\n",
        "def plain(request, document_id):\n"
        "    from django.http import HttpResponse\n"
        "    from documents.models import Page\n"
        "    from tenants.scope import within\n"
        "    with within(request.user.memberships.first().tenant_id):\n"
        "        return HttpResponse(''.join(page.text for page in Page.objects.filter(document_id=document_id)))\n\n\n"
        "urlpatterns = [\n    path('plain/<uuid:document_id>', plain, name='plain'),\n",
        "portal:plain",
    ),
    "a narrowed document that is open by its policy": Leak(
        "platform/documents/queries.py",
        'Q(**{f"{document}restricted": False, f"{document}source__access__has_any_keys": list(reader)})',
        'Q(**{f"{document}source__access__has_any_keys": list(reader)})',
        "layer: recheck",
    ),
    "an earlier answer from text that was replaced": Leak(
        "platform/conversations/queries.py",
        "    masked = any((source.document, source.generation) not in readable for source in sources)\n",
        "    masked = any(source.document not in {document for document, _ in readable} for source in sources)\n",
        "portal:conversation",
    ),
    "a conversation shared too widely": Leak(
        "platform/conversations/queries.py",
        "return Conversation.objects.filter(tenant_id=viewer.tenant_id, user_id=viewer.user_id)",
        "return Conversation.objects.filter(tenant_id=viewer.tenant_id)",
        "portal:conversation",
    ),
    "a log line with text": Leak(
        "retrieval/search.py",
        "    return Found(tuple(shown), tuple(ranked), watch.milliseconds())\n",
        '    __import__("logging").getLogger("redoubt.retrieval").info("Found %s", shown)\n'
        "    return Found(tuple(shown), tuple(ranked), watch.milliseconds())\n",
        "log",
    ),
}


class Copy:
    """A copy of the code with data of its own: two companies, one group each."""

    def __init__(self, folder: Path) -> None:
        self.code, self.data = folder / "code", folder / "data"
        shutil.copytree(ROOT, self.code, ignore=LEFT_BEHIND)
        for slug in ("harbour", "elsewhere"):
            self.manage("tenant", slug)
            self.manage("person", f"owner@{slug}.example", "--tenant", slug, "--group", "staff")

    def manage(self, *words: str) -> tuple[int, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        done = subprocess.run(
            [sys.executable, str(self.code / "manage.py"), *words],
            env={**kept, "REDOUBT_DATA": str(self.data)},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        return done.returncode, done.stdout or done.stderr

    def leaktest(self) -> tuple[int, dict[str, Any]]:
        status, said = self.manage("leaktest", "--json")
        result: dict[str, Any] = json.loads(said)
        return status, result


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("leaktest"))


def test_the_code_as_it_is_leaks_nothing_and_every_door_sees(copy: Copy) -> None:
    status, result = copy.leaktest()
    assert (status, result["leaks"], result["blind"], result["uncovered"]) == (0, 0, [], [])
    assert all(door["verdict"] == "holds" for door in result["doors"])
    assert all(trace["verdict"] == "holds" for trace in result["traces"])


@pytest.mark.parametrize("name", LEAKS)
def test_a_planted_leak_is_found_where_it_is(copy: Copy, name: str) -> None:
    leak = LEAKS[name]
    file = copy.code / leak.file
    before = file.read_text()
    assert before.count(leak.old) == 1, "The code has changed: plant the leak anew."
    file.write_text(before.replace(leak.old, leak.new))
    try:
        status, result = copy.leaktest()
    finally:
        file.write_text(before)
    found = {door["door"] for door in result["doors"] if door["leaks"]} | {trace["place"] for trace in result["traces"] if trace["leaks"]}
    assert status == 1
    assert leak.found_at in found


def test_nothing_of_it_stays(copy: Copy) -> None:
    status, said = copy.manage("shell", "-c", LEFT)
    assert (status, said.split()[-5:]) == (0, ["0"] * 5)


LEFT = """
from conversations.models import Conversation
from django.contrib.sessions.models import Session
from documents.models import Document
from identity.models import User
from sources.models import Source
from tenants.models import Tenant
from tenants.scope import within
left = [0, 0, 0]
for tenant in Tenant.objects.all():
    with within(tenant.id):
        left = [had + model.objects.count() for had, model in zip(left, (Document, Source, Conversation))]
print(*left, Session.objects.count(),
      User.objects.filter(email__endswith="@leaktest.invalid").count())
"""
