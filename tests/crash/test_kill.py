"""The real process, killed at random moments while pictures arrive; at the end the destination equals the truth."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pytest
from PIL import Image
from skimage import data

KILLS = 8
DEADLINE = 60
SIZES = (420, 300, 210)
CONFIG = """\
folders:
  - path: {root}/library
    role: library
  - path: {root}/queries
    role: query
collect:
  - name: best
    from: ['{root}/library']
    into: {root}/best
    mode: auto
settle: 300ms
"""


@dataclass
class Service:
    """The daemon as a process, and the commands beside it."""

    root: Path
    log: IO[bytes]
    process: subprocess.Popen[bytes] = field(init=False)

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pictured", *arguments, "--config", str(self.root / "pictured.yaml")]

    @property
    def environ(self) -> dict[str, str]:
        return os.environ | {"PICTURED_STATE_DIR": str(self.root / "state")}

    def start(self) -> None:
        self.process = subprocess.Popen(self.argv("run"), env=self.environ, stdout=self.log, stderr=self.log)

    def kill_within(self, seconds: float) -> None:
        """Let it run for so long, and kill it; it must not have ended by itself."""
        with pytest.raises(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.process.kill()
        assert self.process.wait() == -signal.SIGKILL

    def answer(self, *arguments: str) -> dict[str, Any]:
        """Give the last line that a command prints."""
        done = subprocess.run(self.argv(*arguments, "--json"), env=self.environ, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return last


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    for name in ("library", "queries"):
        (tmp_path / name).mkdir()
    (tmp_path / "pictured.yaml").write_text(CONFIG.format(root=tmp_path))
    with (tmp_path / "log").open("wb") as log:
        service = Service(tmp_path, log)
        service.start()
        yield service
        service.process.kill()
        service.process.wait()


def pictures() -> dict[str, Image.Image]:
    names = ("astronaut", "camera", "chelsea", "coffee", "coins", "hubble_deep_field", "retina", "rocket")
    return {name: Image.fromarray(getattr(data, name)()) for name in names}


def jpeg(picture: Image.Image, width: int, quality: int) -> bytes:
    made = BytesIO()
    size = (width, picture.height * width // picture.width)
    picture.resize(size, Image.Resampling.LANCZOS).save(made, "JPEG", quality=quality)
    return made.getvalue()


def arrive(path: Path, content: bytes, chance: random.Random) -> None:
    """Write a file as programs do: whole, in pieces, or under another name first."""
    match chance.choice(["whole", "in pieces", "renamed"]):
        case "whole":
            path.write_bytes(content)
        case "in pieces":
            with path.open("wb", buffering=0) as file:
                for begin in range(0, len(content), 1000):
                    file.write(content[begin : begin + 1000])
        case _:
            path.with_name(f".{path.name}.part").write_bytes(content)
            path.with_name(f".{path.name}.part").rename(path)


def contents(folder: Path) -> list[str] | None:
    """The digests of all files; None where one of them got its name in the middle of the look."""
    with suppress(FileNotFoundError):
        return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file())
    return None


def state(folder: Path) -> dict[Path, tuple[int, int, bytes]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.stat().st_mode, path.read_bytes()) for path in files}


def test_killed_at_random_moments_it_still_collects_the_best_copy_of_each_query(service: Service) -> None:
    chance = random.Random(8)
    library, queries, best = (service.root / name for name in ("library", "queries", "best"))
    arriving = {}
    for name, picture in pictures().items():
        arriving[queries / f"{name}.jpg"] = jpeg(picture, 140, 45)
        arriving |= {library / f"{name}-{width}.jpg": jpeg(picture, width, 88) for width in SIZES}
    truth = sorted(
        hashlib.sha256(content).hexdigest() for path, content in arriving.items() if path.stem.endswith(str(SIZES[0]))
    )
    order = chance.sample(sorted(arriving), len(arriving))
    kills = set(chance.sample(range(1, len(order)), KILLS))
    before = {}

    for turn, path in enumerate(order):
        arrive(path, arriving[path], chance)
        before[path] = (path.stat().st_mtime_ns, path.stat().st_mode, arriving[path])
        if turn in kills:
            service.kill_within(0.4 + chance.random())
            service.start()

    deadline = time.monotonic() + DEADLINE
    while contents(best) != truth or service.answer("status")["pending"] != 0:
        assert time.monotonic() < deadline, (service.root / "log").read_text()
    assert service.answer("scan", str(library))["hashed"] == 0
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(DEADLINE) == 0
    assert service.answer("scan", str(library))["hashed"] == 0
    assert contents(best) == truth
    assert state(library) | state(queries) == before
