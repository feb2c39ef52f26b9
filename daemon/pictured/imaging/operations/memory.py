"""How much memory rendering will take, told from the header alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pictured.imaging.operations import Encoding, Operation, Pad, Resize, Tile
from pictured.imaging.traits import Traits

_PROCESS = 48_000_000
_ROWS = 400
_WHOLE = ("WEBP", "AVIF", "HEIF", "GIF")
_ROW_BY_ROW = ("JPEG", "PNG", "TIFF")
_CODING = {"avif": 60, "auto": 60, "webp": 16, "jxl": 60, "gif": 16}
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
    goes into AVIF or is searched for with a metric costs up to 60 bytes a pixel.
    """
    rows = traits.format in _ROW_BY_ROW and traits.frames == 1 and all(operation.streams for operation in operations)
    each = (_CHANNELS.get(traits.mode, 4) + traits.has_alpha) * (2 if traits.bit_depth > 8 else 1)
    width, height = traits.upright
    state = _State(width, height * traits.frames, each, rows, traits.orientation, 0)
    for operation in operations:
        state = _after(state, operation, traits.frames)
    if state.rows and state.orientation > 2:
        state = state.holding(2)
    coded = state.width * state.height * _coding(operations)
    return _PROCESS + _decoding(traits, rows=rows) + state.needed + coded


def _after(state: _State, operation: Operation, frames: int) -> _State:
    if not isinstance(operation, Resize | Pad):
        copies = 0.0 if operation.streams else 1.0 if isinstance(operation, Tile) else 12.0
        return state.holding(copies)
    width, height = operation.size(state.width, max(1, state.height // frames))
    larger = width * height * frames > state.width * state.height
    if isinstance(operation, Resize):
        samples = 4 if operation.linear_light else 1
        rows = state.width * state.each * _ROWS * samples
        state = replace(state, needed=max(state.needed, rows)).holding(1.0 if larger else 0.0)
        state = replace(state, width=width, height=height * frames)
        # With `cover`, what stands out is cut off the upright picture.
        return state.holding(2.0) if operation.fit == "cover" and state.orientation > 2 else state
    if state.orientation > 2:
        state = replace(state.holding(2.0), orientation=1)
    return replace(state, width=width, height=height * frames, each=max(state.each, 4))


def _decoding(traits: Traits, *, rows: bool) -> int:
    area = traits.width * traits.height
    each = (_CHANNELS.get(traits.mode, 4) + traits.has_alpha) * (2 if traits.bit_depth > 8 else 1)
    if traits.format == "JPEG" and traits.progressive:
        planes = _CHANNELS.get(traits.mode, 4)
        samples = _CHROMA.get(traits.subsampling or "", float(planes)) if planes == 3 else float(planes)
        coefficients = int(2 * samples * area * 1.05)
        return coefficients + (0 if rows else area * each)
    if traits.format in _WHOLE:
        return area * max(4, each) * (traits.frames + 1) + traits.size
    if traits.format not in _ROW_BY_ROW:
        return area * max(4, each) * 3
    return 0 if rows and not traits.progressive else area * each


def _coding(operations: Sequence[Operation]) -> int:
    """Give the bytes that each pixel of the result costs while it is coded."""
    last = next((each for each in reversed(operations) if isinstance(each, Encoding)), None)
    if last is None:
        return 12
    return max(_CODING.get(last.format or "", 12), 60 if isinstance(last.quality, str) else 0)
