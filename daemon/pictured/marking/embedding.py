"""Writing the mark: as strong as the picture hides, and with the picture's own content taken into account."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from pictured.marking.adding import added, likeness, step
from pictured.marking.carrying import gathered, spread
from pictured.marking.convolution import encode
from pictured.marking.layout import LONG_SIDE, Layout, layout_of
from pictured.marking.luminance import luminance, reduced
from pictured.marking.marks import PUBLIC, Embedded
from pictured.marking.masking import mask
from pictured.marking.measuring import psnr
from pictured.marking.message import packed
from pictured.marking.weighing import amplitudes, margin
from pictured.marking.whitening import whitened

Plane = NDArray[np.float32]

_ROUNDS = 2
_ANSWERS = (3.5, 7.0), (0.45, 0.7)
_ENOUGH = 10.0


@dataclass(frozen=True, slots=True)
class Visibility:
    """How visible a mark may be.

    ssim   the least structural similarity of the luminance
    quiet  the most deviation, in 255ths, where the picture is quiet grey; less in plain places, more in busy ones
    psnr   the least peak signal-to-noise ratio, dB
    """

    ssim: float
    quiet: float
    psnr: float


def usual(pixels: int) -> Visibility:
    """Give how visible the mark is in a picture of so many pixels: small ones need all that can be hidden."""
    return _between(pixels, (loudest(), Visibility(0.9910, 0.85, 43.4), Visibility(0.9935, 0.6, 45.4)))


def utmost(pixels: int) -> Visibility:
    """Give the limit for a picture of so many pixels that would be left with little margin otherwise."""
    return _between(pixels, (loudest(), Visibility(0.9876, 1.3, 38.0), Visibility(0.9910, 1.1, 38.5)))


def loudest() -> Visibility:
    """Give the limit of what is hidden in pictures of any size, for those that need it."""
    return Visibility(0.9856, 1.5, 34.0)


def embed(
    picture: NDArray[np.generic], key: bytes, secret: bytes = PUBLIC, visibility: Visibility | None = None
) -> Embedded:
    """Hide a key of 32, 16 or 8 bytes in a picture (h, w) or (h, w, 1 to 4): uint8, uint16, or float 0 to 255.

    Without `visibility` it is `usual`, and up to `utmost` where that leaves a margin of less than 12 dB.
    """
    whole = luminance(picture)
    layout, written = layout_of(secret), packed(key, secret)
    limits = (visibility or usual(whole.size), visibility or utmost(whole.size))
    change, similar = _change(reduced(picture, LONG_SIDE), whole, layout, written, limits, step(picture))
    marked, error = added(picture, change)
    heard = gathered(whitened(reduced(marked, LONG_SIDE)), layout)
    return Embedded(marked, psnr(error), similar, margin(heard, layout, encode(written), len(written)))


def _between(pixels: int, limits: tuple[Visibility, Visibility, Visibility]) -> Visibility:
    """Interpolate limits for 0.4, 1 and 3 million pixels on an axis of their logarithm."""
    at, knots = np.log(max(pixels, 1)), np.log([0.4e6, 1e6, 3e6])
    ssim, quiet, decibels = (
        float(np.interp(at, knots, column)) for column in zip(*((e.ssim, e.quiet, e.psnr) for e in limits), strict=True)
    )
    return Visibility(ssim, quiet, decibels)


def _change(
    plane: Plane,
    whole: Plane,
    layout: Layout,
    written: NDArray[np.uint8],
    limits: tuple[Visibility, Visibility],
    rounding: float,
) -> tuple[Plane, float]:
    """Make what is added to the reference picture, and say how similar the picture then is to itself.

    Each wave is answered: where the picture itself opposes a bit, the wave gets stronger, where it helps, weaker
    (informed embedding). The pilots stay as they are, for the search hears their power, not their sign. Beyond the
    first of the limits, and up to the second, the mark is as strong as the margin needs it.
    """
    pilots, size = amplitudes(layout)
    coded = encode(written)
    signs = 2.0 * coded[layout.order % len(coded)] - 1
    wanted = (size * (signs[: len(size)] + 1j * signs[len(size) :])).astype(np.complex128)
    data = wanted
    where = mask(plane)
    cost = _cost(plane)
    change = where * spread(layout, pilots, data, plane.shape)
    loss = 1 - likeness(whole, change, rounding)
    price = loss / float(np.mean(change * change * cost))
    lack, answer = 0.0, 0.0
    for _ in range(_ROUNDS):
        change *= _strength(change, cost, price, limits, 0.0)
        heard = gathered(whitened(plane + change), layout)
        gain = np.real(np.vdot(data, heard.data)) / np.sum(np.abs(data) ** 2)
        if gain <= 0:
            break
        reached = margin(heard, layout, coded, len(written))
        lack = max(0.0, _ENOUGH - reached)
        # Where the picture is much louder than the mark, to oppose it would cost more than it brings.
        answer = answer or float(np.interp(reached, *_ANSWERS))
        rest = heard.data / gain - data
        data = _answered(wanted.real, rest.real, answer) + 1j * _answered(wanted.imag, rest.imag, answer)
        change = where * spread(layout, pilots, data, plane.shape)
    change *= _strength(change, cost, price, limits, lack)
    loss = 1 - likeness(whole, change, rounding)
    allowed = min(1.0, (1 - limits[1].ssim) / max(loss, 1e-9))
    return change * np.float32(np.sqrt(allowed)), 1 - allowed * loss


def _answered(wanted: NDArray[np.float64], rest: NDArray[np.float64], answer: float) -> NDArray[np.float64]:
    return wanted * (1 + answer * np.clip(-rest / wanted, -0.6, 3))


def _cost(plane: Plane) -> Plane:
    """How much a change of one unit takes from the similarity at each place, for small changes."""
    level = gaussian_filter(plane, 1.5)
    own = np.maximum(gaussian_filter(plane * plane, 1.5) - level * level, 0)
    return np.asarray(gaussian_filter(1 / (2 * own + 58.5), 1.5), np.float32)


def _strength(
    change: Plane, cost: Plane, price: float, limits: tuple[Visibility, Visibility], lack: float
) -> np.float32:
    """Give the factor for a change: what the first limits allow, and `lack` dB more as far as the second ones do."""
    loss = price * float(np.mean(change * change * cost))
    power = float(np.mean(change * change)) + 1e-9
    least, most = (
        min(np.sqrt((1 - each.ssim) / max(loss, 1e-9)), each.quiet, 255 * 10 ** (-each.psnr / 20) / np.sqrt(power))
        for each in limits
    )
    return np.float32(min(least * 10 ** (lack / 20), most))
