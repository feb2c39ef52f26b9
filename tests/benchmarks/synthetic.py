"""Libraries of up to a million pictures that nobody has: hashes and rows with the statistics of real ones.

The bits of the hashes come from a factor model (a Gaussian copula): each bit is set in 45 to 55 % of them, but the
first nearly always, and no two bits correlate by more than about 0.3. 14 % are copies in clusters of Zipf's sizes to
39, less than 39 bits from their original, with geometrically distributed distances. One in a thousand is one of two
blank frames. At a million, 4,700 of them share a band with a query within one bit, as of real hashes.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from pictured.flow import Fingerprint
from pictured.looks import PARTS, POINT, Depth
from pictured.store import rows
from pictured.store.database import transaction
from pictured.store.keys import Keys
from pictured.store.opening import open_store

FOLDER = 100
_AT_A_TIME = 20_000


def hashes(count: int, seed: int = 1) -> NDArray[np.uint8]:
    """Give hashes, uint8 (count, 32)."""
    rng = np.random.default_rng(seed)
    fresh, blank = int(0.859 * count), count // 1000
    share = np.clip(rng.normal(0.5, 0.02, 256), 0.45, 0.55)
    share[0] = 0.999
    limit = np.array([NormalDist().inv_cdf(1 - each) for each in share.tolist()], np.float32)
    loads = rng.normal(0, 0.15, (8, 256)).astype(np.float32)
    rest = np.sqrt(1 - (loads**2).sum(axis=0))
    made = np.empty((count, 32), np.uint8)
    for begin in range(0, fresh, _AT_A_TIME):
        size = min(_AT_A_TIME, fresh - begin)
        latent = rng.standard_normal((size, 8), np.float32) @ loads
        latent += rest * rng.standard_normal((size, 256), np.float32)
        made[begin : begin + size] = np.packbits(latent > limit, axis=1)
    made[fresh : fresh + blank] = made[:2][rng.integers(0, 2, blank)]
    done = fresh + blank
    while done < count:
        original = np.unpackbits(made[rng.integers(fresh)])
        for _ in range(min(int(rng.zipf(1.9)), 39, count - done)):
            bits = original.copy()
            bits[rng.choice(256, min(int(rng.geometric(1 / 12)) - 1, 38), replace=False)] ^= 1
            made[done] = np.packbits(bits)
            done += 1
    rng.shuffle(made)
    return made


def stocked(
    folder: Path, tree: Sequence[Path], kept: Sequence[Fingerprint], count: int, depth: Depth, seed: int = 1
) -> None:
    """Make an index in a state folder: `count` pictures, `FOLDER` in each folder of a tree, all there as it says.

    What does not matter is taken of the fingerprints `kept` in turn. Files that are there (see `grown`) get their
    stamps; where there are none, stamps are made up.
    """
    db = open_store(folder, writer=True)
    db.execute("PRAGMA synchronous = OFF")
    wholes, keys = hashes(count, seed), Keys(db.naming)
    with transaction(db):
        db.executemany("INSERT INTO folders VALUES (?, ?)", ((n, keys.folder(each)) for n, each in enumerate(tree)))
        for begin in range(0, count, _AT_A_TIME):
            _fill(db, range(begin, min(begin + _AT_A_TIME, count)), tree, kept, wholes, depth)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def tree_of(root: Path, count: int) -> list[Path]:
    """Name the folders that `count` files lie in."""
    return [root / f"{number // 100:03}" / f"{number % 100:02}" for number in range(-(-count // FOLDER))]


def grown(tree: Sequence[Path], count: int) -> None:
    """Make `count` empty files."""
    for number, folder in enumerate(tree):
        folder.mkdir(parents=True)
        for name in range(number * FOLDER, min(number * FOLDER + FOLDER, count)):
            (folder / f"{name:07}.jpg").touch()


def _fill(
    db: sqlite3.Connection,
    numbers: range,
    tree: Sequence[Path],
    kept: Sequence[Fingerprint],
    wholes: NDArray[np.uint8],
    depth: Depth,
) -> None:
    rng = np.random.default_rng(numbers.start)
    like = [kept[each] for each in rng.integers(len(kept), size=len(numbers))]
    contents, features, thumbs = [], [], []
    parts = _parts(wholes[numbers.start : numbers.stop], len(PARTS[depth]), rng)
    points = _points(kept, len(numbers), rng) if PARTS[depth] else [b""] * len(numbers)
    for place, (number, each) in enumerate(zip(numbers, like, strict=True)):
        told = rows.content_row(each)
        digest = number.to_bytes(32, "big")
        contents.append((number + 1, digest, wholes[number].tobytes(), None, *told[3:]))
        features.append((number + 1, parts[place].tobytes(), points[place]))
        thumbs.append((number + 1, each.thumb))
    marks = ", ".join("?" * len(contents[0]))
    db.executemany(f"INSERT INTO contents VALUES ({marks})", contents)  # noqa: S608
    db.executemany("INSERT INTO features VALUES (?, ?, ?)", features)
    db.executemany("INSERT INTO thumbs VALUES (?, ?)", thumbs)
    db.executemany(
        """INSERT INTO files (id, folder, name, size, mtime_ns, inode, device, changed_ns, content, handled)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)""",
        _files(numbers, tree),
    )


def _files(numbers: range, tree: Sequence[Path]) -> Iterator[tuple[object, ...]]:
    for number in numbers:
        folder, name = number // FOLDER, f"{number:07}.jpg"
        try:
            there = (tree[folder] / name).lstat()
            stamp = (there.st_size, there.st_mtime_ns, there.st_ino, there.st_dev, there.st_ctime_ns)
        except FileNotFoundError:
            stamp = (1_000_000 + number, 1_600_000_000_000_000_000 + number, number + 100, 1, number)
        yield number + 1, folder, name.encode(), *stamp, number + 1


def _parts(wholes: NDArray[np.uint8], parts: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Hashes of parts: as far from that of the whole as those of real pictures, a third of the bits."""
    flips = np.packbits(rng.random((len(wholes), parts, 256), np.float32) < 0.33, axis=2)
    made: NDArray[np.uint8] = wholes[:, None] ^ flips
    return made


def _points(kept: Sequence[Fingerprint], count: int, rng: np.random.Generator) -> list[bytes]:
    """72 features for each: those of photographs, moved a little, with 30 % of the signature bits flipped.

    Of one word, they are then about as far apart as those of different photographs.
    """
    every = np.concatenate([np.frombuffer(each.points, POINT) for each in kept])
    drawn = every[rng.integers(len(every), size=count * 72)]
    for name in ("x", "y", "size", "angle"):
        drawn[name] = np.clip(drawn[name] + rng.integers(-2, 3, len(drawn)), 0, 255)
    flips = np.packbits(rng.random((len(drawn), 64), np.float32) < 0.3, axis=1)
    drawn["signature"] ^= flips.view(np.uint64)[:, 0]
    data, size = drawn.tobytes(), 72 * drawn.dtype.itemsize
    return [data[begin : begin + size] for begin in range(0, len(data), size)]
