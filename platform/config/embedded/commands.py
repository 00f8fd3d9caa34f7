"""Which services a management command needs for its own time."""

from collections.abc import Sequence

WITHOUT_DATA = frozenset(("check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help"))
WITHOUT_DATA |= {"makemessages", "makemigrations", "run", "startapp", "version"}
WORKER = frozenset(("demo", "evaluate", "ingest", "leaktest"))
ASKS_ONLY = frozenset(("-h", "--help", "--version"))


def needs(arguments: Sequence[str]) -> frozenset[str]:
    """From the arguments after `manage.py`; a command nobody listed here is taken to need the stores."""
    name = arguments[0] if arguments else "help"
    if (name in WITHOUT_DATA and "--deploy" not in arguments) or ASKS_ONLY.intersection(arguments):
        return frozenset()
    return frozenset(("worker",)) if name in WORKER else frozenset(("base",))
