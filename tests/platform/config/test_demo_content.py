"""The demo company's documents, access lists and golden questions hold together before anything reads them."""

import io
import re
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from docx import Document

from config.demo import company
from config.demo.build import built
from config.demo.company import GoldenQuestion, SourceSpec

COMPANY = company.load()
SOURCES = [source for tenant in COMPANY.tenants for source in tenant.sources]
DOCUMENTS = sorted(path for source in SOURCES for path in source.folder.rglob("*") if path.is_file())
KINDS = {"table", "superseded", "depends", "followup", "none", "csv", "plain", "other_tenant"}


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def docx_text(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [" | ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@cache
def text_of(path: Path) -> str:
    readers = {".pdf": pdf_text, ".docx": docx_text}
    data = path.read_bytes()
    text = readers[path.suffix](data) if path.suffix in readers else data.decode("utf-8")
    return re.sub(r"\s+", " ", text)


def answering(question: GoldenQuestion) -> list[tuple[SourceSpec, Path]]:
    tenant = COMPANY.tenant(question.tenant)
    named = [document.split("/", 1) for document in question.documents]
    return [(tenant.source(name), tenant.source(name).folder / uri) for name, uri in named]


def ids(question: GoldenQuestion) -> str:
    return question.id


def test_about_twenty_five_documents_in_five_formats_and_under_two_megabytes() -> None:
    formats = Counter(path.suffix for path in DOCUMENTS)

    assert 24 <= len(DOCUMENTS) <= 30
    assert set(formats) == {".md", ".html", ".docx", ".csv", ".pdf"}
    assert min(formats.values()) >= 4
    assert sum(path.stat().st_size for path in DOCUMENTS) < 2_000_000


def test_every_person_belongs_to_groups_and_an_address_of_their_company() -> None:
    for person in COMPANY.people:
        groups = {group.slug for group in COMPANY.tenant(person.tenant).groups}

        assert person.email.endswith(f"@{person.tenant}.example")
        assert set(person.groups) <= groups


def test_every_source_is_open_to_somebody_and_names_only_known_groups() -> None:
    for tenant in COMPANY.tenants:
        known = {"everyone", *(f"group:{group.slug}" for group in tenant.groups)}
        for source in tenant.sources:
            assert set(source.access) <= known
            assert any(source.open_to(person) for person in tenant.people)


def test_there_are_thirty_golden_questions_of_every_kind() -> None:
    assert len(COMPANY.golden) == 30
    assert len({question.id for question in COMPANY.golden}) == 30
    assert {question.kind for question in COMPANY.golden} == KINDS
    assert sum(not question.documents for question in COMPANY.golden) >= 5


@pytest.mark.parametrize("question", COMPANY.golden, ids=ids)
def test_the_documents_of_a_golden_question_are_there_and_hold_its_answer(question: GoldenQuestion) -> None:
    assert bool(question.documents) == bool(question.contains)
    for _, path in answering(question):
        assert [text for text in question.contains if text not in text_of(path)] == []


@pytest.mark.parametrize("question", COMPANY.golden, ids=ids)
def test_a_golden_question_names_only_documents_that_its_person_may_read(question: GoldenQuestion) -> None:
    person = COMPANY.person(question.person)

    assert person.tenant == question.tenant
    assert all(source.open_to(person) for source, _ in answering(question))


def test_a_follow_up_comes_from_the_same_person_after_a_question_that_is_there() -> None:
    by_id = {question.id: question for question in COMPANY.golden}
    followups = [question for question in COMPANY.golden if question.after]

    assert {question.kind for question in followups} == {"followup"}
    assert all(by_id[question.after].person == question.person for question in followups)


def test_the_same_question_has_another_answer_for_an_employee_a_contractor_and_the_other_company() -> None:
    asked = {question.person: question for question in COMPANY.golden if question.question == COMPANY.showcase.question}
    answers = [asked[person].documents for person in COMPANY.showcase.people]

    assert len(set(answers)) == 3
    assert answers[-1] == ()


@pytest.mark.parametrize("canary", COMPANY.canaries, ids=lambda canary: canary.text)
def test_a_canary_stands_in_its_documents_and_nowhere_else(canary: company.CanaryFact) -> None:
    holding = {str(path.relative_to(company.HERE)) for path in DOCUMENTS if canary.text in text_of(path)}

    assert holding == set(canary.documents)


def test_the_empty_page_offers_six_questions_and_a_follow_up_after_one_of_them() -> None:
    offered = {starter.question for starter in COMPANY.starters}
    golden = {(question.person, question.question) for question in COMPANY.golden}

    assert [starter.kind for starter in COMPANY.starters] == ["table", "superseded", "followup", "depends", "csv", "none"]
    assert {starter.after for starter in COMPANY.starters} - {""} <= offered
    assert {(starter.person, starter.question) for starter in COMPANY.starters} <= golden


def test_the_newer_policy_says_which_one_it_supersedes() -> None:
    folder = COMPANY.tenant("tidewick").source("employees").folder

    assert "up to 20 working days" in text_of(folder / "working-abroad-2024.docx")
    assert "supersedes the working abroad policy of 1 March 2024" in text_of(folder / "working-abroad-2026.pdf")


def test_the_built_files_are_those_that_their_manuscripts_give() -> None:
    """Compared inside the archive: another zlib packs the same members into other bytes."""
    for path, data in built():
        assert path.is_file(), f"{path} is missing: run python -m config.demo.build"
        assert contents(path.read_bytes()) == contents(data), f"{path} is older than its manuscript: run python -m config.demo.build"


def contents(data: bytes) -> bytes | dict[str, bytes]:
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
