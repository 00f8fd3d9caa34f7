"""Answers in a terminal: side by side where there is room, one below another where there is not."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from config.demo.showcase import Answer
from retrieval.citations import Citation

NARROWEST = 32
"""Columns below which an answer cannot be read beside another."""
BORDER = 3


def show(console: Console, question: str, answers: Sequence[Answer]) -> None:
    console.print()
    console.print(Text(f"“{question}” – the same question, asked by {_number(len(answers))} people:", style="bold"), soft_wrap=False)
    if console.is_terminal and console.width >= len(answers) * (NARROWEST + BORDER) + 1:
        console.print(_table(answers), soft_wrap=False)
    else:
        _below_one_another(console, answers)
    console.print()


def _below_one_another(console: Console, answers: Sequence[Answer]) -> None:
    for answer in answers:
        console.print()
        console.print(Group(_heading(answer), *_body(answer)), soft_wrap=not console.is_terminal)


def _table(answers: Sequence[Answer]) -> Table:
    table = Table(box=box.ROUNDED, expand=True, border_style="dim", padding=(0, 1))
    for answer in answers:
        table.add_column(_heading(answer), ratio=1, vertical="top")
    table.add_row(*(Group(*_body(answer)) for answer in answers))
    return table


def _heading(answer: Answer) -> Text:
    return Text.assemble((answer.person.name, "bold"), f"\n{answer.person.title}, {answer.company}")


def _body(answer: Answer) -> Iterator[RenderableType]:
    if answer.abstained:
        yield Text(f"Nothing in the documents that {answer.person.name} can read answers this.", style="italic")
        yield from (Text(f"{answer.person.name} {why}", style="dim") for why in answer.why)
        return
    yield Text(answer.text)
    yield Text()
    for citation, why in zip_longest(answer.citations, answer.why, fillvalue=""):
        assert isinstance(citation, Citation)
        yield Text(source(citation), style="cyan")
        if why:
            yield Text(f"    {answer.person.name} {why}", style="dim")


def source(citation: Citation) -> str:
    return f"[{citation.marker}] {citation.title}" + (f", page {citation.page}" if citation.page is not None else "")


def _number(count: int) -> str:
    return {2: "two", 3: "three", 4: "four"}.get(count, str(count))
