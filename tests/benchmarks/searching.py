"""A query against 1,000, 10,000 and 100,000 pictures: CPU and recall, against OpenCV's SIFT by brute force.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/searching.py --photos FOLDER [--sizes 1000 10000 100000]
        [--originals 20] [--rounds 2] [--url postgresql://USER@/EMPTY_DATABASE]

Each library is a real index on disk; with --url, for which one size is to be named, it is one that machines share, in
that database, whose server is on this machine. It holds `--originals` photographs, and is filled up with pictures that
are made of the features of the others: six photographs give a dozen features each, moved by a pixel or two, with 5 % of
the signature bits flipped, and one gives its thumb and its hashes, with 30 % of the bits flipped. Between different
photographs, hashes and the signatures of one word are then about as far apart as those of real ones.

Worse copies of the originals are the queries. The table has a row for each kind of them: CPU of `probe`, and for each
library CPU of the search, how many were found and how many other pictures were claimed, and how many the peer finds
among the photographs alone. Of several rounds, the least CPU counts. The JSON line tells

    query      for each library: CPU of a search without and with `probe`, in ms, mean and 95th percentile; that of the
               peer (300 features at a long side of 512, BFMatcher, ratio test 0.75), measured for one picture and
               multiplied, with its own reading of the query; and how many times ours that is
    server_ms  CPU of the database's server for a search, in ms; with --url
    load_s     CPU until an index on disk can be searched, in s
    proof_ms   CPU of a verified pair, where a hash proposed it and where features did
"""

import argparse
import json
import math
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from accuracy import Damage, cut, shrunk
from PIL import Image, ImageDraw, ImageFont
from postgres import Server

from pictured.disk.naming import Naming
from pictured.disk.reading import stamp_now
from pictured.flow import Fingerprint, Kind, Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.indexing.probing import probe
from pictured.looks import PARTS, POINT, Depth, Probe
from pictured.matching.guessing import guesses
from pictured.matching.index import Entry, Index
from pictured.matching.proving import prove
from pictured.service.library import Library, Scope
from pictured.store.catalogue import Catalogue
from pictured.store.database import Database, transaction
from pictured.store.opening import open_store
from pictured.store.pictures import Pictures
from pictured.store.postgres.opening import open_shared

LIMITS = DecodingLimits(pixels=200_000_000, memory=2_000_000_000)


def part(share: float) -> Damage:
    """Cut a share of the area away."""
    return cut(1 - math.sqrt(1 - share))


def turned(degrees: float) -> Damage:
    return lambda image, _: image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def on_page(image: Image.Image, rng: random.Random) -> Image.Image:
    page, font = Image.new("RGB", (850, 1100), "white"), ImageFont.load_default(size=15)
    draw = ImageDraw.Draw(page)
    for line in range(60, 1040, 24):
        words = ("".join(rng.choices("abcdefghiklmnoprstuw", k=rng.randint(2, 9))) for _ in range(14))
        draw.text((70, line), " ".join(words)[:88], font=font, fill=(25, 25, 25))
    width = rng.randint(340, 520)
    height = width * image.height // image.width
    left, top = rng.randint(70, 780 - width), rng.randint(90, max(91, 1000 - height))
    draw.rectangle((left - 12, top - 12, left + width + 12, top + height + 12), fill="white")
    page.paste(image.resize((width, height), Image.Resampling.LANCZOS), (left, top))
    return page


KINDS: dict[str, tuple[Damage, int]] = {
    "30 % cut off": (part(0.3), 85),
    "50 % cut off": (part(0.5), 85),
    "turned by 5 degrees": (turned(5), 85),
    "turned by 10 degrees": (turned(10), 85),
    "on a page": (on_page, 85),
    "saved at JPEG quality 15": (lambda image, _: image, 15),
    "a seventh of the size": (shrunk(1 / 7), 80),
}


def one_thread(parser: argparse.ArgumentParser) -> None:
    """Hold the numeric libraries to one thread, as the workers are: others that wait would be counted."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        parser.error("set OPENBLAS_NUM_THREADS=1 in the environment, which the library reads when it is loaded")
    cv2.setNumThreads(1)


def spoilt(photo: Path, kind: str, damage: Damage, quality: int, target: Path) -> Path:
    image = damage(Image.open(photo).convert("RGB"), random.Random(f"{kind} {photo.name}"))
    image.save(target, "JPEG", quality=quality)
    return target


def least(rounds: int, work: Callable[[], object]) -> float:
    """The least CPU time of some rounds, in ms."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return 1000 * min(times)


def flipped(bits: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    return bits ^ np.packbits(rng.random((*bits.shape, 8)) < share, axis=-1)[..., 0]


def made_up(real: list[Fingerprint], count: int, seed: int) -> Iterator[Fingerprint]:
    """Fingerprints that look like those of other photographs."""
    rng = np.random.default_rng(seed)
    rich = [points for each in real if len(points := np.frombuffer(each.points, POINT)) >= 60]
    for number in range(count):
        base = real[rng.integers(len(real))]
        drawn = [rng.choice(rich[each], 12, replace=False) for each in rng.integers(len(rich), size=6)]
        points = np.concatenate(drawn)
        for name in ("x", "y", "size", "angle"):
            points[name] = np.clip(points[name] + rng.integers(-2, 3, len(points)), 0, 255)
        signatures = np.ascontiguousarray(points["signature"]).view(np.uint8)
        points["signature"] = flipped(signatures, 0.05, rng).view(np.uint64)
        hashes = flipped(np.frombuffer(base.phash + base.crops, np.uint8), 0.3, rng).tobytes()
        told = {"phash": hashes[:32], "crops": hashes[32:], "points": points.tobytes()}
        yield replace(base, digest=f"{seed:8}{number:24}".encode(), **told)


def stored(db: Database, originals: dict[Path, Fingerprint], others: Iterator[Fingerprint]) -> Library:
    catalogue = Catalogue(db)
    with transaction(db):
        for photo, content in originals.items():
            catalogue.record(photo, stamp_now(photo), content)
        for number, content in enumerate(others):
            path = Path(f"/photos/{number // 500}/{number}.jpg")
            catalogue.record(path, Stamp(content.size, number, number), content)
    return Library(db)


def sift(image: Path) -> np.ndarray:
    grey = Image.open(image).convert("L")
    grey = grey.resize([max(1, round(side * 512 / max(grey.size))) for side in grey.size], Image.Resampling.LANCZOS)
    found = cv2.SIFT_create(nfeatures=300).detectAndCompute(np.asarray(grey), None)[1]
    return np.empty((0, 128), np.float32) if found is None else found


def alike(ours: np.ndarray, theirs: np.ndarray) -> int:
    if min(len(ours), len(theirs)) < 2:
        return 0
    pairs = cv2.BFMatcher().knnMatch(ours, theirs, k=2)
    return sum(first.distance < 0.75 * second.distance for first, second in pairs)


def by_sift(asked: dict[Path, Path], described: dict[Path, np.ndarray], spent: dict[str, list[float]]) -> int:
    """How many originals the peer finds by their worse copies."""
    hits = 0
    for photo, query in asked.items():
        spent["SIFT"].append(least(1, lambda q=query: sift(q)))
        ours = sift(query)
        spent["pair"].append(least(1, lambda o=ours, t=described[photo]: alike(o, t)))
        votes = {other: alike(ours, theirs) for other, theirs in described.items()}
        hits += max(votes, key=votes.__getitem__) == photo and votes[photo] >= 8
    return hits


def proofs(queries: list[Probe], known: list[Fingerprint], rounds: int) -> dict[str, float]:
    """CPU of a pair, of the first ten that each query calls for."""
    index = Index(PARTS[Depth.NORMAL], (Entry(n, each.phash, each.crops, each.points) for n, each in enumerate(known)))
    spent: dict[str, list[float]] = {"hash": [], "features": []}
    for query in queries:
        for guess in guesses(query, index)[:10]:
            kind = "features" if guess.distance is None else "hash"
            content = known[guess.content]
            spent[kind].append(least(rounds, lambda g=guess, c=content, q=query: prove(q, [g], c)))
    return {kind: round(float(np.mean(each)), 2) for kind, each in spent.items()}


def loaded(library: Library, first: Probe) -> float:
    """CPU from a closed index until it can be searched, in seconds; features are sorted for the first query."""
    fresh: list[Library] = []
    opening = least(1, lambda: fresh.append(Library(library.db)))
    return (
        opening + least(1, lambda: fresh[0].copies(first, Scope())) - least(1, lambda: fresh[0].copies(first, Scope()))
    ) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--originals", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--url")
    given = parser.parse_args()
    one_thread(parser)
    if given.url and len(given.sizes) != 1:
        parser.error("a database holds one library: name one of --sizes")
    photos = sorted(given.photos.resolve().iterdir())
    # The vocabulary was learned from the others.
    originals = photos[1::2][:: max(1, len(photos) // 2 // given.originals)][: given.originals]
    known = {photo: fingerprint(photo, stamp_now(photo), LIMITS) for photo in photos}
    mine = {photo: known[photo] for photo in originals}
    rest = [content for photo, content in known.items() if photo not in mine]
    described = {photo: sift(photo) for photo in photos}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        server = None
        if given.url:
            shared = open_shared(given.url, Naming("benchmark"), root, writer=True)
            if Pictures(shared).count().pictures:
                parser.error("the database holds pictures already; name an empty one")
            server = Server(shared)
        libraries = {
            size: stored(
                shared if given.url else open_store(root / str(size), writer=True),
                mine,
                made_up(rest, size - len(mine), size),
            )
            for size in given.sizes
        }
        spent: dict[str, list[float]] = {name: [] for name in ("probe", "SIFT", "pair", *map(str, given.sizes))}
        probes: list[Probe] = []
        began = server.cpu() if server else 0.0
        heads = "".join(f"{f'{size:,}':>9} ms  found wrong" for size in given.sizes)
        print(f"{'query':26}{'probe ms':>9}{heads}{'SIFT':>8}")
        for kind, (damage, quality) in KINDS.items():
            queries = [spoilt(photo, kind, damage, quality, root / f"{photo.stem} {kind}.jpg") for photo in originals]
            probing = [least(given.rounds, lambda q=query: probe(q, stamp_now(q), LIMITS)) for query in queries]
            asked = [probe(query, stamp_now(query), LIMITS) for query in queries]
            row = f"{kind:26}{np.mean(probing):9.1f}"
            for size, library in libraries.items():
                found, wrong = answered(library, dict(zip(originals, asked, strict=True)))
                took = [least(given.rounds, lambda e=each, at=library: at.copies(e, Scope())) for each in asked]
                spent[str(size)] += took
                row += f"{np.mean(took):12.1f}{found:7d}{wrong:6d}"
            print(f"{row}{by_sift(dict(zip(originals, queries, strict=True)), described, spent):8d}", flush=True)
            spent["probe"] += probing
            probes += asked[::5]
        told: dict[str, object] = {"query": summary(spent, given.sizes)}
        if server:
            asks = len(KINDS) * len(originals) * (given.rounds + 1)
            told["server_ms"] = round(1000 * (server.cpu() - began) / asks, 2)
        told["load_s"] = {size: round(loaded(library, probes[0]), 2) for size, library in libraries.items()}
        print(json.dumps(told | {"proof_ms": proofs(probes, list(known.values()), given.rounds)}))


def answered(library: Library, asked: dict[Path, Probe]) -> tuple[int, int]:
    """How many originals are claimed, and how many other pictures."""
    found = wrong = 0
    for photo, each in asked.items():
        claimed = {match.picture.path for match in library.copies(each, Scope()) if match.kind is not Kind.SIMILAR}
        found += photo in claimed
        wrong += len(claimed - {photo})
    return found, wrong


def summary(spent: dict[str, list[float]], sizes: list[int]) -> dict[int, dict[str, float]]:
    told = {}
    for size in sizes:
        search, whole = np.array(spent[str(size)]), np.add(spent[str(size)], spent["probe"])
        peer = np.mean(spent["SIFT"]) + size * np.mean(spent["pair"])
        figures = {"ms": search.mean(), "p95": np.percentile(search, 95), "with_probe_ms": whole.mean()}
        figures |= {"with_probe_p95": np.percentile(whole, 95), "sift_ms": peer, "ratio": peer / whole.mean()}
        told[size] = {name: round(float(each), 1) for name, each in figures.items()}
    return told


if __name__ == "__main__":
    main()
