import os
import stat

import psycopg
import pytest

from config.embedded.errors import DataFolderUnusable
from tests.platform.config.embedded.installation import Installation


def test_those_side_by_side_share_the_services_and_the_last_one_out_stops_them(installation: Installation) -> None:
    with installation.attached() as first:
        before = installation.processes(first)
        with installation.attached() as second:
            assert second.supervisor == first.supervisor
            assert installation.processes(second).keys() == before.keys()
        assert before["postgres"].is_running()

    assert installation.still_running() == []
    assert not installation.home.sockets.exists()


def test_what_only_one_needs_ends_with_that_one(installation: Installation) -> None:
    with installation.attached("stores") as first:
        with installation.attached("worker") as second:
            worker = installation.processes(second)["worker"]

        assert installation.still_running([worker]) == []
        assert "postgres" in installation.processes(first)


def test_the_planner_hears_of_many_new_rows_within_seconds(installation: Installation) -> None:
    with installation.attached(), psycopg.connect(installation.home.database_url) as connection:
        assert connection.execute("SHOW autovacuum_naptime").fetchone() == ("15s",)


def test_the_application_role_owns_nothing_and_is_no_superuser(installation: Installation) -> None:
    with installation.attached(), psycopg.connect(installation.home.database_url) as connection:
        role = connection.execute("SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        owner = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")

        assert role.fetchone() == (False, False, False, False)
        assert owner.fetchone() == ("redoubt_owner",)


@pytest.mark.parametrize("stranger", ["postgres:guess", "redoubt_app:guess"])
def test_nobody_signs_in_without_the_right_password(installation: Installation, stranger: str) -> None:
    url = installation.home.database_url
    known = url.split("//")[1].split("@")[0]

    with installation.attached(), pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace(known, stranger))


def test_everything_on_the_disk_is_the_owners_alone(installation: Installation) -> None:
    with installation.attached():
        places = [installation.data, installation.home.sockets]
        entries = [entry for place in places for entry in (place, *place.rglob("*"))]
        open_to_others = [entry for entry in entries if stat.S_IMODE(entry.lstat().st_mode) & 0o077]

        assert open_to_others == []
        assert {entry.stat().st_uid for entry in entries} == {os.geteuid()}


def test_nothing_but_unix_sockets_listens(installation: Installation) -> None:
    with installation.attached() as services:
        installation.processes(services)

        assert [process.net_connections(kind="inet") for process in installation.seen] == [[]] * len(installation.seen)


def test_a_service_that_cannot_start_is_one_sentence_and_nothing_stays_behind(bare: Installation) -> None:
    (bare.home.folder("postgres") / "PG_VERSION").write_text("12")

    done = bare.manage("shell", "-c", "pass")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "belongs to PostgreSQL 12" in done.stderr


def test_a_failed_start_is_tried_anew_by_the_next_user(bare: Installation) -> None:
    version = bare.home.folder("postgres") / "PG_VERSION"
    version.write_text("12")
    with pytest.raises(DataFolderUnusable, match="PostgreSQL 12"), bare.attached():
        pass
    version.unlink()
    version.parent.rmdir()

    with bare.attached() as services:
        assert "postgres" in bare.processes(services)
