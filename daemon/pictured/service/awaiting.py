"""Waiting for processes and what they say, by the event loop and without a thread."""

import asyncio
import signal
from multiprocessing.process import BaseProcess
from typing import Final

PATIENCE: Final = 0.4
"""Seconds that a process that was killed may take to end."""


async def readable(descriptor: int, seconds: float) -> bool:
    """Wait until there is something to read, or the end of it."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(descriptor, _tell, ready)
    try:
        async with asyncio.timeout(seconds):
            await ready
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(descriptor)
    return True


def _tell(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def reaped(process: BaseProcess) -> None:
    """Collect a process that was killed, once it has ended; do not wait for long."""
    await readable(process.sentinel, PATIENCE)
    process.join(0)
    # A process that hangs in the kernel, on a lost network share, cannot be reaped: the system does it one day.
    if process.exitcode is not None:
        process.close()


def ending(exitcode: int | None) -> str:
    """Say how a process ended: a predicate."""
    if exitcode is None:
        return "hung up"
    return f"was killed by {signal.Signals(-exitcode).name}" if exitcode < 0 else f"ended with exit status {exitcode}"
