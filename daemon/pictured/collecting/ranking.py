"""Which copy is the best: a total order over matches, each place in it with its reason. Pure.

Each criterion turns a match into a number, the larger the better. Copies are compared criterion by criterion in the
order that the person gave; where all are equal, the file with the shorter and then the alphabetically first path wins,
so that two runs never disagree.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pictured.collecting.naming import moment_of
from pictured.collecting.settings import Criterion
from pictured.flow import Fingerprint, Match

_LOSSLESS = {"PNG", "TIFF", "BMP", "PPM", "TGA"}
_UNCUT_MARGIN = 0.06
_ASSUMED_QUANTISER = {"GIF": 24.0, "WEBP": 6.0, "AVIF": 6.0, "HEIF": 6.0}


def ranked(matches: Iterable[Match], prefer: Sequence[Criterion], sources: Sequence[Path]) -> tuple[Match, ...]:
    """Sort matches, the best first. `sources` are the folders of the entry in their order."""

    def place(match: Match) -> tuple[tuple[float, ...], int, str]:
        path = match.picture.path
        return tuple(-_value(match, each, sources) for each in prefer), len(path.parts), str(path)

    return tuple(sorted(matches, key=place))


def outranks(better: Match, worse: Match, prefer: Sequence[Criterion], sources: Sequence[Path]) -> bool:
    """Whether one copy is better by a criterion. A mere difference of paths is none."""
    for each in prefer:
        ours, theirs = _value(better, each, sources), _value(worse, each, sources)
        if ours != theirs:
            return ours > theirs
    return False


def why(better: Match, worse: Match, prefer: Sequence[Criterion], sources: Sequence[Path]) -> str:
    """The first criterion by which one copy is better than the other, in words."""
    for each in prefer:
        if _value(better, each, sources) != _value(worse, each, sources):
            return f"{each.value}: {_shown(better, each)} over {_shown(worse, each)}"
    if better.picture.content.digest == worse.picture.content.digest:
        return "equal bytes, the first path"
    return "equal in every criterion, the first path"


def _value(match: Match, criterion: Criterion, sources: Sequence[Path]) -> float:
    content = match.picture.content
    match criterion:
        case Criterion.UNCUT:
            return float(_shows_all(match))
        case Criterion.PIXELS:
            return content.width * content.height
        case Criterion.QUALITY:
            return -_quantiser(content)
        case Criterion.BIT_DEPTH:
            return content.bit_depth
        case Criterion.METADATA:
            return len(content.metadata)
        case Criterion.FORMAT:
            return float(content.format in _LOSSLESS)
        case Criterion.BYTES:
            return content.size
        case Criterion.OLDEST:
            return -match.picture.stamp.mtime_ns
        case Criterion.NEWEST:
            return match.picture.stamp.mtime_ns
        case Criterion.FOLDER:
            return -_folder(match.picture.path, sources)


def _shown(match: Match, criterion: Criterion) -> str:
    content = match.picture.content
    match criterion:
        case Criterion.UNCUT:
            return "the whole picture" if _shows_all(match) else "a part of it"
        case Criterion.PIXELS:
            return f"{content.width} x {content.height}"
        case Criterion.QUALITY:
            if content.luma_quantiser is None:
                return content.format
            return f"{content.format} with a mean quantiser of {content.luma_quantiser:.1f}"
        case Criterion.BIT_DEPTH:
            return f"{content.bit_depth} bits"
        case Criterion.METADATA:
            return " and ".join(content.metadata) or "no metadata"
        case Criterion.FORMAT:
            return content.format
        case Criterion.BYTES:
            return f"{content.size:,} bytes"
        case Criterion.OLDEST | Criterion.NEWEST:
            return f"file of {moment_of(match.picture.stamp.mtime_ns)}"
        case Criterion.FOLDER:
            return str(match.picture.path.parent)


def _shows_all(match: Match) -> bool:
    """Whether the copy holds all that the query shows, within the accuracy of the alignment."""
    left, top, right, bottom = match.transform.box
    return min(left, top) > -_UNCUT_MARGIN and max(right, bottom) < 1 + _UNCUT_MARGIN


def _quantiser(content: Fingerprint) -> float:
    """How coarsely the picture is coded: the mean of the JPEG luminance table, 1 for lossless formats.

    Formats that do not tell are taken for what their encoders write by default.
    """
    if content.luma_quantiser is not None:
        return round(content.luma_quantiser, 1)
    return 1.0 if content.format in _LOSSLESS else _ASSUMED_QUANTISER.get(content.format, 12.0)


def _folder(path: Path, sources: Sequence[Path]) -> int:
    return next((place for place, folder in enumerate(sources) if path.is_relative_to(folder)), len(sources))
