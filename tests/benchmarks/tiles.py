"""The action `tile` and the command `untile`: does every picture come back, and what does it cost?

    python tests/benchmarks/tiles.py [--megapixels 12]

Pictures of every kind (grey, RGB, RGBA; 8 and 16 bits; PNG and TIFF) are cut with every policy for the last tile, put
together again by the command, and compared sample by sample. The peers are what is usually done: whole windows only
(as `patchify` and `skimage.util.view_as_blocks` do), of which the share of pixels kept is shown, and a loop of Pillow
crops saved as PNG, for the CPU time.
"""

import argparse
import itertools
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyvips
from PIL import Image
from sklearn.datasets import load_sample_image

from pictured.cli.untiling import untile
from pictured.imaging.operations import Tile
from pictured.imaging.rendered import Order
from pictured.imaging.rendering.chain import rendered
from pictured.imaging.traits import Traits

KINDS = {
    ("grey", 8): "b-w",
    ("grey", 16): "grey16",
    ("rgb", 8): "srgb",
    ("rgb", 16): "rgb16",
    ("rgba", 8): "srgb",
    ("rgba", 16): "rgb16",
}


def drawn(mode: str, depth: int) -> np.ndarray:
    """Give china.jpg as grey, RGB or RGBA; 16 bits have noise in the lower byte."""
    pixels = load_sample_image("china.jpg")
    if mode == "grey":
        pixels = pixels[..., 1]
    elif mode == "rgba":
        pixels = np.dstack([pixels, np.roll(pixels[..., 0], 40, axis=1)])
    if depth == 8:
        return np.ascontiguousarray(pixels)
    return pixels.astype(np.uint16) * 256 + np.random.default_rng(0).integers(0, 256, pixels.shape).astype(np.uint16)


def traits(file: Path, pixels: np.ndarray, kind: str) -> Traits:
    height, width = pixels.shape[:2]
    mode = "grey" if pixels.ndim == 2 else "rgb"
    alpha, size = pixels.ndim == 3 and pixels.shape[2] == 4, file.stat().st_size
    return Traits(kind, width, height, 1, 1, 8 * pixels.itemsize, mode, alpha, False, None, None, size, {})


def cut(file: Path, described: Traits, tile: Tile, folder: Path) -> Path:
    for made in rendered(Order(file, described, (tile,), folder)).made:
        made.file.rename(folder / f"{made.name}{made.extension}")
    return folder / "manifest.json"


def comes_back(pixels: np.ndarray, interpretation: str, tile: Tile, ending: str) -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, back = folder / f"a{ending}", folder / f"back{ending}"
        pyvips.Image.new_from_array(pixels, interpretation=interpretation).write_to_file(str(file))
        (folder / "tiles").mkdir()
        kind = "PNG" if ending == ".png" else "TIFF"
        untile(cut(file, traits(file, pixels, kind), tile, folder / "tiles"), back, None, json_lines=True)
        found = pyvips.Image.new_from_file(str(back)).numpy()
        return found.dtype == pixels.dtype and np.array_equal(found, pixels)


def timed(megapixels: float, size: int) -> None:
    """Compare the CPU time with that of a loop over Pillow's crops, on a picture of many photographs."""
    side = round((megapixels * 1e6) ** 0.5)
    china = load_sample_image("china.jpg")
    copies = (-(-side // china.shape[0]), -(-side // china.shape[1]), 1)
    pixels = np.tile(china, copies)[:side, :side]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "a.png"
        Image.fromarray(pixels).save(file, compress_level=1)
        (folder / "tiles").mkdir()
        began = time.process_time()
        manifest = cut(file, traits(file, pixels, "PNG"), Tile(size, size), folder / "tiles")
        tiling = time.process_time() - began
        began = time.process_time()
        untile(manifest, folder / "back.png", None, json_lines=True)
        untiling = time.process_time() - began
        (folder / "peer").mkdir()
        began = time.process_time()
        with Image.open(file) as image:
            for top, left in itertools.product(range(0, side, size), repeat=2):
                image.crop((left, top, left + size, top + size)).save(folder / "peer" / f"{top}-{left}.png")
        peer = time.process_time() - began
        bytes_of = {at: sum(each.stat().st_size for each in (folder / at).iterdir()) for at in ("tiles", "peer")}
    print(
        f"{side} x {side}, tiles of {size}: tile {tiling:.1f} s CPU ({bytes_of['tiles']:,} B, with manifest, read back"
    )
    print(f"    and proven), untile {untiling:.1f} s; Pillow's crops {peer:.1f} s ({bytes_of['peer']:,} B)")
    print(f"    largest memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, default=12, help="size of the picture for the CPU time")
    arguments = parser.parse_args()
    failed = 0
    for (mode, depth), interpretation in KINDS.items():
        pixels = drawn(mode, depth)
        cases = list(itertools.product((".png", ".tif"), ("pad", "shift", "partial"), (0, 32)))
        good = [
            comes_back(pixels, interpretation, Tile(256, 256, overlap, last), ending) for ending, last, overlap in cases
        ]
        failed += len(good) - sum(good)
        print(f"{mode:4} {depth:2} bits: {sum(good)} of {len(good)} come back to the bit", flush=True)
    height, width = pixels.shape[:2]
    share = (height // 256 * 256) * (width // 256 * 256) / (height * width)
    print(f"whole windows only would keep {share:.0%} of the pixels; pad, shift and partial keep 100%")
    timed(arguments.megapixels, 512)
    print("MISSED  some did not come back" if failed else "reached every picture comes back to the bit")


if __name__ == "__main__":
    main()
