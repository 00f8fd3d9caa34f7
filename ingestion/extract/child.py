"""The process that reads untrusted files, one after the other, from its standard input to its standard output."""

import gc
import json
import os
import sys
from typing import Any, BinaryIO

from ingestion.extract import formats, frames, preload, render, sandbox
from ingestion.extract.errors import Corrupt, Crashed, ExtractionError, TooLarge
from ingestion.extract.limits import Limits


def main(settings: str) -> None:
    limits = Limits(**json.loads(settings))
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    preload.everything()
    gc.freeze()
    found = sandbox.lock_down(limits)
    _send(replies, frames.pack({"ready": True, "confined": found.confined}))
    while (request := _receive(requests)) is not None:
        sandbox.allow_seconds(limits.seconds)
        _send(replies, _answer(*request))


def _receive(requests: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    header = requests.read(frames.HEADER.size)
    if len(header) < frames.HEADER.size:
        return None
    head, body = frames.HEADER.unpack(header)
    return json.loads(requests.read(head)), requests.read(body)


def _send(replies: BinaryIO, frame: bytes) -> None:
    replies.write(frame)
    replies.flush()


def _answer(request: dict[str, Any], data: bytes) -> bytes:
    """A failure that no reader foresaw is a damaged file to whoever waits; only its kind is told, for its words may quote the file."""
    try:
        return _do(request, data)
    except ExtractionError as error:
        return frames.pack({"error": error.code, "message": error.message})
    except MemoryError:
        return frames.pack({"error": TooLarge.code, "message": "", "spent": True})
    except RecursionError:
        return frames.pack({"error": Corrupt.code, "message": "The file is nested too deeply to be read."})
    except ImportError:
        return frames.pack({"error": Crashed.code, "message": ""})
    except Exception as error:  # a parser may raise anything, and the next file must still be read
        return frames.pack({"error": Corrupt.code, "message": "", "kind": type(error).__name__})


def _do(request: dict[str, Any], data: bytes) -> bytes:
    if request["do"] == "render":
        rendered = render.render(data, page=request["page"], spans=[(start, end) for start, end in request["spans"]])
        return frames.pack(frames.from_rendered(rendered), rendered.png)
    extracted = formats.extract(data, name=request["name"], media_type=request["media_type"])
    return frames.pack(frames.from_extracted(extracted))


if __name__ == "__main__":
    main(sys.argv[1])
    os._exit(0)
