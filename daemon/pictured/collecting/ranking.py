"""Which copy is the best: a total order over matches, each place in it with its reason. Pure.

Each criterion turns a match into a number, the larger the better; some by what the other copies of the same picture
show, so that only copies that were found for one query are ranked together. Copies are compared criterion by criterion
in the order that the person gave; where all are equal, the file with the shorter and then the alphabetically first path
wins, so that two runs never disagree.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pictured.collecting.settings import Criterion
from pictured.filenames import moment_of
from pictured.flow import Detail, Kind, Match

DEAD_BAND = 0.45
"""Differences of richness up to this prove nothing; see `flow.Detail`."""

_LOSSLESS = {"PNG", "TIFF", "BMP", "PPM", "TGA"}
_MOST_OF_IT = 0.94
_FRAMED = 0.02
_DRAWN_OVER = 0.08
_EARLIER = 2.0
_COLOURED = 3.0
_ABOUT = 1.0
_ABOUT_PER_ONE = 0.1
_ASSUMED_QUANTISER = {"GIF": 30.0, "WEBP": 20.0, "AVIF": 20.0, "HEIF": 12.0}


def ranked(matches: Iterable[Match], prefer: Sequence[Criterion], sources: Sequence[Path]) -> tuple[Match, ...]:
    """Sort matches of one picture, the best first. `sources` are the folders of the entry in their order."""
    every = tuple(matches)
    standard = _standard(every)

    def place(match: Match) -> tuple[tuple[float, ...], int, str]:
        path = match.picture.path
        return tuple(-_value(match, each, sources, standard) for each in prefer), len(path.parts), str(path)

    return tuple(sorted(every, key=place))


def outranks(better: Match, worse: Match, prefer: Sequence[Criterion], sources: Sequence[Path]) -> bool:
    """Whether one copy is better by a criterion. A mere difference of paths is none."""
    standard = _standard((better, worse))
    for each in prefer:
        ours, theirs = (_value(match, each, sources, standard) for match in (better, worse))
        if ours != theirs:
            return ours > theirs
    return False


def why(
    better: Match, worse: Match, prefer: Sequence[Criterion], sources: Sequence[Path], among: Sequence[Match] = ()
) -> str:
    """The first criterion by which one copy is better than the other, in words.

    `among` are all the copies that were ranked together, where there were more.
    """
    standard = _standard(tuple(among) or (better, worse))
    for each in prefer:
        if _value(better, each, sources, standard) != _value(worse, each, sources, standard):
            return f"{each.value}: {_shown(better, each)} over {_shown(worse, each)}"
    if better.picture.content.digest == worse.picture.content.digest:
        return "equal bytes, the first path"
    return "equal in every criterion, the first path"


@dataclass(frozen=True, slots=True)
class _Standard:
    """What the copies of one picture are measured against.

    shown      the most that one of them shows of the picture
    alike      the largest share that agrees with the query
    colour     the strongest colours
    richness   a class for each: those in one class cannot be told apart
    quantiser  likewise, the finest first
    """

    shown: float
    alike: float
    colour: float
    richness: Mapping[float, int]
    quantiser: Mapping[float, int]


def _standard(matches: Sequence[Match]) -> _Standard:
    details = [match.detail for match in matches if match.detail is not None]
    return _Standard(
        max((match.shown for match in matches), default=1.0),
        # A twin of a poor query is as poor, and says nothing about how much of a good copy can agree with it.
        max((match.alike for match in matches if match.kind is not Kind.EXACT), default=0.0),
        max((detail.colour for detail in details), default=0.0),
        _classes((_poorness(detail) for detail in details if detail.richness is not None), DEAD_BAND, 0.0),
        _classes((_quantiser(match) for match in matches), _ABOUT, _ABOUT_PER_ONE),
    )


def _poorness(detail: Detail) -> float:
    """How much less a copy holds than the richest; those a little above it hold as much."""
    return max(-(detail.richness or 0.0), 0.0)


def _classes(values: Iterable[float], apart: float, apart_per_one: float) -> dict[float, int]:
    """Give equal classes to values that are about the first, the least, of their class; the less, the larger."""
    classes: dict[float, int] = {}
    first: float | None = None
    number = 0
    for each in sorted(set(values)):
        if first is None or each - first > apart + apart_per_one * first:
            first, number = each, number - 1
        classes[each] = number
    return classes


def _value(match: Match, criterion: Criterion, sources: Sequence[Path], standard: _Standard) -> float:
    content, detail = match.picture.content, match.detail
    match criterion:
        case Criterion.UNCUT:
            return float(match.shown > _MOST_OF_IT * standard.shown)
        case Criterion.CLEAN:
            return float(match.framed < _FRAMED) + float(match.alike > standard.alike - _DRAWN_OVER)
        case Criterion.COLOUR:
            return float(detail is None or standard.colour < _COLOURED or detail.colour >= standard.colour / 2)
        case Criterion.DETAIL:
            if not standard.richness:
                return content.width * content.height
            if detail is None or detail.richness is None:
                return -math.inf
            return standard.richness[_poorness(detail)]
        case Criterion.PIXELS:
            return content.width * content.height
        case Criterion.QUALITY:
            return standard.quantiser[_quantiser(match)]
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
    content, detail = match.picture.content, match.detail
    match criterion:
        case Criterion.UNCUT:
            return f"{match.shown:.0%} of what the query shows"
        case Criterion.CLEAN:
            border = f", {match.framed:.0%} border" if match.framed >= _FRAMED else ""
            return f"{match.alike:.0%} as in the query{border}"
        case Criterion.COLOUR:
            return "unknown colours" if detail is None else f"colours of strength {detail.colour:.1f}"
        case Criterion.DETAIL:
            size = f"{content.width} x {content.height}"
            if detail is None or detail.richness is None:
                return size
            return f"{size} with true detail of {detail.richness:+.2f}"
        case Criterion.PIXELS:
            return f"{content.width} x {content.height}"
        case Criterion.QUALITY:
            step = _quantiser(match)
            told = content.luma_quantiser
            if told is None and step <= 1.0:
                return content.format
            earlier = detail is not None and detail.quantiser > (told or 1.0) + _EARLIER
            since = " from an earlier coding" if earlier else ""
            return f"{content.format} with a mean quantiser of {step:.1f}{since}"
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


def _quantiser(match: Match) -> float:
    """How coarsely the picture was ever coded: the mean of the JPEG luminance table, 1 for lossless formats.

    A picture that was saved coarsely and then finely is as coarse as before, which its pixels tell. Formats that do not
    tell are taken for what their encoders write by default.
    """
    content, detail = match.picture.content, match.detail
    told = content.luma_quantiser
    if told is None:
        told = 1.0 if content.format in _LOSSLESS else _ASSUMED_QUANTISER.get(content.format, 12.0)
    if detail is not None and detail.quantiser > told + _EARLIER:
        return round(detail.quantiser, 1)
    return round(told, 1)


def _folder(path: Path, sources: Sequence[Path]) -> int:
    return next((place for place, folder in enumerate(sources) if path.is_relative_to(folder)), len(sources))
