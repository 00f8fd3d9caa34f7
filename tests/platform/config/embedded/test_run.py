import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from config.embedded import addresses, opening
from tests.platform.config.embedded.installation import Installation


@contextmanager
def running(installation: Installation, **variables: str) -> Iterator[tuple["subprocess.Popen[str]", str, str]]:
    """`make run` after its first time: the process, its address and what it printed."""
    (installation.data / "opened").touch()
    process = installation.background("run", PORT="0", **variables)
    printed = ""
    assert process.stdout is not None
    for line in process.stdout:
        printed += line
        if "http://" in line:
            break
    assert "http://" in printed, printed
    try:
        yield process, printed.split("http://")[1].split("/")[0], printed
    finally:
        process.kill()
        process.communicate()


def test_one_port_listens_and_an_end_leaves_nothing(installation: Installation) -> None:
    with running(installation) as (process, address, _):
        with installation.attached() as beside:
            processes = installation.processes(beside)
        listening = [c for p in installation.seen for c in p.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN]

        assert httpx.get(f"http://{address}/health/ready", trust_env=False).status_code == 200
        assert {f"{c.laddr.ip}:{c.laddr.port}" for c in listening} == {address}
        assert {"postgres", "redis", "index", "worker", "beat", "uvicorn"} <= processes.keys()
        assert "already runs" in _refused(installation, "run", PORT="0")

        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
        assert (process.returncode, said) == (0, "Redoubt has stopped.\n")
        assert installation.still_running() == []


def test_a_kill_of_the_whole_group_is_survived(installation: Installation) -> None:
    with running(installation) as (process, _, _):
        with installation.attached() as beside:
            installation.processes(beside)
        installation.kill(psutil.Process(process.pid))

    with running(installation) as (process, address, _):
        assert httpx.get(f"http://{address}/health/ready", trust_env=False).status_code == 200
        with installation.attached() as beside:
            installation.processes(beside)
        process.send_signal(signal.SIGTERM)
        process.communicate()

    assert installation.still_running() == []


def test_a_port_in_use_is_one_plain_sentence(bare: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        assert (
            _refused(bare, "run", PORT=port) == f"Port {port} cannot be used (Address already in use). Choose another: make run PORT=8001\n"
        )


@pytest.mark.parametrize("port", ["eighty", "70000", "-1"])
def test_a_port_that_is_none_is_one_plain_sentence(bare: Installation, port: str) -> None:
    assert _refused(bare, "run", status=2, PORT=port).startswith("PORT must be a number up to 65535")


def test_documents_that_are_not_there_stop_the_start(bare: Installation, tmp_path: Path) -> None:
    assert _refused(bare, "run", status=2, DOCS=str(tmp_path / "nowhere")) == f"DOCS={tmp_path / 'nowhere'} is not a folder.\n"


def test_a_folder_without_documents_is_said_once_and_nothing_is_read_from_it(bare: Installation, tmp_path: Path) -> None:
    assert bare.home.secret_key
    (bare.data / "opened").touch()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / ".hidden").touch()

    said = list(opening.first_run(bare.home, {"DOCS": str(tmp_path / "docs")}))

    assert said == [f"DOCS={tmp_path / 'docs'} is empty, so nothing was read from it. Put files into it and start again."]


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "QDRANT_URL"])
def test_a_service_that_does_not_answer_is_named_before_anything_starts_and_its_password_is_not(bare: Installation, name: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port, and nothing answers
        port = nobody.getsockname()[1]
        scheme = {"DATABASE_URL": "postgresql", "REDIS_URL": "redis", "QDRANT_URL": "http"}[name]
        said = _refused(bare, "run", status=1, **{name: f"{scheme}://redoubt:s3cret@127.0.0.1:{port}/0"})

    assert said.startswith(f"Nothing answers at 127.0.0.1:{port} (Connection refused). Start it, or correct {name}")
    assert "s3cret" not in said
    assert not (bare.data / "postgres").exists()


@pytest.mark.parametrize(("given", "words"), [("nonsense", "CHAT_BASE_URL must be an address"), ("", "")])
def test_an_address_of_a_model_that_is_none_is_refused(bare: Installation, given: str, words: str) -> None:
    said = _refused(bare, "run", CHAT_BASE_URL=given, PORT="none", status=1 if given else 2)
    assert words in said


def test_a_model_that_does_not_answer_yet_keeps_nothing_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CHAT_BASE_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}/v1")
        [remark] = addresses.remarks()
    assert "Until one does, answers are quoted sentences." in remark


def test_production_refuses_to_run_this_way(bare: Installation) -> None:
    assert "DATABASE_URL" in _refused(bare, "run", REDOUBT_ENV="production")


def test_another_version_of_the_data_is_refused_by_every_command(bare: Installation) -> None:
    assert bare.home.secret_key
    (bare.data / "version").write_text("0")

    assert "has version '0'" in _refused(bare, "run", PORT="0")
    assert "has version '0'" in _refused(bare, "shell", "-c", "pass")


def _refused(installation: Installation, *arguments: str, status: int = 1, **variables: str) -> str:
    """The one sentence of a command that was refused."""
    done = installation.manage(*arguments, **variables)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1), done.stdout + done.stderr
    return done.stderr.removeprefix("CommandError: ").removeprefix("Error: ")
