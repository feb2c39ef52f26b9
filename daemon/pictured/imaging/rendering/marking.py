"""The operation `invisible_mark`."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray

from pictured.errors import Refused
from pictured.imaging.operations.invisible_mark import InvisibleMark
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.fitting import frame_height
from pictured.imaging.rendering.loading import upright
from pictured.imaging.rendering.rehearsing import EVERYDAY, rehearsed
from pictured.marking.embedding import embed, loudest, usual
from pictured.marking.keys import fault_of, key_of, secret_of
from pictured.marking.marks import PUBLIC, Embedded
from pictured.marking.reading import read

LEAST_SIDE = 128

_WANTED = 1.0
_SURE = 6.0
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    key: bytes
    made: Embedded
    image: pyvips.Image
    margins: Mapping[str, float | None]

    @property
    def weak(self) -> bool:
        return any(margin is None or margin < _WANTED for margin in self.margins.values())


def marked(canvas: Canvas, operation: InvisibleMark) -> Canvas:
    """Give the picture with a key in its pixels; grey stays grey, 16 bits stay 16 bits, alpha stays as it is.

    Where `on_weak` asks for it, everyday damage is rehearsed and the mark made stronger, up to the limit. Otherwise a
    JPEG is, where the margin is below 6 dB: it took up to 4 dB from photographs.
    Raises Refused: animated, CMYK, smaller than 128 pixels a side, too plain to hide a key of this size, marked already
    and not to be replaced, or a key or secret that cannot be used.
    """
    canvas = _markable(canvas)
    image = canvas.image
    secret = _secret(operation)
    key = _key(operation)
    pixels = np.atleast_3d(image.numpy())
    before = read(pixels, secret)
    if before.key is not None and not operation.replace:
        raise Refused(f"has the mark {before.key.hex()} already; ask for it to be replaced if another is wanted.")
    found = _found(image, pixels, key, secret, operation.on_weak)
    if found.made.margin_db < 0:
        raise Refused(f"is too plain or too small to hide {8 * len(found.key)} bits{_advice(found.key)}.")
    if found.weak and operation.on_weak == "fail":
        raise Refused(f"would lose its mark to everyday damage{_advice(found.key)}.")
    return canvas.painted(found.image).noted(
        "invisible_mark",
        key=found.key.hex(),
        replaced=before.key.hex() if before.key else None,
        psnr=round(found.made.psnr, 2),
        ssim=round(found.made.ssim, 4),
        margin_db=round(found.made.margin_db, 1),
        **({"margins_db": dict(found.margins), "weak": found.weak} if found.margins else {}),
    )


def _markable(canvas: Canvas) -> Canvas:
    if frame_height(canvas.image) != canvas.image.height:
        raise Refused("is animated; a mark takes still pictures only.")
    if min(canvas.image.width, canvas.image.height) < LEAST_SIDE:
        raise Refused(f"is smaller than {LEAST_SIDE} pixels a side, too small for a mark; take a larger copy.")
    if canvas.image.interpretation == "cmyk":
        raise Refused("is CMYK, and a mark takes grey and RGB pictures only; convert it first.")
    return upright(canvas)


def _found(image: pyvips.Image, pixels: NDArray[np.generic], key: bytes, secret: bytes, on_weak: str | None) -> _Tried:
    """Give the first try that is not weak, louder, and then with fewer bits where wanted; else the last."""
    if on_weak is None:
        made = embed(pixels, key, secret)
        return _tried(image, made, key, secret, ("jpeg",) if 0 <= made.margin_db < _SURE else ())
    tries = []
    for length in (32, 16, 8) if on_weak == "fewer_bits" else (len(key),):
        if length > len(key):
            continue
        for limits in (None,) if usual(image.width * image.height) == loudest() else (None, loudest()):
            found = _tried(image, embed(pixels, key[:length], secret, limits), key[:length], secret, EVERYDAY)
            if not found.weak:
                return found
        tries.append(found)
    return tries[-1]


def _tried(image: pyvips.Image, made: Embedded, key: bytes, secret: bytes, damage: Sequence[str]) -> _Tried:
    painted = pyvips.Image.new_from_array(made.picture, interpretation=image.interpretation)
    painted = painted.copy(xres=image.xres, yres=image.yres)
    return _Tried(key, made, painted, rehearsed(painted, key, secret, damage) if damage else {})


def _advice(key: bytes) -> str:
    return "; try fewer" if len(key) > 8 else ""


def _key(operation: InvisibleMark) -> bytes:
    if operation.key is not None:
        return operation.key
    if operation.key_file is None:
        return secrets.token_bytes(operation.bits // 8)
    key = key_of(_read(operation.key_file, "key"))
    if (fault := fault_of(key)) is not None:
        raise Refused(f"cannot get its mark: the key in {operation.key_file} {fault}.")
    return key


def _secret(operation: InvisibleMark) -> bytes:
    if operation.secret_file is None:
        return PUBLIC if operation.secret is None else operation.secret
    secret = secret_of(_read(operation.secret_file, "secret"))
    if not secret:
        raise Refused(f"cannot get its mark: the secret file {operation.secret_file} is empty.")
    return secret


def _read(file: str, what: str) -> bytes:
    try:
        with Path(file).open("rb") as opened:
            return opened.read(_LONGEST)
    except OSError as error:
        raise Refused(f"cannot get its mark: the {what} file {file} cannot be read ({error.strerror}).") from error
