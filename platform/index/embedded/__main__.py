"""python -m index.embedded --socket PATH --data DIR: Qdrant's engine on a Unix socket, for the owner's processes alone."""

import argparse
import gc
import os
import socket
import sys
from pathlib import Path

import uvicorn

from index.embedded.app import application
from index.embedded.errors import StoreInUse
from index.embedded.store import Store

LONGEST_PATH = 107  # bytes that the kernel takes for the path of a Unix socket


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m index.embedded", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True, help="the Unix socket to listen on; mode 0600")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the collections; mode 0700")
    options = parser.parse_args()
    try:
        store = Store(options.data)
        listener = _listen(options.socket)
    except (StoreInUse, OSError) as error:
        sys.exit(str(error))
    gc.freeze()  # what is loaded by now stays: a collection that walks through it would hold up a search by a tenth of a second
    config = uvicorn.Config(application(store), log_level="warning", access_log=False, timeout_keep_alive=300)
    uvicorn.Server(config).run(sockets=[listener])


def _listen(path: Path) -> socket.socket:
    """uvicorn would open the socket for everybody, so it gets one that is open for the owner. The store's lock is held by now: a
    socket that is there already belongs to nobody."""
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise OSError(f"The socket's path {path} is longer than {LONGEST_PATH} bytes; choose a shorter folder.")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(previous)
    listener.listen(128)  # from here on a client waits instead of being refused
    return listener


if __name__ == "__main__":
    main()
