import asyncio
import os
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pictured.config.model import Config
from pictured.errors import ConfigError, StoreError
from pictured.events import Event
from pictured.service.control import ask, socket_path
from pictured.service.daemon import Place
from pictured.service.lifecycle import serve
from pictured.service.logs import Log
from pictured.store.holding import hold

Told = list[dict[str, Any]]
Heard = Callable[..., Awaitable[dict[str, Any]]]
DEADLINE = 30


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "l").mkdir()
    return Config.model_validate(
        {"folders": [{"path": tmp_path / "l", "role": "library"}], "settle": 0.05, "limits": {"workers": 1}}
    )


def serving(
    tmp_path: Path,
    config: Config,
    log: Log,
    heard: Heard,
    scenario: Callable[[], Awaitable[None]],
    read: Callable[[], Config] | None = None,
) -> None:
    async def main() -> None:
        async with asyncio.timeout(DEADLINE):
            place = Place(tmp_path / "pictured.yaml", read or (lambda: config))
            running = asyncio.create_task(serve(config, place, tmp_path / "state", log))
            await heard(Event.DAEMON_STARTED)
            await scenario()
            await running

    asyncio.run(main())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_nothing_behind(
    tmp_path: Path, config: Config, log: Log, heard: Heard, told: Told, number: signal.Signals
) -> None:
    async def scenario() -> None:
        assert hold(tmp_path / "state") is None
        assert socket_path(tmp_path / "state").exists()
        os.kill(os.getpid(), number)

    serving(tmp_path, config, log, heard, scenario)

    assert [line["signal"] for line in told if line["event"] == Event.DAEMON_STOPPED] == [number.name]
    assert not socket_path(tmp_path / "state").exists()
    held = hold(tmp_path / "state")
    assert held is not None
    held.release()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_hangup_reads_the_configuration_again_and_survives_a_faulty_one(
    tmp_path: Path, config: Config, log: Log, heard: Heard
) -> None:
    versions: list[Config | ConfigError] = [ConfigError("line 1: no"), config]

    def read() -> Config:
        found = versions.pop(0)
        if isinstance(found, ConfigError):
            raise found
        return found

    async def scenario() -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        await heard(Event.CONFIG_REFUSED)
        os.kill(os.getpid(), signal.SIGHUP)
        await heard(Event.CONFIG_RELOADED)
        os.kill(os.getpid(), signal.SIGTERM)

    serving(tmp_path, config, log, heard, scenario, read)


def test_a_second_daemon_is_refused_and_the_first_goes_on(
    tmp_path: Path, config: Config, log: Log, heard: Heard
) -> None:
    async def scenario() -> None:
        with pytest.raises(StoreError, match="another pictured"):
            await serve(config, Place(tmp_path / "c", lambda: config), tmp_path / "state", log)
        status = [line async for line in ask(tmp_path / "state", {"do": "status"})]
        assert status[0]["running"] is True
        os.kill(os.getpid(), signal.SIGTERM)

    serving(tmp_path, config, log, heard, scenario)


def test_an_index_that_cannot_be_used_is_told_and_let_go(tmp_path: Path, config: Config, log: Log) -> None:
    (tmp_path / "state").mkdir()
    with closing(sqlite3.connect(tmp_path / "state/index.sqlite3")) as db, db:
        db.execute("CREATE TABLE of_another_program (x)")

    async def main() -> None:
        async with asyncio.timeout(DEADLINE):
            await serve(config, Place(tmp_path / "c", lambda: config), tmp_path / "state", log)

    with pytest.raises(StoreError):
        asyncio.run(main())
    held = hold(tmp_path / "state")
    assert held is not None
    held.release()


def test_an_index_that_fails_while_it_runs_ends_it_with_its_error(
    tmp_path: Path, config: Config, log: Log, heard: Heard
) -> None:
    async def scenario() -> None:
        with closing(sqlite3.connect(tmp_path / "state/index.sqlite3")) as db, db:
            db.execute("DROP TABLE failures")
        (tmp_path / "l/no.jpg").write_text("no")

    with pytest.raises(StoreError):
        serving(tmp_path, config, log, heard, scenario)
    assert not socket_path(tmp_path / "state").exists()
