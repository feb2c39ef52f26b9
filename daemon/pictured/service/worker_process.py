"""What runs inside a worker process: one file after the other, within limits, until the pipe closes.

Imports are kept light on purpose: neither configuration, nor store, nor log are loaded into a worker.
"""

import os
import pkgutil
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from pictured.disk.paths import shown
from pictured.errors import Crashed, FileError, TooLarge
from pictured.flow import Fingerprint, Stamp
from pictured.imaging.limits import DecodingLimits

Work = Callable[[Path, Stamp, DecodingLimits], Fingerprint]

_ALARM_GRACE = 2.0


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What a worker may take.

    seconds    wall time for one file
    memory     bytes of address space above the worker's own size at start (Linux only)
    decoding   what a picture may declare
    tasks      files after which a worker is replaced by a fresh one, so that leaks of the decoders stay small
    """

    seconds: float
    memory: int
    decoding: DecodingLimits
    tasks: int = 500


def serve(connection: Connection, parents_end: Connection | None, limits: WorkerLimits, work: str) -> None:
    """Answer each `(path, stamp)` with a Fingerprint or a FileError.

    Args:
        connection: the worker's end of the pipe.
        parents_end: the other end where a fork has copied it into this process; held open, it would hide that the
            parent is gone.
        limits: set on this process before the first file.
        work: `module:function` of a `Work`, resolved here, so that the parent never loads the decoders.
    """
    if parents_end is not None:
        parents_end.close()
    _silence()
    _answer_signals()
    function: Work = pkgutil.resolve_name(work)
    _confine(limits.memory)
    while True:
        try:
            path, stamp = connection.recv()
        except (EOFError, OSError):
            return
        # The parent stops a worker that takes too long; the alarm does where the parent was killed meanwhile.
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + _ALARM_GRACE)
        answer = _done(function, path, stamp, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            connection.send(answer)
        except OSError:
            return


def _done(function: Work, path: Path, stamp: Stamp, limits: WorkerLimits) -> Fingerprint | FileError:
    try:
        return function(path, stamp, limits.decoding)
    except FileError as error:
        return error
    except MemoryError:
        return TooLarge(f"{shown(path)} needs more memory than limits.memory allows.")
    except Exception as error:  # noqa: BLE001  a fault of ours costs one file, and its name must reach the log
        return Crashed(f"{shown(path)} made the worker fail: {type(error).__name__}: {error}.")


def _silence() -> None:
    """Keep the chatter of C libraries out of the daemon's log and out of the JSON on standard output."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _answer_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)


def _confine(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        # macOS accepts RLIMIT_AS and does not enforce it.
        return
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = own + memory if hard == resource.RLIM_INFINITY else min(own + memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
