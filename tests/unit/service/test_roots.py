import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pictured.disk.identity import volume_of
from pictured.disk.reading import stamp_of
from pictured.disk.volumes import Presence, presence
from pictured.errors import UsageError
from pictured.events import Event
from pictured.flow import Cause, Failure, FileSeen, Picture, Role
from pictured.service.library import Library
from pictured.service.logs import Log
from pictured.service.reaching import offline
from pictured.service.roots import Roots
from pictured.watching.observing import Observing
from pictured.watching.settings import FolderSettings

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Told = list[dict[str, Any]]
Run = Callable[[Callable[[Roots, list[FileSeen]], Awaitable[None]]], None]
DEADLINE = 20


@pytest.fixture
def run(library: Library, log: Log) -> Run:
    """Run something with roots, and with what they found."""

    def run(scenario: Callable[[Roots, list[FileSeen]], Awaitable[None]]) -> None:
        async def main() -> None:
            taken: list[FileSeen] = []

            async def take(seen: FileSeen) -> None:
                taken.append(seen)

            observing = Observing(lambda _: None, lambda _: None)
            try:
                async with asyncio.timeout(DEADLINE):
                    await scenario(Roots(library, observing, log, take), taken)
            finally:
                observing.stop()

        asyncio.run(main())

    return run


def folder(path: Path, role: Role = Role.LIBRARY, *, ignore: tuple[str, ...] = ()) -> FolderSettings:
    return FolderSettings(path=path, role=role, ignore=ignore)


def events(told: Told) -> list[str]:
    return [line["event"] for line in told]


def test_a_folder_that_is_there_is_watched_and_has_to_be_scanned_once(tmp_path: Path, run: Run, told: Told) -> None:
    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path),))
        assert await roots.check() == [roots.by_path[tmp_path]]
        assert await roots.check() == []
        status = roots.by_path[tmp_path].status()
        assert (status["online"], status["role"], status["last_scan"]) == (True, "library", None)

    run(scenario)

    assert [(line["event"], line["mode"]) for line in told] == [(Event.ROOT_WATCHED, "events")]


def test_a_scan_tells_how_far_it_is_until_what_it_found_is_read(tmp_path: Path, run: Run, draw: Draw) -> None:
    draw(tmp_path / "a.jpg", "coffee", width=100)
    draw(tmp_path / "b.jpg", "chelsea", width=100)

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path),))
        await roots.check()
        root = roots.by_path[tmp_path]
        assert root.status()["scan"] is None
        await roots.scan(root, "test")
        assert len(taken) == 2
        assert root.headway is not None
        assert root.headway.counting is not None
        await root.headway.counting
        scan = root.status(1)["scan"]
        assert (scan["done"], scan["total"]) == (1, 2)
        assert scan["left"] is not None
        roots.heed(1)
        assert root.status(1)["scan"] is not None
        roots.heed(0)
        assert root.status()["scan"] is None

    run(scenario)


def test_a_scan_that_finds_nothing_counts_nothing(tmp_path: Path, run: Run) -> None:
    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path),))
        await roots.check()
        await roots.scan(roots.by_path[tmp_path], "test")
        assert roots.by_path[tmp_path].headway is None

    run(scenario)


def test_ignored_folders_are_not_watched(tmp_path: Path, run: Run) -> None:
    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path), folder(tmp_path / "x", Role.IGNORE)))
        assert list(roots.by_path) == [tmp_path]
        assert roots.is_ignored(tmp_path / "x/a.jpg", roots.by_path[tmp_path])
        assert not roots.is_ignored(tmp_path / "x2/a.jpg", roots.by_path[tmp_path])

    run(scenario)


def test_globs_count_from_the_root(tmp_path: Path, run: Run) -> None:
    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path, ignore=("/raw", "*.psd")),))
        root = roots.by_path[tmp_path]
        ignored = [path for path in ("raw/a.jpg", "b/raw/a.jpg", "b/c.PSD") if roots.is_ignored(tmp_path / path, root)]
        assert ignored == ["raw/a.jpg", "b/c.PSD"]
        assert not roots.is_ignored(tmp_path, root)

    run(scenario)


def test_a_folder_that_goes_is_offline_and_keeps_what_is_known(
    tmp_path: Path, run: Run, library: Library, draw: Draw, index: Index, told: Told
) -> None:
    root_path = tmp_path / "l"
    picture = index(draw(root_path / "a.jpg", "coffee", width=100))

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(root_path),))
        await roots.check()
        root_path.rename(tmp_path / "away")
        for _ in range(2):
            assert await roots.check() == []
        root = roots.by_path[root_path]
        assert not root.online
        await roots.scan(root, "test")
        assert library.catalogue.picture(picture.path) == picture
        (tmp_path / "away").rename(root_path)
        assert await roots.check() == [root]
        assert root.online
        assert taken == []

    run(scenario)

    assert events(told) == [Event.ROOT_WATCHED, Event.ROOT_OFFLINE, Event.ROOT_ONLINE, Event.ROOT_WATCHED]


def test_a_folder_that_was_never_there_is_told_once(tmp_path: Path, run: Run, told: Told) -> None:
    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path / "gone"),))
        for _ in range(3):
            assert await roots.check() == []

    run(scenario)

    assert events(told) == [Event.ROOT_OFFLINE]


def test_a_folder_that_was_replaced_by_another_is_watched_anew(tmp_path: Path, run: Run) -> None:
    root_path = tmp_path / "l"
    root_path.mkdir()

    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(root_path),))
        await roots.check()
        root_path.rename(tmp_path / "old")
        root_path.mkdir()
        assert await roots.check() == [roots.by_path[root_path]]

    run(scenario)


def test_a_scan_takes_what_is_new_and_what_was_not_handled(
    tmp_path: Path, run: Run, library: Library, draw: Draw, index: Index, told: Told
) -> None:
    done = index(draw(tmp_path / "l/done.jpg", "coffee", width=100))
    library.catalogue.handle(done.path, done.stamp)
    waiting = index(draw(tmp_path / "l/waiting.jpg", "rocket", width=100))
    new = draw(tmp_path / "l/new.jpg", "camera", width=100)
    draw(tmp_path / "l/x/ignored.jpg", "camera", width=100)
    index(draw(tmp_path / "l/gone.jpg", "camera", width=101)).path.unlink()

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path / "l"), folder(tmp_path / "l/x", Role.IGNORE)))
        await roots.check()
        root = roots.by_path[tmp_path / "l"]
        await roots.scan(root, "start")
        assert {(seen.path, seen.cause) for seen in taken} == {
            (new, Cause.SCANNED), (waiting.path, Cause.RETRIED),
        }  # fmt: skip
        assert (root.due, roots.scanning) == ({}, 0)
        assert root.scanned_at is not None

    run(scenario)

    finished = told[-1]
    assert (finished["event"], finished["seen"], finished["changed"], finished["missing"]) == (
        Event.SCAN_FINISHED, 3, 1, 1,
    )  # fmt: skip
    known = library.catalogue.root(tmp_path / "l")
    assert known is not None
    assert known.scanned_at is not None


def test_a_folder_that_came_is_scanned_alone(tmp_path: Path, run: Run, draw: Draw, told: Told) -> None:
    draw(tmp_path / "l/else/a.jpg", "coffee", width=100)
    new = draw(tmp_path / "l/new/deep/a.jpg", "coffee", width=100)
    draw(tmp_path / "l/new/drafts/a.jpg", "coffee", width=100)

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path / "l", ignore=("/new/drafts",)),))
        await roots.check()
        await roots.scan(roots.by_path[tmp_path / "l"], "a folder came", tmp_path / "l/new")
        assert [seen.path for seen in taken] == [new]

    run(scenario)

    assert events(told) == [Event.ROOT_WATCHED]


def test_a_folder_that_comes_often_is_scanned_once_more_and_not_as_often(
    tmp_path: Path, run: Run, draw: Draw, told: Told
) -> None:
    new = draw(tmp_path / "l/new/a.jpg", "coffee", width=100)

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path / "l"),))
        await roots.check()
        root = roots.by_path[tmp_path / "l"]
        await asyncio.gather(*(roots.scan(root, "a folder came", tmp_path / "l/new") for _ in range(50)))
        assert [seen.path for seen in taken] == [new, new]
        await roots.scan(root, "a folder came", tmp_path / "l/new")
        assert len(taken) == 3
        await asyncio.gather(*(roots.scan(root, why) for why in ("start", "scheduled", "asked for")))
        assert (len(taken), roots.scanning) == (5, 0)

    run(scenario)

    assert [line["reason"] for line in told if line["event"] == Event.SCAN_STARTED] == ["start", "asked for"]


def test_a_scan_that_waits_for_ever_is_not_waited_for_by_a_folder_that_is_there_again(
    tmp_path: Path, run: Run, draw: Draw
) -> None:
    (tmp_path / "l").mkdir()
    new = draw(tmp_path / "l/a.jpg", "coffee", width=100)

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path / "l"),))
        await roots.check()
        root = roots.by_path[tmp_path / "l"]
        root.due[root.path] = None  # as one does that began and does not come to its end
        await roots.scan(root, "scheduled")
        assert taken == []
        (tmp_path / "l").rename(tmp_path / "away")
        await roots.check()
        (tmp_path / "away").rename(tmp_path / "l")
        assert await roots.check() == [root]
        await roots.scan(root, "a folder is back")
        assert [seen.path for seen in taken] == [new]

    run(scenario)


def test_a_folder_that_came_and_went_is_no_failure(tmp_path: Path, run: Run, told: Told) -> None:
    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        (tmp_path / "l").mkdir()
        await roots.arrange((folder(tmp_path / "l"),))
        await roots.check()
        await roots.scan(roots.by_path[tmp_path / "l"], "a folder came", tmp_path / "l/gone")
        assert taken == []

    run(scenario)

    assert events(told) == [Event.ROOT_WATCHED]


def test_globs_count_from_the_root_though_a_folder_in_it_is_scanned(tmp_path: Path, run: Run, draw: Draw) -> None:
    wanted = draw(tmp_path / "l/2019/raw/a.jpg", "coffee", width=100)

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path / "l", ignore=("/raw",)),))
        await roots.check()
        await roots.scan(roots.by_path[tmp_path / "l"], "a folder came", tmp_path / "l/2019")
        assert [seen.path for seen in taken] == [wanted]

    run(scenario)


def test_quarantined_files_are_not_taken_again_by_a_scan(
    tmp_path: Path, run: Run, library: Library, draw: Draw
) -> None:
    path = draw(tmp_path / "l/a.jpg", "coffee", width=100)
    library.catalogue.fail(path, stamp_of(path), Failure(path, "crashed", "twice", retry=False), tries=2, retry_at=None)

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path / "l"),))
        await roots.check()
        await roots.scan(roots.by_path[tmp_path / "l"], "start")
        assert taken == []
        draw(path, "rocket", width=100)
        await roots.scan(roots.by_path[tmp_path / "l"], "again")
        assert [seen.path for seen in taken] == [path]

    run(scenario)


def test_only_what_changed_is_arranged_anew(tmp_path: Path, run: Run) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for path in (one, two):
        path.mkdir()

    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(one), folder(two)))
        await roots.check()
        before = dict(roots.by_path)
        await roots.arrange((folder(one), folder(two, ignore=("x",))))
        assert roots.by_path[one] is before[one]
        assert await roots.check() == [roots.by_path[two]]
        await roots.arrange((folder(one),))
        assert list(roots.by_path) == [one]

    run(scenario)


def test_a_folder_that_does_not_answer_is_offline_and_keeps_no_other_waiting(
    tmp_path: Path, library: Library, log: Log, told: Told
) -> None:
    hung, well = tmp_path / "hung", tmp_path / "well"
    for path in (hung, well):
        path.mkdir()
    answering, asked = threading.Event(), []

    def look(path: Path, device: int | None, *, was_filled: bool) -> Presence:
        if path == hung:
            asked.append(path)
            answering.wait(DEADLINE)
        return presence(path, device, was_filled=was_filled)

    async def main() -> None:
        observing = Observing(lambda _: None, lambda _: None)

        async def take(_: FileSeen) -> None:
            pass

        try:
            roots = Roots(library, observing, log, take, look=look, patience=0.05)
            await roots.arrange((folder(hung), folder(well)))
            assert await roots.check() == [roots.by_path[well]]
            assert await roots.check() == []
            status = roots.by_path[hung].status()
            assert (status["online"], status["mode"]) == (False, "offline")
            assert "does not answer" in status["reason"]
            answering.set()
            while not await roots.check():
                pass
            assert roots.by_path[hung].online
        finally:
            answering.set()
            observing.stop()

    asyncio.run(main())

    assert len(asked) == 1
    assert events(told) == [Event.ROOT_OFFLINE, Event.ROOT_WATCHED, Event.ROOT_ONLINE, Event.ROOT_WATCHED]


def test_what_failed_while_a_folder_was_away_is_tried_again_by_its_next_scan(
    tmp_path: Path, run: Run, library: Library, draw: Draw
) -> None:
    root_path = tmp_path / "l"
    failing, broken = draw(root_path / "a.jpg", "coffee", width=100), draw(root_path / "b.jpg", "rocket", width=100)
    for path, retry in ((failing, True), (broken, False)):
        failure = Failure(path, "unreadable", "why", retry=retry)
        library.catalogue.fail(path, stamp_of(path), failure, tries=1, retry_at=1.0)

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(root_path),))
        await roots.check()
        root = roots.by_path[root_path]
        await roots.scan(root, "start")
        assert taken == []
        root_path.rename(tmp_path / "away")
        await roots.check()
        (tmp_path / "away").rename(root_path)
        await roots.check()
        await roots.scan(root, "it is back")
        assert [(seen.path, seen.cause) for seen in taken] == [(failing, Cause.RETRIED)]
        await roots.scan(root, "again")
        assert len(taken) == 1

    run(scenario)


@pytest.mark.parametrize("filled", [True, False])
def test_another_volume_is_offline_until_it_is_accepted(
    tmp_path: Path, run: Run, library: Library, draw: Draw, index: Index, told: Told, *, filled: bool
) -> None:
    root_path = tmp_path / "l"
    picture = index(draw(root_path / "a.jpg", "coffee", width=100))
    now = volume_of(root_path)
    # As the drive that was there before had been seen.
    names = {name: "other" for name in ("uuid", "fsid", "share", "memory") if getattr(now, name) is not None}
    before = replace(now, device=now.device + 1, **names)
    library.catalogue.see_root(root_path, before.device, 1.0, before)
    picture.path.unlink()
    new = draw(root_path / "new.jpg", "rocket", width=100) if filled else None

    async def scenario(roots: Roots, taken: list[FileSeen]) -> None:
        await roots.arrange((folder(root_path),))
        for _ in range(2):
            assert await roots.check() == []
        root = roots.by_path[root_path]
        await roots.scan(root, "test")
        assert (root.status()["online"], taken) == (False, [])
        assert library.catalogue.picture(picture.path) == picture
        with pytest.raises(UsageError, match="none of the folders that are in use"):
            await roots.accept(tmp_path)
        await roots.accept(root_path)
        assert await roots.check() == [root]
        await roots.scan(root, "test")
        assert [seen.path for seen in taken] == ([] if new is None else [new])
        assert await roots.check() == []

    run(scenario)

    assert events(told)[:3] == [Event.ROOT_OFFLINE, Event.ROOT_ONLINE, Event.ROOT_WATCHED]
    known = library.catalogue.root(root_path)
    assert known is not None
    assert (known.volume, library.catalogue.picture(picture.path)) == (volume_of(root_path), None)


def test_a_folder_that_is_not_there_cannot_be_accepted(tmp_path: Path, run: Run) -> None:
    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path / "gone"),))
        with pytest.raises(UsageError, match="no longer there"):
            await roots.accept(tmp_path / "gone")

    run(scenario)


def test_a_copy_of_a_folder_on_another_volume_is_the_folder_and_is_told_once(
    tmp_path: Path, run: Run, library: Library, draw: Draw, index: Index, told: Told
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    now = volume_of(tmp_path)
    names = {name: "other" for name in ("uuid", "fsid", "share") if getattr(now, name) is not None}
    if not names:
        pytest.skip("this file system has no name that lasts")

    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        library.catalogue.see_root(tmp_path / "l", 1, 1.0, replace(now, **names))
        await roots.arrange((folder(tmp_path / "l"),))
        assert len(await roots.check()) == 1
        assert await roots.check() == []

    run(scenario)

    assert events(told) == [Event.ROOT_MOVED, Event.ROOT_WATCHED]
    assert library.catalogue.picture(picture.path) == picture


def test_an_empty_drive_is_accepted_as_a_destination(tmp_path: Path, run: Run, library: Library) -> None:
    into = tmp_path / "best"
    into.mkdir()
    # As the drive that was there before had been seen.
    library.catalogue.see_root(into, into.stat().st_dev + 1, 1.0)
    assert asyncio.run(offline(into, library)) is not None

    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.accept(into)

    run(scenario)

    assert asyncio.run(offline(into, library)) is None


def test_a_root_that_a_job_found_offline_between_two_looks_is_taken_up_again(
    tmp_path: Path, run: Run, library: Library
) -> None:
    async def scenario(roots: Roots, _: list[FileSeen]) -> None:
        await roots.arrange((folder(tmp_path),))
        await roots.check()
        library.catalogue.mark_offline(tmp_path, 1.0)
        assert await roots.check() == [roots.by_path[tmp_path]]
        assert await roots.check() == []

    run(scenario)

    known = library.catalogue.root(tmp_path)
    assert known is not None
    assert known.offline_since is None
