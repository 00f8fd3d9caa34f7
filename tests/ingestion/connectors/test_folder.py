import os
from pathlib import Path

import pytest

from ingestion.connectors.base import Change, ItemError, Missed, TooLarge, Unreachable, Unreadable, Unsupported
from ingestion.connectors.folder.connector import FolderConnector
from tests.factories.folders import HANDBOOK, write

LIMIT = 1_000


def listing(folder: Path) -> dict[str, Change | Missed]:
    return {item.uri: item for item in FolderConnector(folder, LIMIT).changes()}


def missed(folder: Path) -> dict[str, str]:
    return {uri: item.error.code for uri, item in listing(folder).items() if isinstance(item, Missed)}


def test_files_are_listed_by_their_path_below_the_folder(tmp_path: Path) -> None:
    found = listing(write(tmp_path, HANDBOOK))
    assert sorted(found) == ["cranes.csv", "leave.md", "site/opening.txt"]
    leave = found["leave.md"]
    assert isinstance(leave, Change)
    assert leave.read().startswith(b"# Annual leave")
    assert (leave.media_type, leave.size) == ("text/markdown", len(HANDBOOK["leave.md"]))


def test_hidden_files_and_folders_are_not_part_of_the_source(tmp_path: Path) -> None:
    assert not listing(write(tmp_path, {".secret.md": "no", ".git/config.txt": "no"}))


def test_a_file_of_another_kind_is_named_and_not_passed_over_in_silence(tmp_path: Path) -> None:
    assert missed(write(tmp_path, {"film.mp4": "x", "notes.md": "text"})) == {"film.mp4": "unsupported"}


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    assert missed(write(tmp_path, {"long.txt": "x" * (LIMIT + 1)})) == {"long.txt": "too_large"}


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"outside.txt": "secret", "inside/own.txt": "ours"})
    (tmp_path / "inside/link.txt").symlink_to(tmp_path / "outside.txt")
    (tmp_path / "inside/friend.txt").symlink_to(tmp_path / "inside/own.txt")
    assert missed(tmp_path / "inside") == {"link.txt": "outside_source"}


def test_a_file_that_becomes_a_link_after_it_was_listed_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"outside.txt": "secret", "inside/own.txt": "ours"})
    own = listing(tmp_path / "inside")["own.txt"]
    (tmp_path / "inside/own.txt").unlink()
    (tmp_path / "inside/own.txt").symlink_to(tmp_path / "outside.txt")
    assert isinstance(own, Change)
    with pytest.raises(ItemError, match="out of the folder"):
        own.read()


@pytest.fixture
def swapped(tmp_path: Path) -> Path:
    """A folder whose `team` somebody will replace by a link to what is not theirs."""
    return write(tmp_path, {"outside/pay.txt": "secret", "inside/aaa.txt": "ours", "inside/team/pay.txt": "ours"}) / "inside"


def swap(folder: Path) -> None:
    folder.rename(folder.with_name(".away"))
    folder.symlink_to(folder.parent.parent / "outside")


def test_a_folder_that_becomes_a_link_during_the_listing_does_not_lead_out(swapped: Path) -> None:
    items = FolderConnector(swapped, LIMIT).changes()
    assert next(items).uri == "aaa.txt"
    swap(swapped / "team")
    [missed] = items
    assert isinstance(missed, Missed)
    assert (missed.uri, missed.below) == ("team", True)
    assert "no longer a folder" in missed.error.message


def test_a_folder_that_becomes_a_link_after_the_listing_does_not_lead_out(swapped: Path) -> None:
    pay = listing(swapped)["team/pay.txt"]
    swap(swapped / "team")
    assert isinstance(pay, Change)
    with pytest.raises(Unreadable, match="a link has taken its place"):
        pay.read()


def test_a_link_below_a_folder_that_became_a_link_does_not_lead_out(swapped: Path) -> None:
    (swapped / "team/also.txt").symlink_to(swapped / "team/pay.txt")
    also = listing(swapped)["team/also.txt"]
    assert isinstance(also, Change)
    assert also.read() == b"ours"
    (swapped.parent / "outside/also.txt").symlink_to(swapped.parent / "outside/pay.txt")
    swap(swapped / "team")
    with pytest.raises(ItemError, match="out of the folder"):
        also.read()


def test_a_pipe_in_the_place_of_a_listed_file_holds_nobody_up(tmp_path: Path) -> None:
    notes = listing(write(tmp_path, {"notes.txt": "ours"}))["notes.txt"]
    (tmp_path / "notes.txt").unlink()
    os.mkfifo(tmp_path / "notes.txt")
    assert isinstance(notes, Change)
    with pytest.raises(Unsupported, match="a pipe"):
        notes.read()


def test_the_limit_counts_what_is_read_and_not_what_was_listed(tmp_path: Path) -> None:
    notes = listing(write(tmp_path, {"notes.txt": "ours"}))["notes.txt"]
    (tmp_path / "notes.txt").write_text("x" * (LIMIT + 1))
    assert isinstance(notes, Change)
    with pytest.raises(TooLarge, match="has grown"):
        notes.read()


def test_links_that_lead_to_each_other_and_a_pipe_are_named(tmp_path: Path) -> None:
    (tmp_path / "one.txt").symlink_to(tmp_path / "two.txt")
    (tmp_path / "two.txt").symlink_to(tmp_path / "one.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    assert missed(tmp_path) == {"one.txt": "unreadable", "two.txt": "unreadable", "pipe.txt": "unsupported"}


def test_a_folder_that_is_not_there_is_an_error_and_not_an_empty_listing(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="is not there"):
        listing(tmp_path / "nowhere")


def test_a_file_without_an_extension_is_offered_to_the_readers(tmp_path: Path) -> None:
    assert isinstance(listing(write(tmp_path, {"README": "words"}))["README"], Change)


def test_strange_names_are_only_names(tmp_path: Path) -> None:
    names = ["a\nb.txt", "‮gpj.txt", "<b>x.txt", "x" * 200 + ".txt"]
    for name in names:
        (tmp_path / name).write_text("words")
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("words")
    assert sorted(listing(tmp_path)) == sorted([*names, "\ufffd.txt"])
