"""Lets a process die at each touch of the disk while it folds files of segments, and looks at what the next one finds.

    python folding.py FOLDER

A program of its own, because it forks. Prints one JSON object: the number of deaths, the kinds of touches, and where
what was searched afterwards was not what the rows say.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from dying import _outlast as outlast
from numpy.typing import NDArray
from touching import Depth as Kinds
from touching import Touches

from pictured.flow import Fingerprint, Stamp
from pictured.looks import PARTS, POINT, Depth
from pictured.matching.index import Index
from pictured.matching.segments import Folding
from pictured.service.library import Library
from pictured.service.loading import loaded
from pictured.store.database import transaction
from pictured.store.opening import open_store

KEPT, NEW, AGAIN = 2100, 700, 40


class Slow(Folding):
    """A folding that touches the disk before each piece, so that a process may die there."""

    beside: Path

    def blocks(self) -> Iterator[tuple[str, NDArray[Any]]]:
        for number, block in enumerate(super().blocks()):
            with (self.beside / f"piece-{number % 2}").open("wb"):
                yield block


def made_up(seed: int, count: int = 20) -> Fingerprint:
    random = np.random.default_rng(seed)
    points = np.frombuffer(random.bytes(20 * 14), np.dtype(POINT))[:count].copy()
    points["word"] %= 2048
    told = (seed, 40, 30, "JPEG", "RGB", 8, 1, None, None, None, ("exif",), random.bytes(32), random.bytes(224))
    return Fingerprint(seed.to_bytes(32, "big"), *told, points.tobytes(), b"")


def fill(library: Library, numbers: range, features: int = 20) -> None:
    with transaction(library.db):
        for number in numbers:
            library.record(Path(f"/l/{number}.jpg"), Stamp(number, number, number), made_up(number, features))


def life(root: Path, last: int | None, told: int) -> None:
    touches = Touches(root, Kinds.COMMITS, last, told)
    touches.install()
    with closing(open_store(root / "state", writer=True)) as db:
        library = Library(db)
        index = library.searchable.index
        touches.armed = True
        fill(library, range(AGAIN), 5)
        due = index.due(NEW // 2)
        assert due is not None
        due.folding.__class__ = Slow
        vars(due.folding)["beside"] = root
        asyncio.run(library.searchable.fold(due))
        fill(library, range(KEPT + NEW, KEPT + NEW + 10))


def child(root: Path, last: int | None) -> tuple[int, str]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        outlast(lambda: life(root, last, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        touch = stream.read().decode()
    return os.waitpid(pid, 0)[1], touch


def features(index: Index) -> dict[int, int]:
    counts: dict[int, int] = {}
    for layer in index.layers():
        for content, many in zip(*np.unique(layer.segment.owners, return_counts=True), strict=True):
            if content not in layer.gone:
                counts[int(content)] = counts.get(int(content), 0) + int(many)
    return counts


def faults(root: Path) -> list[str]:
    """What the next process finds wrong, as a reader and as a writer."""
    found = []
    with closing(open_store(root / "state", writer=True)) as db:
        library = Library(db)
        rows, index = loaded(library.catalogue, PARTS[Depth.NORMAL], None).index, library.searchable.index
        numbers = rows.contents()
        if not np.array_equal(numbers, index.contents()):
            found.append("other contents")
        elif not np.array_equal(rows.hashes_of(numbers), index.hashes_of(numbers)):
            found.append("other hashes")
        if features(rows) != features(index):
            found.append("other features")
        if not library.searchable.files:
            found.append("neither the old nor the new files")
        library.searchable.put(1)
        library.searchable.keep(1)
        if features(rows) != features(library.searchable.index):
            found.append("other features afterwards")
        there = {file.name for file in (root / "state" / "search").iterdir()}
        wanted = {f"{file.name}.arrays" for file in library.searchable.files} | {"set"}
        if there - {"restated"} != wanted:
            found.append(f"left behind: {sorted(there ^ wanted)}")
    return found


def main(folder: Path) -> None:
    template = folder / "template"
    with closing(open_store(template / "state", writer=True)) as db:
        library = Library(db)
        fill(library, range(KEPT))
        library.searchable.keep(1)
        fill(library, range(KEPT, KEPT + NEW))
    deaths, kinds, wrong = 0, set(), []
    for number in count(1):
        root = folder / str(number)
        shutil.copytree(template, root)
        status, touch = child(root, number)
        if status not in (0, signal.SIGKILL):
            wrong.append([number, touch, "failed before its death"])
        deaths += status == signal.SIGKILL
        kinds.add(touch.split(" ")[0])
        wrong += [[number, touch, fault] for fault in faults(root)]
        shutil.rmtree(root)
        if status != signal.SIGKILL:
            break
    print(json.dumps({"deaths": deaths, "kinds": sorted(kinds), "wrong": wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
