"""The real program in folders of its own: commands, and the daemon as a process whose log can be waited for."""

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from PIL import Image

DEADLINE = 60.0

Key = TypeVar("Key", bound=Hashable)
Line = dict[str, Any]
Tree = dict[str, tuple[object, ...]]


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Line]:
        """What `--json` printed; fails where anything else is among it."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> Line:
        (only,) = self.lines
        return only


@dataclass
class Daemon:
    """`pictured run` as a process."""

    process: subprocess.Popen[str]
    log: list[Line] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    grown: threading.Condition = field(default_factory=threading.Condition)
    ended: bool = False

    def read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self.grown:
                self.raw.append(line)
                if line.startswith("{"):
                    self.log.append(json.loads(line))
                self.grown.notify_all()
        with self.grown:
            self.ended = True
            self.grown.notify_all()

    @property
    def text(self) -> str:
        return "".join(self.raw)

    @property
    def now(self) -> int:
        """The end of the log so far, for `after`."""
        return len(self.log)

    def told(self, event: str, *, after: int = 0, **fields: object) -> list[Line]:
        wanted = {"event": event} | {key: str(v) if isinstance(v, Path) else v for key, v in fields.items()}
        return [line for line in self.log[after:] if all(line.get(key) == value for key, value in wanted.items())]

    def wait(self, event: str, *, after: int = 0, times: int = 1, **fields: object) -> Line:
        """Wait until an event with some fields was logged so many times, and give the last of them."""
        deadline = time.monotonic() + DEADLINE
        with self.grown:
            while len(found := self.told(event, after=after, **fields)) < times:
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    pytest.fail(f"never logged: {event} {fields}, in\n{self.text}")
                self.grown.wait(left)
        return found[times - 1]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it, look through its whole log, and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(DEADLINE)
        with self.grown:
            assert self.grown.wait_for(lambda: self.ended, DEADLINE)
        assert "Traceback" not in self.text, self.text
        assert '"exception"' not in self.text, self.text
        assert not self.told("file.failed", kind="internal"), self.text
        assert len(self.log) == len(self.raw), self.text
        return code


def discard(process: subprocess.Popen[str]) -> None:
    """Make sure that a process has ended, whatever became of the test."""
    process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


@dataclass(frozen=True)
class Sandbox:
    """A home, a state folder and whatever else a test puts below `root`."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def environ(self) -> dict[str, str]:
        own = {"PICTURED_STATE_DIR": str(self.state), "HOME": str(self.root / "home")}
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PICTURED_", "XDG_", "JOURNAL"))}
        return kept | own

    def begin(self, *arguments: str | Path, prefix: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Start a command; its output is text as JSON has it, and whatever is not UTF-8 fails."""
        argv = [*prefix, sys.executable, "-m", "pictured", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            argv, env=self.environ, cwd=self.root, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, encoding="utf-8"
        )

    def end(self, process: subprocess.Popen[str]) -> Done:
        try:
            out, err = process.communicate(timeout=DEADLINE)
        finally:
            discard(process)
        assert "Traceback" not in out + err, err
        return Done(process.returncode, out, err)

    def pictured(self, *arguments: str | Path, prefix: Sequence[str] = ()) -> Done:
        """Run a command to its end. No command may ever show a traceback."""
        return self.end(self.begin(*arguments, prefix=prefix))

    def together(self, commands: Mapping[Key, Sequence[str | Path]]) -> dict[Key, Done]:
        """Run commands side by side, which takes less time."""
        begun: dict[Key, subprocess.Popen[str]] = {}
        try:
            for name, arguments in commands.items():
                begun[name] = self.begin(*arguments)
            return {name: self.end(process) for name, process in begun.items()}
        finally:
            for process in begun.values():
                discard(process)

    def configure(self, text: str, name: str = "pictured.yaml") -> Path:
        """Write a configuration; `{root}` in it stands for the sandbox."""
        file = self.root / name
        file.write_text(text.replace("{root}", str(self.root)), encoding="utf-8")
        return file

    @contextmanager
    def daemon(self, config: Path, *, prefix: Sequence[str] = ()) -> Iterator[Daemon]:
        """Run the daemon; it watches already. It is killed at the end, and stopped well before where nothing failed."""
        daemon = Daemon(self.begin("run", "--config", config, prefix=prefix))
        reader = threading.Thread(target=daemon.read, daemon=True)
        reader.start()
        try:
            daemon.wait("daemon.started")
            yield daemon
            assert daemon.stop() == 0
        finally:
            daemon.process.kill()
            reader.join(DEADLINE)
            discard(daemon.process)

    def idle(self, *, config: Path) -> Line:
        """Ask until nothing is pending and no folder is being scanned, and give that status."""
        deadline = time.monotonic() + DEADLINE
        while True:
            status = self.pictured("status", "--config", config, "--json").line
            if status["pending"] == 0:
                return status
            assert time.monotonic() < deadline, status


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return made(tmp_path)


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """One for all tests of a module."""
    return made(tmp_path_factory.mktemp("shared"))


def made(root: Path) -> Sandbox:
    (root / "home").mkdir()
    # Where tests run under /tmp on macOS, that is a symlink, and the program speaks of real paths.
    return Sandbox(root.resolve())


@cache
def scene(number: int) -> Image.Image:
    """A picture with texture of every size, 480 x 360, unlike that of any other number; made smaller, it loses some."""
    chance = np.random.default_rng(number)
    planes = np.zeros((3, 360, 480))
    for size in (3, 6, 12, 24, 48, 96, 192, 384):
        for channel in range(3):
            noise = Image.fromarray(chance.uniform(0, 1, (size, size)).astype(np.float32))
            planes[channel] += np.asarray(noise.resize((480, 360), Image.Resampling.BICUBIC)) / size**0.25
    low, high = planes.min(), planes.max()
    return Image.fromarray(((planes - low) / (high - low) * 255).astype(np.uint8).transpose(1, 2, 0))


def jpeg(number: int, width: int = 480, quality: int = 90) -> bytes:
    """A scene as the bytes of a JPEG, smaller and coarser as wanted."""
    picture, written = scene(number), BytesIO()
    picture.resize((width, width * 3 // 4), Image.Resampling.LANCZOS).save(written, "JPEG", quality=quality)
    return written.getvalue()


def put(path: Path, content: bytes) -> Path:
    """Write a file, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def tree(*folders: Path) -> Tree:
    """All that is below some folders: kind, mode, time and content of each name."""
    found: Tree = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        here = path.lstat()
        if stat.S_ISREG(here.st_mode):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path)] = (stat.filemode(here.st_mode), here.st_mtime_ns, content)
        else:
            found[str(path)] = (stat.filemode(here.st_mode),)
    return found
