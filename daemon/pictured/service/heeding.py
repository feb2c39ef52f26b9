"""How the daemon heeds what a person decided: it logs it, takes pictures again, and does what was left undone."""

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from pictured.service.library import Library
from pictured.service.pipeline import Line, Retry
from pictured.service.reports import Reviewed
from pictured.service.reviewing import carry_out
from pictured.service.ticking import tick
from pictured.service.workers import Workers

_AGAIN_SECONDS = 30.0


def heed(reviewed: Reviewed, line: Line, retry: Callable[[Retry], None]) -> None:
    """Log a decision, and send the picture down the line once more where that is called for."""
    line.tell(reviewed)
    if reviewed.again is not None:
        retry(Retry(reviewed.again, 0.0))


def failed_among(library: Library, paths: object) -> list[Path]:
    """Give the files that failed, given up ones too: those that a request names, or every one; tries count anew."""
    wanted = {Path(each) for each in paths} if isinstance(paths, list) and paths else None
    failed = [each.failure.path for each in library.catalogue.failures(None)]
    again = [path for path in failed if wanted is None or path in wanted]
    for path in again:
        library.catalogue.pardon(path)
    return again


async def heeding(line: Line, workers: Workers, retry: Callable[[Retry], None]) -> None:
    """Carry out what was approved before this start, and again and again what could not be done, such as offline."""
    while True:
        async with aclosing(carry_out(line.library, workers, line.desk)) as done:
            async for reviewed in done:
                heed(reviewed, line, retry)
        await tick(_AGAIN_SECONDS)
