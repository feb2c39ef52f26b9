"""How much memory rendering will take, told from the header alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pictured.imaging.operations import Encoding, InvisibleMark, Operation, Pad, Resize, Tile
from pictured.imaging.traits import Traits

_PROCESS = 52_000_000
_ROWS = 1100
_WHOLE = ("WEBP", "AVIF", "HEIF", "GIF")
_ROW_BY_ROW = ("JPEG", "PNG", "TIFF")
_CODING = {"avif": 60, "webp": 16, "jxl": 60, "gif": 16}
_PROGRESSIVE = 1 << 25
_SEARCHED = 250
_CHANNELS = {"bilevel": 1, "grey": 1, "palette": 3, "rgb": 3, "cmyk": 4, "lab": 3}
_CHROMA = {"4:2:0": 1.5, "4:2:2": 2.0}


@dataclass(frozen=True, slots=True)
class _State:
    """A picture on its way: its size, the bytes of a pixel, whether rows go by, and the most bytes needed so far."""

    width: int
    height: int
    each: int
    rows: bool
    orientation: int
    needed: int

    @property
    def whole(self) -> int:
        return self.width * self.height * self.each

    def holding(self, copies: float) -> "_State":
        return replace(self, needed=max(self.needed, int(self.whole * copies)))


def peak(traits: Traits, operations: Sequence[Operation]) -> int:
    """Give an upper bound, in bytes, for the memory of a process that does nothing but render this.

    Rows that go by cost their width; what must be held as a whole (the coefficients of a progressive JPEG, 2 bytes
    each; an interlaced PNG; what an operation looks at in any order; what is turned) costs its area. A result that
    goes into AVIF costs up to 60 bytes a pixel, and one that is searched for with a metric up to 250.
    """
    rows = traits.format in _ROW_BY_ROW and traits.frames == 1 and all(operation.streams for operation in operations)
    each = (_CHANNELS.get(traits.mode, 4) + traits.has_alpha) * (2 if traits.bit_depth > 8 else 1)
    width, height = traits.upright
    state = _State(width, height * traits.frames, each, rows, traits.orientation, 0)
    for operation in operations:
        state = _after(state, operation, traits.frames, alpha=traits.has_alpha)
    if state.rows and state.orientation > 2:
        state = state.holding(2)
    coded = _coding(traits, operations, state.width * state.height)
    return _PROCESS + _decoding(traits, rows=rows) + state.needed + coded


def _after(state: _State, operation: Operation, frames: int, *, alpha: bool) -> _State:
    if not isinstance(operation, Resize | Pad):
        if isinstance(operation, InvisibleMark):
            return state.holding(12.0)
        return state.holding(0.0 if operation.streams else 1.0 if isinstance(operation, Tile) else 12.0)
    width, height = operation.size(state.width, max(1, state.height // frames))
    larger = width * height * frames > state.width * state.height
    if isinstance(operation, Resize):
        rows = int(state.width * _sample_bytes(state, operation, alpha=alpha) * _ROWS)
        state = replace(state, needed=max(state.needed, rows)).holding(1.0 if larger else 0.0)
        state = replace(state, width=width, height=height * frames)
        # With `cover`, what stands out is cut off the upright picture.
        return state.holding(2.0) if operation.fit == "cover" and state.orientation > 2 else state
    if state.orientation > 2:
        state = replace(state.holding(2.0), orientation=1)
    return replace(state, width=width, height=height * frames, each=max(state.each, 4))


def _sample_bytes(state: _State, operation: Resize, *, alpha: bool) -> float:
    """Give the bytes of a pixel while it is resampled: transparency is weighed in floating point."""
    if operation.linear_light:
        return 6.0 * min(4, state.each)
    return 4.0 * min(4, state.each) if alpha else state.each


def _decoding(traits: Traits, *, rows: bool) -> int:
    area = traits.width * traits.height
    each = (_CHANNELS.get(traits.mode, 4) + traits.has_alpha) * (2 if traits.bit_depth > 8 else 1)
    if traits.format == "JPEG" and traits.progressive:
        planes = _CHANNELS.get(traits.mode, 4)
        samples = _CHROMA.get(traits.subsampling or "", float(planes)) if planes == 3 else float(planes)
        coefficients = int(2 * samples * area * 1.05)
        return coefficients + (0 if rows else area * each)
    if traits.frames > 1:
        return area * max(4, each) * (2 * traits.frames + 2) + traits.size
    if traits.format in _WHOLE:
        return area * max(4, each) * (2 if traits.format == "WEBP" else 4) + traits.size
    if traits.format not in _ROW_BY_ROW:
        return area * max(4, each) * 4
    return 0 if rows and not traits.progressive else area * each


def _coding(traits: Traits, operations: Sequence[Operation], area: int) -> int:
    """Give the bytes that coding a result of so many pixels takes: PNG, TIFF and large JPEG are written row by row."""
    last = next((each for each in reversed(operations) if isinstance(each, Encoding)), Encoding())
    kind = last.format or traits.format.lower()
    if isinstance(last.quality, str) or kind == "auto":
        return area * _SEARCHED
    if kind == "jpeg":
        return min(area, _PROGRESSIVE) * 12
    return area * _CODING.get(kind, 2)
