"""Make the visual words that come with the package.

    python tests/benchmarks/vocabulary.py --photos FOLDER --into daemon/pictured/indexing/vocabulary.npz

Every second photograph, sorted by name, is learned from; the others are left to be measured on. An index that was
written with another vocabulary is useless afterwards.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pictured.imaging.sizing import sized
from pictured.indexing.features import KEPT_SIDE, described
from pictured.indexing.vocabulary import AXES, WORDS


def descriptors(photos: list[Path]) -> np.ndarray:
    """RootSIFT descriptors at the size of the index and a quarter larger, as queries show them."""
    found = []
    for photo in photos:
        luminance = np.asarray(Image.open(photo).convert("L"))
        found += [described(sized(luminance, side), 300)[1] for side in (KEPT_SIDE, KEPT_SIDE * 5 // 4)]
    return np.concatenate(found)


def clustered(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lloyd's k-means, 15 rounds; a centre that loses all its points starts again at one of them."""
    centres = points[rng.permutation(len(points))[:WORDS]].copy()
    for _ in range(15):
        nearest = ((centres**2).sum(axis=1)[None] - 2 * points @ centres.T).argmin(axis=1)
        for number in range(WORDS):
            mine = points[nearest == number]
            centres[number] = mine.mean(axis=0) if len(mine) else points[rng.integers(len(points))]
    return centres


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    photos = sorted(options.photos.iterdir())[::2]
    points, rng = descriptors(photos), np.random.default_rng(1)
    mean = points.mean(axis=0)
    _, _, principal = np.linalg.svd((points - mean)[rng.permutation(len(points))[:20_000]], full_matrices=False)
    turn, _ = np.linalg.qr(rng.normal(size=(AXES, AXES)))
    axes = (turn @ principal[:AXES]).astype(np.float32)
    centres = clustered((points - mean) @ axes.T, rng)
    kept = {"mean": mean, "axes": axes, "centres": centres}
    np.savez_compressed(options.into, **{name: each.astype(np.float16) for name, each in kept.items()})
    print(f"{len(photos)} photographs, {len(points)} descriptors, {options.into.stat().st_size} bytes")


if __name__ == "__main__":
    main()
