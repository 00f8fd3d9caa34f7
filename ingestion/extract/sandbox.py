"""Locks the process that reads untrusted files into its own memory: from then on it can compute, read and write the two pipes that
it already has, and end. No file can be opened, no socket made, no program or process started.

The kernel enforces it by a seccomp filter, which needs no privilege; resource limits stand behind it."""

import ctypes
import os
import platform
import resource
import struct
import sys
from dataclasses import dataclass
from errno import EPERM

from ingestion.extract.limits import Limits

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_GET_SECCOMP = 4, 22, 38, 21
_FILTER_MODE = 2
_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | EPERM
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT, _THIRD_ARGUMENT_AT = 0, 4, 16, 32
_PROT_EXEC = 4

# What is left: computing, memory, the two open pipes, clocks, its own end. Nothing here takes a path, an address or another
# process. Numbers of x86_64 and aarch64; None where an architecture has no such call.
# fmt: off
_ALLOWED_CALLS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62),
    "poll": (7, None), "select": (23, None), "pselect6": (270, 72), "ppoll": (271, 73),
    "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216), "madvise": (28, 233),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "restart_syscall": (219, 128), "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "futex": (202, 98),
    "set_robust_list": (273, 99), "membarrier": (324, 283), "rseq": (334, 293),
    "nanosleep": (35, 101), "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "gettimeofday": (96, 169), "time": (201, None), "getrandom": (318, 278),
    "getpid": (39, 172), "gettid": (186, 178), "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177),
    "uname": (63, 160), "sysinfo": (99, 179), "getrlimit": (97, 163), "getrusage": (98, 165),
    "exit": (60, 93), "exit_group": (231, 94),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class _Machine:
    """`column` in the table above; `audit` is the kernel's word for the architecture; mmap and mprotect pass unless they ask for
    executable memory; prlimit64 passes for the process itself."""

    column: int
    audit: int
    maps: tuple[int, int]
    prlimit64: int

    @property
    def calls(self) -> list[int]:
        return [number for pair in _ALLOWED_CALLS.values() if (number := pair[self.column]) is not None]


_MACHINES = {
    "x86_64": _Machine(column=0, audit=0xC000003E, maps=(9, 10), prlimit64=302),
    "aarch64": _Machine(column=1, audit=0xC00000B7, maps=(222, 226), prlimit64=261),
}
_FIRST_OF_X32 = 0x40000000


@dataclass(frozen=True, slots=True)
class Status:
    """`confined` is what matters; `reason` says why not, for a person."""

    confined: bool
    reason: str = ""


class NotConfined(RuntimeError):
    """The kernel does not offer the filter."""


def status() -> Status:
    """What this machine allows, without changing this process."""
    if not sys.platform.startswith("linux"):
        return Status(False, f"Files are parsed in a separate process, but {sys.platform} offers no seccomp filter to confine it.")
    if platform.machine() not in _MACHINES:
        return Status(False, f"No seccomp filter is written for {platform.machine()}; x86_64 and aarch64 have one.")
    if _libc().prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) < 0:
        return Status(False, "This kernel was built without seccomp, so the process that parses files cannot be confined.")
    return Status(True)


def lock_down(limits: Limits) -> Status:
    """Irrevocable. Everything that will be needed must be imported before."""
    _limit_resources(limits)
    found = status()
    if found.confined:
        _install_filter()
    return found


def allow_seconds(seconds: int) -> None:
    """The processor time for the next file, counted from now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _limit_resources(limits: Limits) -> None:
    os.closerange(3, 65536)
    for kind, value in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(kind, (value, value))


def _install_filter() -> None:
    libc = _libc()
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise NotConfined(os.strerror(ctypes.get_errno()))
    program = _program(platform.machine())
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    if libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.create_string_buffer(header, len(header)), 0, 0):
        raise NotConfined(os.strerror(ctypes.get_errno()))


def _program(machine: str) -> bytes:
    """A BPF program: a foreign architecture kills, a call on the list passes, any other answers "not permitted"."""
    rules = _MACHINES[machine]
    steps = [
        _step(_LOAD_WORD, _ARCHITECTURE_AT),
        _step(_JUMP_EQUAL, rules.audit, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD_WORD, _NUMBER_AT),
        _step(_JUMP_AT_LEAST, _FIRST_OF_X32, 0, 1),
        _step(_RETURN, _REFUSE),
    ]
    for call in rules.calls:
        steps += [_step(_JUMP_EQUAL, call, 0, 1), _step(_RETURN, _ALLOW)]
    for call in rules.maps:
        steps += [_step(_JUMP_EQUAL, call, 0, 4), _step(_LOAD_WORD, _THIRD_ARGUMENT_AT), _step(_JUMP_ANY_BIT, _PROT_EXEC, 1, 0)]
        steps += [_step(_RETURN, _ALLOW), _step(_RETURN, _REFUSE)]
    steps += [_step(_JUMP_EQUAL, rules.prlimit64, 0, 3), _step(_LOAD_WORD, _FIRST_ARGUMENT_AT), _step(_JUMP_EQUAL, 0, 0, 1)]
    return b"".join([*steps, _step(_RETURN, _ALLOW), _step(_RETURN, _REFUSE)])


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
