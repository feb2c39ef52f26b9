"""Files of arrays beside the index, memory-mapped: what was computed from rows once, so that no start does it again.

The rows stay the truth. A file that is damaged, or was made with something else than what is asked for, is passed over.
Whoever holds the state folder writes; any number of processes may read.

    set           the names of the files that count, the oldest first; written anew and put in place as a whole
    N.arrays      never changed; removed once the set no longer names it
    restated      the numbers of contents whose rows changed after they went into a file, four bytes each

Layout of a file: 8 bytes of magic, length and CRC-32 of the header (both 4 bytes, little-endian), the header in JSON,
and from byte 4096 on each array, in C order, at a multiple of 4096.
"""

import json
import mmap
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pictured.disk.flushing import flush, flush_folder

_MAGIC = b"PICTARR1"
_PAGE = 4096
_ENDING = ".arrays"
_CHECKED = 1 << 24
"""Arrays of fewer bytes are compared with their checksum when a file is opened; others when they are all read."""
_TRIES = 5


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """An open file of arrays, read-only.

    checksums   CRC-32 of each array, as it was written
    """

    name: str
    arrays: Mapping[str, NDArray[Any]]
    checksums: Mapping[str, int]
    memory: mmap.mmap

    @property
    def nbytes(self) -> int:
        """The size of the file."""
        return len(self.memory)

    def release(self) -> None:
        """Let go of what was read: it counts as memory of this process no longer, and is mapped again when needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.memory.madvise(mmap.MADV_DONTNEED)

    def intact(self) -> bool:
        """Whether every byte is as it was written. Reads the file."""
        for name, array in self.arrays.items():
            checksum, data = 0, _bytes(array)
            for begin in range(0, len(data), _CHECKED):
                checksum = crc32(data[begin : begin + _CHECKED], checksum)
                self.release()
            if checksum != self.checksums[name]:
                return False
        return True


class Segments:
    """The files of arrays in a folder. Methods that write raise OSError, and leave what there was.

    Args:
        folder: of our own; made where something is written.
        made: what the arrays are made of and with: files that say otherwise are passed over.
    """

    def __init__(self, folder: Path, made: str) -> None:
        self._folder = folder
        self._made = made

    def opened(self) -> list[Mapped]:
        """Open the files of the set, the oldest first."""
        for _ in range(_TRIES):
            names = self._named()
            found = [self._mapped(name) for name in names]
            # A writer replaces files while others open them.
            if names == self._named():
                break
        return [each for each in found if each is not None]

    def write(self, shapes: Mapping[str, tuple[str, tuple[int, ...]]], blocks: Iterable[tuple[str, Any]]) -> Mapped:
        """Write a file of arrays, which counts once it is in the set; may run in any thread, one at a time.

        Args:
            shapes: the type and the shape of each array.
            blocks: the arrays, piece by piece; the pieces of each come in their order.

        Raises:
            ValueError: if the pieces do not fill the arrays.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        name = f"{max([0, *map(_number, self._there())]) + 1:08}"
        temporary = self._folder / f"{name}.tmp"
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _fill(descriptor, self._made, shapes, blocks)
            flush(descriptor)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
        temporary.rename(self._file(name))
        mapped = self._mapped(name)
        if mapped is None:
            raise OSError(f"{self._file(name)} cannot be read back")
        return mapped

    def agree(self, names: Sequence[str]) -> None:
        """Make this the set, the oldest first, and remove what does not belong to it."""
        if list(names) != self._named():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            flush_folder(self._folder)
            self._put("set", json.dumps(list(names)).encode())
            flush_folder(self._folder)
        for file in (*self._folder.glob("*.tmp"), *self._folder.glob(f"*{_ENDING}")):
            if file.name.removesuffix(_ENDING) not in names:
                file.unlink(missing_ok=True)

    def restate(self, content: int) -> None:
        """Note that the rows of a content changed. Before the change, so that a crash leaves a note too many."""
        if self._folder.is_dir():
            with self._restatements.open("ab") as file:
                # A note that a crash cut off is filled up.
                file.write(bytes(-file.tell() % 4) + content.to_bytes(4, "little"))

    def restated(self) -> NDArray[np.uint32]:
        """Give the contents whose rows changed after they went into a file; to be read before those are opened."""
        try:
            data = self._restatements.read_bytes()
        except OSError:
            data = b""
        return np.unique(np.frombuffer(data[: len(data) // 4 * 4], "<u4"))

    def forget(self, restated: NDArray[np.uint32]) -> None:
        """Note that contents lie in a file of the set as their rows are now."""
        if len(restated) and self._restatements.exists():
            self._put("restated", np.setdiff1d(self.restated(), restated).astype("<u4").tobytes())

    @property
    def _restatements(self) -> Path:
        return self._folder / "restated"

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}{_ENDING}"

    def _there(self) -> Iterator[str]:
        return (file.stem for file in self._folder.glob(f"*{_ENDING}"))

    def _named(self) -> list[str]:
        with suppress(OSError, ValueError):
            names = json.loads((self._folder / "set").read_bytes())
            if isinstance(names, list):
                return [name for name in names if isinstance(name, str) and name.isdecimal()]
        return []

    def _put(self, name: str, data: bytes) -> None:
        temporary = self._folder / f"{name}.tmp"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            flush(file.fileno())
        temporary.rename(self._folder / name)

    def _mapped(self, name: str) -> Mapped | None:
        """Open a file, if it is whole and of our making."""
        with suppress(OSError, ValueError, KeyError, TypeError), self._file(name).open("rb") as file:
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            header = _header(memory)
            if header is None or header["made"] != self._made or header["size"] != len(memory):
                return None
            arrays, checksums = {}, {}
            for key, (kind, shape, offset, checksum) in header["arrays"].items():
                array = np.frombuffer(memory, np.dtype(kind), prod(shape), offset).reshape(shape)
                if array.nbytes < _CHECKED and crc32(_bytes(array)) != checksum:
                    return None
                arrays[key], checksums[key] = array, checksum
            mapped = Mapped(name, arrays, checksums, memory)
            mapped.release()
            return mapped
        return None


def _fill(
    descriptor: int,
    made: str,
    shapes: Mapping[str, tuple[str, tuple[int, ...]]],
    blocks: Iterable[tuple[str, NDArray[Any]]],
) -> None:
    begins, end = {}, _PAGE
    for name, (kind, shape) in shapes.items():
        begins[name] = end
        end += -(-np.dtype(kind).itemsize * prod(shape) // _PAGE) * _PAGE
    os.ftruncate(descriptor, end)
    places, checksums = dict(begins), dict.fromkeys(begins, 0)
    for name, block in blocks:
        data = _bytes(np.ascontiguousarray(block, shapes[name][0]))
        checksums[name] = crc32(data, checksums[name])
        while data:
            written = os.pwrite(descriptor, data, places[name])
            places[name] += written
            data = data[written:]
    for name, (kind, shape) in shapes.items():
        if places[name] - begins[name] != np.dtype(kind).itemsize * prod(shape):
            raise ValueError(f"the pieces of {name} do not fill it")
    told = {name: (kind, shape, begins[name], checksums[name]) for name, (kind, shape) in shapes.items()}
    header = json.dumps({"made": made, "size": end, "arrays": told}).encode()
    lead = _MAGIC + len(header).to_bytes(4, "little") + crc32(header).to_bytes(4, "little")
    if len(lead) + len(header) > _PAGE:
        raise ValueError("the header is too long")
    os.pwrite(descriptor, lead + header, 0)


def _header(memory: mmap.mmap) -> dict[str, Any] | None:
    length, checksum = (int.from_bytes(memory[begin : begin + 4], "little") for begin in (8, 12))
    header = memory[16 : 16 + length]
    if memory[:8] != _MAGIC or length > _PAGE or crc32(header) != checksum:
        return None
    told: dict[str, Any] = json.loads(header)
    return told


def _bytes(array: NDArray[Any]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _number(name: str) -> int:
    return int(name) if name.isdecimal() else 0
