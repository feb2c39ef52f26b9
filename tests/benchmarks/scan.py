"""The first scan, a burst of new files and a restart, with what others take for the same pictures in the same run.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python tests/benchmarks/scan.py --photos FOLDER [--files 1500]
        [--megapixels 12] [--rounds 3] [--burst 2000] [--depth normal] [--peer-python PYTHON]

Copies the photos until there are so many files, each with a comment of its own, so that no two have the same bytes;
with --megapixels, a twentieth as many are made, enlarged to that size with grain. Every program then runs over an empty
folder and over that one; what the first run takes is its start and counts for nothing. CPU is that of all processes.

    quick, normal     `pictured scan` at that depth
    decode and phash  Pillow's draft to 256 pixels and imagehash's phash, one file after another: what cannot be avoided
    no draft          the same without the draft, as everybody uses imagehash
    findimagedupes    its fingerprints; the Debian package of that name
    imagededup        its perceptual hash
    difPy             its tensors

With more threads, findimagedupes spends ten times its CPU on waiting. The last three are left out where they are not
installed. The Python packages bring much that pictured has no use for, and so may live in an environment of their own,
whose interpreter --peer-python names:

    pip install difPy joblib scikit-learn tqdm && pip install --no-deps imagededup

pictured reads at normal priority here, because the others do not give way either. The burst is dropped into a watched
folder of a daemon at depth normal, or --depth quick, file by file; it is over when the last file is indexed and
handled. Prints tables, and one JSON line at the end.
"""

import argparse
import ctypes
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from daemon import Daemon
from PIL import Image

LOOP = """\
import sys
from pathlib import Path
import imagehash
from PIL import Image
for path in sorted(Path(sys.argv[1]).rglob("*.jpg")):
    image = Image.open(path)
    {draft}
    imagehash.phash(image, hash_size=16)
"""
IMAGEDEDUP = """\
import importlib, sys
from pathlib import Path
from types import ModuleType
for name in ("methods", "utils"):  # these two load a neural network, and with it torch, beside every hash
    package = ModuleType(f"imagededup.{name}")
    package.__path__ = [f"{folder}/{name}" for folder in importlib.import_module("imagededup").__path__]
    sys.modules[package.__name__] = package
encoder = importlib.import_module("imagededup.methods.hashing").PHash(verbose=False)
for path in sorted(Path(sys.argv[1]).rglob("*.jpg")):
    encoder.encode_image(path)
"""
DIFPY = """\
import sys
from pathlib import Path
import difPy
if any(Path(sys.argv[1]).rglob("*.jpg")):
    difPy.build(sys.argv[1], show_progress=False, processes=1)
"""
CONFIG = """\
folders:
  - {{path: {folder}, role: library}}
matching:
  depth: {depth}
limits:
  workers: {workers}
  priority: normal
"""
SUBREAPER = 36
SETTLE = 1.0


@dataclass(frozen=True)
class Run:
    """CPU seconds of all processes, wall seconds, the largest resident size of one process in MB."""

    cpu: float
    wall: float
    rss: float


def measured(command: list[str], environ: dict[str, str]) -> Run:
    """Run a command in a child that adopts and waits for every descendant, so that all CPU time is counted."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
            began = time.monotonic()
            done = subprocess.run(command, env=environ, capture_output=True, check=False)
            wall = time.monotonic() - began
            with suppress(ChildProcessError):
                while True:
                    os.wait()
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            told = [used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1000]
            error = done.stderr.decode(errors="replace")[-400:] if done.returncode else ""
            os.write(theirs, json.dumps([error, told]).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    with os.fdopen(ours) as pipe:
        error, told = json.load(pipe)
    if error:
        raise RuntimeError(f"{command[:4]} failed: {error}")
    return Run(*told)


def commented(jpeg: bytes, number: int) -> bytes:
    """The same picture in other bytes: a comment behind the first marker."""
    comment = f"{number:016d}".encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def enlarged(photo: Path, megapixels: float) -> bytes:
    image = Image.open(photo).convert("RGB")
    scale = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
    image = image.resize([round(side * scale) for side in image.size], Image.Resampling.LANCZOS)
    grain = np.random.default_rng(1).normal(0, 6, (image.height, image.width, 1)).astype(np.float32)
    out = io.BytesIO()
    Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()


def small(photo: Path) -> bytes:
    image = Image.open(photo).convert("RGB")
    image.thumbnail((160, 160))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def written(pictures: list[bytes], files: int, folder: Path) -> Path:
    for number in range(files):
        path = folder / f"{number // 500:03d}" / f"{number:06d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(commented(pictures[number % len(pictures)], number))
    return folder


def programs(root: Path, peer: str) -> dict[str, list[str]]:
    """What is run; the last argument is to be the folder."""
    own = [sys.executable, "-m", "pictured", "scan", "--json", "--config"]
    found = {depth: [*own, str(root / f"{depth}.yaml")] for depth in ("quick", "normal")}
    loops = {"decode and phash": 'image.draft("L", (256, 256))', "no draft": "pass"}
    found |= {name: [sys.executable, "-c", LOOP.format(draft=draft)] for name, draft in loops.items()}
    if shutil.which("findimagedupes"):
        found["findimagedupes"] = ["findimagedupes", "--recurse", "--no-compare", f"--fingerprints={root}/fingerprints"]
    found |= {"imagededup": [peer, "-c", IMAGEDEDUP], "difPy": [peer, "-c", DIFPY]}
    return found


def first_scans(folder: Path, files: int, rounds: int, peer: str) -> dict[str, float]:
    """The CPU of each program in ms a file, the median over the rounds, without its start."""
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve()
        empty = root / "empty"
        empty.mkdir()
        for depth in ("quick", "normal"):
            (root / f"{depth}.yaml").write_text(CONFIG.format(folder=folder, depth=depth, workers=1))
        left_out: set[str] = set()
        for _ in range(rounds):
            for name, command in programs(root, peer).items():
                if name in left_out:
                    continue
                try:
                    start, whole = (over(command, each, root) for each in (empty, folder))
                except (RuntimeError, FileNotFoundError) as error:
                    print(f"{name} is left out: {str(error).splitlines()[-1]}")
                    left_out.add(name)
                    continue
                spent.setdefault(name, []).append(1000 * (whole.cpu - start.cpu) / files)
    return {name: statistics.median(each) for name, each in spent.items()}


def over(command: list[str], folder: Path, root: Path) -> Run:
    (root / "fingerprints").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as state:
        return measured([*command, str(folder)], {**os.environ, "PICTURED_STATE_DIR": state})


def resident(daemon: Daemon) -> dict[str, float]:
    """Resident size in MB of the daemon itself, and proportional size of it and all its processes."""
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return {"daemon": int(status.partition("VmRSS:")[2].split()[0]) / 1000, "all": daemon.memory()}


def burst(pictures: list[bytes], files: int, depth: str) -> Iterator[tuple[str, object]]:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve()
        (root / "library").mkdir()
        workers = os.cpu_count()
        config = CONFIG.format(folder=root / "library", depth=depth, workers=workers) + f"settle: {SETTLE:g}s\n"
        (root / "pictured.yaml").write_text(config)
        daemon = Daemon(root)
        daemon.wait_for("scan.finished")
        written(pictures, 50, root / "library/first")
        for _ in range(50):
            daemon.wait_for("file.done")
        time.sleep(SETTLE)
        before, used = resident(daemon), daemon.cpu()
        began = time.monotonic()
        written(pictures, files, root / "library/burst")
        closed = time.monotonic()
        done: set[str] = set()
        while len(done) < files:
            done.add(daemon.wait_for("file.done")["path"])
        ended = time.monotonic()
        after = resident(daemon)
        yield "dropped in s", round(closed - began, 2)
        yield "seconds after settling", round(ended - closed - SETTLE, 2)
        yield "cpu ms a file", round(1000 * (daemon.cpu() - used) / files, 2)
        yield "rss before MB", {name: round(value) for name, value in before.items()}
        yield "rss after MB", {name: round(value) for name, value in after.items()}
        daemon.stop()
        began = time.monotonic()
        again = Daemon(root)
        finished = again.wait_for("scan.finished")
        yield "restart s", round(time.monotonic() - began, 2)
        yield "read again at restart", finished["changed"]
        again.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--files", type=int, default=1500)
    parser.add_argument("--megapixels", type=float, help="enlarge the photos; as they are by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--burst", type=int, default=2000)
    parser.add_argument("--depth", choices=["quick", "normal"], default="normal", help="of the burst")
    parser.add_argument("--peer-python", default=sys.executable, metavar="PYTHON")
    given = parser.parse_args()
    photos = sorted(path for path in given.photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg"})
    told: dict[str, object] = {"photos": len(photos), "rounds": given.rounds}
    if given.files:
        files = max(1, given.files // 20) if given.megapixels else given.files
        pictures = [enlarged(each, given.megapixels) for each in photos[:12]] if given.megapixels else None
        with tempfile.TemporaryDirectory() as scratch:
            folder = written(pictures or [each.read_bytes() for each in photos], files, Path(scratch).resolve())
            spent = first_scans(folder, files, given.rounds, given.peer_python)
        size = f"{given.megapixels:g} megapixels" if given.megapixels else "as they are"
        print(f"\n{files} files, {size}")
        print(f"{'':18} {'ms a file':>10} {'files/s of a core':>18} {'quick is ... times as fast':>28}")
        for name, each in spent.items():
            print(f"{name:18} {each:10.2f} {1000 / each:18.0f} {each / spent['quick']:28.2f}")
        told |= {"files": files, "ms": {name: round(each, 3) for name, each in spent.items()}}
    if given.burst:
        found = dict(burst([small(each) for each in photos], given.burst, given.depth))
        print(f"\n{given.burst} small files at once, depth {given.depth}; load {os.getloadavg()[0]:.1f}")
        for name, value in found.items():
            print(f"{name:24} {value}")
        told["burst"] = found
    print(json.dumps(told))


if __name__ == "__main__":
    main()
