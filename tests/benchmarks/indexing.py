"""Taking pictures into the index, beside imagededup and imgdupes in one run: CPU, what is found later, and room.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/indexing.py --photos FOLDER [--camera FOLDER] [--each 10]
        [--originals 30] [--rounds 3]

The peers are optional. They pull in far more than their hashes need, so they are best put beside it:

    pip install --no-deps imagededup imgdupes && pip install joblib scikit-learn tqdm

The first table has the CPU, in ms a picture, of `fingerprint` and `probe`, everything from the file on included, and of
the peers' perceptual hashes: for photographs of FOLDER enlarged to 1 and to 12 megapixels, with grain, as JPEG of
quality 90; and for the JPEG files of the other folder of 0.7 to 1.5 and of 8 to 14 megapixels. Rounds are interleaved,
and the least of them counts.

The second one tells for each kind of worse copy how many originals are found among every second photograph, and for how
many queries (of originals, and of as many photographs that are not there) another picture is claimed. imagededup
claims at up to 10 bits by default; imgdupes has no default, its examples use 4.

The JSON line has the bytes that a picture takes on disk and in memory, with 20,000 made-up ones.
"""

import argparse
import importlib
import json
import math
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
from accuracy import KINDS as DAMAGES
from PIL import Image, ImageOps
from searching import KINDS as PLACED
from searching import LIMITS, made_up, one_thread, part, spoilt, stored, turned

from pictured.disk.reading import stamp_now
from pictured.flow import Fingerprint, Kind
from pictured.indexing.fingerprinting import fingerprint
from pictured.indexing.probing import probe
from pictured.looks import PARTS, Depth
from pictured.matching.finding import find
from pictured.matching.index import Entry, Index
from pictured.matching.recalling import recalled

Hash = Callable[[Path], int]

KINDS = {
    **DAMAGES,
    "10 % cut off": (part(0.1), 85),
    **PLACED,
    "a white border": (lambda image, _: ImageOps.expand(image, max(image.size) // 8, "white"), 85),
    "black bars": (lambda image, _: ImageOps.expand(image, (0, image.height // 6), "black"), 85),
    "turned by 2 degrees": (turned(2), 85),
}


CAMERA = ((0.7, 1.5), (8, 14))
COUNTED = 20_000


def imagededup() -> Hash:
    # These two packages load a neural network, and with it torch, beside every hash.
    for name in ("methods", "utils"):
        package = ModuleType(f"imagededup.{name}")
        package.__path__ = [f"{folder}/{name}" for folder in importlib.import_module("imagededup").__path__]
        sys.modules[package.__name__] = package
    encoder = importlib.import_module("imagededup.methods.hashing").PHash(verbose=False)
    return lambda path: int(encoder.encode_image(path), 16)


def imgdupes() -> Hash:
    cache = importlib.import_module("common.hashcache").HashCache(None, [], "phash", 8, 1)
    return lambda path: int("".join(map(str, cache.gen_hash(str(path)))), 2)


def peers() -> dict[str, Hash]:
    there = {}
    for each in (imagededup, imgdupes):
        try:
            there[each.__name__] = each()
        except ImportError as error:
            print(f"{each.__name__} is left out ({error}); see --help for how to install it.")
    return there


def enlarged(photo: Path, pixels: float, target: Path) -> Path:
    image = Image.open(photo).convert("RGB")
    scale = (pixels / (image.width * image.height)) ** 0.5
    image = image.resize([round(side * scale) for side in image.size], Image.Resampling.LANCZOS)
    grain = np.random.default_rng(1).normal(0, 6, (image.height, image.width, 1)).astype(np.float32)
    image = Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))
    image.save(target, "JPEG", quality=90)
    return target


def of_size(folder: Path, least: float, most: float) -> list[Path]:
    files = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in {".jpg", ".jpeg"}]
    return [path for path in files if least < math.prod(Image.open(path).size) / 1e6 < most]


def kept(content: Fingerprint) -> tuple[bytes, bytes, bytes]:
    return content.phash, content.crops, content.points


def speeds(pictures: list[Path], works: dict[str, Callable[[Path], object]], rounds: int) -> dict[str, float]:
    spent = np.empty((rounds, len(works), len(pictures)))
    for turn in range(rounds):
        for column, picture in enumerate(pictures):
            for row, work in enumerate(works.values()):
                began = time.process_time()
                work(picture)
                spent[turn, row, column] = time.process_time() - began
    return dict(zip(works, (1000 * spent.min(axis=0).mean(axis=1)).tolist(), strict=True))


def recalls(photos: list[Path], originals: int, hashes: dict[str, Hash], root: Path) -> None:
    """Print what is found of worse copies, and what else is claimed."""
    # The vocabulary was learned from the others.
    library, absent = photos[1::2], photos[::2][:originals]
    contents = [fingerprint(photo, stamp_now(photo), LIMITS) for photo in library]
    index = Index(PARTS[Depth.NORMAL], (Entry(n, *kept(each)) for n, each in enumerate(contents)))
    limits = [(name, bits) for name, bits in (("imagededup", 10), ("imgdupes", 4), ("imgdupes", 10)) if name in hashes]
    known = {name: np.array([each(photo) for photo in library], np.uint64) for name, each in hashes.items()}
    heads = ["pictured", *(f"{name}, {bits} bits" for name, bits in limits)]
    print(f"{'found, wrong':32}" + "".join(f"{head:>21}" for head in heads))
    sums = np.zeros((len(heads), 2), int)
    for kind, (damage, quality) in KINDS.items():
        row = np.zeros_like(sums)
        for photo in [*library[:originals], *absent]:
            query = spoilt(photo, kind, damage, quality, root / "query.jpg")
            asked = probe(query, stamp_now(query), LIMITS)
            told = find(asked, index, lambda _: dict(enumerate(contents)), lambda those: those)
            answers = [{each.content for each in told if each.kind is not Kind.SIMILAR}]
            asking = {name: np.uint64(each(query)) for name, each in hashes.items()}
            for name, bits in limits:
                answers.append(set(np.flatnonzero(np.bitwise_count(known[name] ^ asking[name]) <= bits).tolist()))
            right = {library.index(photo)} if photo in library else set()
            row += [(bool(answer & right), bool(answer - right)) for answer in answers]
        sums += row
        print(f"{kind:32}" + "".join(f"{found:14d},{wrong:6d}" for found, wrong in row), flush=True)
    asked = len(KINDS) * originals
    print(f"{f'of {asked}, of {2 * asked}':32}" + "".join(f"{found:14d},{wrong:6d}" for found, wrong in sums))


def room(real: list[Fingerprint], root: Path) -> dict[str, int]:
    """Bytes per picture on disk, and in memory: as the index counts them, and as Python's allocator does."""
    sizes = []
    for count in (0, COUNTED):
        stored(root / str(count), {}, made_up(real, count, 1)).db.close()
        sizes.append(sum(file.stat().st_size for file in (root / str(count)).iterdir()))
    asked = recalled(real[0]).looks[0].points
    tracemalloc.start()
    index = Index(PARTS[Depth.NORMAL], (Entry(n, *kept(each)) for n, each in enumerate(made_up(real, COUNTED, 2))))
    # Features are sorted for the first query.
    index.voted(asked, 1)
    spent = {"disk": sizes[1] - sizes[0], "memory": index.nbytes, "memory_traced": tracemalloc.get_traced_memory()[0]}
    return {f"{name}_bytes": round(each / COUNTED) for name, each in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--camera", type=Path)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--originals", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    one_thread(parser)
    photos = sorted(given.photos.iterdir())
    hashes = peers()
    works: dict[str, Callable[[Path], object]] = {
        "fingerprint": lambda path: fingerprint(path, stamp_now(path), LIMITS),
        "probe": lambda path: probe(path, stamp_now(path), LIMITS),
        **hashes,
    }
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        groups = {}
        for megapixels in (1, 12):
            chosen = photos[:: max(1, len(photos) // given.each)][: given.each]
            files = [enlarged(photo, megapixels * 1e6, root / f"{megapixels} {photo.stem}.jpg") for photo in chosen]
            groups[f"enlarged to {megapixels} MP"] = files
        if given.camera:
            groups |= {f"of {least} to {most} MP": of_size(given.camera, least, most) for least, most in CAMERA}
        print(f"{'CPU in ms':32}{'pictures':>9}{'MB':>6}" + "".join(f"{name:>13}" for name in works))
        for name, pictures in groups.items():
            mean = sum(picture.stat().st_size for picture in pictures) / len(pictures) / 1e6
            spent = speeds(pictures, works, given.rounds)
            print(f"{name:32}{len(pictures):9}{mean:6.1f}" + "".join(f"{each:13.1f}" for each in spent.values()))
        recalls(photos, given.originals, hashes, root)
        real = [fingerprint(photo, stamp_now(photo), LIMITS) for photo in photos]
        print(json.dumps(room(real, root)))


if __name__ == "__main__":
    main()
