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

_ROUNDS = 3
_ANSWER = 0.5
_ENOUGH = 9.5


@dataclass(frozen=True, slots=True)
class Visibility:
    """How visible a mark may be.

    ssim   the least structural similarity of the luminance
    quiet  the most deviation, in 255ths, where the picture is plain grey; busy places take up to 14 times that
    psnr   the least peak signal-to-noise ratio, dB
    """

    ssim: float
    quiet: float
    psnr: float


def usual(pixels: int) -> Visibility:
    """Give how visible the mark is in a picture of so many pixels: small ones need all that can be hidden."""
    small, large = 400_000.0, 3_000_000.0
    part = float(np.clip(np.log(max(pixels, small) / small) / np.log(large / small), 0, 1)) ** 0.5
    ssim, decibels = min(0.9856 + part * 0.009, 0.992), min(34.0 + part * 12.6, 44.6)
    return Visibility(ssim, 1.5 - part * 0.8, decibels)


def loudest() -> Visibility:
    """Give the limit of what is hidden in pictures of any size, for those that need it."""
    return usual(0)


def embed(
    picture: NDArray[np.generic], key: bytes, secret: bytes = PUBLIC, visibility: Visibility | None = None
) -> Embedded:
    """Hide a key of 32, 16 or 8 bytes in a picture (h, w) or (h, w, 1 to 4): uint8, uint16, or float 0 to 255.

    Without `visibility` it is `usual`, and somewhat more where a large picture would be left with little margin.
    """
    whole = luminance(picture)
    plane = reduced(picture, LONG_SIDE)
    limits = visibility or usual(whole.size)
    made = _embedded(picture, whole, plane, key, secret, limits)
    if visibility is None and limits != loudest() and made.margin_db < _ENOUGH:
        more = Visibility(max(limits.ssim - 0.0015, loudest().ssim), 1.4 * limits.quiet, limits.psnr - 3)
        return _embedded(picture, whole, plane, key, secret, more)
    return made


def _embedded(
    picture: NDArray[np.generic], whole: Plane, plane: Plane, key: bytes, secret: bytes, limits: Visibility
) -> Embedded:
    layout, rounding, written = layout_of(secret), step(picture), packed(key, secret)
    coded = encode(written)
    change = _change(plane, whole, layout, coded, limits, rounding)
    marked, error = added(picture, change)
    heard = gathered(whitened(reduced(marked, LONG_SIDE)), layout)
    return Embedded(marked, psnr(error), likeness(whole, change, rounding), margin(heard, layout, coded, len(written)))


def _change(
    plane: Plane, whole: Plane, layout: Layout, coded: NDArray[np.uint8], limits: Visibility, rounding: float
) -> Plane:
    """Make what is added to the reference picture.

    Each wave is answered: where the picture itself opposes a bit, the wave gets stronger, where it helps, weaker
    (informed embedding). The pilots stay as they are, for the search hears their power, not their sign.
    """
    pilots, size = amplitudes(layout)
    signs = 2.0 * coded[layout.order % len(coded)] - 1
    wanted = (size * (signs[: len(size)] + 1j * signs[len(size) :])).astype(np.complex128)
    data = wanted
    where = mask(plane)
    cost = _cost(plane)
    change = where * spread(layout, pilots, data, plane.shape)
    loss = 1 - likeness(whole, change, rounding)
    price = loss / float(np.mean(change * change * cost))
    for _ in range(_ROUNDS):
        change *= _strength(change, cost, price, limits)
        own = gathered(whitened(plane + change), layout).data
        gain = np.real(np.vdot(data, own)) / np.sum(np.abs(data) ** 2)
        if gain <= 0:
            break
        rest = own / gain - data
        data = _answered(wanted.real, rest.real) + 1j * _answered(wanted.imag, rest.imag)
        change = where * spread(layout, pilots, data, plane.shape)
    change *= _strength(change, cost, price, limits)
    loss = 1 - likeness(whole, change, rounding)
    return change * np.float32(min(1.0, np.sqrt((1 - limits.ssim) / max(loss, 1e-9))))


def _answered(wanted: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
    return wanted * (1 + _ANSWER * np.clip(-rest / wanted, -0.6, 3))


def _cost(plane: Plane) -> Plane:
    """How much a change of one unit takes from the similarity at each place, for small changes."""
    level = gaussian_filter(plane, 1.5)
    own = np.maximum(gaussian_filter(plane * plane, 1.5) - level * level, 0)
    return np.asarray(gaussian_filter(1 / (2 * own + 58.5), 1.5), np.float32)


def _strength(change: Plane, cost: Plane, price: float, limits: Visibility) -> np.float32:
    loss = price * float(np.mean(change * change * cost))
    power = float(np.mean(change * change)) + 1e-9
    loudest = 255 * 10 ** (-limits.psnr / 20) / np.sqrt(power)
    return np.float32(min(np.sqrt((1 - limits.ssim) / max(loss, 1e-9)), limits.quiet, loudest))
