"""From start to end of the daemon's process: the lock, the index, the workers, signals and the socket."""

import asyncio
import signal
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from pictured.config.model import Config
from pictured.disk.paths import shown
from pictured.errors import ConfigError, PicturedError, StoreError
from pictured.events import Event
from pictured.service.attesting import attest
from pictured.service.control import ask, listen, socket_path
from pictured.service.daemon import Daemon, Place
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.notifying import Supervisor
from pictured.service.rescuing import rescued, suspected
from pictured.service.staffing import workers_of
from pictured.store.holding import Held, hold
from pictured.store.opening import open_store

_PAUSE = 0.2


async def serve(config: Config, place: Place, state: Path, log: Log, supervisor: Supervisor | None = None) -> None:
    """Run the daemon until SIGTERM or SIGINT; SIGHUP reloads the configuration.

    Raises:
        StoreError: another process holds the index, or it cannot be used.
    """
    held = await _held(state)
    workers = workers_of(config.limits, config.matching)
    try:
        workers.start()
        rescue = rescued(state)
        if rescue is not None:
            log.error(Event.INDEX_DAMAGED, aside=rescue.aside, known=rescue.known)
        with suspected(state), closing(open_store(state, writer=True)) as db:
            again = partial(open_store, state, writer=False)
            library = Library(db, config.matching.depth, config.matching.measures, again)
            daemon = Daemon(config, place, library, workers, log, supervisor)
            _heed_signals(daemon)
            async with await listen(state, daemon.answer):
                attesting = asyncio.create_task(attest(daemon, supervisor or Supervisor(), log))
                try:
                    await daemon.run()
                finally:
                    attesting.cancel()
    except* PicturedError as group:
        raise group.exceptions[0] from None
    finally:
        await workers.close()
        socket_path(state).unlink(missing_ok=True)
        held.release()


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


def _heed_signals(daemon: Daemon) -> None:
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

    loop.add_signal_handler(signal.SIGHUP, on_hangup)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop, number.name)
