"""Starts one process so that it can never outlive the supervisor: own session, parent-death signal, private files, an inherited lock."""

import asyncio
import ctypes
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
UNPRIVILEGED = 1000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Start:
    """How to start a process. `unprivileged`: PostgreSQL refuses root, so root becomes another user in a namespace of its own."""

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    unprivileged: bool = False
    on_orphaned: signal.Signals = signal.SIGKILL


async def spawn(
    start: Start, *, log: IO[bytes], keeps: int | None = None, stdin: int = asyncio.subprocess.DEVNULL
) -> asyncio.subprocess.Process:
    """`keeps` is a lock's descriptor: the process and whatever it forks hold it to their end."""
    return await asyncio.create_subprocess_exec(
        *start.command,
        env=dict(start.environment),
        cwd=start.folder,
        stdin=stdin,
        stdout=log,
        stderr=log,
        umask=0o077,
        start_new_session=True,
        pass_fds=() if keeps is None else (keeps,),
        preexec_fn=_preparation(start, parent=os.getpid()),
    )


def _preparation(start: Start, *, parent: int) -> Callable[[], None]:
    namespace = start.unprivileged and os.geteuid() == 0
    user, group = os.getuid(), os.getgid()

    def prepare() -> None:
        if namespace:
            _become_unprivileged(user, group)
        _libc.prctl(PR_SET_PDEATHSIG, int(start.on_orphaned))
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return prepare


def _become_unprivileged(user: int, group: int) -> None:
    if _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no user namespace")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{UNPRIVILEGED} {user} 1"), ("gid_map", f"{UNPRIVILEGED} {group} 1")):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, text.encode())
        os.close(descriptor)
