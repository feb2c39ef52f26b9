"""Folders, steps and processes that die, shared by the tests of `disk`."""

import ctypes
import hashlib
import os
import platform
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pictured.disk.reading import stamp_from
from pictured.flow import Collect, Form, Placed

Tree = dict[bytes, tuple[object, ...]]
OLD = 1_262_304_000_123_456_000
LINK_CALLS = {"x86_64": (86, 265), "aarch64": (37,)}


@dataclass(frozen=True)
class World:
    """A source folder and a destination, and the steps between them."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "photos" / "a.jpg"

    @property
    def target(self) -> Path:
        return self.root / "best" / "2010" / "a.jpg"

    @property
    def temporary(self) -> Path:
        return self.target.with_name(".pictured-7-00000000.tmp")

    def write(self, path: Path, content: bytes, mtime_ns: int = OLD, mode: int = 0o640) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
        os.utime(path, ns=(mtime_ns, mtime_ns))
        return path

    def step(self, form: Form = Form.COPY, replaces: Placed | None = None, **changes: object) -> Collect:
        values: dict[str, object] = {
            "entry": "best",
            "query": None,
            "source": self.source,
            "stamp": stamp_from(self.source.lstat()),
            "digest": hashlib.sha256(self.source.read_bytes()).digest(),
            "target": self.target,
            "form": form,
            "reason": "more pixels",
            "replaces": replaces,
        }
        return Collect(**(values | changes))

    def placed(self, path: Path, source: Path, form: Form = Form.COPY) -> Placed:
        digest = hashlib.sha256(source.read_bytes()).digest()
        return Placed(3, "best", path, stamp_from(path.lstat()), digest, source, form, "only copy")


@pytest.fixture
def new_world(tmp_path: Path) -> Callable[..., World]:
    count = iter(range(100_000))

    def make(size: int = 5000) -> World:
        world = World(tmp_path / f"world{next(count)}")
        world.write(world.source, bytes(range(251)) * (size // 251) + b"end")
        return world

    return make


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    return new_world()


def tree_of(folder: Path) -> Tree:
    """Every file and link below `folder`: kind, mode, time, content, and the first path that shares its inode.

    Folders are left out: one that was made for a target may stay behind, empty.
    """
    found: Tree = {}
    first: dict[tuple[int, int], bytes] = {}
    paths = sorted(os.path.join(at, name) for at, _, names in os.walk(os.fsencode(folder)) for name in names)  # noqa: PTH118
    for path in paths:
        name = os.path.relpath(path, os.fsencode(folder))
        info = os.lstat(path)
        shares = first.setdefault((info.st_dev, info.st_ino), name)
        if stat.S_ISLNK(info.st_mode):
            found[name] = ("link", os.path.relpath(os.readlink(path), os.fsencode(folder)))  # noqa: PTH115
        else:
            with open(path, "rb") as file:  # noqa: PTH123
                found[name] = (oct(info.st_mode), info.st_mtime_ns, file.read(), shares)
    return found


@pytest.fixture
def tree() -> Callable[[Path], Tree]:
    return tree_of


@pytest.fixture
def in_child() -> Callable[[Callable[[], int]], int]:
    """Run a function in a forked process and give the exit code it returns; 99 stands for an exception."""

    def run(work: Callable[[], int]) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            code = 99
            try:
                code = work()
            except BaseException:  # noqa: BLE001 - the child must not return into pytest
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    return run


@pytest.fixture
def refuse_hard_links() -> Callable[[int], None]:
    """Let the kernel answer every link() of this process (a child!) with an error, as FAT and some shares do."""
    if not sys.platform.startswith("linux") or platform.machine() not in LINK_CALLS:
        pytest.skip("needs seccomp on a known machine")

    class Filter(ctypes.Structure):
        _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_uint16), ("filters", ctypes.POINTER(Filter)))

    def refuse(code: int) -> None:
        calls = LINK_CALLS[platform.machine()]
        lines = [(0x20, 0, 0, 0)]
        lines += [(0x15, len(calls) - at, 0, number) for at, number in enumerate(calls)]
        lines += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050000 | code)]
        filters = (Filter * len(lines))(*lines)
        libc = ctypes.CDLL(None, use_errno=True)
        for arguments in ((38, 1, 0, 0, 0), (22, 2, ctypes.byref(Program(len(lines), filters)), 0, 0)):
            if libc.prctl(*arguments) != 0:
                raise OSError(ctypes.get_errno(), "prctl")

    return refuse


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mount something on a new folder, or skip the test with the reason why that is not possible here."""
    mounted: list[Path] = []

    def run(*arguments: str) -> Path:
        at = tmp_path / f"mount{len(mounted)}"
        at.mkdir(exist_ok=True)
        try:
            subprocess.run(["mount", *arguments, str(at)], check=True, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("mount is not installed")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"cannot mount here: {error.stderr.strip()}")
        mounted.append(at)
        return at

    yield run
    for at in reversed(mounted):
        subprocess.run(["umount", str(at)], check=True)
