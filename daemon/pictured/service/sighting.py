"""Has workers show pictures at full resolution: a part of two copies, or all of one, or how one lies on another."""

from typing import Final, cast

from pictured.errors import FileError
from pictured.imaging.preview import Closeup, Full
from pictured.reporting.cards import Pair, Wanted
from pictured.reporting.outlines import Affine
from pictured.service.worker_process import Task
from pictured.service.workers import Workers

_CLOSEUP: Final = "pictured.indexing.closeups:closeup"
_FULL: Final = "pictured.indexing.closeups:full"
_LIE: Final = "pictured.indexing.closeups:lie"
_PIXELS: Final = 100_000_000


async def closeup(workers: Workers, pair: Pair, side: int, most: int) -> Closeup | str:
    """Give the part in which two copies differ most, as `indexing.closeups.closeup` does; or say why there is none."""
    told = {**_both(pair), "side": side, "most": most, "pixels": _PIXELS}
    try:
        return cast("Closeup", await workers.do(Task(pair.copy.path, _CLOSEUP, told)))
    except FileError as error:
        return str(error)


async def full(workers: Workers, wanted: Wanted, most: int) -> Full:
    """Give every pixel of a picture of at most so many. Raises as `closeups.full` does, and Crashed and Unreadable."""
    told = {"path": wanted.path, "stamp": wanted.stamp, "most": most}
    return cast("Full", await workers.do(Task(wanted.path, _FULL, told)))


async def lie(workers: Workers, pair: Pair) -> Affine:
    """Give how a copy lies on the best one, to a fraction of a pixel; as the pair tells where it cannot be read."""
    try:
        return cast("Affine", await workers.do(Task(pair.copy.path, _LIE, _both(pair))))
    except FileError:
        return pair.at


def _both(pair: Pair) -> dict[str, object]:
    best, copy = ((each.path, each.stamp) for each in (pair.best, pair.copy))
    return {"best": best, "copy": copy, "at": pair.at}
