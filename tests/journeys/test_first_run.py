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


def test_a_first_run_answers_three_people_and_the_next_ones_only_serve(tmp_path: Path) -> None:
    data = tmp_path / "data"

    with running(MANAGE, folder=tmp_path, environment=_environment(data)) as first:
        assert _opens(first, data)
        assert_answered(first)
        first.interrupt()
    assert left_behind(data) == []
    assert "Traceback" not in first.text

    with running(MANAGE, folder=tmp_path, environment=_environment(data)) as second:
        assert _opens(second, data)
        second.kill()
    assert left_behind(data) == []
    assert ANSWERED not in second.text

    with running(MANAGE, folder=tmp_path, environment=_environment(data)) as third:
        assert _opens(third, data)
        assert_still_answered(data)
        third.interrupt()
    assert left_behind(data) == []


def test_a_persons_own_folder_is_read_beside_the_demo_and_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    data, docs = tmp_path / "data", tmp_path / "docs"
    docs.mkdir()
    (docs / "bicycles.md").write_text("# Bicycles\n\nThe company leases a bicycle to everyone for 18 euros a month.\n")
    (docs / "empty.pdf").write_bytes(b"")

    with running(MANAGE, folder=tmp_path, environment={**_environment(data), "DOCS": str(docs)}) as run:
        run.until(READY)
        answer = Installation(data).json("ask", "What does a leased bicycle cost a month?", "--as", COMPANY.showcase.people[0])
        run.interrupt()

    assert "18 euros" in answer["citations"][0]["quote"]
    assert "empty.pdf" in run.text
    assert left_behind(data) == []


def test_a_folder_that_is_not_there_is_one_sentence_before_anything_starts(tmp_path: Path) -> None:
    done = Installation(tmp_path / "data", environment={"DOCS": str(tmp_path / "nowhere")}).manage("run")

    assert done.returncode != 0
    assert "nowhere" in done.stderr
    assert "Starting" not in done.stdout
    assert "Traceback" not in done.stderr


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
        assert _opens(first, data)
        assert_answered(first)
        first.interrupt()
    assert left_behind(data) == []

    with running(make, folder=clone, environment=_packages()) as second:
        assert _opens(second, data)
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


def assert_still_answered(data: Path) -> None:
    answer = Installation(data).json("ask", COMPANY.showcase.question, "--as", COMPANY.showcase.people[0])
    assert "30 working days" in answer["citations"][0]["quote"]


def _opens(run: Running, data: Path) -> bool:
    """Whether a person of the demo can sign in at the address that was printed, and is offered the first question."""
    address = re.search(r"http://127\.0\.0\.1:\d+/", run.until(READY))
    assert address is not None
    person = sign_ins.read(data)[COMPANY.showcase.people[0]]
    with httpx.Client(base_url=address[0], follow_redirects=True, trust_env=False, timeout=60) as browser:
        browser.get("/sign-in").raise_for_status()
        form = {"email": person.email, "password": person.password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        page = browser.post("/sign-in", data=form).raise_for_status()
    return COMPANY.starters[0].question in page.text


def _environment(data: Path) -> dict[str, str]:
    return {"PORT": "0", "REDOUBT_DATA": str(data)}


def _packages() -> dict[str, str]:
    """Where pip finds packages on this machine."""
    return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "REQUESTS_", "SSL_"))}
