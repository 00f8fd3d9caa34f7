"""The first hour with Redoubt: a start that ends in an answer and a page, an end that leaves nothing, and what comes after a crash."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from config.demo import sign_ins
from config.demo.company import load
from tests.manage import ROOT, Installation
from tests.running import Running, left_behind, running

COMPANY = load()
READY = "Redoubt is ready: "
ANSWERED = "asked by three people"
MANAGE = (sys.executable, str(ROOT / "manage.py"), "run")


def test_a_first_run_answers_three_people_and_the_second_reads_a_persons_own_folder(tmp_path: Path) -> None:
    data, environment = tmp_path / "data", {"PORT": "0", "REDOUBT_DATA": str(tmp_path / "data")}

    with running(MANAGE, folder=tmp_path, environment=environment) as first:
        assert opens(first, data)
        assert_answered(first)
        first.interrupt()
    assert left_behind(data) == []
    assert "Traceback" not in first.text

    with running(MANAGE, folder=tmp_path, environment={**environment, "DOCS": str(_own_folder(tmp_path))}) as second:
        assert opens(second, data)
        assert_reads(data, "What does a leased bicycle cost a month?", "18 euros")
        assert_reads(data, COMPANY.showcase.question, "30 working days")
        second.kill()
    assert left_behind(data) == []
    assert ANSWERED not in second.text
    assert "empty.pdf" in second.text
    assert (
        f"{tmp_path / 'docs'} goes into the source “My documents” of Tidewick Pumps; everyone of Tidewick Pumps may read it." in second.text
    )


@pytest.mark.slow
def test_from_a_fresh_clone_make_run_ends_in_a_cited_answer_and_survives_a_kill(tmp_path: Path) -> None:
    clone, data = tmp_path / "clone", tmp_path / "data"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    make = ("make", "--no-print-directory", "run", "PORT=0", f"REDOUBT_DATA={data}")

    with running(make, folder=clone, environment=_packages()) as killed:
        killed.until("Reading the demo company's documents")
        killed.kill()
    assert left_behind(data) == []

    with running(make, folder=clone, environment=_packages()) as first:
        assert opens(first, data)
        assert_answered(first)
        first.interrupt()
    assert left_behind(data) == []

    with running(make, folder=clone, environment=_packages()) as second:
        assert opens(second, data)
        second.interrupt()
    assert left_behind(data) == []
    assert ANSWERED not in second.text
    assert "Installing" not in second.text


def assert_answered(run: Running) -> None:
    """Everybody was told something; the employee with a citation, the stranger that there is nothing."""
    names = [COMPANY.person(email).name for email in COMPANY.showcase.people]
    assert ANSWERED in run.text
    assert [name for name in names if name not in run.text] == []
    assert re.search(r"^\[1\] .*, page \d+$", run.text, re.MULTILINE)
    assert f"Nothing in the documents that {names[-1]} can read answers this." in run.text


def assert_reads(data: Path, question: str, words: str) -> None:
    """Asked beside the running portal, by a command."""
    answer = Installation(data).json("ask", question, "--as", COMPANY.showcase.people[0])
    assert words in answer["citations"][0]["quote"]


def opens(run: Running, data: Path) -> bool:
    """Whether a person of the demo can sign in at the address that was printed, and is offered the first question."""
    address = re.search(r"http://127\.0\.0\.1:\d+/", run.until(READY))
    assert address is not None
    person = sign_ins.read(data)[COMPANY.showcase.people[0]]
    with httpx.Client(base_url=address[0], follow_redirects=True, trust_env=False, timeout=60) as browser:
        browser.get("/sign-in").raise_for_status()
        form = {"email": person.email, "password": person.password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        page = browser.post("/sign-in", data=form).raise_for_status()
    return COMPANY.starters[0].question in page.text


def _own_folder(folder: Path) -> Path:
    docs = folder / "docs"
    docs.mkdir()
    (docs / "bicycles.md").write_text("# Bicycles\n\nThe company leases a bicycle to everyone for 18 euros a month.\n")
    (docs / "empty.pdf").write_bytes(b"")
    return docs


def _packages() -> dict[str, str]:
    """Where pip finds packages on this machine."""
    return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "REQUESTS_", "SSL_"))}
