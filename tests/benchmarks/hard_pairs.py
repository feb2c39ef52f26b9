"""Different pictures that look much alike: how often does the proof take one for a copy of another?

    python tests/benchmarks/hard_pairs.py [--each 250] [--seed 3]

Draws `--each` pictures of every kind and compares each with every other one of its kind. Prints a line for each kind:
pairs, pairs near enough by their hash to be tried, and pairs that were claimed. Every claim is a false one.
"""

import argparse
import random
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pictured.matching.finding import RADIUS
from pictured.matching.orienting import SIDE, hashes_of, oriented
from pictured.matching.verifying import compared, proves

Drawing = Callable[[random.Random, np.random.Generator], Image.Image]


def grey(values: np.ndarray) -> Image.Image:
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def text_page(rng: random.Random, _: np.random.Generator) -> Image.Image:
    page, size = Image.new("L", (800, 1100), 255), rng.choice([12, 14, 18])
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=size)
    for line in range(60, 1050, round(size * 1.5)):
        words = " ".join("".join(rng.choices("abcdefghiklmnoprstuw", k=rng.randint(2, 9))) for _ in range(20))
        length = rng.choice([0, 30, *[round(650 / size * 1.9)] * 8])
        draw.text((60, line), words[:length], font=font, fill=20)
    return page


def logo(rng: random.Random, _: np.random.Generator) -> Image.Image:
    image = Image.new("L", (400, 400), 255)
    draw = ImageDraw.Draw(image)
    for _shape in range(rng.randint(1, 3)):
        x, y, r = rng.randint(60, 340), rng.randint(60, 340), rng.randint(30, 150)
        shape = rng.choice([draw.ellipse, draw.rectangle])
        shape((x - r, y - r, x + r, y + r), fill=rng.choice([0, 60, 120]))
    font = ImageFont.load_default(size=rng.choice([40, 60, 90]))
    draw.text((100, 180), rng.choice(["ACME", "PICT", "FOOD", "ZOOM"]), font=font, fill=rng.choice([0, 30, 255]))
    return image


def gradient(_: random.Random, noise: np.random.Generator) -> Image.Image:
    across, down, both = noise.uniform(-1, 1, 3)
    y, x = np.mgrid[0:200, 0:300] / 200
    values = across * x + down * y + both * x * y
    values = (values - values.min()) / np.ptp(values) * noise.uniform(60, 255)
    return grey(values + noise.normal(0, 1.5, values.shape))


def night_sky(rng: random.Random, noise: np.random.Generator) -> Image.Image:
    values = noise.normal(8, 3, (400, 600))
    for _star in range(rng.randint(20, 200)):
        y, x = rng.randint(2, 397), rng.randint(2, 597)
        values[y - 1 : y + 1, x - 1 : x + 1] += rng.randint(50, 240)
    return grey(values)


def blank(rng: random.Random, noise: np.random.Generator) -> Image.Image:
    return grey(noise.normal(rng.choice([0, 128, 250, 255]), rng.choice([0, 1, 2]), (300, 300)))


def sunset(rng: random.Random, noise: np.random.Generator) -> Image.Image:
    y, x = np.mgrid[0:300, 0:400]
    horizon, sun = rng.randint(120, 220), rng.randint(50, 350)
    sky = 200 - (horizon - y) * noise.uniform(0.3, 0.9)
    values = np.where(y < horizon, sky, 40 + noise.normal(0, 4, y.shape))
    glow = 120 * np.exp(-((x - sun) ** 2 + (y - horizon + 20) ** 2) / 600)
    return grey(values + glow + noise.normal(0, 2, y.shape))


def tried(hashes: np.ndarray) -> Iterator[tuple[int, int, int, int]]:
    """Each pair within reach: query, copy, distance in bits, orientation."""
    for query in range(1, len(hashes)):
        bits = np.unpackbits(hashes[query][:, None] ^ hashes[:query, 0][None], axis=2).sum(axis=2)
        for copy in np.flatnonzero(bits.min(axis=0) <= RADIUS):
            turn = int(bits[:, copy].argmin())
            yield query, int(copy), int(bits[turn, copy]), turn + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=250)
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    rng, noise = random.Random(given.seed), np.random.default_rng(given.seed)
    kinds: tuple[Drawing, ...] = (text_page, logo, gradient, night_sky, blank, sunset)
    for kind in kinds:
        drawn = [kind(rng, noise).resize((SIDE, SIDE), Image.Resampling.LANCZOS) for _ in range(given.each)]
        thumbs = [np.asarray(picture) for picture in drawn]
        near = claimed = 0
        for query, copy, distance, turn in tried(np.array([hashes_of(thumb.tobytes()) for thumb in thumbs])):
            near += 1
            evidence = compared(thumbs[copy], oriented(thumbs[query], turn))
            claimed += evidence is not None and proves(evidence, distance)
        pairs = given.each * (given.each - 1) // 2
        print(f"{kind.__name__:12}{pairs:8d} pairs{near:8d} tried{claimed:6d} claimed", flush=True)


if __name__ == "__main__":
    main()
