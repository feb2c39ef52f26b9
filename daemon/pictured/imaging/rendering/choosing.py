"""The smallest way to store a picture that still looks as asked for: every format that fits is tried and compared."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyvips

from pictured.imaging.rendering.canvas import Canvas, Note
from pictured.imaging.rendering.encoding import Coded, beside, finished, stored
from pictured.imaging.rendering.fitting import LARGEST, fitted, frame_height
from pictured.imaging.rendering.labelling import labelled
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.sampling import Sample, few_colours, held, is_graphic, pixels, sampled
from pictured.imaging.rendering.scoring import Reference, reference, score
from pictured.imaging.rendering.searching import lowest_quality
from pictured.imaging.rendering.writing import Coding, coded

TARGETS: Mapping[str, float] = {"visually_lossless": 87.0, "high": 77.0, "small": 60.0}
"""Scores of `scoring.score` that the words stand for."""

_GUESSES: Mapping[str, tuple[int, int, int]] = {
    "jpeg": (50, 78, 90),
    "webp": (52, 82, 93),
    "avif": (49, 66, 80),
    "jxl": (55, 80, 91),
}
"""Qualities at which photographs score 60, 77 and 87, roughly: where searches begin."""

_RANGE = (5, 98)
_LOSSY = ("jpeg", "webp", "avif", "jxl")


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One way to store a picture.

    coding    how
    content   the coded sample
    size      bytes of the whole picture, without metadata: exact where the sample is the whole, else estimated
    score     of the sample, 100 without loss
    reached   whether the score meets the target
    """

    coding: Coding
    content: bytes
    size: int
    score: float
    reached: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    sample: Sample
    shown: np.ndarray
    original: Reference
    target: float
    graphic: bool


def chosen(canvas: Canvas, kind: str, base: Path) -> Coded:
    """Write an upright canvas in the format `kind`, or in the best one for "auto", with the target that it asks for.

    Every candidate is noted with its quality, bytes and score. Raises as `encoding.encoded` does.
    """
    spool = base.with_name(f"{base.name}.v")
    try:
        before = len(canvas.notes)
        # Metadata would weigh, and an orientation that is applied already would turn what is decoded again.
        bare = labelled(held(canvas.image, spool), Metadata(icc=canvas.metadata.icc))
        canvas = _opaque(replace(canvas, image=bare), kind)
        # what is compared is what the format can show at all; all formats that "auto" tries show the same
        shared = fitted(canvas, kind) if kind != "auto" else _shared(canvas)
        word = canvas.encoding.quality
        trial = _trial(shared, TARGETS[word] if isinstance(word, str) else TARGETS["visually_lossless"])
        tried = _tried_all(shared, kind, trial)
        best = smallest(tried)
        made = _kept(shared, best, trial, base)
        notes = (*shared.notes[before:], _told(trial, tried, best))
        return replace(made, notes=(*notes, *made.notes))
    finally:
        spool.unlink(missing_ok=True)


def candidates(canvas: Canvas, kind: str, target: float) -> tuple[Candidate, ...]:
    """Code a fitted canvas, whose pixels are held, as `chosen` would for any target on `scoring.score`'s scale."""
    return _tried_all(canvas, kind, _trial(canvas, target))


def smallest(tried: tuple[Candidate, ...]) -> Candidate:
    """Choose the smallest candidate that meets the target; where none does, the best looking one."""
    return min(tried, key=lambda made: (not made.reached, made.size if made.reached else -made.score))


def _tried_all(canvas: Canvas, kind: str, trial: _Trial) -> tuple[Candidate, ...]:
    return tuple(made for each in _kinds(canvas, kind, trial) for made in _candidates(canvas, each, trial))


def _opaque(canvas: Canvas, kind: str) -> Canvas:
    """Drop an alpha channel that hides nothing, so that JPEG may compete."""
    image = canvas.image
    if kind != "auto" or not image.hasalpha():
        return canvas
    full = 65_535 if image.format == "ushort" else 255
    if image[image.bands - 1].min() < full:
        return canvas
    return replace(canvas, image=image.extract_band(0, n=image.bands - 1))


def _shared(canvas: Canvas) -> Canvas:
    return (
        canvas if canvas.image.format == "ushort" and canvas.image.interpretation != "cmyk" else fitted(canvas, "webp")
    )


def _trial(canvas: Canvas, target: float) -> _Trial:
    sample = sampled(canvas.image)
    shown = pixels(sample.image)
    return _Trial(sample, shown, reference(shown), target, is_graphic(shown))


def _kinds(canvas: Canvas, kind: str, trial: _Trial) -> tuple[str, ...]:
    """Name the formats that fit the content."""
    if kind != "auto":
        return (kind,)
    image = canvas.image
    if frame_height(image) != image.height:
        return ("webp", "gif") if canvas.traits.format == "GIF" else ("webp",)
    kinds = ["avif"] if image.format == "ushort" else ["webp", "avif"]
    if image.format != "ushort" and not image.hasalpha():
        kinds.append("jpeg")
    if trial.graphic or image.format == "ushort":
        kinds.append("png")
    longest = max(image.width, image.height)
    return tuple(each for each in kinds if longest <= LARGEST.get(each, longest)) or ("png",)


def _candidates(canvas: Canvas, kind: str, trial: _Trial) -> Iterator[Candidate]:
    wanted = canvas.encoding
    if kind in _LOSSY:
        yield _searched(kind, trial, _subsampling(canvas, kind, trial), progressive=wanted.progressive)
    small = trial.shown.shape[0] * trial.shown.shape[1] < 65_536
    if kind == "webp" and (trial.graphic or small):
        yield _tried(Coding("webp", None), trial, exact=True)
        yield _tried(Coding("webp", None, thorough=True, indexed=True), trial)
    if kind == "png" and trial.sample.image.format == "uchar":
        reduced = _tried(Coding("png", None, indexed=True), trial)
        exact = reduced.score >= 99.99 and few_colours(pixels(canvas.image))
        if exact or (reduced.reached and trial.target < TARGETS["visually_lossless"]):
            yield reduced
            return
    if kind not in _LOSSY:
        yield _tried(Coding(kind, None, thorough=True), trial, exact=kind != "gif")


def _subsampling(canvas: Canvas, kind: str, trial: _Trial) -> str:
    wanted, source = canvas.encoding.subsampling, canvas.traits.subsampling
    if wanted != "auto":
        return wanted
    if trial.graphic or (kind == "jpeg" and source is not None and source != "4:2:0"):
        return "4:4:4"
    return "4:2:0"


def _searched(kind: str, trial: _Trial, subsampling: str, *, progressive: bool) -> Candidate:
    """Search for the lowest quality that meets the target; with all of the colours where half of them cannot."""
    guess = round(float(np.interp(trial.target, (60, 77, 87), _GUESSES[kind])))
    made: dict[int, Candidate] = {}

    def score_at(quality: int) -> float:
        coding = Coding(kind, quality, subsampling, progressive, thorough=True)
        made[quality] = _tried(coding, trial)
        return made[quality].score

    found = lowest_quality(score_at, trial.target, guess, within=_RANGE)
    if found is None and subsampling == "4:2:0":
        return _searched(kind, trial, "4:4:4", progressive=progressive)
    return made[max(made) if found is None else found]


def _tried(coding: Coding, trial: _Trial, *, exact: bool = False) -> Candidate:
    """Code the sample, and look at it unless it is known to be `exact`."""
    code: Callable[[pyvips.Image, Coding], bytes] = coded
    decode: Callable[[bytes], pyvips.Image] = _decoded
    if coding.format == "jxl":
        from pictured.imaging.rendering import jxl  # noqa: PLC0415  an optional package

        code, decode = jxl.coded, jxl.decoded
    content = code(trial.sample.image, coding)
    value = 100.0 if exact else score(trial.original, _shaped(pixels(decode(content)), trial.shown))
    return Candidate(coding, content, round(len(content) / trial.sample.share), value, value >= trial.target)


def _decoded(content: bytes) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(content, "")


def _shaped(seen: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Bring decoded pixels to the original's channels: an opaque picture may come back without its alpha."""
    if seen.shape[2] == shown.shape[2]:
        return seen
    if seen.shape[2] > shown.shape[2]:
        return seen[..., : shown.shape[2]]
    made = shown.copy()
    made[..., : seen.shape[2]] = seen
    made[..., 3] = 255
    return made


def _kept(canvas: Canvas, best: Candidate, trial: _Trial, base: Path) -> Coded:
    kind = best.coding.format
    if trial.sample.share < 1 or kind == "jxl" or trial.sample.image is not canvas.image:
        return stored(canvas, best.coding, base)
    file = beside(base, kind)
    file.write_bytes(best.content)
    return finished(canvas, file, kind)


def _told(trial: _Trial, tried: tuple[Candidate, ...], best: Candidate) -> Note:
    rows = [
        {
            "format": made.coding.format,
            "quality": "lossless" if made.coding.quality is None else made.coding.quality,
            **({"colours": 256} if made.coding.indexed else {}),
            "bytes": made.size,
            "score": round(made.score, 1),
            "reached": made.reached,
        }
        for made in tried
    ]
    about = {"target": trial.target, "estimated": trial.sample.share < 1, "graphic": trial.graphic}
    return Note("convert", {**about, "format": best.coding.format, "reached": best.reached, "candidates": rows})
