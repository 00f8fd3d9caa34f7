import pytest

from config.embedded.commands import needs
from config.embedded.errors import RefusedInProduction
from config.embedded.programs import needed

ELSEWHERE = {"DATABASE_URL": "postgresql://db/redoubt", "REDIS_URL": "redis://queue", "QDRANT_URL": "https://index"}


def test_a_bare_machine_embeds_every_store() -> None:
    assert needed(frozenset({"stores"}), {}) == {"postgres", "redis", "index"}


def test_a_store_with_an_address_elsewhere_is_not_embedded() -> None:
    assert needed(frozenset({"base"}), {"REDIS_URL": "redis://queue"}) == {"postgres", "index", "migrate"}


def test_an_address_in_a_file_counts() -> None:
    assert "postgres" not in needed(frozenset({"base"}), {"DATABASE_URL_FILE": "/run/secrets/database"})


def test_with_every_store_elsewhere_a_command_starts_nothing() -> None:
    assert needed(frozenset({"worker"}), ELSEWHERE) == frozenset()


def test_with_every_store_elsewhere_run_still_serves() -> None:
    assert needed(frozenset({"web"}), ELSEWHERE) == {"migrate", "worker", "scheduler", "web"}


def test_a_foreign_database_is_migrated_by_its_owner_alone() -> None:
    assert "migrate" not in needed(frozenset({"worker"}), {"DATABASE_URL": "postgresql://db/redoubt"})


def test_production_refuses_the_embedded_services_and_names_the_remedy() -> None:
    with pytest.raises(RefusedInProduction, match="set QDRANT_URL, DATABASE_URL"):
        needed(frozenset({"base"}), {"REDOUBT_ENV": "production", "REDIS_URL": "redis://queue"})


def test_production_with_its_own_services_starts_nothing() -> None:
    assert needed(frozenset({"worker"}), ELSEWHERE | {"REDOUBT_ENV": "production"}) == frozenset()


@pytest.mark.parametrize("arguments", [[], ["check"], ["run"], ["makemigrations", "--check"], ["ingest", "--help"]])
def test_commands_without_data_start_nothing(arguments: list[str]) -> None:
    assert needs(arguments) == frozenset()


@pytest.mark.parametrize(("command", "need"), [("ask", "base"), ("shell", "base"), ("ingest", "worker"), ("evaluate", "worker")])
def test_commands_with_data_start_what_they_need(command: str, need: str) -> None:
    assert needs([command, "x"]) == {need}
