"""Has the pixels of copies compared, so that the one with the most true detail can be told."""

from collections.abc import Sequence
from dataclasses import replace

from pictured.errors import FileError
from pictured.flow import Detail, Match
from pictured.service.workers import Workers

_MOST = 16
_SAME_FRAME = 0.03


async def appraised(workers: Workers, matches: Sequence[Match]) -> list[Match]:
    """Give the matches with what their pixels tell. Contents that cannot be read now are left as they are.

    Only pictures with one frame can be compared pixel by pixel: crops and borders are judged by what they show.
    """
    by_digest: dict[bytes, Match] = {}
    for match in matches:
        by_digest.setdefault(match.picture.content.digest, match)
    alike = _of_one_frame(list(by_digest.values()))[:_MOST]
    if len(alike) < 2:
        return list(matches)
    try:
        details = await workers.detail([match.picture for match in alike])
    except FileError:
        # A file that breaks its reader is judged by what is known of it.
        return list(matches)
    told: dict[bytes, Detail | None] = {
        match.picture.content.digest: detail for match, detail in zip(alike, details, strict=True)
    }
    return [replace(match, detail=told.get(match.picture.content.digest)) for match in matches]


def _of_one_frame(matches: Sequence[Match]) -> list[Match]:
    """The largest set of copies that show the same part of the picture the same way up, the larger ones first."""
    best: list[Match] = []
    for first in matches:
        alike = [each for each in matches if _framed_alike(first, each)]
        if len(alike) > len(best):
            best = alike
    return sorted(best, key=lambda each: -each.picture.content.width * each.picture.content.height)


def _framed_alike(one: Match, other: Match) -> bool:
    sides = zip(one.transform.box, other.transform.box, strict=True)
    same = all(abs(first - second) < _SAME_FRAME for first, second in sides)
    return same and one.transform.orientation == other.transform.orientation
