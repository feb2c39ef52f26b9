"""Reverse image search through the command line: is the right picture found, and is anything else ever claimed?

    python tests/benchmarks/accuracy.py --photos FOLDER [--originals 100] [--seed 1]

Every second photograph is left out of the library. Worse copies of `--originals` photographs of the library and of as
many that are not in it are the queries. Prints a row for each kind of damage: the share of originals that were found,
and the number of queries for which a picture was claimed that is not the original.
"""

import argparse
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Damage = Callable[[Image.Image, random.Random], Image.Image]


def shrunk(share: float) -> Damage:
    return lambda image, _: image.resize([max(16, round(side * share)) for side in image.size], Image.Resampling.BOX)


def cut(share: float) -> Damage:
    """Cut a share of the width and height away, at random sides."""

    def damage(image: Image.Image, rng: random.Random) -> Image.Image:
        width, height = (round(side * (1 - share)) for side in image.size)
        left, top = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
        return image.crop((left, top, left + width, top + height))

    return damage


def grainy(image: Image.Image, rng: random.Random) -> Image.Image:
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 15, (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


KINDS: dict[str, tuple[Damage, int]] = {
    "saved at JPEG quality 20": (lambda image, _: image, 20),
    "saved at JPEG quality 8": (lambda image, _: image, 8),
    "a third of the size": (shrunk(0.33), 80),
    "a seventh of the size": (shrunk(0.14), 80),
    "a third of the size, quality 25": (shrunk(0.33), 25),
    "grey": (lambda image, _: image.convert("L").convert("RGB"), 85),
    "brighter by half": (lambda image, _: ImageEnhance.Brightness(image).enhance(1.5), 85),
    "less contrast": (lambda image, _: ImageEnhance.Contrast(image).enhance(0.5), 85),
    "blurred": (lambda image, _: image.filter(ImageFilter.GaussianBlur(2.5)), 85),
    "grainy": (grainy, 85),
    "squeezed to 75 % width": (lambda image, _: image.resize((image.width * 3 // 4, image.height)), 85),
    "3 % cut off": (cut(0.03), 85),
    "mirrored": (lambda image, _: ImageOps.mirror(image), 85),
    "turned by 90 degrees": (lambda image, _: image.transpose(Image.Transpose.ROTATE_90), 85),
    "turned by 180 degrees": (lambda image, _: image.transpose(Image.Transpose.ROTATE_180), 85),
}


def write(root: Path, photos: list[Path], originals: int, seed: int) -> dict[str, tuple[str, str | None]]:
    """Make the library and the queries; gives for each query its kind and its original, None if it has none."""
    library, absent = photos[::2], photos[1::2]
    (root / "library").mkdir()
    for photo in library:
        (root / "library" / photo.name).write_bytes(photo.read_bytes())
    expected: dict[str, tuple[str, str | None]] = {}
    for number, (kind, (damage, quality)) in enumerate(KINDS.items()):
        for photo in [*library[:originals], *absent[:originals]]:
            image = damage(Image.open(photo).convert("RGB"), random.Random(f"{seed} {kind} {photo.name}"))
            encoded = io.BytesIO()
            image.save(encoded, "JPEG", quality=quality)
            target = root / "queries" / str(number) / photo.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(encoded.getvalue())
            expected[str(target)] = (kind, photo.name if photo in library else None)
    return expected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--originals", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    photos = sorted(path for path in given.photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    random.Random(given.seed).shuffle(photos)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        expected = write(root, photos, given.originals, given.seed)
        command = [sys.executable, "-m", "pictured", "find", str(root / "queries"), "--in", str(root / "library")]
        environ = {**os.environ, "PICTURED_STATE_DIR": str(root / "state")}
        told = subprocess.run([*command, "--json"], env=environ, stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = {kind: {"queries": 0, "found": 0, "absent": 0, "wrong": 0} for kind in KINDS}
    for line in told.splitlines():
        answer = json.loads(line)
        if "matches" not in answer:
            continue
        kind, original = expected.pop(answer["query"])
        names = {Path(match["path"]).name for match in answer["matches"]}
        rows[kind]["queries" if original else "absent"] += 1
        rows[kind]["found"] += original in names
        rows[kind]["wrong"] += bool(names - {original})
    print(f"{'damage':34}{'found':>14}{'wrong':>14}")
    for kind, row in rows.items():
        asked = row["queries"] + row["absent"]
        print(f"{kind:34}{row['found']:6d} of {row['queries']:4d}{row['wrong']:6d} of {asked:4d}")
    sums = {name: sum(row[name] for row in rows.values()) for name in ("queries", "found", "absent", "wrong")}
    print(json.dumps({**sums, "library": len(photos[::2]), "unanswered": len(expected)}))


if __name__ == "__main__":
    main()
