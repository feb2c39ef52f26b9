"""How a command gets a job done: here, if nobody else holds the index, else by asking the daemon that does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, closing, suppress
from pathlib import Path

from pictured.service.control import ask
from pictured.service.doing import run
from pictured.service.encoding import encoded
from pictured.service.jobs import READING, Job
from pictured.service.library import Library
from pictured.service.recovering import recover
from pictured.service.reports import Line, line_of
from pictured.service.rescuing import rescued, suspected
from pictured.service.settings import Settings
from pictured.service.staffing import workers_of
from pictured.service.turns import taking_turns
from pictured.service.workers import Workers
from pictured.store.engines import open_index
from pictured.store.holding import hold

_PAUSE = 0.2
_MANY = 2000
"""Pictures that are worth being kept ready to be searched, at the end of the command that read them."""


async def done(job: Job, state: Path, settings: Settings, waiting: Callable[[], None]) -> AsyncGenerator[Line]:
    """Do a job that writes the index. `waiting` is called once if another command has to end first."""
    told = False
    while True:
        held = hold(state)
        if held is not None:
            try:
                async with aclosing(_here(job, state, settings, writer=True)) as lines:
                    async for line in lines:
                        yield line
            finally:
                held.release()
            return
        try:
            async with aclosing(ask(state, encoded(job))) as lines:
                async for line in lines:
                    yield line
        except ConnectionRefusedError:
            if not told:
                waiting()
                told = True
            await asyncio.sleep(_PAUSE)
        else:
            return


async def answered(job: Job, state: Path, settings: Settings) -> AsyncGenerator[Line]:
    """Do a job that only reads the index; it does not matter who holds it."""
    async with aclosing(_here(job, state, settings, writer=False)) as lines:
        async for line in lines:
            yield line


@asynccontextmanager
async def opened(
    state: Path, settings: Settings, *, writer: bool, reads: bool = True
) -> AsyncIterator[tuple[Library, Workers]]:
    """The library and workers of this process. A writer holds the state folder already.

    Unless it `reads` pictures, workers begin to load only when there is something for them to do.
    """
    workers = workers_of(settings.limits, settings.matching)
    if reads:
        workers.start()
    try:
        if writer and settings.shared is None:
            rescued(state)
        with suspected(state), closing(open_index(state, settings.shared, writer=writer)) as db:
            library = Library(db, settings.matching.depth, settings.matching.measures, search=settings.matching.search)
            with taking_turns(library, state, settings.shared):
                if writer:
                    await recover(library)
                yield library, workers
            if writer:
                # Where that fails, the next command only takes longer.
                with suppress(OSError):
                    library.searchable.keep(_MANY)
    finally:
        await workers.close()


async def _here(job: Job, state: Path, settings: Settings, *, writer: bool) -> AsyncGenerator[Line]:
    async with (
        opened(state, settings, writer=writer, reads=isinstance(job, READING)) as (library, workers),
        aclosing(run(job, library, workers)) as reports,
    ):
        async for report in reports:
            yield line_of(report)
