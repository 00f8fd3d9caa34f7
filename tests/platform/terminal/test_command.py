"""What every command promises: one JSON object, one plain sentence, three exit statuses."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from terminal.command import AskedWrongly, Command, Failed


class Weighing(Command):
    wrong = (LookupError,)

    def add_options(self, parser: Any) -> None:
        parser.add_argument("what")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        match options["what"]:
            case "feather":
                return {"grams": 1}
            case "house":
                raise Failed("The scales broke.", result={"grams": 0})
            case _:
                raise LookupError("There is no such thing.")

    def show(self, result: Mapping[str, Any]) -> None:
        self.console.print(f"{result['grams']} g")


def run(*words: str) -> int:
    try:
        Weighing().run_from_argv(["manage.py", "weigh", *words])
    except SystemExit as exit:
        return int(exit.code or 0)
    return 0


def test_people_get_text_and_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("feather") == 0
    assert capsys.readouterr().out == "1 g\n"
    assert run("feather", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"grams": 1}


def test_a_failure_is_one_sentence_and_status_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("house", "--json") == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"error": {"code": "failed", "message": "The scales broke."}, "grams": 0}
    assert printed.err == "The scales broke.\n"


def test_asking_wrongly_is_status_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("unicorn") == 2
    assert capsys.readouterr().err == "There is no such thing.\n"
    assert run() == 2, "argparse's own refusals are the same status"


@pytest.mark.parametrize(
    ("words", "named"),
    [((), "required: what"), (("feather", "--weigh"), "--weigh"), (("feather", "--verbosity", "loud"), "loud")],
)
def test_words_that_are_not_understood_are_json_too(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], named: str) -> None:
    assert run(*words, "--json") == 2
    printed = capsys.readouterr()
    error = json.loads(printed.out)["error"]
    assert (error["code"], named in error["message"]) == ("asked_wrongly", True)
    assert printed.err == f"{error['message']}\n"


def test_a_person_is_shown_the_usage_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("feather", "--weigh") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("usage: manage.py weigh")
    assert printed.err.endswith("Unrecognized arguments: --weigh.\n")


def test_a_caller_in_python_gets_the_error_itself() -> None:
    from django.core.management import call_command

    with pytest.raises(AskedWrongly, match="no such thing"):
        call_command(Weighing(), "unicorn")


def test_a_command_that_is_not_there_was_asked_wrongly() -> None:
    root = Path(__file__).resolve().parents[3]
    asked = subprocess.run(
        [sys.executable, "manage.py", "serch", "--json", "--help"], cwd=root, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2
    assert "There is no command 'serch'" in asked.stdout
    assert "search" in asked.stderr
