"""What every command has in common: text or a table for people, --json for programs, and three exit statuses."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import IO, Any, NoReturn, cast

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from rich.console import Console

FAILED, ASKED_WRONGLY = 1, 2


class Failed(CommandError):
    """What was asked could not be done. Exit status 1; `result` is printed all the same, so that a program sees how far it came."""

    code = "failed"

    def __init__(self, message: str, *, code: str = "failed", result: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, returncode=FAILED)
        self.code, self.result = code, result


class AskedWrongly(CommandError):
    """The request names something that is not there or makes no sense. Exit status 2."""

    def __init__(self, message: str, *, code: str = "asked_wrongly") -> None:
        super().__init__(message, returncode=ASKED_WRONGLY)
        self.code, self.result = code, None


class Command(BaseCommand):
    """Subclasses say `add_options`, `run` (returns the JSON object) and `show` (the same for people)."""

    requires_system_checks: list[str] = []
    wrong: tuple[type[Exception], ...] = ()
    """Errors of the domain that mean "asked wrongly"; their text is already a plain sentence."""

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django's, but an error is its sentence alone, without the name of a class."""
        try:
            super().run_from_argv([*argv, "--traceback"])
        except (Failed, AskedWrongly) as error:
            self.stderr.write(str(error))
            sys.exit(error.returncode)
        except CommandError as error:
            self._misunderstood(argv, str(error).removeprefix("Error: "))

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """One that raises instead of leaving with its own words, which no program reads."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.called_from_command_line = False
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
        self.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json: bool = options["json"]
        self.console = Console(file=cast("IO[str]", self.stdout._out), highlight=False, soft_wrap=True)
        try:
            result = self._run(options)
        except (Failed, AskedWrongly) as error:
            self._print_error(error)
            raise
        if self.as_json:
            self._print_json(result)
        else:
            self.show(result)

    def add_options(self, parser: ArgumentParser) -> None:
        """Adds the command's own arguments."""

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        raise NotImplementedError

    def show(self, result: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def _run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        try:
            return self.run(options)
        except self.wrong as error:
            raise AskedWrongly(str(error)) from error
        except OperationalError as error:
            raise Failed(f"The database does not answer: {str(error).strip()}", code="database_unavailable") from error

    def _misunderstood(self, argv: list[str], message: str) -> NoReturn:
        """An unknown option or a missing argument: the options were never read."""
        self.as_json = "--json" in argv
        sentence = f"{message[:1].upper()}{message[1:].rstrip('.')}."
        self._print_error(AskedWrongly(sentence))
        if not self.as_json:
            self.stderr.write(self.create_parser(argv[0], argv[1]).format_usage().rstrip())
        self.stderr.write(sentence)
        sys.exit(ASKED_WRONGLY)

    def _print_error(self, error: Failed | AskedWrongly) -> None:
        if self.as_json:
            self._print_json({"error": {"code": error.code, "message": str(error)}, **(error.result or {})})
        elif error.result:
            self.show(error.result)

    def _print_json(self, result: Mapping[str, Any]) -> None:
        self.stdout.write(orjson.dumps(result, default=str, option=orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0).decode())
