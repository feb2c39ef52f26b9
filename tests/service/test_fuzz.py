"""Real files damaged in every way, and workers that die, hang and want too much: each file is accounted for.

    PICTURED_VARIANTS=2000 PICTURED_SEED=7 python -m pytest -s tests/service/test_fuzz.py

makes more variants than a test may take, or others, and prints the figures.
"""

import json
import os
import random
import signal
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.service.conftest import Daemon, Line, Sandbox, jpeg, put, scene

VARIANTS = int(os.environ.get("PICTURED_VARIANTS", "200"))
SEED = int(os.environ.get("PICTURED_SEED", "1"))
# A whole picture takes a hundredth of a second, one that has to be given up its whole time.
PATIENCE = 60.0 + 0.5 * VARIANTS
CONFIG = """\
folders:
  - {path: '{root}/library', role: library}
settle: 200ms
limits: {workers: 2, time: 10s, memory: 256MB, priority: normal}
"""
MEMORY = 256_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")
# A decoder's fault, the system's want of memory, a hang, and the limit of processor time.
DEATHS = (signal.SIGSEGV, signal.SIGKILL, signal.SIGSTOP, signal.SIGXCPU, signal.SIGSEGV)
SUFFIXES = {"JPEG": "jpg", "TIFF": "tif"}


@cache
def whole(number: int, kind: str) -> bytes:
    """A picture with metadata, a profile or several frames, where its format has them."""
    picture, made = scene(number % 3).resize((160, 120)), BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "Maker", "2019:07:14 12:30:05"
    match kind:
        case "JPEG":
            picture.save(made, kind, quality=85, progressive=bool(number % 2), exif=exif, dpi=(72, 72))
        case "PNG":
            picture.convert("P" if number % 2 else "RGBA").save(made, kind, exif=exif)
        case "GIF" | "WEBP":
            frames = [picture.rotate(90 * turn) for turn in range(1, 3)] if number % 2 else []
            picture.save(made, kind, save_all=bool(frames), append_images=frames)
        case "TIFF":
            picture.save(made, kind, compression="tiff_lzw" if number % 2 else "tiff_deflate")
        case _:
            picture.save(made, kind)
    return made.getvalue()


def flipped(content: bytes, chance: random.Random) -> bytes:
    made = bytearray(content)
    for _ in range(chance.choice([1, 5, 50])):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def truncated(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def spliced(content: bytes, chance: random.Random) -> bytes:
    other = whole(chance.randrange(6), chance.choice(FORMATS))
    return content[: chance.randrange(len(content))] + other[chance.randrange(len(other)) :]


def headed_by_another(content: bytes, chance: random.Random) -> bytes:
    length = chance.choice([4, 12, 64, 512])
    return whole(chance.randrange(6), chance.choice(FORMATS))[:length] + content[length:]


def doubled(content: bytes, chance: random.Random) -> bytes:
    begin, end = sorted(chance.sample(range(len(content) + 1), 2))
    return content[:end] + content[begin:end] * chance.choice([1, 3]) + content[end:]


def lying(content: bytes, chance: random.Random) -> bytes:
    """Sizes, counts and offsets stand in the first bytes."""
    made = bytearray(content)
    for _ in range(chance.choice([1, 4])):
        made[chance.randrange(min(256, len(made)))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    return bytes(made)


def shuffled(content: bytes, chance: random.Random) -> bytes:
    cuts = sorted(chance.sample(range(1, len(content)), 4))
    pieces = [content[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    middle = pieces[1:]
    chance.shuffle(middle)
    return pieces[0] + b"".join(middle)


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(flipped, truncated, spliced, headed_by_another, doubled, lying, shuffled),
)


def variants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents; the same for the same seed."""
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        kind, way = FORMATS[number % len(FORMATS)], WAYS[number // len(FORMATS) % len(WAYS)]
        content = way(whole(chance.randrange(6), kind), chance)
        if chance.random() < 0.2:
            content = chance.choice(WAYS)(content, chance) if len(content) > 8 else content
        yield f"{number} {way.__name__}.{SUFFIXES.get(kind, kind.lower())}", content


def below(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    return [each for child in children(pid) for each in (child, *below(child))]


def workers(daemon: int) -> list[int]:
    """The fork server's children; it is a child of the daemon."""
    return [pid for pid in below(daemon) if pid not in children(daemon)]


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def measured(pid: int, name: str) -> int:
    """Bytes, by a line of proc(5)'s status; 0 where the process has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


def at_rest(sandbox: Sandbox, daemon: Daemon, config: Path, peaks: dict[int, int]) -> Line:
    """Wait until nothing is pending, and note meanwhile how much memory each process took at most."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for pid in (daemon.process.pid, *below(daemon.process.pid)):
            peaks[pid] = max(peaks.get(pid, 0), measured(pid, "VmHWM"))
        status = sandbox.pictured("status", "--config", config, "--json").line
        if status["pending"] == 0:
            return status
        assert time.monotonic() < deadline, status


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux, to look at processes")
def test_damaged_files_cost_nothing_but_themselves(sandbox: Sandbox) -> None:
    files = [put(sandbox.root / "library" / name, content) for name, content in variants(VARIANTS, SEED)]
    contents = {path: path.read_bytes() for path in files}
    config, peaks = sandbox.configure(CONFIG), dict[int, int]()

    with sandbox.daemon(config) as daemon:
        status = at_rest(sandbox, daemon, config, peaks)
        late = put(sandbox.root / "library/late.jpg", jpeg(7, 100))
        daemon.wait("file.done", path=late)

    taken = {line["path"] for line in daemon.told("file.done")}
    failed = {each["path"] for each in status["failing"]}
    figures = {
        "variants": VARIANTS,
        "seed": SEED,
        "indexed": len(taken) - 1,
        "failed": len(failed),
        "unaccounted": sum(str(path) not in taken | failed for path in files),
        "both": len(taken & failed),
        "workers_lost": len(daemon.told("worker.lost")),
        "daemon_mb": peaks[daemon.process.pid] // 10**6,
        "worker_mb": max(size for pid, size in peaks.items() if pid != daemon.process.pid) // 10**6,
    }
    print(json.dumps(figures))
    assert (figures["unaccounted"], figures["both"]) == (0, 0)
    assert all(each["error"] and each["kind"] != "internal" for each in status["failing"])
    assert figures["indexed"] > 0.1 * VARIANTS
    assert figures["failed"] > 0.1 * VARIANTS
    assert figures["daemon_mb"] < 300
    assert figures["worker_mb"] < 600
    assert {path: path.read_bytes() for path in files} == contents


def bomb(width: int, height: int) -> bytes:
    """A PNG that is small and takes a byte of memory for each of its pixels, or more."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes((1 + 3 * width) * height), 1))
        + chunk(b"IEND", b"")
    )


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux, to look at processes")
def test_workers_that_die_hang_or_want_too_much_cost_no_file_but_their_own(sandbox: Sandbox) -> None:
    config, peaks = sandbox.configure(CONFIG.replace("time: 10s", "time: 2s")), dict[int, int]()
    (sandbox.root / "library").mkdir()

    with sandbox.daemon(config) as daemon:
        daemon.wait("scan.finished")
        greedy = put(sandbox.root / "library/greedy.png", bomb(16_000, 9_000))
        failed = daemon.wait("file.failed", path=greedy)
        files: list[Path] = []
        for turn, number in enumerate(DEATHS):
            begin = daemon.now
            some = [put(sandbox.root / f"library/{turn} {n}.jpg", jpeg(n % 6, 200 + 10 * turn + n)) for n in range(8)]
            daemon.wait("file.done", after=begin)
            for pid in workers(daemon.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            for path in some:
                daemon.wait("file.done", path=path)
            files += some
        status = at_rest(sandbox, daemon, config, peaks)

    lost = len(daemon.told("worker.lost"))
    print(json.dumps({"deaths": len(DEATHS), "lost": lost, "files": len(files), "indexed": status["files"]}))
    assert failed["kind"] in {"toolarge", "crashed"}
    assert [each["path"] for each in status["failing"]] == [str(greedy)]
    assert status["files"] == len(files)
    assert peaks[daemon.process.pid] < 300_000_000
    assert max(peaks.values()) < MEMORY + 300_000_000
