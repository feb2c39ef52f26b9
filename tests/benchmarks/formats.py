"""What `convert` saves against Pillow's JPEG at quality 85 that looks as good, and what finding it costs.

    python tests/benchmarks/formats.py --photos FOLDER [--every N] [--half 0|1] [--screenshots 8]

Each photograph is stored by Pillow as JPEG at quality 85. Its score by pictured's metric is the target that every
format must meet; the screenshots of text are drawn here. Prints one JSON line for each kind of picture:

    saving       median of 1 - bytes / bytes of Pillow's JPEG, for each format alone and for the best of them
    cpu_per_mp   CPU seconds of all candidates together, and of one comparison, for each megapixel
    peers        the same saving of cjpeg and pngquant, where they are installed, and whether they met the target

and, where the package ssimulacra2 is installed, for each kind the judgement of SSIMULACRA 2, which nothing was searched
with: the median difference between the format and the JPEG, and by how much pictured's metric is off (root mean square,
mean), and for each word the median of what SSIMULACRA 2 says of its results.
"""

import argparse
import io
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyvips
from PIL import Image, ImageDraw, ImageFont

from pictured.imaging.operations import Encoding
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.choosing import TARGETS, Candidate, candidates, smallest
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.scoring import reference, score
from pictured.imaging.traits import Traits

WORDS = ("the", "quick", "settings", "window", "file", "of", "open", "rule", "picture", "library", "folder", "1280")


def screenshot(seed: int, size: tuple[int, int] = (960, 600)) -> Image.Image:
    """Draw a window of text: a title, a column at the side, lines of several sizes and colours, buttons."""
    chance = random.Random(seed)
    paper, ink = ((30, 32, 38), (220, 222, 230)) if seed % 2 else ((250, 250, 252), (30, 30, 36))
    image = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(image)
    colour = [tuple(chance.randrange(40, 220) for _ in range(3)) for _ in range(4)]
    draw.rectangle((0, 0, size[0], 34), fill=colour[0])
    draw.rectangle((0, 34, 180, size[1]), fill=colour[1])
    top = 44
    while top < size[1] - 20:
        height = chance.choice((11, 11, 12, 12, 13, 16, 20))
        words = " ".join(chance.choice(WORDS) for _ in range(chance.randrange(3, 16)))
        draw.text(
            (200, top), words, fill=chance.choice((ink, ink, ink, colour[2])), font=ImageFont.load_default(height)
        )
        draw.text((10, top), chance.choice(WORDS), fill=ink, font=ImageFont.load_default(11))
        if chance.random() < 0.1:
            draw.rounded_rectangle((size[0] - 140, top, size[0] - 20, top + 22), 5, fill=colour[3])
        top += height + 6
    return image


def canvas_of(image: Image.Image) -> Canvas:
    held = pyvips.Image.new_from_array(np.asarray(image)).copy(interpretation="srgb")
    traits = Traits("PNG", image.width, image.height, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    return Canvas(held, Path(), traits, Metadata(), touched=True, encoding=Encoding("auto", "visually_lossless"))


def opened(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def plain_jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def peer(command: list[str], image: Image.Image, kind: str) -> bytes | None:
    if shutil.which(command[0]) is None:
        return None
    content = io.BytesIO()
    image.save(content, kind)
    done = subprocess.run(command, input=content.getvalue(), stdout=subprocess.PIPE, check=False)
    return done.stdout if done.returncode == 0 else None


def judge() -> Callable[[np.ndarray, np.ndarray], float] | None:
    try:
        from ssimulacra2 import compute_ssimulacra2
    except ImportError:
        return None

    def judged(one: np.ndarray, other: np.ndarray) -> float:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in ("one.png", "other.png")]
            for file, pixels in zip(files, (one, other), strict=True):
                Image.fromarray(pixels).save(file, compress_level=0)
            return float(compute_ssimulacra2(*map(str, files)))

    return judged


def by_format(tried: tuple[Candidate, ...]) -> dict[str, Candidate]:
    """Give the best candidate of each format, and of all."""
    kinds = {made.coding.format for made in tried}
    alone = {kind: smallest(tuple(made for made in tried if made.coding.format == kind)) for kind in sorted(kinds)}
    return {**alone, "auto": smallest(tried)}


def measured(images: Iterator[Image.Image]) -> dict[str, object]:
    saving, differences, off, words, peers = (defaultdict(list) for _ in range(5))
    cpu, comparing, judged, missed = [], [], judge(), 0
    for image in images:
        pixels, megapixels, canvas = np.asarray(image), image.width * image.height / 1e6, canvas_of(image)
        jpeg = plain_jpeg(image)
        original = reference(pixels)
        began = time.process_time()
        target = score(original, opened(jpeg))
        comparing.append((time.process_time() - began) / megapixels)
        began = time.process_time()
        tried = candidates(canvas, "auto", target)
        cpu.append((time.process_time() - began) / megapixels)
        says = judged(pixels, opened(jpeg)) if judged else 0.0
        for name, made in by_format(tried).items():
            if not made.reached:
                missed += 1
                continue
            saving[name].append(1 - made.size / len(jpeg))
            if judged:
                told = judged(pixels, opened(made.content))
                differences[name].append(told - says)
                off["all"].append(made.score - told)
        if judged:
            for word, points in TARGETS.items():
                best = smallest(candidates(canvas, "auto", points))
                words[word].append(judged(pixels, opened(best.content)))
        others = {
            "cjpeg -quality 85 -optimize -progressive": (
                "PPM",
                ["cjpeg", "-quality", "85", "-optimize", "-progressive"],
            ),
            "pngquant 256": ("PNG", ["pngquant", "256", "-"]),
        }
        for name, (kind, command) in others.items():
            content = peer(command, image, kind)
            if content:
                peers[name].append((1 - len(content) / len(jpeg), score(original, opened(content)) >= target - 0.5))
    if not cpu:
        return {"pictures": 0}
    told = {
        "pictures": len(cpu),
        "target_missed": missed,
        "saving": {name: round(statistics.median(each), 3) for name, each in saving.items()},
        "cpu_per_mp": {
            "search": round(statistics.median(cpu), 2),
            "comparison": round(statistics.median(comparing), 3),
        },
        "peers": {
            name: {"saving": round(statistics.median(s for s, _ in each), 3), "met": sum(met for _, met in each)}
            for name, each in peers.items()
        },
    }
    if judged:
        errors = np.array(off["all"])
        told["ssimulacra2"] = {
            "difference": {name: round(statistics.median(each), 2) for name, each in differences.items()},
            "metric_off": {"rms": round(float(np.sqrt((errors**2).mean())), 2), "mean": round(float(errors.mean()), 2)},
            "words": {
                word: [round(float(q), 1) for q in np.percentile(each, (10, 50, 90))] for word, each in words.items()
            },
        }
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="take every n-th photograph")
    parser.add_argument("--half", type=int, choices=(0, 1), help="of the sorted photographs, before --every")
    parser.add_argument("--screenshots", type=int, default=8)
    asked = parser.parse_args()
    files = sorted(asked.photos.iterdir())
    files = (files if asked.half is None else files[asked.half :: 2])[:: asked.every]
    print(json.dumps({"photos": measured(Image.open(file).convert("RGB") for file in files)}))
    sys.stdout.flush()
    print(json.dumps({"screenshots": measured(screenshot(seed) for seed in range(asked.screenshots))}))


if __name__ == "__main__":
    main()
