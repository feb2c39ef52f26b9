"""The action `quantise` beside k-means over all pixels, Pillow and pngquant, on real photographs.

    python tests/benchmarks/quantising.py [--photos FOLDER] [--pictures 4]

Prints for each picture and number of colours: PSNR and SSIM against the picture, CPU seconds a megapixel (of our
operation with all it measures; of the peers' clustering alone) and bytes of the PNG. Then every number of colours from
2 to 256 is asked for, and has to be met exactly. Ends with what was to be reached, and whether it is.
Set OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1: threads that wait for each other count as CPU time.
"""

import argparse
import io
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.cluster import KMeans
from sklearn.datasets import load_sample_image

from pictured.imaging.operations import Quantise
from pictured.imaging.rendered import Order
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.chain import rendered
from pictured.imaging.rendering.fidelity import psnr, ssim
from pictured.imaging.rendering.loading import loaded
from pictured.imaging.rendering.quantising import quantised
from pictured.imaging.traits import Traits

COUNTS = (16, 64, 256)
Row = tuple[float, float, float, int]


def traits(file: Path, pixels: np.ndarray) -> Traits:
    height, width = pixels.shape[:2]
    return Traits("PNG", width, height, 1, 1, 8, "rgb", False, False, None, None, file.stat().st_size, {})


def ours(file: Path, pixels: np.ndarray, operation: Quantise) -> Row:
    canvas: Canvas = loaded(file, traits(file, pixels), streams=False)
    canvas = Canvas(canvas.image.copy_memory(), file, canvas.traits, canvas.metadata)
    began = time.process_time()
    told = quantised(canvas, operation).notes[-1].told
    seconds = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        (made,) = rendered(Order(file, canvas.traits, (operation,), Path(folder))).made
    return float(str(told["psnr"])), float(str(told["ssim"])), seconds, made.size


def measured(pixels: np.ndarray, result: np.ndarray, seconds: float, size: int) -> Row:
    return psnr(pixels, result) or 99.0, ssim(pixels, result), seconds, size


def png_bytes(table: np.ndarray, places: np.ndarray) -> int:
    image = Image.fromarray(places.astype(np.uint8), "P")
    image.putpalette(table.astype(np.uint8).tobytes())
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return len(file.getvalue())


def full(pixels: np.ndarray, count: int) -> Row:
    samples = pixels.reshape(-1, 3).astype(np.float32)
    began = time.process_time()
    found = KMeans(count, n_init=1, random_state=0).fit(samples)
    seconds = time.process_time() - began
    table = np.clip(np.rint(found.cluster_centers_), 0, 255).astype(np.uint8)
    places = found.labels_.reshape(pixels.shape[:2])
    return measured(pixels, table[places], seconds, png_bytes(table, places))


def pillow(pixels: np.ndarray, count: int) -> Row:
    image = Image.fromarray(pixels)
    began = time.process_time()
    found = image.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    seconds = time.process_time() - began
    file = io.BytesIO()
    found.save(file, "PNG", optimize=True)
    return measured(pixels, np.asarray(found.convert("RGB")), seconds, len(file.getvalue()))


def pngquant(file: Path, pixels: np.ndarray, count: int) -> Row:
    began = time.perf_counter()
    command = ["pngquant", "--nofs", "--speed", "1", str(count), "--output", "-", str(file)]
    found = subprocess.run(command, check=True, capture_output=True).stdout
    seconds = time.perf_counter() - began
    return measured(pixels, np.asarray(Image.open(io.BytesIO(found)).convert("RGB")), seconds, len(found))


def show(name: str, count: int, method: str, row: Row, megapixels: float) -> None:
    quality, alike, seconds, size = row
    per = f"{quality:7.2f} dB  SSIM {alike:.4f}  {seconds / megapixels:6.2f} s/MP"
    print(f"{name:24} k={count:<4} {method:30} {per}  {size:8,} B", flush=True)


def exact_counts(file: Path, pixels: np.ndarray) -> list[int]:
    """Give the numbers of colours that were asked for and not met."""
    canvas = loaded(file, traits(file, pixels), streams=False)
    missed = []
    for count in range(2, 257):
        found = quantised(canvas, Quantise(count)).image.numpy()
        packed = found.astype(np.uint32) @ np.array([1, 256, 65536], dtype=np.uint32)
        if len(np.unique(packed)) != count:
            missed.append(count)
    return missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, help="more photographs, beside the two that scikit-learn ships")
    parser.add_argument("--pictures", type=int, default=4, help="how many of them")
    arguments = parser.parse_args()
    pictures = {name: load_sample_image(name) for name in ("china.jpg", "flower.jpg")}
    if arguments.photos:
        for photo in sorted(arguments.photos.iterdir())[1::2][: arguments.pictures]:
            pictures[photo.name] = np.asarray(Image.open(photo).convert("RGB"))
    shortfall, slowest, china = 0.0, 0.0, (0.0, 0)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "a.png"
        for title, pixels in pictures.items():
            Image.fromarray(pixels).save(file)
            megapixels = pixels.shape[0] * pixels.shape[1] / 1e6
            for count in COUNTS:
                peer, own = full(pixels, count), ours(file, pixels, Quantise(count))
                show(title, count, "k-means over all pixels", peer, megapixels)
                show(title, count, "pictured", own, megapixels)
                show(title, count, "pictured, oklab", ours(file, pixels, Quantise(count, "oklab")), megapixels)
                show(title, count, "pictured, dithered", ours(file, pixels, Quantise(count, dither=True)), megapixels)
                show(title, count, "Pillow median cut + k-means", pillow(pixels, count), megapixels)
                if shutil.which("pngquant"):
                    show(title, count, "pngquant (wall, with PNG)", pngquant(file, pixels, count), megapixels)
                shortfall, slowest = max(shortfall, peer[0] - own[0]), max(slowest, own[2] / megapixels)
                if (title, count) == ("china.jpg", 16):
                    china = own[0], own[3]
        Image.fromarray(pictures["china.jpg"]).save(file)
        missed = exact_counts(file, pictures["china.jpg"])
    goals = {
        f"PSNR at most 0.1 dB below k-means over all pixels: {shortfall:.3f} dB at worst": shortfall <= 0.1,
        f"at most 0.5 s CPU a megapixel: {slowest:.2f} s at worst": slowest <= 0.5,
        f"china.jpg in 16 colours has 27.3 dB: {china[0]:.2f} dB": china[0] >= 27.3,
        f"and at most 70 kB: {china[1]:,} B": china[1] <= 70_000,
        f"every number of colours from 2 to 256 exactly; missed: {missed or 'none'}": not missed,
    }
    for goal, reached in goals.items():
        print("reached" if reached else "MISSED ", goal)


if __name__ == "__main__":
    main()
