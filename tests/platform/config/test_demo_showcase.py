"""The first run's answers in a terminal: beside one another, below one another, or without colours into a file."""

import io
import uuid

from rich.console import Console

from config.demo.company import load
from config.demo.showcase import Answer
from config.demo.side_by_side import show
from config.demo.sign_ins import SignIn, listed
from retrieval.citations import Citation
from retrieval.events import ABSTAINED, EXTRACTIVE

COMPANY = load()
CITED = Citation(
    marker=1, document=uuid.uuid4(), generation=1, title="Working abroad policy 2026", uri="working-abroad.pdf", page=2, heading="",
    quote="Up to 30 working days.", start=0, end=22, table_header="",
)  # fmt: skip


def answers() -> list[Answer]:
    employee, contractor, stranger = (COMPANY.person(email) for email in COMPANY.showcase.people)
    return [
        Answer(employee, "Tidewick Pumps", "Up to 30 working days. [1]", EXTRACTIVE, (CITED,), ("reads it: member of Employees",)),
        Answer(contractor, "Tidewick Pumps", "Contractors may not. [1]", EXTRACTIVE, (CITED,)),
        Answer(
            stranger,
            "Quillhaven Logistics",
            "Nothing in the documents you can read answers this.",
            ABSTAINED,
            (),
            ("does not: another company's",),
        ),
    ]


def printed(*, width: int, terminal: bool) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, soft_wrap=True, highlight=False, _environ={})
    show(console, "How many days may I work abroad?", answers())
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_wide_terminal_shows_the_three_answers_side_by_side() -> None:
    text = printed(width=140, terminal=True)
    names = next(line for line in text.splitlines() if "Maya Lindqvist" in line)

    assert all(answer.person.name in names for answer in answers())
    assert "[1] Working abroad policy 2026, page 2" in text


def test_a_narrow_terminal_shows_them_one_below_another() -> None:
    lines = printed(width=70, terminal=True).splitlines()
    places = [next(at for at, line in enumerate(lines) if answer.person.name in line) for answer in answers()]

    assert places == sorted(set(places))


def test_without_a_terminal_there_are_no_colours_and_no_frames() -> None:
    text = printed(width=140, terminal=False)

    assert "\x1b" not in text
    assert not set(text) & set("│╭╮╰╯─")


def test_who_finds_nothing_is_told_why_there_are_no_citations() -> None:
    text = printed(width=70, terminal=False)

    assert "Nothing in the documents that Sanne Bakker can read answers this." in text
    assert text.count("[1] Working abroad policy 2026") == 2


def test_each_answer_says_why_its_person_reads_what_it_cites() -> None:
    text = printed(width=200, terminal=False)

    assert "Maya Lindqvist reads it: member of Employees" in text
    assert "Sanne Bakker does not: another company's" in text


def test_the_sign_ins_stand_below_their_company() -> None:
    lines = listed([
        SignIn("a@x.example", "one", "Ann", "Employee", "X"),
        SignIn("bert@x.example", "two", "Bert", "Boss", "X"),
        SignIn("c@y.example", "three", "Cy", "Driver", "Y"),
    ])  # fmt: skip

    assert lines == [
        "X", "  Ann, Employee  a@x.example     one", "  Bert, Boss     bert@x.example  two", "Y", "  Cy, Driver     c@y.example     three",
    ]  # fmt: skip
