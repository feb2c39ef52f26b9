"""Hearing waves in a plane under any affine map, without resampling the plane: Fourier sums at exact frequencies.

A map is a pair (matrix A (2, 2), shift t (2,)): a pixel p = (x, y) of the plane lies at A p + t on the reference
picture, so that the wave k has the phase 2 pi k . (A p + t) / 128 there.
"""

import numpy as np
from numpy.typing import NDArray

from pictured.marking.layout import TILE

BLOCK = 64

Plane = NDArray[np.float32]
Waves = NDArray[np.complex64]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def frequencies(waves: Ints, matrix: Floats) -> Floats:
    """Give the waves (n, 2) as cycles a pixel across and down the plane (n, 2)."""
    return np.asarray(waves @ matrix / TILE)


def heard(plane: Plane, waves: Ints, matrix: Floats) -> Waves:
    """Give the sums of a plane (h, w) times exp(-2 pi i k . A p / 128) over all pixels p: (n,) for waves k (n, 2)."""
    cycles = frequencies(waves, matrix)
    high, wide = plane.shape
    # About the middle a cosine is even and a sine odd, so that half the plane is enough for either.
    even, odd = (each.T for each in _folded(plane.T))
    across, down = _half_waves(wide, cycles[:, 0]), _half_waves(high, cycles[:, 1])
    (even_cos, odd_cos), (even_sin, odd_sin) = (
        np.split(np.concatenate(_folded(part)) @ wave, 2) for part, wave in zip((even, odd), across, strict=True)
    )
    real = _dotted(even_cos, down[0]) - _dotted(odd_sin, down[1])
    imaginary = -_dotted(even_sin, down[0]) - _dotted(odd_cos, down[1])
    to_middle = np.exp((-2j * np.pi) * (cycles @ [(wide - 1) / 2, (high - 1) / 2]))
    return np.asarray((real + 1j * imaginary) * to_middle, np.complex64)


def heard_in_blocks(plane: Plane, waves: Ints, matrix: Floats) -> tuple[Waves, Floats]:
    """Give the same sums for each block of 64 x 64 pixels (b, n), and the blocks' centres (b, 2) in pixels (x, y)."""
    cycles = frequencies(waves, matrix)
    high, wide = (-(-side // BLOCK) for side in plane.shape)
    padded = np.pad(plane, ((0, high * BLOCK - plane.shape[0]), (0, wide * BLOCK - plane.shape[1])))
    inner = np.arange(BLOCK)
    across = _turns(inner, cycles[:, 0])
    both = np.concatenate([across.real, across.imag], axis=1)
    summed = (padded.reshape(-1, BLOCK) @ both).reshape(high, BLOCK, wide, 2 * len(waves))
    rows = summed[..., : len(waves)] + 1j * summed[..., len(waves) :]
    blocks = np.einsum("ybxn,bn->yxn", rows, _turns(inner, cycles[:, 1]))
    blocks *= _turns(BLOCK * np.arange(high), cycles[:, 1])[:, None, :]
    blocks *= _turns(BLOCK * np.arange(wide), cycles[:, 0])[None, :, :]
    middle = (BLOCK - 1) / 2
    xs, ys = np.meshgrid(BLOCK * np.arange(wide) + middle, BLOCK * np.arange(high) + middle)
    return blocks.reshape(-1, len(waves)), np.stack([xs.ravel(), ys.ravel()], axis=1)


def _folded(plane: Plane) -> tuple[Plane, Plane]:
    """Give the even and the odd part of a plane's rows about their middle, from there on (ceil(h / 2), w)."""
    count = -(-len(plane) // 2)
    near, far = plane[-count:], plane[count - 1 :: -1]
    even, odd = near + far, near - far
    if len(plane) % 2:
        even[0] /= 2
    return even, odd


def _half_waves(side: int, cycles: Floats) -> tuple[Plane, Plane]:
    """Give cos and sin of 2 pi place cycles, (ceil(side / 2), cycles), at the pixels from the middle of a side on."""
    turns = np.outer(np.arange(side // 2, side) - (side - 1) / 2, cycles)
    turns -= np.rint(turns)
    angle = (2 * np.pi * turns).astype(np.float32)
    return np.cos(angle), np.sin(angle)


def _dotted(one: Plane, other: Plane) -> Plane:
    return np.asarray(np.einsum("hn,hn->n", one, other))


def _turns(places: Ints, cycles: Floats) -> Waves:
    """exp(-2 pi i place cycles), (places, cycles)."""
    turns = np.outer(places, cycles)
    turns -= np.rint(turns)
    angle = (-2 * np.pi * turns).astype(np.float32)
    made = np.empty(angle.shape, np.complex64)
    np.cos(angle, out=made.real)
    np.sin(angle, out=made.imag)
    return made
