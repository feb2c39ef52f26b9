"""Pairs of pictures of one scene of which neither is a copy of the other, made from photographs.

The frames of a burst: the camera moves (shift, turn, zoom), near and far things move against each other (parallax), an
object moves. Every frame has its own sensor noise. And two crops of one photograph, each with something of its own.

The two frames of a pair are meant to differ by more than an alignment leaves:

- a shifted camera shows about 1 to 4 % of the long side that the other frame does not have, on both sides;
- a parallax field has lost its best affine map, and what is left moves 5 % of the pixels by at least 0.6 to 2 %;
- an object moves by 2 to 6 % where there is something to be seen: its pixels change by at least 10 of 255 on average.
"""

import random
from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.uint8]
Floats = NDArray[np.float32]
Pair = tuple[Colours, Colours]

_MARGIN = 0.07
_CHANGE = 10.0
_TRIES = 30


def _with_grain(picture: NDArray[np.floating], noise: np.random.Generator) -> Colours:
    grain = noise.normal(0, noise.uniform(1.5, 4), picture.shape)
    return (picture + grain).clip(0, 255).astype(np.uint8)


def _frame(photograph: Colours, moved: Floats | None, noise: np.random.Generator) -> Colours:
    """What a sensor sees within the margin; `moved` is a displacement of each pixel, (h, w, 2)."""
    high, wide = photograph.shape[:2]
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    if moved is not None:
        x, y = x + moved[..., 0], y + moved[..., 1]
    seen = cv2.remap(photograph, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    edge = round(_MARGIN * max(high, wide))
    return _with_grain(seen[edge : high - edge, edge : wide - edge].astype(np.float32), noise)


def _camera(shape: tuple[int, ...], rng: random.Random, shift: float) -> Floats:
    """A shift by this fraction of the long side both across and down, with a slight turn and zoom about the centre."""
    high, wide = shape[:2]
    turn, zoom = np.radians(rng.uniform(-0.6, 0.6)), 1 + rng.uniform(-0.004, 0.004)
    x, y = np.meshgrid(np.arange(wide) - wide / 2, np.arange(high) - high / 2)
    across, down = (rng.choice([-1, 1]) * shift * max(high, wide) * rng.uniform(0.8, 1.2) for _ in range(2))
    new_x = zoom * (np.cos(turn) * x - np.sin(turn) * y) + across
    new_y = zoom * (np.sin(turn) * x + np.cos(turn) * y) + down
    return np.stack([new_x - x, new_y - y], axis=-1).astype(np.float32)


def _parallax(shape: tuple[int, ...], noise: np.random.Generator, amplitude: float, width: float) -> Floats:
    """A smooth field without its affine part, whose 95th percentile is a fraction of the long side."""
    high, wide = shape[:2]
    rough = noise.normal(0, 1, (high, wide, 2)).astype(np.float32)
    field = cv2.GaussianBlur(rough, (0, 0), width * max(high, wide))
    x, y = np.meshgrid(np.linspace(-1, 1, wide), np.linspace(-1, 1, high))
    plane = np.stack([np.ones(high * wide), x.ravel(), y.ravel()], axis=1)
    flat = field.reshape(-1, 2)
    rest = flat - plane @ np.linalg.lstsq(plane, flat, rcond=None)[0]
    rest *= amplitude * max(high, wide) / np.percentile(np.hypot(*rest.T), 95)
    return rest.reshape(high, wide, 2).astype(np.float32)


def shifted(low: float, high: float) -> Callable[[Colours, random.Random], Pair]:
    def make(photograph: Colours, rng: random.Random) -> Pair:
        noise = np.random.default_rng(rng.getrandbits(32))
        moved = _camera(photograph.shape, rng, rng.uniform(low, high))
        return _frame(photograph, None, noise), _frame(photograph, moved, noise)

    return make


def parallax(low: float, high: float, shift: float) -> Callable[[Colours, random.Random], Pair]:
    def make(photograph: Colours, rng: random.Random) -> Pair:
        noise = np.random.default_rng(rng.getrandbits(32))
        moved = _parallax(photograph.shape, noise, rng.uniform(low, high), rng.uniform(0.08, 0.16))
        if shift:
            moved = moved + _camera(photograph.shape, rng, shift)
        return _frame(photograph, None, noise), _frame(photograph, moved, noise)

    return make


def object_moved(photograph: Colours, rng: random.Random) -> Pair | None:
    """A part moves over the ground; None where the photograph is too plain or too narrow for it."""
    noise = np.random.default_rng(rng.getrandbits(32))
    high, wide = photograph.shape[:2]
    edge = round((_MARGIN + 0.06) * max(high, wide))
    if min(0.7 * wide, 0.65 * high) <= 2 * edge:
        return None
    for _ in range(_TRIES):
        across, down = round(wide * rng.uniform(0.12, 0.3)), round(high * rng.uniform(0.15, 0.35))
        x, y = rng.randint(edge, wide - across - edge), rng.randint(edge, high - down - edge)
        way, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.02, 0.06) * max(high, wide)
        shift = round(float(np.sin(way)) * far), round(float(np.cos(way)) * far)
        mask = np.zeros((high, wide), np.float32)
        cv2.ellipse(mask, (x + across // 2, y + down // 2), (across // 2, down // 2), 0, 0, 360, (1.0,), -1)
        soft = cv2.GaussianBlur(np.roll(mask, shift, (0, 1)), (0, 0), 2)[..., None]
        after = photograph * (1 - soft) + np.roll(photograph, shift, (0, 1)) * soft
        blurred = [cv2.GaussianBlur(each.astype(np.float32), (0, 0), 3) for each in (photograph, after)]
        if np.abs(blurred[0] - blurred[1]).mean(axis=2)[soft[..., 0] > 0.5].mean() > _CHANGE:
            inside = slice(edge // 2, high - edge // 2), slice(edge // 2, wide - edge // 2)
            return _with_grain(photograph[inside].astype(np.float32), noise), _with_grain(after[inside], noise)
    return None


def crops(photograph: Colours, rng: random.Random) -> Pair:
    """Two parts with 50 to 90 % of each side, each of which reaches at least 3 % beyond the other somewhere."""
    high, wide = photograph.shape[:2]
    while True:
        boxes = []
        for _ in range(2):
            share = rng.uniform(0.5, 0.9)
            left, top = rng.uniform(0, 1 - share), rng.uniform(0, 1 - share)
            boxes.append((left, top, left + share, top + share))
        one, other = boxes
        own = max(one[0] - other[0], other[2] - one[2], one[1] - other[1], other[3] - one[3])
        others = max(other[0] - one[0], one[2] - other[2], other[1] - one[1], one[3] - other[3])
        if min(own, others) > 0.03:
            break
    first, second = (
        photograph[round(top * high) : round(bottom * high), round(left * wide) : round(right * wide)]
        for left, top, right, bottom in boxes
    )
    return first, second


MOTIONS: Mapping[str, Callable[[Colours, random.Random], Pair | None]] = {
    "shift 1-2 %": shifted(0.01, 0.02),
    "shift 2-4 %": shifted(0.02, 0.04),
    "parallax 0.6 %": parallax(0.006, 0.008, 0.0),
    "parallax 0.8-1.2 %": parallax(0.008, 0.012, 0.0),
    "parallax 1-2 %, shift": parallax(0.01, 0.02, 0.01),
    "object moved": object_moved,
    "crops": crops,
}
