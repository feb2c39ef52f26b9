"""How the daemon heeds what a person decided: it logs it, takes pictures again, and does what was left undone."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from pictured.service.pipeline import Line, Retry
from pictured.service.reports import Reviewed
from pictured.service.reviewing import carry_out
from pictured.service.workers import Workers

_AGAIN_SECONDS = 30.0


def heed(reviewed: Reviewed, line: Line, retry: Callable[[Retry], None]) -> None:
    """Log a decision, and send the picture down the line once more where that is called for."""
    line.tell(reviewed)
    if reviewed.again is not None:
        retry(Retry(reviewed.again, 0.0))


async def heeding(line: Line, workers: Workers, retry: Callable[[Retry], None]) -> None:
    """Carry out what was approved before this start, and again and again what could not be done, such as offline."""
    while True:
        async with aclosing(carry_out(line.library, workers, line.desk)) as done:
            async for reviewed in done:
                heed(reviewed, line, retry)
        await asyncio.sleep(_AGAIN_SECONDS)
