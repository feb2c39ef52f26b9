"""What runs on the workers of a Dask cluster: chunks of files, read as a worker process of our own reads them.

A chunk comes and goes as one string of bytes: Dask looks through whatever else it is given, value by value.
"""

import ctypes
import gc
import os
import pickle
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import cast

import pictured
from pictured.disk.naming import Naming
from pictured.errors import FileError
from pictured.flow import Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.in_bulk import Wanted, read_all
from pictured.looks import Depth

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def packed_order(wanted: Sequence[Wanted], limits: DecodingLimits, depth: Depth, *, marr: bool) -> bytes:
    """Give what `on_worker` is sent."""
    return pickle.dumps((tuple(wanted), limits, depth, marr))


def unpacked_answer(answer: bytes) -> Sequence[Fingerprint | bytes | FileError]:
    """Give what came of each file of a chunk, in their order."""
    return cast("Sequence[Fingerprint | bytes | FileError]", pickle.loads(answer))  # noqa: S301  the scheduler is trusted


def on_worker(order: bytes) -> bytes:
    """Read a chunk on a worker of a cluster; see `packed_order` and `unpacked_answer`.

    Its environment says where it has the shares: `PICTURED_MOUNTS=photos=/mnt/photos:scans=/mnt/scans`.
    """
    _settle_in()
    wanted, limits, depth, marr = pickle.loads(order)  # noqa: S301  whoever reaches the worker can run code on it anyway
    naming = Naming("", mounts_of(os.environ.get("PICTURED_MOUNTS", "").split(":")))
    return pickle.dumps(read_all(wanted, naming, limits, depth, marr=marr))


@cache
def _settle_in() -> None:
    """Set the process up as our own workers are, once.

    Dask has its workers give memory back as soon as 64 KB of it are free: each picture would ask the system for
    thousands of pages anew, which takes half as long as its reading. So the heap keeps up to 16 MB, as in `launching`.
    """
    # What is loaded stays: to look for garbage in it takes time.
    gc.freeze()
    if sys.platform == "linux":
        # Other libraries of C than GNU's have no such setting.
        with suppress(AttributeError):
            adjust = ctypes.CDLL(None).mallopt
            adjust(_M_TRIM_THRESHOLD, 2**24)
            adjust(_M_MMAP_THRESHOLD, 2**20)


def mounts_of(mounts: Iterable[str]) -> tuple[tuple[str, Path], ...]:
    """Give the shares and their folders of `photos=/mnt/photos`."""
    pairs = (each.partition("=") for each in mounts if each)
    return tuple((share, Path(folder)) for share, _, folder in pairs)


def installed() -> str:
    """Give the version of the machine that this runs on."""
    return pictured.__version__
