"""Two laid copies of one picture, side by side on the pixels of the larger one."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pictured.indexing.laying import SIDE, Laid
from pictured.indexing.patching import cut, shifting
from pictured.indexing.predicting import Patch

_ENLARGED: Final = 0.97
_BENT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two copies on the pixels of the larger one, which is not interpolated.

    larger, smaller   patches of (side, side), values 0 to 255
    otherwise         those of the smaller copy by nearest and linear interpolation, where it had to be enlarged
    """

    larger: tuple[Patch, ...]
    smaller: tuple[Patch, ...]
    otherwise: tuple[tuple[Patch, ...], ...]


def paired(larger: Laid, smaller: Laid) -> Pair:
    """Lay the smaller copy (in pixels) on the patches of the larger; a tone curve between them is undone."""
    side = min(SIDE, larger.width, larger.height)
    ends = larger.width - side, larger.height - side
    own, matrices = [], []
    for one, other in zip(larger.regions, smaller.regions, strict=True):
        left, top = (
            int(np.clip(round(middle - (side - 1) / 2), 0, end)) for middle, end in zip(one.middle, ends, strict=True)
        )
        own.append(one.pixels[top - one.top :, left - one.left :][:side, :side].astype(np.float32))
        matrices.append(shifting(other.matrix @ np.linalg.inv(one.matrix), (left, top)))
    kinds = [cv2.INTER_CUBIC]
    if smaller.width * smaller.height < _ENLARGED * larger.width * larger.height:
        kinds += [cv2.INTER_NEAREST, cv2.INTER_LINEAR]
    tone = _tone(smaller.coarse, larger.coarse)
    patches = [
        tuple(
            _toned(cut(region, matrix, side, kind), tone)
            for region, matrix in zip(smaller.regions, matrices, strict=True)
        )
        for kind in kinds
    ]
    return Pair(tuple(own), patches[0], tuple(patches[1:]))


def _tone(copy: Patch, model: Patch) -> tuple[Patch, Patch] | None:
    """Match the quantiles of two aligned pictures; None where a straight line does as well."""
    steps = np.linspace(0.01, 0.99, 33)
    source, target = np.quantile(copy, steps), np.quantile(model, steps)
    source, first = np.unique(source.round(1), return_index=True)
    target = target[first]
    if len(source) < 8:
        return None
    line = np.polynomial.Polynomial.fit(source, target, 1)
    if float(np.sqrt(np.mean((line(source) - target) ** 2))) < _BENT:
        return None
    return source.astype(np.float32), target.astype(np.float32)


def _toned(patch: Patch, tone: tuple[Patch, Patch] | None) -> Patch:
    return patch if tone is None else np.interp(patch, *tone).astype(np.float32)
