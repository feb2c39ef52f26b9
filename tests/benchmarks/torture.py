"""The daemon under a storm of file operations, killed again and again; the end is compared with an undisturbed run.

    python tests/benchmarks/torture.py FOLDER [--operations 5000] [--kills 100] [--seed 1]

FOLDER is made; it must not be there. Pictures and folders are created (whole, slowly, by rename, as folders that are
moved in), replaced, renamed, moved and deleted in a library and a query folder while `pictured run` is killed by
SIGKILL and started again at random moments; as often, one of its workers is killed, too. When it has come to rest, a
daemon with an empty index and an empty destination does the same folders without disturbance. Prints one JSON line:

    missed       files in the folders that are not in the index as they are
    stale        files in the index that are not in the folders
    lost         scenes of which the undisturbed run placed a better copy, or one where there is none
    partial      files in the destination that are none of the pictures written
    duplicated   files in the destination with the bytes of another one
    touched      files in the watched folders that are not as they were written
    unclean      starts that ended by themselves, and a last end other than 0
"""

import argparse
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

CONFIG = """\
folders:
  - {path: '%(root)s/library', role: library}
  - {path: '%(root)s/queries', role: query}
collect:
  - {name: best, from: ['%(root)s/library'], into: '%(best)s', mode: auto}
settle: 500ms
limits: {retry: 5s, priority: normal}
"""
SCENES, WIDTHS, POOR = 24, (200, 260, 320), 110
FULL = 400
DEADLINE = 900.0


def scene(number: int) -> Image.Image:
    chance, planes = np.random.default_rng(number), np.zeros((240, 320, 3))
    for size in (3, 6, 12, 24, 48, 96, 192):
        for channel in range(3):
            noise = Image.fromarray(chance.uniform(0, 1, (size, size)).astype(np.float32))
            planes[..., channel] += np.asarray(noise.resize((320, 240), Image.Resampling.BICUBIC)) / size**0.25
    return Image.fromarray(((planes - planes.min()) / np.ptp(planes) * 255).astype(np.uint8))


def jpeg(picture: Image.Image, width: int, quality: int) -> bytes:
    made = io.BytesIO()
    picture.resize((width, width * 3 // 4), Image.Resampling.LANCZOS).save(made, "JPEG", quality=quality)
    return made.getvalue()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Service:
    """`pictured run` on a root, with an index and a destination of its own."""

    root: Path
    name: str
    unclean: int = 0
    process: subprocess.Popen | None = None

    def __post_init__(self) -> None:
        self.best.mkdir()
        self.config.write_text(CONFIG % {"root": self.root, "best": self.best})
        self.log = (self.root / f"{self.name}.log").open("wb")

    @property
    def best(self) -> Path:
        return self.root / f"{self.name}-best"

    @property
    def config(self) -> Path:
        return self.root / f"{self.name}.yaml"

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "pictured", *words, "--config", str(self.config)]

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "PICTURED_STATE_DIR": str(self.root / f"{self.name}-state")}

    def start(self) -> None:
        self.process = subprocess.Popen(self.argv("run"), env=self.environ, stdout=self.log, stderr=self.log)

    def kill(self) -> None:
        self.unclean += self.process.poll() is not None
        self.process.kill()
        self.process.wait()

    def kill_worker(self, chance: random.Random) -> None:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            found = [pid for child in children.read_text().split() for pid in (child, *below(child))]
            os.kill(int(chance.choice(found)), signal.SIGKILL)
        except (OSError, IndexError):
            return

    def answer(self, *words: str) -> dict:
        done = subprocess.run(self.argv(*words, "--json"), env=self.environ, capture_output=True, check=False)
        lines = done.stdout.splitlines()
        return json.loads(lines[-1]) if lines else {}

    def rest(self) -> None:
        """Wait until nothing is pending, three times in a row."""
        end, quiet = time.monotonic() + DEADLINE, 0
        while quiet < 3 and time.monotonic() < end:
            time.sleep(2)
            quiet = quiet + 1 if self.answer("status").get("pending") == 0 else 0

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.unclean += self.process.wait(60) != 0


def below(pid: str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


@dataclass
class Storm:
    """Operations on the folders, and what they should hold."""

    root: Path
    chance: random.Random
    pictures: dict[tuple[int, int], bytes]
    truth: dict[Path, bytes] = field(default_factory=dict)
    turn: int = 0

    def operate(self) -> None:
        self.turn += 1
        most = 0.55 if len(self.truth) < FULL else 0.2
        way = self.chance.random()
        if way < most or len(self.truth) < 10:
            self.create()
        elif way < most + 0.08:
            self.write(self.any(), self.any_bytes())
        elif way < most + 0.2:
            self.rename(self.any())
        elif way < most + 0.26:
            self.move_folder()
        elif way < most + 0.3:
            self.move_in()
        elif way < most + 0.32:
            self.remove_folder()
        else:
            path = self.any()
            path.unlink()
            del self.truth[path]

    def any(self) -> Path:
        return self.chance.choice(list(self.truth))

    def any_bytes(self) -> bytes:
        return self.pictures[self.chance.randrange(SCENES), self.chance.choice(WIDTHS)]

    def folder(self) -> Path:
        return self.root / "library" / f"d{self.chance.randrange(12)}" / f"s{self.chance.randrange(4)}"

    def create(self) -> None:
        if self.chance.random() < 0.2:
            path = self.root / "queries" / f"q{self.turn}.jpg"
            self.write(path, self.pictures[self.chance.randrange(SCENES), POOR])
        else:
            self.write(self.folder() / f"p{self.turn}.jpg", self.any_bytes())

    def write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        match self.chance.choice(["whole", "slowly", "renamed"]):
            case "whole":
                path.write_bytes(content)
            case "slowly":
                with path.open("wb", buffering=0) as file:
                    for begin in range(0, len(content), len(content) // 4):
                        file.write(content[begin : begin + len(content) // 4])
                        time.sleep(0.01)
            case _:
                (self.root / "aside").write_bytes(content)
                (self.root / "aside").rename(path)
        self.truth[path] = content

    def rename(self, path: Path) -> None:
        new = (self.folder() if "library" in path.parts else path.parent) / f"r{self.turn}.jpg"
        new.parent.mkdir(parents=True, exist_ok=True)
        path.rename(new)
        self.truth[new] = self.truth.pop(path)

    def move_folder(self) -> None:
        folders = sorted({path.parent for path in self.truth if "library" in path.parts})
        if not folders:
            return
        old, new = self.chance.choice(folders), self.root / "library" / f"moved{self.turn}"
        old.rename(new)
        for path in [path for path in self.truth if path.is_relative_to(old)]:
            self.truth[new / path.relative_to(old)] = self.truth.pop(path)

    def move_in(self) -> None:
        outside, new = self.root / "outside", self.root / "library" / f"came{self.turn}"
        for number in range(3):
            (outside / "deep").mkdir(parents=True, exist_ok=True)
            content = self.any_bytes()
            (outside / f"deep/{number}.jpg").write_bytes(content)
            self.truth[new / f"deep/{number}.jpg"] = content
        outside.rename(new)

    def remove_folder(self) -> None:
        folders = sorted({path.parent for path in self.truth if "library" in path.parts})
        if not folders:
            return
        folder = self.chance.choice(folders)
        for path in [path for path in self.truth if path.parent == folder]:
            path.unlink()
            del self.truth[path]
        if not any(folder.iterdir()):
            folder.rmdir()


def best_of(folder: Path, scenes: dict[str, tuple[int, int]]) -> dict[int, int]:
    """The greatest width of each scene in a folder."""
    found: dict[int, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and (known := scenes.get(digest(path.read_bytes()))):
            found[known[0]] = max(found.get(known[0], 0), known[1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--operations", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    root = asked.folder.absolute()
    for name in ("library", "queries"):
        (root / name).mkdir(parents=True)
    chance = random.Random(asked.seed)
    drawn = [scene(100 * asked.seed + number) for number in range(SCENES)]
    pictures = {(number, width): jpeg(drawn[number], width, 88) for number in range(SCENES) for width in WIDTHS}
    pictures |= {(number, POOR): jpeg(drawn[number], POOR, 45) for number in range(SCENES)}
    storm, service = Storm(root, random.Random(asked.seed), pictures), Service(root, "stormed")
    began = time.monotonic()
    service.start()
    kills, workers, due = 0, 0, time.monotonic() + 3
    while storm.turn < asked.operations or kills < asked.kills:
        if storm.turn < asked.operations:
            storm.operate()
        # So many operations for each kill, however fast either goes.
        ahead = storm.turn * asked.kills > (kills + 1) * asked.operations
        if time.monotonic() >= due and (ahead or storm.turn >= asked.operations):
            service.kill_worker(chance)
            workers += 1
            time.sleep(chance.random())
            service.kill()
            kills += 1
            service.start()
            due = time.monotonic() + chance.uniform(0.2, 4.0)
        time.sleep(0 if ahead is False else 0.01)
        while ahead and time.monotonic() < due:
            time.sleep(0.05)
    stormed = time.monotonic() - began
    service.rest()
    status = service.answer("status")
    rescanned = service.answer("scan", str(root / "library"), str(root / "queries"))
    service.stop()
    calm = Service(root, "calm")
    calm.start()
    calm.rest()
    calm.stop()
    scenes = {digest(content): key for key, content in pictures.items()}
    placed = [digest(path.read_bytes()) for path in service.best.rglob("*") if path.is_file()]
    here, there = best_of(service.best, scenes), best_of(calm.best, scenes)
    present = {path: path.read_bytes() for name in ("library", "queries") for path in (root / name).rglob("*.jpg")}
    told = {
        "operations": storm.turn,
        "kills": kills,
        "workers_killed": workers,
        "files": len(storm.truth),
        "placed": len(placed),
        "placed_undisturbed": sum(1 for path in calm.best.rglob("*") if path.is_file()),
        "missed": rescanned.get("hashed", -1),
        "stale": status.get("files", -1) - len(storm.truth),
        "lost": sum(1 for each, width in there.items() if here.get(each, 0) < width),
        "partial": sum(1 for each in placed if each not in scenes),
        "duplicated": len(placed) - len(set(placed)),
        "touched": sum(1 for path in {*present, *storm.truth} if present.get(path) != storm.truth.get(path)),
        "unclean": service.unclean + calm.unclean,
        "seconds": round(stormed),
    }
    print(json.dumps(told))
    names = ("missed", "stale", "lost", "partial", "duplicated", "touched", "unclean")
    sys.exit(any(told[name] != 0 for name in names))


if __name__ == "__main__":
    main()
