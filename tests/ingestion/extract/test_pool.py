"""The extractor outlives whatever happens to its children."""

import os
import signal
import threading

import pytest

from ingestion.extract import frames
from ingestion.extract.errors import Crashed, EmptyFile, ExtractionError, Timeout, TooLarge
from ingestion.extract.limits import Limits
from ingestion.extract.pool import Extractor

TEXT = b"The office in Lisbon opens at nine."


def child_of(extractor: Extractor) -> int:
    extractor.extract(TEXT, name="first.txt")
    return extractor.children()[0]


def test_one_child_reads_many_files(extractor: Extractor) -> None:
    child = child_of(extractor)
    for at in range(50):
        assert extractor.extract(TEXT, name=f"{at}.txt").text == TEXT.decode()
    assert extractor.children() == [child]


def test_a_crashed_child_is_replaced(hurried: Extractor) -> None:
    child = child_of(hurried)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(Crashed) as caught:
        hurried.extract(TEXT, name="second.txt")
    assert not caught.value.permanent
    assert child_of(hurried) != child


def test_a_child_that_hangs_is_killed_and_replaced(hurried: Extractor) -> None:
    child = child_of(hurried)
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(Timeout):
        hurried.extract(TEXT, name="second.txt")
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert hurried.extract(TEXT, name="third.txt").text


def test_a_child_retires_after_its_share_of_files() -> None:
    with Extractor(limits=Limits(files_per_child=1)) as extractor:
        extractor.extract(TEXT, name="a.txt")
        assert extractor.children() == []
        assert extractor.extract(TEXT, name="b.txt").text


def test_recycling_ends_the_children(hurried: Extractor) -> None:
    child = child_of(hurried)
    hurried.recycle()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert child_of(hurried) != child


def test_many_threads_share_the_extractor() -> None:
    found: list[str] = []
    with Extractor(children=2) as extractor:

        def read(at: int) -> None:
            found.append(extractor.extract(f"text {at}".encode(), name="a.txt").text)

        work = [threading.Thread(target=read, args=(at,)) for at in range(20)]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
        assert len(extractor.children()) <= 2
    assert sorted(found) == sorted(f"text {at}" for at in range(20))


def test_a_forked_copy_starts_a_child_of_its_own(hurried: Extractor) -> None:
    child = child_of(hurried)
    reading, writing = os.pipe()
    copy = os.fork()
    if copy == 0:
        text = hurried.extract(TEXT, name="copy.txt").text
        os.write(writing, f"{text == TEXT.decode()} {hurried.children() != [child]}".encode())
        hurried.close()
        os._exit(0)
    os.waitpid(copy, 0)
    assert os.read(reading, 100) == b"True True"
    assert hurried.extract(TEXT, name="after.txt").text == TEXT.decode()
    os.close(reading)
    os.close(writing)


def test_an_empty_file_and_one_over_the_limit_never_reach_a_child() -> None:
    with Extractor(limits=Limits(file_size=10)) as extractor:
        with pytest.raises(EmptyFile):
            extractor.extract(b"", name="a.txt")
        with pytest.raises(TooLarge):
            extractor.extract(b"x" * 11, name="a.txt")
        assert extractor.children() == []


def test_a_child_that_was_taken_over_cannot_pass_nonsense_on() -> None:
    page = [1, "short", [["heading", 0, 500, 1, None]]]
    with pytest.raises(ValueError, match="outside its page"):
        frames.to_extracted({"title": None, "dated": None, "paged": False, "pages": [page], "notes": []})
    with pytest.raises(ValueError, match="not a PNG"):
        frames.to_rendered({"width": 1, "height": 1, "boxes": []}, b"<svg onload=alert(1)>")


def test_every_error_says_something_to_a_person() -> None:
    def below(kind: type[ExtractionError]) -> list[type[ExtractionError]]:
        return [kind, *(lower for child in kind.__subclasses__() for lower in below(child))]

    for kind in below(ExtractionError):
        assert kind().message.endswith(".")
