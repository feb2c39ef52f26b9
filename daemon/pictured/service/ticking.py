"""The beat of all that looks again from time to time: together, so that an idle processor is woken once for all."""

import asyncio


async def tick(seconds: float) -> None:
    """Wait for the next multiple of so many seconds on the loop's clock: at most that long, and 0 for 0."""
    await asyncio.sleep(until_tick(asyncio.get_running_loop().time(), seconds))


def until_tick(now: float, seconds: float) -> float:
    """Give how long it is until the next multiple of `seconds`."""
    return seconds - now % seconds if seconds > 0 else 0.0
