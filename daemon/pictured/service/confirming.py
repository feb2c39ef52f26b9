"""Has the files of claimed copies compared at full size before anything is answered or collected."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pictured.disk.reading import stamp_of
from pictured.errors import FileError
from pictured.flow import Kind, Match, Stamp
from pictured.service.workers import Workers

_CLAIMED = (Kind.SAME, Kind.EDITED)
_AT_A_TIME = 8


async def confirmed(workers: Workers, query: Path, matches: Sequence[Match], stamp: Stamp | None = None) -> list[Match]:
    """Give the matches of a query picture; what its pixels at full size contradict is merely similar.

    A match is never made more than it was. What cannot be read now stays as it is.

    Args:
        workers: that compare.
        query: the file that was searched for.
        matches: of it.
        stamp: of that file as it was searched for; as it is now by default.
    """
    claims = {match.picture.content.digest: match for match in matches if match.kind in _CLAIMED}
    if not claims:
        return list(matches)
    doubted: set[bytes] = set()
    try:
        stamp = stamp or stamp_of(query)
        for some in _slices(claims.values()):
            told = await workers.confirm(query, stamp, some)
            doubted |= {claim.picture.content.digest for claim, doubt in zip(some, told, strict=True) if doubt}
    except FileError:
        # A query that cannot be read now contradicts nothing.
        pass
    return [_as_told(match, doubted) for match in matches]


def _as_told(match: Match, doubted: set[bytes]) -> Match:
    doubt = match.kind in _CLAIMED and match.picture.content.digest in doubted
    return replace(match, kind=Kind.SIMILAR) if doubt else match


def _slices(claims: Iterable[Match]) -> Iterator[tuple[Match, ...]]:
    """A few at a time: a worker has only so long for each task."""
    every = tuple(claims)
    for start in range(0, len(every), _AT_A_TIME):
        yield every[start : start + _AT_A_TIME]
