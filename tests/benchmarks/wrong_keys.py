"""Keys that nobody hid: many readings of pictures with another mark or none, each of them different.

Reading NUMBER of a SEED is always the same: what is read, how large it is and how it was damaged come from these two.
So a search can be ended at any time and gone on with, and what was found looked at again.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import damaging
import drawn_graphics as graphics
import drawn_pages as pages
import drawn_scenes as scenes
import numpy as np
from drawing import Dice, dice
from PIL import Image

import pictured.marking
from pictured.marking.embedding import embed
from pictured.marking.marks import PUBLIC
from pictured.marking.reading import read

KINDS = {
    "unmarked photograph": 0.33,
    "drawing, noise": 0.12,
    "other secret": 0.18,
    "marked": 0.31,
    "marked twice": 0.06,
}
DRAWN: Sequence[Callable[[Dice], Image.Image]] = (
    *(graphics.bar_chart, graphics.pie_chart, graphics.logo, graphics.matrix_code, graphics.bar_code),
    *(graphics.crossword, graphics.street_map, graphics.screenshot, pages.text_page, pages.invoice, pages.table),
    *(pages.sheet_music, pages.slide, scenes.gradient, scenes.night_sky, scenes.sunset, scenes.clouds, scenes.blank),
    scenes.dunes,
)

_LARGEST = 1_050_000
_ENDINGS = {".jpg", ".jpeg", ".png"}


@dataclass(frozen=True)
class Tried:
    """One reading: `found` is "nothing", "right", "earlier" (the key that another took the place of), or "wrong"."""

    reader: str
    seed: int
    number: int
    kind: str
    bits: int
    width: int
    height: int
    damage: list[str]
    found: str
    confidence: float
    cpu: float


def files(folder: Path) -> list[Path]:
    """Give the JPEG and PNG files below a folder that can be opened, with 100 pixels a side or more."""
    return [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _ENDINGS and _usable(path)]


def _usable(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            image.draft("RGB", (200, 200))
            image.load()
            return min(image.size) >= 100
    except OSError:
        return False


def tried(photographs: Sequence[Path], seed: int, number: int) -> Tried:
    rng = np.random.default_rng([seed, number])
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    bits = int(rng.choice([256, 256, 128, 64]))
    earlier, key = rng.bytes(bits // 8), rng.bytes(bits // 8)
    secret, other = (PUBLIC, rng.bytes(16)) if rng.uniform() < 0.6 else (rng.bytes(16), PUBLIC)
    image = drawn(rng, seed, number) if kind == "drawing, noise" else photographed(photographs, rng)
    pixels = np.asarray(image)
    if kind == "marked twice":
        pixels = np.asarray(embed(pixels, earlier, secret).picture)
    if kind not in ("unmarked photograph", "drawing, noise"):
        pixels = np.asarray(embed(pixels, key, other if kind == "other secret" else secret).picture)
    image, damage = damaging.at_random(Image.fromarray(pixels), rng)
    if (excess := image.width * image.height / _LARGEST) > 1:
        image = damaging.scaled(image, excess**-0.5)
    began = time.process_time()
    reading = read(np.asarray(image), secret)
    cpu = time.process_time() - began
    hidden = {"marked": {key: "right"}, "marked twice": {key: "right", earlier: "earlier"}}.get(kind, {})
    found = "nothing" if reading.key is None else hidden.get(reading.key, "wrong")
    sides = image.width, image.height
    return Tried(
        _reader(), seed, number, kind, bits, *sides, damage, found, round(reading.confidence, 3), round(cpu, 3)
    )


def photographed(photographs: Sequence[Path], rng: np.random.Generator) -> Image.Image:
    """One of the photographs, often cut to another form, with a long side of 130 to 1250 pixels: mostly small."""
    with Image.open(photographs[int(rng.integers(len(photographs)))]) as opened:
        opened.draft("RGB", (1300, 1300))
        image = opened.convert("RGB")
    if rng.uniform() < 0.4:
        wide, high = (max(8, round(side * rng.uniform(0.35, 1))) for side in image.size)
        left, top = (int(rng.integers(side - part + 1)) for side, part in zip(image.size, (wide, high), strict=True))
        image = image.crop((left, top, left + wide, top + high))
    return _sized(image, rng)


def drawn(rng: np.random.Generator, seed: int, number: int) -> Image.Image:
    """A drawing, noise of some slope, or stripes and checks that are as regular as the mark itself."""
    which = int(rng.integers(len(DRAWN) + 8))
    if which < len(DRAWN):
        return _sized(DRAWN[which](dice("wrong keys", seed, number)).convert("RGB"), rng)
    if which % 2:
        spectrum = np.fft.rfft2(rng.normal(size=(512, 512)))
        across, down = np.meshgrid(np.fft.rfftfreq(512), np.fft.fftfreq(512))
        values = np.fft.irfft2(spectrum / (np.hypot(across, down) + 0.004) ** rng.uniform(0, 1.5))
        values = 128 + rng.uniform(5, 60) * values / values.std()
    else:
        x, y = np.meshgrid(np.arange(512), np.arange(512))
        waves = rng.uniform(-0.3, 0.3, (int(rng.integers(1, 24)), 2))
        values = 128 + rng.uniform(2, 30) * sum(np.cos(2 * np.pi * (u * x + v * y)) for u, v in waves)
        values = values if rng.uniform() < 0.5 else np.where(values > 128, 200, 60)
    return _sized(Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).convert("RGB"), rng)


def _sized(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    least, most = (130, 480) if rng.uniform() < 0.85 else (480, 1250)
    long = float(np.exp(rng.uniform(np.log(least), np.log(most))))
    image = damaging.scaled(image, long / max(image.size))
    if min(image.size) < 128:
        image = image.resize([max(128, side) for side in image.size], Image.Resampling.LANCZOS)
    return image


@lru_cache(maxsize=1)
def _reader() -> str:
    """What tells one version of the mark's code from another."""
    folder = Path(str(pictured.marking.__file__)).parent
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()[:12]


def earlier(kept: Path | None) -> Iterator[Tried]:
    if kept is not None and kept.exists():
        yield from (Tried(**json.loads(line)) for line in kept.read_text().splitlines())


def searched(photographs: Sequence[Path], seed: int, readings: int, kept: Path | None) -> None:
    """Do the readings of a seed that `kept` does not have; print what all that it has then gave, and the wrong keys."""
    done = list(earlier(kept))
    known = {(each.seed, each.number) for each in done}
    for number in range(readings):
        if (seed, number) not in known:
            done.append(tried(photographs, seed, number))
            if kept is not None:
                with kept.open("a") as file:
                    file.write(json.dumps(asdict(done[-1])) + "\n")
    print(f"\n{len(done)} readings by {len({each.reader for each in done})} version(s) of the mark's code")
    print(f"  {'':22}{'readings':>9}{'nothing':>9}{'right':>9}{'earlier':>9}{'wrong':>9}{'CPU':>9}")
    for kind in [*KINDS, "all"]:
        some = [each for each in done if kind in (each.kind, "all")]
        if some:
            found = Counter(each.found for each in some)
            counts = "".join(f"{found[each]:9}" for each in ("nothing", "right", "earlier", "wrong"))
            print(f"  {kind:22}{len(some):9}{counts}{np.mean([each.cpu for each in some]):7.2f} s")
    for each in done:
        if each.found == "wrong":
            print(f"  wrong: {each}")
