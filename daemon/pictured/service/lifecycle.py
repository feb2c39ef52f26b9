"""From start to end of the daemon's process: the lock, the index, the workers, signals and the socket."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from pictured.config.model import Config
from pictured.disk.paths import shown
from pictured.errors import ConfigError, PicturedError, StoreError, Unreachable
from pictured.events import Event
from pictured.service.attesting import attest
from pictured.service.claiming import claiming
from pictured.service.control import ask, listen, socket_path
from pictured.service.daemon import Daemon, Place
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.notifying import Supervisor
from pictured.service.rescuing import rescued, suspected
from pictured.service.settings import shared_of
from pictured.service.staffing import workers_of
from pictured.service.turns import taking_turns
from pictured.service.waiting import Wait
from pictured.store.engines import open_index
from pictured.store.holding import Held, hold

_PAUSE = 0.2


async def serve(config: Config, place: Place, state: Path, log: Log, supervisor: Supervisor | None = None) -> None:
    """Run the daemon until SIGTERM or SIGINT; SIGHUP reloads the configuration.

    A shared index that does not answer is waited for; then all folders are compared with it, as at every start.

    Raises:
        StoreError: another process holds the index, or it cannot be used.
    """
    held = await _held(state)
    supervisor = supervisor or Supervisor()
    try:
        rescue = rescued(state) if config.store is None else None
        if rescue is not None:
            log.error(Event.INDEX_DAMAGED, aside=rescue.aside, known=rescue.known)
        ending = asyncio.Event()
        wait = Wait(lambda: _reach(config, state), ending, state, log, supervisor)
        while (lost := await _lost(config, place, state, log, supervisor, ending)) is not None:
            if not await wait.over(lost):
                break
            # What was reloaded meanwhile stays in force.
            with suppress(ConfigError):
                config = await asyncio.to_thread(place.read)
            if ending.is_set():
                break
    finally:
        socket_path(state).unlink(missing_ok=True)
        held.release()


def _reach(config: Config, state: Path) -> None:
    # Whatever else is wrong with it is told when it is opened.
    try:
        open_index(state, shared_of(config), writer=False).close()
    except Unreachable:
        raise
    except StoreError:
        return


async def _lost(
    config: Config, place: Place, state: Path, log: Log, supervisor: Supervisor, ending: asyncio.Event
) -> Unreachable | None:
    """Run until the end, which gives None, or until a shared index does not answer. Raises PicturedError."""
    try:
        await _run(config, place, state, log, supervisor, ending)
    except Unreachable as error:
        return error
    except PicturedError:
        raise
    except BaseExceptionGroup as group:
        ours, others = group.split(PicturedError)
        if others is not None or ours is None:
            raise
        errors = list(_leaves(ours))
        lost = [error for error in errors if isinstance(error, Unreachable)]
        if not lost:
            raise errors[0] from None
        return lost[0]
    return None


def _leaves(group: BaseExceptionGroup[PicturedError]) -> Iterator[PicturedError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


async def _run(
    config: Config, place: Place, state: Path, log: Log, supervisor: Supervisor, ending: asyncio.Event
) -> None:
    shared = shared_of(config)
    workers = workers_of(config.limits, config.matching)
    try:
        workers.start()
        with suspected(state), closing(open_index(state, shared, writer=True)) as db:
            again = partial(open_index, state, shared, writer=False)
            library = Library(db, config.matching.depth, config.matching.measures, again, config.matching.search)
            # What other machines change from now on is heeded, be it after a crash.
            library.changes.heeded(library.changes.seen)
            with taking_turns(library, state, shared), claiming(library, state, shared):
                daemon = Daemon(config, place, library, workers, log, supervisor)
                _heed_signals(daemon, ending)
                async with await listen(state, daemon.answer):
                    attesting = asyncio.create_task(attest(daemon, supervisor, log))
                    try:
                        await daemon.run()
                    except BaseExceptionGroup:
                        # A write that is still under way must not be taken for one that a crash cut off.
                        await library.lanes.emptied()
                        raise
                    finally:
                        attesting.cancel()
    finally:
        await workers.close()


async def _held(state: Path) -> Held:
    """Hold the index; a command that holds it is waited for, another daemon is not."""
    while (held := hold(state)) is None:
        with suppress(ConnectionError):
            async for other in ask(state, {"do": "status"}):
                raise StoreError(
                    f"another pictured (pid {other['pid']}) runs on the index in {shown(state)}; "
                    "stop it first, or name another folder in PICTURED_STATE_DIR"
                )
        await asyncio.sleep(_PAUSE)
    return held


def _heed_signals(daemon: Daemon, ending: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    reloading: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        # A refusal is logged already, and the old configuration stays in force.
        with suppress(ConfigError):
            await daemon.reload()

    def on_hangup() -> None:
        task = loop.create_task(reload())
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    def stop(name: str) -> None:
        ending.set()
        daemon.stop(name)

    loop.add_signal_handler(signal.SIGHUP, on_hangup)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number.name)
