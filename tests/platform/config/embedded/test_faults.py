import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.embedded.client import Services
from config.embedded.home import REPOSITORY
from tests.platform.config.embedded.installation import Installation


def test_nothing_outlives_a_killed_supervisor(installation: Installation) -> None:
    with installation.attached("worker") as services:
        processes = installation.processes(services)
        processes["supervisor"].kill()

        assert {"postgres", "redis", "worker", "beat"} <= processes.keys()
        assert installation.still_running() == []


def test_after_a_kill_of_everything_the_next_start_has_what_was_committed(installation: Installation) -> None:
    with installation.attached() as services:
        _remember(installation, "a promise")
        installation.processes(services)
        installation.kill()

    with installation.attached():
        assert _remembered(installation) == ["a promise"]


def test_a_stale_pid_file_whose_number_is_in_use_again_does_no_harm(installation: Installation) -> None:
    with installation.attached():
        _remember(installation, "a promise")
    (installation.data / "postgres/postmaster.pid").write_text(f"{os.getpid()}\n{installation.data}/postgres\n0\n5432\n")

    with installation.attached():
        assert _remembered(installation) == ["a promise"]


@pytest.mark.parametrize("name", ["redis", "postgres"])
def test_a_dead_child_is_started_again(installation: Installation, name: str) -> None:
    with installation.attached() as services:
        installation.processes(services)[name].kill()

        states = _until_ready(services, name)
        assert states[0].startswith("ended with status")
        assert installation.processes(services)[name].is_running()


def test_a_user_that_is_killed_leaves_nothing_running(installation: Installation) -> None:
    with installation.attached() as services:
        command = ["shell", "-v", "0", "-c", "import sys; print('in', flush=True); sys.stdin.read()"]
        user = installation.background(*command)
        assert user.stdout is not None
        assert user.stdout.readline() == "in\n"
        installation.processes(services)
    user.send_signal(signal.SIGKILL)
    user.communicate()

    assert installation.still_running() == []


def test_a_first_start_that_is_interrupted_leaves_nothing_running_and_the_next_one_succeeds(bare: Installation) -> None:
    process = bare.background("run", PORT="0")
    assert process.stdout is not None
    while "Redis is ready" not in process.stdout.readline():  # PostgreSQL is still being made
        pass
    begun = bare.working_on_the_data()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate()

    assert (process.returncode, said.splitlines()[-1]) == (0, "Redoubt has stopped.")
    assert begun
    assert bare.still_running(begun) == []
    with bare.attached() as services:
        assert "postgres" in bare.processes(services)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a user namespace")
def test_root_without_namespaces_is_told_to_be_someone_else(bare: Installation) -> None:
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" manage.py shell -c pass --json'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, sys.executable]
    done = subprocess.run(command, env=bare.environment, cwd=REPOSITORY, capture_output=True, text=True)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "refuses to run as root" in json.loads(done.stdout)["error"]["message"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_one_plain_sentence(installation: Installation, tmp_path: Path) -> None:
    script = f'mount -t tmpfs -o size=8m none {tmp_path} && exec "$0" manage.py shell -c pass'
    environment = installation.environment | {"REDOUBT_DATA": str(tmp_path / "var")}
    command = ["unshare", "--mount", "sh", "-c", script, sys.executable]
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "is full" in done.stderr


def _remember(installation: Installation, word: str) -> None:
    with psycopg.connect(installation.home.database_owner_url) as connection:
        connection.execute("CREATE TABLE promise (word text)")
        connection.execute("INSERT INTO promise VALUES (%s)", [word])


def _remembered(installation: Installation) -> list[str]:
    with psycopg.connect(installation.home.database_owner_url) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM promise").fetchall()]


def _until_ready(services: Services, name: str) -> list[str]:
    states: list[str] = []
    for program, state in services.events():
        states += [state] * (program == name)
        if states and states[-1] == "ready":
            break
    return states


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_child_that_could_not_write_its_log_is_told_of_the_disk(tmp_path: Path) -> None:
    look = "import sys; from pathlib import Path; from config.embedded.logs import last_line; print(last_line(Path(sys.argv[1])))"
    log = tmp_path / "logs" / "worker.log"
    script = f'mount -t tmpfs -o size=512k none {tmp_path} && mkdir {log.parent} && exec "$0" -c "$1" {log}'
    command = ["unshare", "--mount", "sh", "-c", script, sys.executable, look]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "platform")}
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, f"the disk that holds {tmp_path} is full\n"), done.stderr
