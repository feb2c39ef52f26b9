"""What a decoder may do to its worker. Loaded by worker processes by name."""

import hashlib
import os
import resource
import signal
import time
from pathlib import Path
from typing import NoReturn

from pictured.errors import Refused
from pictured.flow import Fingerprint, Stamp
from pictured.imaging.limits import DecodingLimits


def work(path: Path, stamp: Stamp, limits: DecodingLimits, **asked: object) -> Fingerprint:
    """Do what the name of the file says, and tell about the process by `camera`, and what was asked by `mode`."""
    del limits
    match path.stem:
        case "hang":
            _announced(path)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "slow":
            time.sleep(0.15)
        case "exit":
            os._exit(3)
        case "memory":
            bytearray(2**34)
        case "fault":
            raise KeyError(path.name)
        case "refused":
            raise Refused(f"{path.name} is refused.")
        case "chatter":
            os.write(1, b"noise")
            os.write(2, b"noise")
    core, _ = resource.getrlimit(resource.RLIMIT_CORE)
    sigint = "ignored" if signal.getsignal(signal.SIGINT) == signal.SIG_IGN else "taken"
    told = f"{os.getpid()} core={core} sigint={sigint} blas={os.environ.get('OPENBLAS_NUM_THREADS')}"
    mode = " ".join(f"{name}={value}" for name, value in sorted(asked.items()))
    digest = hashlib.sha256(path.name.encode()).digest()
    return Fingerprint(digest, stamp.size, 1, 1, "", mode, 8, 1, None, None, told, (), bytes(32), b"", b"", b"")


def _announced(path: Path) -> NoReturn:
    """Tell the test by a file that the hang has begun."""
    path.with_suffix(".pid").write_text(str(os.getpid()))
    while True:
        signal.pause()
