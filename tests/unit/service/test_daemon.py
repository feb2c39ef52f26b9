import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from pictured.config.model import Config
from pictured.disk.identity import volume_of
from pictured.errors import ConfigError, UsageError
from pictured.events import Event
from pictured.flow import Collect, Form, Picture, Role
from pictured.service.daemon import Daemon, Place
from pictured.service.encoding import encoded
from pictured.service.jobs import Scan, Undo
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.resting import resting_status
from pictured.service.staffing import worker_limits
from pictured.service.workers import Workers

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Told = list[dict[str, Any]]
Heard = Callable[..., Awaitable[dict[str, Any]]]
Tree = Callable[[Path], dict[str, bytes]]
Run = Callable[..., None]
DEADLINE = 30


def config(folder: Path, entry: Mapping[str, object] | None = None, **fields: object) -> Config:
    best = {"name": "best", "from": [folder / "l"], "into": folder / "best", "mode": "auto"}
    return Config.model_validate(
        {
            "folders": [{"path": folder / "l", "role": "library"}, {"path": folder / "q", "role": "query"}],
            "collect": [best | dict(entry or {})],
            "settle": 0.05,
            "limits": {"workers": 2, "queue": 100},
        }
        | fields
    )


@pytest.fixture
def run(tmp_path: Path, library: Library, log: Log, heard: Heard) -> Run:
    """Run a daemon until a scenario is over. `read` stands for the configuration file."""
    for name in ("l", "q"):
        (tmp_path / name).mkdir()

    def run(
        scenario: Callable[[Daemon], Awaitable[None]], read: Callable[[], Config] = lambda: config(tmp_path)
    ) -> None:
        async def main() -> None:
            first = config(tmp_path)
            workers = Workers(2, worker_limits(first.limits))
            try:
                async with asyncio.timeout(DEADLINE):
                    daemon = Daemon(first, Place(tmp_path / "pictured.yaml", read), library, workers, log)
                    running = asyncio.create_task(daemon.run())
                    await heard(Event.DAEMON_STARTED)
                    try:
                        await scenario(daemon)
                    finally:
                        daemon.stop("TEST")
                        await running
            finally:
                await workers.close()

        asyncio.run(main())

    return run


def test_what_lies_there_at_start_is_collected(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard, told: Told, tree: Tree
) -> None:
    original = draw(tmp_path / "l/coffee.jpg", "coffee")
    draw(tmp_path / "q/poor.jpg", "coffee", width=150)

    async def scenario(_: Daemon) -> None:
        placed = await heard(Event.COPY_PLACED)
        assert placed["target"] == tmp_path / "best/coffee.jpg"
        await heard(Event.FILE_DONE, times=2)

    run(scenario)

    assert tree(tmp_path / "best") == {"coffee.jpg": original.read_bytes()}
    assert told[-1]["event"] == Event.DAEMON_STOPPED


def test_what_comes_while_it_runs_is_collected_upgraded_and_noticed_when_it_goes(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard, tree: Tree, library: Library
) -> None:
    async def scenario(_: Daemon) -> None:
        await heard(Event.SCAN_FINISHED, times=2)
        draw(tmp_path / "q/poor.jpg", "coffee", width=150)
        draw(tmp_path / "l/new/deep/small.jpg", "coffee", width=300)
        assert (await heard(Event.COPY_PLACED))["replaced"] is None
        draw(tmp_path / "l/large.jpg", "coffee")
        assert (await heard(Event.COPY_PLACED, times=2))["replaced"] == tmp_path / "best/small.jpg"
        (tmp_path / "l/new/deep/small.jpg").unlink()
        await heard(Event.FILE_GONE, path=tmp_path / "l/new/deep/small.jpg")

    run(scenario)

    assert list(tree(tmp_path / "best")) == ["large.jpg"]
    assert [picture.path.name for picture in library.within([tmp_path / "l"])] == ["large.jpg"]


def test_a_renamed_folder_is_not_read_again(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard, told: Told, library: Library
) -> None:
    for name in ("coffee", "rocket"):
        draw(tmp_path / f"l/old/{name}.jpg", name, width=100)

    async def scenario(_: Daemon) -> None:
        await heard(Event.FILE_DONE, times=2)
        await heard(Event.SCAN_FINISHED, times=2)
        (tmp_path / "l/old").rename(tmp_path / "l/new")
        for name in ("coffee", "rocket"):
            await heard(Event.FILE_MOVED, path=tmp_path / f"l/new/{name}.jpg")
            await heard(Event.FILE_DONE, path=tmp_path / f"l/new/{name}.jpg")

    run(scenario)

    assert {picture.path.parent.name for picture in library.within([tmp_path / "l"])} == {"new"}
    assert not [line for line in told if line["event"] == Event.FILE_FAILED]


def test_a_burst_beyond_the_inbox_loses_nothing(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard, library: Library
) -> None:
    picture = draw(tmp_path / "x.jpg", "coffee", width=40).read_bytes()

    async def scenario(_: Daemon) -> None:
        await heard(Event.SCAN_FINISHED, times=2)
        for number in range(150):
            (tmp_path / f"l/{number}.jpg").write_bytes(picture)
        await heard(Event.FILE_DONE, times=150)

    run(scenario)

    assert library.catalogue.count().files == 150


def test_a_folder_that_is_away_at_start_keeps_what_is_known(
    tmp_path: Path, run: Run, draw: Draw, index: Index, heard: Heard, library: Library
) -> None:
    picture = index(draw(tmp_path / "l/coffee.jpg", "coffee", width=100))
    (tmp_path / "l").rename(tmp_path / "unplugged")

    async def scenario(daemon: Daemon) -> None:
        await heard(Event.ROOT_OFFLINE, path=tmp_path / "l")
        await heard(Event.SCAN_FINISHED, path=tmp_path / "q")
        assert [root["online"] for root in daemon.status()["roots"]] == [False, True]

    run(scenario)

    assert library.catalogue.picture(picture.path) == picture


def test_a_write_that_a_crash_cut_off_is_cleaned_away_at_start(
    tmp_path: Path, run: Run, draw: Draw, index: Index, heard: Heard, library: Library
) -> None:
    picture = index(draw(tmp_path / "l/coffee.jpg", "coffee", width=100))
    target = tmp_path / "best/coffee.jpg"
    library.journal.begin(
        Collect("best", None, picture.path, picture.stamp, picture.content.digest, target, Form.COPY, "why"), 1.0
    )

    async def scenario(_: Daemon) -> None:
        await heard(Event.INTENT_DROPPED, target=target)

    run(scenario)

    assert library.journal.intents() == []


def test_a_shadow_entry_that_becomes_auto_by_a_reload_collects(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard, tree: Tree
) -> None:
    shadow = config(tmp_path, entry={"mode": "shadow"})
    versions = [shadow, config(tmp_path)]
    draw(tmp_path / "l/coffee.jpg", "coffee")

    async def scenario(daemon: Daemon) -> None:
        await heard(Event.SCAN_FINISHED, times=2)
        await daemon.reload()
        draw(tmp_path / "q/poor.jpg", "coffee", width=150)
        await heard(Event.COPY_PLANNED)
        assert not (tmp_path / "best").exists()
        async with aclosing(daemon.answer({"do": "reload"})) as answer:
            assert [line async for line in answer] == [{"reloaded": str(tmp_path / "pictured.yaml")}]
        await heard(Event.COPY_PLACED)

    run(scenario, lambda: versions.pop(0))

    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]


def test_a_faulty_configuration_is_refused_and_the_old_one_stays(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard
) -> None:
    def read() -> Config:
        raise ConfigError("line 3: no")

    async def scenario(daemon: Daemon) -> None:
        with pytest.raises(ConfigError):
            await daemon.reload()
        await heard(Event.CONFIG_REFUSED, error="line 3: no")
        draw(tmp_path / "l/coffee.jpg", "coffee", width=100)
        await heard(Event.FILE_DONE)

    run(scenario, read)


def test_a_folder_that_is_no_longer_configured_is_left_alone(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard, told: Told
) -> None:
    (tmp_path / "m").mkdir()
    moved = config(tmp_path, folders=[{"path": tmp_path / "m", "role": "library"}], collect=[])

    async def scenario(daemon: Daemon) -> None:
        await heard(Event.SCAN_FINISHED, times=2)
        await daemon.reload()
        draw(tmp_path / "l/coffee.jpg", "coffee", width=100)
        draw(tmp_path / "m/rocket.jpg", "rocket", width=100)
        await heard(Event.FILE_DONE, path=tmp_path / "m/rocket.jpg")

    run(scenario, lambda: moved)

    assert [line["path"].name for line in told if line["event"] == Event.FILE_DONE] == ["rocket.jpg"]


def test_it_answers_with_the_status_that_a_resting_index_has_too(tmp_path: Path, run: Run, library: Library) -> None:
    async def scenario(daemon: Daemon) -> None:
        async with aclosing(daemon.answer({"do": "status"})) as answer:
            (status,) = [line async for line in answer]
        resting = resting_status(library.db, [(tmp_path / "l", Role.LIBRARY)])
        assert set(status) == set(resting)
        assert set(status["roots"][0]) == set(resting["roots"][0])
        assert status["running"] is True

    run(scenario)


def test_it_does_jobs_for_commands(tmp_path: Path, run: Run, draw: Draw) -> None:
    draw(tmp_path / "elsewhere/a.jpg", "coffee", width=100)

    async def scenario(daemon: Daemon) -> None:
        async with aclosing(daemon.answer(encoded(Scan((tmp_path / "elsewhere",))))) as answer:
            lines = [line async for line in answer]
        assert (lines[-1]["event"], lines[-1]["hashed"]) == ("scan.finished", 1)
        async with aclosing(daemon.answer(encoded(Undo((7,))))) as answer:
            assert [line["undone"] async for line in answer] == [False]
        with pytest.raises(UsageError):
            await anext(daemon.answer({"do": "dance"}))

    run(scenario)


def test_stopping_twice_is_stopping_once(tmp_path: Path, library: Library, log: Log, heard: Heard, told: Told) -> None:
    (tmp_path / "l").mkdir()
    (tmp_path / "q").mkdir()

    async def main() -> None:
        async with asyncio.timeout(DEADLINE):
            settings = config(tmp_path)
            workers = Workers(1, worker_limits(settings.limits))
            daemon = Daemon(settings, Place(tmp_path / "c", lambda: settings), library, workers, log)
            running = asyncio.create_task(daemon.run())
            await heard(Event.DAEMON_STARTED)
            daemon.stop("one")
            daemon.stop("two")
            await running
            await workers.close()

    asyncio.run(main())

    assert [line["signal"] for line in told if line["event"] == Event.DAEMON_STOPPED] == ["one"]


async def asked(daemon: Daemon, **request: object) -> dict[str, Any]:
    (answer,) = [dict(line) async for line in daemon.answer(request)]
    return answer


def test_while_it_rests_nothing_is_taken_and_nothing_is_lost(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard, tree: Tree
) -> None:
    async def scenario(daemon: Daemon) -> None:
        await heard(Event.SCAN_FINISHED, times=2)
        assert await asked(daemon, do="pause") == {"paused": True}
        assert await asked(daemon, do="pause") == {"paused": True}
        draw(tmp_path / "l/coffee.jpg", "coffee")
        draw(tmp_path / "q/poor.jpg", "coffee", width=150)
        assert (await asked(daemon, do="rescan"))["rescanning"] == [str(tmp_path / "l"), str(tmp_path / "q")]
        await heard(Event.SCAN_FINISHED, times=4)
        assert daemon.status()["paused"]
        assert tree(tmp_path / "best") == {}
        assert await asked(daemon, do="resume") == {"paused": False}
        await heard(Event.COPY_PLACED)

    run(scenario)

    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]


def test_a_volume_is_accepted_where_a_folder_is_watched_and_nowhere_else(
    tmp_path: Path, run: Run, heard: Heard, library: Library
) -> None:
    async def scenario(daemon: Daemon) -> None:
        await heard(Event.SCAN_FINISHED, times=2)
        with pytest.raises(UsageError, match="none of the folders that are in use"):
            await asked(daemon, do="rescan", accept=[str(tmp_path)])
        library.catalogue.see_root(tmp_path / "l", 1, 1.0)
        await asked(daemon, do="rescan", accept=[str(tmp_path / "l")])
        known = library.catalogue.root(tmp_path / "l")
        assert known is not None
        assert known.volume == volume_of(tmp_path / "l")
        await heard(Event.SCAN_FINISHED, times=4)

    run(scenario)


def test_a_file_that_was_given_up_is_taken_again_when_somebody_asks(
    tmp_path: Path, run: Run, heard: Heard, library: Library
) -> None:
    broken = tmp_path / "l/broken.jpg"
    broken.write_text("no picture")

    async def scenario(daemon: Daemon) -> None:
        await heard(Event.FILE_FAILED, path=broken)
        assert (await asked(daemon, do="retry", paths=["/nowhere"]))["retrying"] == []
        assert (await asked(daemon, do="retry", paths=[]))["retrying"] == [str(broken)]
        await heard(Event.FILE_FAILED, times=2, path=broken)

    run(scenario)

    # What somebody asks for is tried as if it had not failed.
    assert [each.tries for each in library.catalogue.failures(None)] == [1]


def test_in_quiet_hours_files_wait_until_they_are_over(
    tmp_path: Path, run: Run, draw: Draw, heard: Heard, tree: Tree
) -> None:
    now = {"quiet_hours": "00:00-24:00"}
    read = [config(tmp_path, schedule=now), config(tmp_path)]

    async def scenario(daemon: Daemon) -> None:
        await daemon.reload()
        await heard(Event.DAEMON_PAUSED, reason="quiet hours")
        draw(tmp_path / "l/coffee.jpg", "coffee")
        draw(tmp_path / "q/poor.jpg", "coffee", width=150)
        await heard(Event.SCAN_FINISHED, times=2)
        assert (daemon.status()["paused"], daemon.status()["quiet"]) == (True, True)
        assert daemon.summary().startswith("resting; ")
        assert tree(tmp_path / "best") == {}
        await daemon.reload()
        await heard(Event.COPY_PLACED)

    run(scenario, lambda: read.pop(0))

    assert list(tree(tmp_path / "best")) == ["coffee.jpg"]


def test_a_daemon_at_work_is_well_and_says_what_it_does(tmp_path: Path, run: Run, draw: Draw, heard: Heard) -> None:
    draw(tmp_path / "l/coffee.jpg", "coffee")

    async def scenario(daemon: Daemon) -> None:
        await daemon.begun.wait()
        assert daemon.ailment() is None
        await heard(Event.FILE_DONE)
        assert daemon.ailment() is None
        assert daemon.summary().endswith(" files wait; 2 folders, 0 polled, 0 offline")

    run(scenario)


def test_counts_are_written_for_monitoring_where_that_is_asked_for(
    tmp_path: Path, library: Library, log: Log, heard: Heard
) -> None:
    for name in ("l", "q"):
        (tmp_path / name).mkdir()
    file = tmp_path / "p.prom"
    settings = config(tmp_path, logging={"metrics": file})

    async def main() -> None:
        async with asyncio.timeout(DEADLINE):
            workers = Workers(1, worker_limits(settings.limits))
            daemon = Daemon(settings, Place(tmp_path / "c", lambda: settings), library, workers, log)
            running = asyncio.create_task(daemon.run())
            await heard(Event.SCAN_FINISHED)
            while not file.exists():  # noqa: ASYNC110  there is no event for it
                await asyncio.sleep(0)
            daemon.stop("TEST")
            await running
            await workers.close()

    asyncio.run(main())

    assert "\npictured_files 0\n" in file.read_text()
