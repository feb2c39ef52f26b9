import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pictured.disk.reading import stamp_of
from pictured.events import Event
from pictured.flow import Cause, FileSeen, Picture, Role, Settled
from pictured.service.inbox import Inbox
from pictured.service.intake import Intake
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.orders import Orders
from pictured.service.pipeline import Line
from pictured.service.roots import Root, Roots
from pictured.service.workers import Workers
from pictured.watching.observing import Observing
from pictured.watching.settings import FolderSettings

QUIET = 0.05
Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Told = list[dict[str, Any]]
Scenario = Callable[[Intake, Inbox, Roots], Awaitable[None]]
Run = Callable[[Scenario], list[Path]]


@pytest.fixture
def run(
    tmp_path: Path, library: Library, log: Log, with_workers: Callable[[Callable[[Workers], Awaitable[Any]]], Any]
) -> Run:
    """Run something with an intake that listens and settles; gives the folders that came."""

    def run(scenario: Scenario) -> list[Path]:
        (tmp_path / "l").mkdir(exist_ok=True)
        folders = (FolderSettings(path=tmp_path / "l", role=Role.LIBRARY, ignore=("*.psd",)),)
        came: list[Path] = []

        def note(_: Root, folder: Path) -> None:
            came.append(folder)

        async def main(workers: Workers) -> None:
            inbox = Inbox(10, asyncio.get_running_loop())
            intake = Intake(inbox, QUIET, Line(library, workers, log, Orders(folders, (), 3600)), log)
            observing = Observing(lambda _: None, lambda _: None)
            roots = Roots(library, observing, log, intake.found)
            await roots.arrange(folders)
            tasks = [asyncio.create_task(intake.listen(roots, note, lambda: came.append(Path("lost"))))]
            tasks.append(asyncio.create_task(intake.settle()))
            try:
                await scenario(intake, inbox, roots)
            finally:
                for task in tasks:
                    task.cancel()
                observing.stop()

        with_workers(main)
        return came

    return run


async def emptied(intake: Intake) -> None:
    while intake.pending:  # noqa: ASYNC110  nothing tells when an intake is empty, for only a status asks
        await asyncio.sleep(0)


def test_a_file_that_was_reported_settles(tmp_path: Path, run: Run, draw: Draw) -> None:
    async def scenario(intake: Intake, inbox: Inbox, _: Roots) -> None:
        path = draw(tmp_path / "l/a.jpg", "coffee")
        inbox.report(FileSeen(path, Cause.CREATED))
        inbox.report(FileSeen(path, Cause.CLOSED))
        assert intake.pending == 2
        assert await intake.ready.get() == Settled(path, stamp_of(path))
        assert intake.pending == 0

    assert run(scenario) == []


def test_what_is_ignored_outside_or_no_picture_is_not_waited_for(tmp_path: Path, run: Run, draw: Draw) -> None:
    async def scenario(intake: Intake, _: Inbox, roots: Roots) -> None:
        for name in ("l/a.psd", "l/a.txt", "l/.hidden.jpg", "elsewhere.jpg"):
            (tmp_path / name).write_bytes(b"x")
            intake.note(FileSeen(tmp_path / name, Cause.CREATED), roots, lambda *_: None)
        (tmp_path / "l/link.jpg").symlink_to(draw(tmp_path / "target.jpg", "coffee"))
        intake.note(FileSeen(tmp_path / "l/link.jpg", Cause.CREATED), roots, lambda *_: None)
        assert intake.pending == 0

    run(scenario)


def test_a_folder_that_came_is_handed_on_to_be_scanned(tmp_path: Path, run: Run) -> None:
    async def scenario(intake: Intake, _: Inbox, roots: Roots) -> None:
        (tmp_path / "l/new").mkdir()
        seen = asyncio.get_running_loop().create_future()
        intake.note(FileSeen(tmp_path / "l/new", Cause.CREATED), roots, lambda _, folder: seen.set_result(folder))
        assert await seen == tmp_path / "l/new"

    run(scenario)


@pytest.mark.parametrize("moments", range(6))
def test_settling_that_is_ended_while_something_comes_ends(tmp_path: Path, run: Run, draw: Draw, moments: int) -> None:
    path = draw(tmp_path / "l/a.jpg", "coffee")

    async def scenario(intake: Intake, _: Inbox, __: Roots) -> None:
        # Something is waited for, so that the wait has an end of its own.
        await intake.found(FileSeen(path, Cause.CREATED))
        another = asyncio.create_task(intake.settle())
        for _ in range(20):
            await asyncio.sleep(0)
        await intake.found(FileSeen(path, Cause.MODIFIED))
        for _ in range(moments):
            await asyncio.sleep(0)
        another.cancel()
        async with asyncio.timeout(5):
            await asyncio.wait([another])
        assert another.cancelled()

    run(scenario)


def test_a_file_that_is_gone_is_forgotten(
    tmp_path: Path, run: Run, draw: Draw, index: Index, library: Library, heard: Callable[..., Awaitable[object]]
) -> None:
    (tmp_path / "l").mkdir()
    path = index(draw(tmp_path / "l/a.jpg", "coffee")).path

    async def scenario(_: Intake, inbox: Inbox, __: Roots) -> None:
        path.unlink()
        inbox.report(FileSeen(path, Cause.DELETED))
        await heard(Event.FILE_GONE)

    run(scenario)

    assert library.catalogue.known(path) is None


def test_nothing_is_forgotten_when_its_whole_root_is_gone(
    tmp_path: Path, run: Run, draw: Draw, index: Index, library: Library
) -> None:
    (tmp_path / "l").mkdir()
    path = index(draw(tmp_path / "l/a.jpg", "coffee")).path
    other = tmp_path / "l/b.jpg"

    async def scenario(intake: Intake, inbox: Inbox, _: Roots) -> None:
        (tmp_path / "l").rename(tmp_path / "away")
        inbox.report(FileSeen(path, Cause.DELETED))
        inbox.report(FileSeen(tmp_path / "l", Cause.DELETED))
        assert intake.pending
        await emptied(intake)
        (tmp_path / "away").rename(tmp_path / "l")
        draw(other, "rocket")
        inbox.report(FileSeen(other, Cause.CREATED))
        await intake.ready.get()

    run(scenario)

    assert library.catalogue.known(path) is not None


def test_a_pipe_with_the_name_of_a_picture_is_refused_once(
    tmp_path: Path, run: Run, told: Told, heard: Callable[..., Awaitable[object]]
) -> None:
    async def scenario(intake: Intake, inbox: Inbox, _: Roots) -> None:
        os.mkfifo(tmp_path / "l/a.jpg")
        for _again in range(2):
            inbox.report(FileSeen(tmp_path / "l/a.jpg", Cause.CREATED))
            await heard(Event.FILE_FAILED, kind="refused")
            await emptied(intake)

    run(scenario)

    assert [line["event"] for line in told] == [Event.FILE_FAILED]


def test_a_loss_is_told_and_handed_on(run: Run, heard: Callable[..., Awaitable[object]]) -> None:
    async def scenario(_: Intake, inbox: Inbox, __: Roots) -> None:
        inbox.lose("too much")
        await heard(Event.EVENTS_LOST, reason="too much")

    assert run(scenario) == [Path("lost")]


def test_what_a_scan_found_long_quiet_is_ready_at_once(tmp_path: Path, run: Run, draw: Draw) -> None:
    async def scenario(intake: Intake, _: Inbox, __: Roots) -> None:
        path = draw(tmp_path / "l/a.jpg", "coffee")
        stamp = stamp_of(path)
        await intake.found(FileSeen(path, Cause.RETRIED, stamp))
        assert intake.ready.get_nowait() == Settled(path, stamp)

    run(scenario)


def test_a_name_that_was_refused_as_a_link_and_is_a_folder_by_now_has_not_failed(
    tmp_path: Path, run: Run, library: Library, heard: Callable[..., Awaitable[object]]
) -> None:
    path = tmp_path / "l/album"

    async def scenario(intake: Intake, inbox: Inbox, roots: Roots) -> None:
        path.symlink_to("nothing")
        inbox.report(FileSeen(path, Cause.CREATED))
        await heard(Event.FILE_FAILED, kind="refused")
        path.unlink()
        path.mkdir()
        intake.note(FileSeen(path, Cause.CREATED), roots, lambda *_: None)

    run(scenario)

    assert library.catalogue.failures(None) == []


def test_what_failed_is_not_tried_again_while_its_root_is_offline(tmp_path: Path, run: Run, draw: Draw) -> None:
    async def scenario(intake: Intake, _: Inbox, roots: Roots) -> None:
        path = draw(tmp_path / "l/a.jpg", "coffee")
        intake.note(FileSeen(path, Cause.RETRIED), roots, lambda *_: None)
        assert intake.pending == 0
        await roots.check()
        intake.note(FileSeen(path, Cause.RETRIED), roots, lambda *_: None)
        assert intake.pending == 1

    run(scenario)
