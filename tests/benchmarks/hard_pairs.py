"""Different pictures that look much alike: how often is one taken for a copy of another?

    python tests/benchmarks/hard_pairs.py --photos FOLDER [--half first|second] [--each 93] [--seed 3]
    python tests/benchmarks/hard_pairs.py --copies 12

Every picture is a file, read as the program reads it into a fingerprint and into a query, and each query is searched
among others of its kind; what is claimed is compared at full size, as the program does before it answers. Drawings:
`--each` of every kind, and every two of a kind are a pair. Photographs: every two of them, and two frames of a burst
made from each by each motion. The limits of the proof were set on the first half of the photographs (every second one,
sorted by name, from the first on); the second half is the default.

Prints for each kind: pairs; pairs that were compared, because their hashes or features propose them; pairs claimed to
be exact, the same or edited; pairs called similar. Every claim is a false one. The bounds are the
upper ends of one-sided 95 % Clopper-Pearson intervals, as if pairs were independent of each other.

With `--copies` the price of caution: how many of the drawings are found by worse copies of themselves.
"""

import argparse
import io
import math
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import drawn_graphics as graphics
import drawn_pages as pages
import drawn_scenes as scenes
import numpy as np
from bursts import MOTIONS
from drawing import Dice, dice
from PIL import Image, ImageOps

from pictured.disk.reading import stamp_of
from pictured.flow import Fingerprint, Kind, Picture
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.confirming import confirm
from pictured.indexing.fingerprinting import fingerprint
from pictured.indexing.probing import probe
from pictured.looks import PARTS, Depth, Probe
from pictured.matching.finding import Found, Wanted, find
from pictured.matching.index import Entry, Index
from pictured.service.library import match_of

LIMITS = DecodingLimits(pixels=10**8, memory=10**9)
DRAWINGS: Sequence[Callable[[Dice], Image.Image]] = (
    pages.text_page,
    pages.letter,
    pages.serial_letter,
    pages.few_entries,
    pages.invoice,
    pages.form,
    pages.table,
    pages.receipt,
    pages.sheet_music,
    pages.slide,
    graphics.bar_chart,
    graphics.line_chart,
    graphics.pie_chart,
    graphics.logo,
    graphics.icon,
    graphics.matrix_code,
    graphics.bar_code,
    graphics.crossword,
    graphics.street_map,
    graphics.screenshot,
    scenes.gradient,
    scenes.night_sky,
    scenes.sunset,
    scenes.clouds,
    scenes.dunes,
    scenes.blank,
)
DAMAGES: Mapping[str, Callable[[Image.Image], tuple[Image.Image, int]]] = {
    "q30": lambda image: (image, 30),
    "half": lambda image: (image.reduce(2), 92),
    "half q50": lambda image: (image.reduce(2), 50),
    "grey": lambda image: (ImageOps.grayscale(image), 92),
    "gamma 0.8": lambda image: (image.point([round(255 * (v / 255) ** 0.8) for v in range(256)] * 3), 92),
}


@dataclass(slots=True)
class Tally:
    pairs: int = 0
    compared: set[tuple[int, int]] = field(default_factory=set)
    claimed: set[tuple[int, int]] = field(default_factory=set)
    similar: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as it is kept and as it is asked for."""

    picture: Picture
    probe: Probe


class Shelf:
    """An index with the pictures it is made of."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self.pictures = pictures
        contents = [picture.content for picture in pictures]
        entries = [Entry(number, one.phash, one.crops, one.points) for number, one in enumerate(contents)]
        self.index = Index(PARTS[Depth.NORMAL], entries)

    def ask(self, query: Seen, wanted: Wanted) -> tuple[list[int], list[Found]]:
        """The contents that were compared with a query, and what was found and not contradicted at full size."""
        compared: list[int] = []

        def contents_of(numbers: Sequence[int]) -> dict[int, Fingerprint]:
            compared.extend(numbers)
            return {number: self.pictures[number].content for number in numbers}

        found = list(find(query.probe, self.index, contents_of, wanted))
        claimed = [one for one in found if one.kind in (Kind.SAME, Kind.EDITED)]
        claims = [match_of(one, self.pictures[one.content]) for one in claimed]
        doubts = confirm(query.picture.path, query.picture.stamp, claims, LIMITS)
        doubted = {one.content for one, doubt in zip(claimed, doubts, strict=True) if doubt}
        return compared, [replace(one, kind=Kind.SIMILAR) if one.content in doubted else one for one in found]


def seen(content: bytes, folder: Path) -> Seen:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(content)
    path = Path(file.name)
    stamp = stamp_of(path)
    return Seen(Picture(path, stamp, fingerprint(path, stamp, LIMITS)), probe(path, stamp, LIMITS))


def jpeg(image: Image.Image, quality: int) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=quality)
    return content.getvalue()


def drawn(draw: Callable[[Dice], Image.Image], seed: int, number: int) -> bytes:
    chances = dice(draw.__name__, seed, number)
    image, content = draw(chances), io.BytesIO()
    if chances.own.random() < 0.5:
        return jpeg(image, chances.own.randint(75, 95))
    image.save(content, "PNG")
    return content.getvalue()


def among_each_other(contents: Sequence[bytes], folder: Path) -> Tally:
    """Search each picture among those before it, so that every two are a pair once."""
    read = [seen(content, folder) for content in contents]
    shelf, tally = Shelf([each.picture for each in read]), Tally(len(read) * (len(read) - 1) // 2)
    for number, query in enumerate(read):
        note(tally, number, *shelf.ask(query, lambda those, own=number: [other for other in those if other < own]))
    return tally


def in_motion(pairs: Sequence[tuple[bytes, bytes]], folder: Path) -> Tally:
    """Search the second frame of each pair for the first, which lies among those of the other pairs."""
    shelf, tally = Shelf([seen(first, folder).picture for first, _ in pairs]), Tally(len(pairs))
    for number, (_, second) in enumerate(pairs):
        query = seen(second, folder)
        note(tally, number, *shelf.ask(query, lambda _, own=number: [own]))
    return tally


def note(tally: Tally, query: int, compared: Sequence[int], found: Sequence[Found]) -> None:
    def pair(other: int) -> tuple[int, int]:
        return min(query, other), max(query, other)

    tally.compared.update(pair(other) for other in compared)
    for one in found:
        (tally.similar if one.kind is Kind.SIMILAR else tally.claimed).add(pair(one.content))


def motion(name: str, photographs: Sequence[Path], seed: int) -> list[tuple[bytes, bytes]]:
    pairs = []
    for path in photographs:
        rng = random.Random(f"{name} {seed} {path.name}")
        made = MOTIONS[name](np.asarray(Image.open(path).convert("RGB")), rng)
        if made is not None:
            first, second = (jpeg(Image.fromarray(frame), rng.randint(85, 95)) for frame in made)
            pairs.append((first, second))
    return pairs


def kinds(given: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Callable[[], Tally]]]:
    """The name of each kind, and what measures it."""
    for draw in DRAWINGS:
        contents = (draw, given.seed, given.each)
        yield draw.__name__, lambda c=contents: among_each_other([drawn(*c[:2], n) for n in range(c[2])], folder)
    if given.photos is not None:
        chosen = sorted(path for path in given.photos.iterdir() if path.is_file())[given.half == "second" :: 2]
        yield "photographs", lambda: among_each_other([path.read_bytes() for path in chosen], folder)
        for name in MOTIONS:
            yield name, lambda name=name: in_motion(motion(name, chosen, given.seed), folder)


def bound(claimed: int, pairs: int) -> float:
    """The share of false claims that so many pairs with so few claims leave possible, at 95 %."""
    if claimed >= pairs:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        share = (low + high) / 2
        logs = (
            math.lgamma(pairs + 1) - math.lgamma(k + 1) - math.lgamma(pairs - k + 1)
            + k * math.log(share) + (pairs - k) * math.log1p(-share)
            for k in range(claimed + 1)
        )  # fmt: skip
        low, high = (share, high) if sum(map(math.exp, logs)) > 0.05 else (low, share)
    return high


def copies(each: int, seed: int, only: Sequence[str], folder: Path) -> None:
    print(f"{'found by':22}" + "".join(f"{name:>11}" for name in DAMAGES))
    for draw in DRAWINGS:
        if only and draw.__name__ not in only:
            continue
        originals = [drawn(draw, seed, number) for number in range(each)]
        shelf = Shelf([seen(content, folder).picture for content in originals])
        shares = []
        for damage in DAMAGES.values():
            hits = 0
            for number, content in enumerate(originals):
                query = seen(jpeg(*damage(Image.open(io.BytesIO(content)).convert("RGB"))), folder)
                _, found = shelf.ask(query, lambda _, own=number: [own])
                hits += any(one.kind is not Kind.SIMILAR for one in found)
            shares.append(hits / each)
        print(f"{draw.__name__:22}" + "".join(f"{share:>11.0%}" for share in shares), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--half", choices=["first", "second"], default="second")
    parser.add_argument("--each", type=int, default=93)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--copies", type=int, default=0)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch:
        if given.copies:
            copies(given.copies, given.seed, given.only, Path(scratch))
            return
        total = [0, 0, 0, 0]
        print(f"{'kind':22}{'pairs':>9}{'compared':>9}{'claimed':>9}{'similar':>9}")
        for name, measured in kinds(given, Path(scratch)):
            if not given.only or name in given.only:
                tally = measured()
                row = tally.pairs, len(tally.compared), len(tally.claimed), len(tally.similar)
                total = [before + now for before, now in zip(total, row, strict=True)]
                print(f"{name:22}" + "".join(f"{value:9d}" for value in row), *sorted(tally.claimed)[:5], flush=True)
    print(f"{'all':22}" + "".join(f"{value:9d}" for value in total))
    pairs, compared, claimed, _ = total
    print(f"below {bound(claimed, pairs):.1e} of all pairs, {bound(claimed, compared):.1e} of those compared (95 %)")


if __name__ == "__main__":
    main()
