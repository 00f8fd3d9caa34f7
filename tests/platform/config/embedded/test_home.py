import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.embedded.errors import DataFolderUnusable
from config.embedded.home import Home


def test_secrets_are_made_once_and_are_the_owners_alone(tmp_path: Path) -> None:
    first = Home(tmp_path / "var").secret_key

    assert Home(tmp_path / "var").secret_key == first
    assert stat.S_IMODE((tmp_path / "var/secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert len(set(json.loads((tmp_path / "var/secrets.json").read_text()).values())) == 3


def test_two_that_come_first_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        urls = set(pool.map(lambda _: Home(tmp_path / "var").database_url, range(8)))

    assert len(urls) == 1


def test_making_a_home_touches_nothing(tmp_path: Path) -> None:
    Home(tmp_path / "var")

    assert list(tmp_path.iterdir()) == []


def test_another_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    assert home.secret_key
    (home.path / "version").write_text("99")

    with pytest.raises(DataFolderUnusable, match="version '99'"):
        assert Home(home.path).secret_key
    assert (home.path / "version").read_text() == "99"


def test_a_folder_of_someone_elses_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")

    with pytest.raises(DataFolderUnusable, match="no Redoubt data"):
        assert Home(tmp_path).redis_url
    assert [entry.name for entry in tmp_path.iterdir() if not entry.name.startswith(".")] == ["letter.txt"]


def test_a_path_that_cannot_be_a_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DataFolderUnusable, match="cannot be used: Not a directory"):
        assert Home(tmp_path / "file" / "var").redis_url


def test_sockets_stay_below_the_limit_however_deep_the_data_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("deep" * 40)))

    assert len(str(Home(tmp_path / ("d" * 200)).socket(".s.PGSQL.5432"))) < 107


def test_a_socket_folder_that_someone_opened_to_others_is_not_used(tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    home.make_sockets()
    home.sockets.chmod(0o755)

    with pytest.raises(DataFolderUnusable, match="not a private folder"):
        Home(home.path).make_sockets()
    home.sockets.rmdir()
    assert Home(home.path).sockets != home.sockets
