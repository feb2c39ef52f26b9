"""The visual words: to which a local feature belongs, and on which side of their centres it lies.

A feature is kept as its nearest word and a signature of 64 bits instead of 128 numbers (Hamming embedding: Jegou, Douze
and Schmid, "Hamming embedding and weak geometric consistency for large scale image search", ECCV 2008). Here the bits
are the signs of the difference from the centre of the word, along 64 axes: the principal components of descriptors,
turned at random so that each carries as much as the others.

`vocabulary.npz` was made by `tests/benchmarks/vocabulary.py`. Another file makes every index that was written with this
one useless.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

AXES: Final = 64
WORDS: Final = 2048


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """What turns descriptors into words.

    mean      float32 (128,), of RootSIFT descriptors
    axes      float32 (64, 128), orthonormal rows
    centres   float32 (2048, 64), in the coordinates of the axes
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    centres: NDArray[np.float32]

    def assign(self, descriptors: NDArray[np.float32], most: int) -> tuple[NDArray[np.uint16], NDArray[np.uint64]]:
        """Give the `most` nearest words of each RootSIFT descriptor (n, 128), the nearest first, and its signatures.

        Returns:
            words uint16 (n, most) and signatures uint64 (n, most).
        """
        if not len(descriptors):
            return np.empty((0, most), np.uint16), np.empty((0, most), np.uint64)
        lying = (descriptors - self.mean) @ self.axes.T
        # The square of the descriptor itself is the same for all words.
        distances = np.einsum("ij,ij->i", self.centres, self.centres) - (2 * lying) @ self.centres.T
        words, rows = np.empty((len(descriptors), most), np.int64), np.arange(len(descriptors))
        for place in range(most):
            # A few rounds of this are five times as fast as a partition.
            words[:, place] = distances.argmin(axis=1)
            distances[rows, words[:, place]] = np.inf
        sides = lying[:, None, :] > self.centres[words]
        return words.astype(np.uint16), np.packbits(sides, axis=2).view(np.uint64)[..., 0]


@cache
def vocabulary() -> Vocabulary:
    """Load the vocabulary that comes with the package."""
    with files("pictured.indexing").joinpath("vocabulary.npz").open("rb") as file, np.load(file) as kept:
        return Vocabulary(*(kept[name].astype(np.float32) for name in ("mean", "axes", "centres")))
