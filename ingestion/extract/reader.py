"""One child process seen from outside: its start, one question and answer at a time with a deadline, its end."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingestion.extract import frames
from ingestion.extract.errors import BY_CODE, Crashed, Timeout, TooLarge
from ingestion.extract.limits import Limits

_ROOT = Path(__file__).resolve().parents[2]
_CODE = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from ingestion.extract.child import main; main(sys.argv[1])"
_STEP = 1 << 20
_START_SECONDS = 60
_SECONDS_TO_END = 2.0


class Reader:
    """Not thread-safe: the extractor lends it to one thread at a time. `spent` says that it must not be asked again."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.spent = False
        self._files = 0
        self._process = _start(limits)
        try:
            hello, _ = self._receive(time.monotonic() + _START_SECONDS)
        except BaseException:
            self.close()
            raise
        self.confined: bool = hello.get("confined") is True

    @property
    def process_id(self) -> int:
        return self._process.pid

    def ask(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """Raises the ExtractionError that the child answers, Timeout, or Crashed."""
        deadline = time.monotonic() + self.limits.seconds
        self._files += 1
        try:
            self._write(memoryview(frames.pack(request, data)), deadline)
            message, blob = self._receive(deadline)
        except BaseException:
            self.close()
            raise
        self.spent = bool(message.get("spent")) or self._files >= self.limits.files_per_child
        if error := BY_CODE.get(str(message.get("error"))):
            raise error(str(message.get("message") or "")[:500])
        return message, blob

    def close(self) -> None:
        self.spent = True
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.wait()

    def _write(self, frame: memoryview, deadline: float) -> None:
        pipe = self._in
        while frame:
            _wait(pipe, select.POLLOUT, deadline)
            try:
                frame = frame[os.write(pipe, frame[:_STEP]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise self._ending() from error

    def _receive(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        head, body = frames.HEADER.unpack(self._read(frames.HEADER.size, deadline))
        if head + body > self.limits.reply_size:
            raise TooLarge("The text of the file is over the limit for one document. Split it into smaller files.")
        try:
            message = json.loads(self._read(head, deadline))
        except ValueError as error:
            raise Crashed from error
        return (message if isinstance(message, dict) else {}), bytes(self._read(body, deadline))

    def _read(self, size: int, deadline: float) -> bytearray:
        found = bytearray()
        while len(found) < size:
            _wait(self._out, select.POLLIN, deadline)
            try:
                part = os.read(self._out, min(_STEP, size - len(found)))
            except BlockingIOError:
                continue
            if not part:
                raise self._ending()
            found += part
        return found

    def _ending(self) -> Exception:
        """Why the child is gone: its processor time used up, or anything else. One that only closed its pipe is ended by `close`."""
        try:
            return Timeout() if self._process.wait(_SECONDS_TO_END) == -signal.SIGXCPU else Crashed()
        except subprocess.TimeoutExpired:
            return Crashed()

    @property
    def _in(self) -> int:
        assert self._process.stdin
        return self._process.stdin.fileno()

    @property
    def _out(self) -> int:
        assert self._process.stdout
        return self._process.stdout.fileno()


def _start(limits: Limits) -> subprocess.Popen[bytes]:
    """An empty environment: no password or key of the parent's is in the child's memory."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _CODE, json.dumps(asdict(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        cwd="/",
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    os.set_blocking(process.stdin.fileno(), False)
    os.set_blocking(process.stdout.fileno(), False)
    return process


def _wait(pipe: int, event: int, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise Timeout
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(left * 1000):
        raise Timeout
