"""The eight ways in which a picture can stand, and the hash of each from one small picture.

The numbers are those of EXIF's Orientation tag (EXIF 2.32, tag 0x0112): 1 upright, 2 mirrored, 3 turned by 180 degrees,
4 mirrored top to bottom, 5 transposed, 6 turned clockwise to be upright, 7 transversed, 8 turned anticlockwise.
"""

import numpy as np
from numpy.typing import NDArray

SIDE = 64
_LOW = 16
ORIENTATIONS = range(1, 9)

Affine = NDArray[np.float64]
"""2 x 3, takes (x, y, 1) to (x, y)."""


def product(first: Affine, second: Affine) -> Affine:
    """Give the map that does `second` and then `first`."""
    both: Affine = first[:, :2] @ second
    both[:, 2] += first[:, 2]
    return both


def inverse(affine: Affine) -> Affine:
    """Give the map back.

    Raises:
        numpy.linalg.LinAlgError: if there is none.
    """
    back = np.linalg.inv(affine[:, :2])
    return np.column_stack([back, -back @ affine[:, 2]])


def oriented(picture: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation (1 to 8) to a picture of shape (h, w); the result is contiguous."""
    turned = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.T,
        6: lambda p: p[::-1].T,
        7: lambda p: p[::-1, ::-1].T,
        8: lambda p: p.T[::-1],
    }[orientation](picture)
    return np.ascontiguousarray(turned)


def turning(orientation: int) -> Affine:
    """Give what takes a place in the picture that `oriented` gives to its place in the picture given to it.

    Both as fractions of width and height, (0, 0) the upper left corner, (1, 1) the lower right one.
    """
    return np.array(
        {
            1: [[1, 0, 0], [0, 1, 0]],
            2: [[-1, 0, 1], [0, 1, 0]],
            3: [[-1, 0, 1], [0, -1, 1]],
            4: [[1, 0, 0], [0, -1, 1]],
            5: [[0, 1, 0], [1, 0, 0]],
            6: [[0, 1, 0], [-1, 0, 1]],
            7: [[0, -1, 1], [-1, 0, 1]],
            8: [[0, -1, 1], [1, 0, 0]],
        }[orientation],
        np.float64,
    )


def orientation_of(linear: NDArray[np.float64]) -> tuple[int, float]:
    """Give the orientation nearest to a linear map (2 x 2) from the turned picture to the given one, and what is left.

    Returns:
        the EXIF orientation, and the angle in degrees, -45 to 45, by which the given picture is turned clockwise
        beyond it.
    """
    mirrored = np.linalg.det(linear) < 0
    upright = linear @ np.diag([-1.0, 1.0]) if mirrored else linear
    # The direction of both axes counts, so that a squeezed picture has no turn.
    angle = np.degrees(np.arctan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1]))
    quarter = round(float(angle) / 90) % 4
    left = (float(angle) + 45) % 90 - 45
    return ((2, 7, 4, 5) if mirrored else (1, 8, 3, 6))[quarter], left


def hashes_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The perceptual hash of a picture in its eight orientations: shape (8, 32), orientation `o` at row `o - 1`.

    Equals packing the bits of `imagehash.phash(picture, hash_size=16)` (Zauner 2010, DCT hash: signs against the median
    of the 16 x 16 lowest frequencies). Turning a picture only transposes its DCT and flips signs of odd frequencies, so
    one transform serves all eight.

    Args:
        picture: uint8, (64, 64), aspect ratio ignored.
    """
    basis = _basis()
    low = basis @ picture.astype(np.float64) @ basis.T
    odd = np.where(np.arange(_LOW) % 2, -1.0, 1.0)
    across, down = low * odd[None, :], low * odd[:, None]
    both = across * odd[:, None]
    stacked = np.stack([low, across, both, down, low.T, down.T, both.T, across.T])
    rows = stacked.reshape(8, -1)
    return np.packbits(rows > np.median(rows, axis=1, keepdims=True), axis=1)


def _basis() -> NDArray[np.float64]:
    """The 16 lowest vectors of the DCT-II over 64 samples, scaled as scipy.fftpack.dct does."""
    samples = 2 * np.arange(SIDE) + 1
    return 2 * np.cos(np.pi * samples[None, :] * np.arange(_LOW)[:, None] / (2 * SIDE))
